import Trading

/// Waits for its trigger and holds nothing until then; then what is left of it goes to the exchange as its child, at a limit or
/// at the market. Itself it is never there: figures and status are the child's.
enum StopOrder: PlanBehavior {
    private static func terms(_ plan: OrderPlan) -> (trigger: ExactDecimal, then: TriggeredPrice) {
        guard case .stop(let trigger, let then) = plan else { preconditionFailure("\(plan) is not a stop") }
        return (trigger, then)
    }

    static func place(
        _ ticket: OrderTicket, placing most: Int, _ rules: PairRules, at now: Timestamp, in engine: OrderEngine
    ) throws(EngineRefusal) -> [Record] {
        let (trigger, then) = terms(ticket.plan)
        try engine.checkQuantity(ticket.quantity, rules)
        try engine.checkTrigger(trigger, ticket.side, rules)
        try engine.checkValue(trigger, ticket.quantity, rules)
        try engine.checkTriggered(then, ticket.quantity, rules)
        try engine.checkOpenOrders(ticket.account, adding: 1)
        return [
            .orderPlaced(
                engine.order(
                    ticket, price: price(then, trigger: trigger), status: .armed, reserved: .zero, rules, at: now))
        ]
    }

    /// What a stop is shown at while it waits.
    private static func price(_ then: TriggeredPrice, trigger: ExactDecimal) -> OrderPrice {
        switch then {
        case .limit(let limit): .limit(limit)
        case .market: .market(protection: trigger)
        }
    }

    // MARK: Its trigger

    static func trigger(
        _ order: Order, by trade: MarketTrade, at now: Timestamp, in engine: OrderEngine
    ) -> Decision {
        fire(order, terms(order.plan).then, by: trade, at: now, in: engine)
    }

    /// The child at once, since nothing has to come off the book first; or the end, where the child cannot be placed.
    static func fire(
        _ order: Order, _ then: TriggeredPrice, by trade: MarketTrade, at now: Timestamp, in engine: OrderEngine
    ) -> Decision {
        do {
            let child = try engine.triggeredChild(of: order, id: engine.nextOrderID, then, at: now)
            return Decision(records: [
                .orderTriggered(order.id, marketPrice: trade.price, child: child.id, at: now),
                .orderPlaced(child),
            ])
        } catch {
            return Decision(records: [
                .orderTriggered(order.id, marketPrice: trade.price, child: nil, at: now),
                .orderRejected(order.id, code: error.code, reason: error.message, at: now),
            ])
        }
    }

    /// It ends as its child does.
    static func settle(_ entry: OrderEntry, at now: Timestamp, in engine: OrderEngine) -> Decision {
        let order = entry.order
        guard let id = order.children.last, let child = engine.entries[id]?.order, child.status.isFinal else {
            return .nothing
        }
        return Decision(records: [.orderFinished(order.id, child.status, at: now)])
    }

    // MARK: Moving

    /// A stop that is moved to a price has its trigger moved there, and a limit that is the trigger goes with it.
    static func amend(
        _ order: Order, _ move: OrderMove, _ rules: PairRules, line: String, at now: Timestamp, in engine: OrderEngine
    ) throws(EngineRefusal) -> Record {
        let (before, then) = terms(order.plan)
        let amended: AmendedTerms
        switch move {
        case .quantity(let quantity):
            try engine.checkQuantity(quantity, rules)
            amended = AmendedTerms(price: order.price, quantity: quantity, plan: order.plan, line: line)
        case .price(let trigger), .trigger(let trigger):
            try engine.checkTrigger(trigger, order.side, rules)
            let moved = then == .limit(before) ? .limit(trigger) : then
            amended = AmendedTerms(
                price: price(moved, trigger: trigger), quantity: order.quantity,
                plan: .stop(trigger: trigger, then: moved), line: line)
        }
        return try amendment(of: order, amended, rules, at: now, in: engine)
    }

    /// What has been asked for of an order that waits for its trigger, where it changes anything and is worth enough.
    static func amendment(
        of order: Order, _ amended: AmendedTerms, _ rules: PairRules, at now: Timestamp, in engine: OrderEngine
    ) throws(EngineRefusal) -> Record {
        guard amended.plan != order.plan || amended.quantity != order.quantity else {
            throw engine.unmovable(order.id, "is there already")
        }
        try engine.checkValue(amended.price.bound, amended.quantity, rules)
        return .orderAmended(order.id, amended, at: now)
    }
}
