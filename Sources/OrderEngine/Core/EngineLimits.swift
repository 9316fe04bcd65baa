public import Trading

/// The engine's limits, each a setting of the server.
public struct EngineLimits: Hashable, Sendable {
    /// Orders of one account that are not finished, children included.
    public var openOrdersMax: Int
    /// Children of one sliced order.
    public var slicedChildrenMax: Int
    /// Orders that one decision places, takes off or triggers. What is more follows in `Outcome.unfinished`, so that nobody
    /// waits long for another's thousand orders.
    public var decisionOrdersMax: Int
    /// How far beyond the touch a market order may trade: 0.05 is 5%.
    public var marketProtection: ExactDecimal
    /// Finished orders kept in memory, so that late reports of theirs still find them.
    public var finishedOrdersKept: Int
    /// How far the exchange's clock may be from the desk's, in milliseconds: a trade that is older than a stop by more than
    /// this does not fire it.
    ///
    /// Of the two errors the one is a stop that fires by a trade of a moment before it was typed: the market was there, and
    /// the trader would have been refused the stop a moment later. The other is a stop that stands still while the market
    /// goes through it, and that has no bound. So it is not zero; it is as small as clocks that are kept, and exchanges
    /// that tell whole seconds, let it be.
    public var clockDifferenceMilliseconds: Int

    public init(
        openOrdersMax: Int = 10_000, slicedChildrenMax: Int = 1_000, decisionOrdersMax: Int = 10,
        marketProtection: ExactDecimal = ExactDecimal(units: 50_000_000_000_000_000),
        finishedOrdersKept: Int = 10_000, clockDifferenceMilliseconds: Int = 2_000
    ) {
        self.openOrdersMax = openOrdersMax
        self.slicedChildrenMax = slicedChildrenMax
        self.decisionOrdersMax = decisionOrdersMax
        self.marketProtection = marketProtection
        self.finishedOrdersKept = finishedOrdersKept
        self.clockDifferenceMilliseconds = clockDifferenceMilliseconds
    }
}
