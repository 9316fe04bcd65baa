import Trading

/// One order at the exchange, at a limit or at the market, until its time is over where it has one. The desk hands it over, and
/// nothing follows from it. The children of the other kinds are such orders.
enum PlainOrder: PlanBehavior {
    static func place(
        _ ticket: OrderTicket, placing most: Int, _ rules: PairRules, at now: Timestamp, in engine: OrderEngine
    ) throws(EngineRefusal) -> [Record] {
        let price = try engine.workingPrice(of: ticket, rules)
        return [.orderPlaced(try engine.workingOrder(ticket, at: price, rules, at: now))]
    }

    static func settle(_ entry: OrderEntry, at now: Timestamp, in engine: OrderEngine) -> Decision { .nothing }

    static func isOver(_ order: Order) -> Bool { true }
}
