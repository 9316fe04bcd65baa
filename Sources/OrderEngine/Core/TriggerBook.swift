import Trading

/// The triggers that wait on one pair. A sale's fires when the market trades at or below it, a buy's at or above it.
struct TriggerBook: Sendable {
    /// Keys are in 10^-18 of the quote coin; a sale's are negated, so that the first to fire is the lowest on both sides.
    private var sells = WaitingList<Int128, OrderID>()
    private var buys = WaitingList<Int128, OrderID>()

    var count: Int { sells.count + buys.count }

    mutating func insert(_ id: OrderID, side: Side, trigger: ExactDecimal) {
        switch side {
        case .sell: sells.set(id, to: -trigger.units)
        case .buy: buys.set(id, to: trigger.units)
        }
    }

    mutating func remove(_ id: OrderID, side: Side) {
        switch side {
        case .sell: sells.remove(id)
        case .buy: buys.remove(id)
        }
    }

    /// The next one that a trade at this price fires, of those that were armed when it happened.
    func firstDue(at price: ExactDecimal, where wasArmed: (OrderID) -> Bool) -> OrderID? {
        sells.first(upTo: -price.units, where: wasArmed) ?? buys.first(upTo: price.units, where: wasArmed)
    }
}
