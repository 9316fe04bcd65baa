public import Trading

/// The engine's limits, each a setting of the server.
public struct EngineLimits: Hashable, Sendable {
    /// Orders of one account that are not finished, children included.
    public var openOrdersMax: Int
    /// Children of one sliced order.
    public var slicedChildrenMax: Int
    /// How far beyond the touch a market order may trade: 0.05 is 5%.
    public var marketProtection: ExactDecimal
    /// Finished orders kept in memory, so that late reports of theirs still find them.
    public var finishedOrdersKept: Int

    public init(
        openOrdersMax: Int = 10_000, slicedChildrenMax: Int = 1_000,
        marketProtection: ExactDecimal = ExactDecimal(units: 50_000_000_000_000_000),
        finishedOrdersKept: Int = 10_000
    ) {
        self.openOrdersMax = openOrdersMax
        self.slicedChildrenMax = slicedChildrenMax
        self.marketProtection = marketProtection
        self.finishedOrdersKept = finishedOrdersKept
    }
}
