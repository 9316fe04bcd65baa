import OrderedCollections
import Trading

/// A stop whose trigger follows the market at a distance, and which sells or buys at the market when it fires.
///
/// Each pair has a second book of triggers, the followers: the price at which a trailing trigger moves next. A trade that reaches
/// that moves the trigger, and the follower with it.
enum TrailingStopOrder: PlanBehavior {
    private static func terms(_ plan: OrderPlan) -> TrailingStop {
        guard let trailing = plan.trailing else { preconditionFailure("\(plan) does not follow the market") }
        return trailing
    }

    static func place(
        _ ticket: OrderTicket, placing most: Int, _ rules: PairRules, at now: Timestamp, in engine: OrderEngine
    ) throws(EngineRefusal) -> [Record] {
        let trailing = terms(ticket.plan)
        guard trailing.trigger.isPositive else {
            throw EngineRefusal(
                .outOfRange, .trigger,
                "the market is at \(trailing.best): a trigger as far behind it would be at \(trailing.trigger)")
        }
        try engine.checkQuantity(ticket.quantity, rules)
        try engine.checkTrigger(trailing.trigger, ticket.side, rules)
        try engine.checkValue(trailing.trigger, ticket.quantity, rules)
        try engine.checkOpenOrders(ticket.account, adding: 1)
        return [
            .orderPlaced(
                engine.order(
                    ticket, price: .market(protection: trailing.trigger), status: .armed, reserved: .zero, rules,
                    at: now))
        ]
    }

    // MARK: Its trigger

    static func trigger(
        _ order: Order, by trade: MarketTrade, at now: Timestamp, in engine: OrderEngine
    ) -> Decision {
        StopOrder.fire(order, .market, by: trade, at: now, in: engine)
    }

    /// Not for a trade of before the one that the trigger was last moved by: both are told by the exchange's own clock, and the
    /// trigger was not there yet.
    static func wasWaiting(_ order: Order, for trade: MarketTrade) -> Bool { terms(order.plan).bestAt <= trade.at }

    /// The market has gone so far that the trigger goes with it.
    static func follow(_ order: Order, _ trade: MarketTrade, at now: Timestamp) -> [Record] {
        guard let trigger = terms(order.plan).trigger(following: trade.price, side: order.side) else { return [] }
        return [.triggerMoved(order.id, trigger: trigger, marketPrice: trade.price, tradedAt: trade.at, at: now)]
    }

    static func settle(_ entry: OrderEntry, at now: Timestamp, in engine: OrderEngine) -> Decision {
        StopOrder.settle(entry, at: now, in: engine)
    }

    static func amend(
        _ order: Order, _ move: OrderMove, _ rules: PairRules, line: String, at now: Timestamp, in engine: OrderEngine
    ) throws(EngineRefusal) -> Record {
        guard case .quantity(let quantity) = move else {
            throw engine.unmovable(order.id, "is a trailing stop: only its amount can be moved")
        }
        try engine.checkQuantity(quantity, rules)
        let amended = AmendedTerms(price: order.price, quantity: quantity, plan: order.plan, line: line)
        return try StopOrder.amendment(of: order, amended, rules, at: now, in: engine)
    }

    // MARK: Applying

    static func armed(_ order: Order, in engine: inout OrderEngine) {
        let trailing = terms(order.plan)
        // The trigger moves away from the price that fires it, so it is a trigger of the other side.
        if let price = trailing.movesFrom(side: order.side) {
            engine.followers[order.pair, default: TriggerBook()].insert(
                order.id, side: order.side.opposite, trigger: price)
        } else {
            disarmed(order, in: &engine)
        }
    }

    static func disarmed(_ order: Order, in engine: inout OrderEngine) {
        engine.followers[order.pair]?.remove(order.id, side: order.side.opposite)
    }

    static func moveTrigger(
        _ id: OrderID, to trigger: ExactDecimal, by price: ExactDecimal, at time: Timestamp,
        in engine: inout OrderEngine, touching outcome: inout OrderEngine.Outcome
    ) {
        let trailing = terms(engine.existing(id).order.plan)
        engine.entries[id]?.order.plan = .trail(trailing.moved(to: trigger, by: price, at: time))
        engine.entries[id]?.order.price = .market(protection: trigger)
        outcome.touchedOrders.append(id)
        engine.arm(engine.existing(id).order)
    }
}
