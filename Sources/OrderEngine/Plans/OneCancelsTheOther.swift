import Trading

/// A limit on the book and a stop on the other side of the market. When the trigger fires the limit comes off, and what is left
/// of it, by the exchange's word, goes on as the stop's order, its child: never are both at the exchange.
enum OneCancelsTheOther: PlanBehavior {
    private static func terms(_ plan: OrderPlan) -> (trigger: ExactDecimal, then: TriggeredPrice) {
        guard case .oco(let trigger, let then) = plan else {
            preconditionFailure("\(plan) is not a one-cancels-the-other")
        }
        return (trigger, then)
    }

    static func place(
        _ ticket: OrderTicket, placing most: Int, _ rules: PairRules, at now: Timestamp, in engine: OrderEngine
    ) throws(EngineRefusal) -> [Record] {
        let (trigger, then) = terms(ticket.plan)
        let price = try engine.workingPrice(of: ticket, rules)
        try engine.checkTrigger(trigger, ticket.side, rules)
        try engine.checkTriggered(then, ticket.quantity, rules)
        try checkOtherSide(trigger, of: price.bound, ticket.side)
        return [.orderPlaced(try engine.workingOrder(ticket, at: price, rules, at: now))]
    }

    /// The stop is on the other side of the market than the limit.
    private static func checkOtherSide(
        _ trigger: ExactDecimal, of limit: ExactDecimal, _ side: Side
    ) throws(EngineRefusal) {
        guard side == .sell ? trigger < limit : trigger > limit else {
            let expected = side == .sell ? "below" : "above"
            throw EngineRefusal(
                .outOfRange, .trigger, "the stop at \(trigger) must be \(expected) the limit at \(limit)")
        }
    }

    // MARK: Its trigger

    static func trigger(
        _ order: Order, by trade: MarketTrade, at now: Timestamp, in engine: OrderEngine
    ) -> Decision {
        // Where what is left could not be sent as a stop, the limit stays: better one leg than none.
        if let why = stopRefusal(order, in: engine) {
            return Decision(
                records: [.orderTriggered(order.id, marketPrice: trade.price, child: nil, at: now)], why: why)
        }
        // The limit comes off first; what is left of it then becomes the child, whose number is set aside here.
        return Decision(records: [
            .orderTriggered(order.id, marketPrice: trade.price, child: engine.nextOrderID, at: now),
            .cancelRequested(order.id, .triggered, at: now),
        ])
    }

    /// Why what is left could not be sent as the stop, whatever funds there are: the limit holds them until then.
    private static func stopRefusal(_ order: Order, in engine: OrderEngine) -> EngineRefusal? {
        do {
            let rules = try engine.rules(for: order.pair)
            let quantity = order.remaining
            try engine.checkQuantity(quantity, rules)
            switch terms(order.plan).then {
            case .limit(let limit):
                try engine.checkPrice(limit, rules, .price)
                try engine.checkValue(limit, quantity, rules)
            case .market:
                guard let touch = engine.touch(for: .market, order.side, rules, followsLast: true) else { return nil }
                try engine.checkValue(touch, quantity, rules)
            }
            return nil
        } catch {
            return error
        }
    }

    // MARK: What becomes of its legs

    static func settle(_ entry: OrderEntry, at now: Timestamp, in engine: OrderEngine) -> Decision {
        let order = entry.order
        func finished(_ status: OrderStatus) -> Decision {
            Decision(records: [.orderFinished(order.id, status, at: now)])
        }
        var childID = entry.triggeredChild
        if let id = order.children.last, let child = engine.entries[id]?.order {
            guard child.status.isFinal else { return .nothing }
            // Taken off by the desk because its limit had filled late: another works for what is left.
            guard child.cancelReason == .parent, order.cancelReason == .triggered, order.remaining.isPositive else {
                return finished(order.remaining.isZero ? .filled : child.status)
            }
            childID = engine.nextOrderID
        }
        guard order.status.isFinal else { return .nothing }
        guard order.status == .canceled, order.cancelReason == .triggered, engine.panics[order.account] == nil,
            let childID
        else { return finished(order.status) }
        do {
            let child = try engine.triggeredChild(of: order, id: childID, terms(order.plan).then, at: now)
            return Decision(records: [.orderPlaced(child)])
        } catch {
            return Decision(records: [.orderRejected(order.id, code: error.code, reason: error.message, at: now)])
        }
    }

    /// A limit filled after the exchange had called it canceled: its stop now works for more than is left.
    static func followFill(of order: Order, at now: Timestamp, in engine: OrderEngine) -> [Record] {
        engine.liveChildren(of: order).filter { $0.cancelReason == nil }
            .map { .cancelRequested($0.id, .parent, at: now) }
    }

    // MARK: Moving

    /// The stop is moved; the limit stays where it is.
    static func amend(
        _ order: Order, _ move: OrderMove, _ rules: PairRules, line: String, at now: Timestamp, in engine: OrderEngine
    ) throws(EngineRefusal) -> Record {
        guard case .trigger(let trigger) = move else { throw engine.unmovable(order.id, "has no trigger") }
        guard order.triggeredAt == nil else {
            throw engine.unmovable(order.id, "has a stop that has fired already")
        }
        try engine.checkTrigger(trigger, order.side, rules)
        try checkOtherSide(trigger, of: order.price.bound, order.side)
        let (before, then) = terms(order.plan)
        guard trigger != before else { throw engine.unmovable(order.id, "is there already") }
        let plan = OrderPlan.oco(trigger: trigger, then: then == .limit(before) ? .limit(trigger) : then)
        return .orderAmended(
            order.id, AmendedTerms(price: order.price, quantity: order.quantity, plan: plan, line: line), at: now)
    }

    static func checkMove(of order: Order, to limit: ExactDecimal, in engine: OrderEngine) throws(EngineRefusal) {
        try checkOtherSide(terms(order.plan).trigger, of: limit, order.side)
    }
}
