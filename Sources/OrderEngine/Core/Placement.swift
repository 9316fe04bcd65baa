public import Trading

extension OrderEngine {
    /// What an order would come to, with all orders of a sliced one. Reads, and changes nothing.
    public func preview(_ ticket: OrderTicket, at now: Timestamp) throws(EngineRefusal) -> [Order] {
        try decidePlacement(ticket, placing: .max, at: now).compactMap { record in
            if case .orderPlaced(let order) = record { order } else { nil }
        }
    }

    /// Takes a new order on: checks everything that can be known before the exchange is asked. Of a sliced order it places the
    /// first `most` orders; the others follow.
    func decidePlacement(
        _ ticket: OrderTicket, placing most: Int, at now: Timestamp
    ) throws(EngineRefusal) -> [Record] {
        try checkNoPanic(ticket.account)
        let rules = try rules(for: ticket.pair)
        try checkExpiry(ticket.timeInForce, at: now)
        switch ticket.plan {
        case .none, .paired, .oco:
            return try [.orderPlaced(workingOrder(ticket, rules, at: now))]
        case .stop(let trigger, let then):
            return try [.orderPlaced(armedStop(ticket, trigger, then, rules, at: now))]
        case .trail(let trailing):
            return try [.orderPlaced(trailingStop(ticket, trailing, rules, at: now))]
        case .sliced(let low, let high, let includesHigh, let count):
            let ladder = try SliceLadder(
                low: low, high: high, includesHigh: includesHigh, count: count, quantity: ticket.quantity,
                rules: rules, childrenMax: limits.slicedChildrenMax)
            return try slicedOrder(ticket, ladder, rules, placing: most, at: now)
        }
    }

    /// An order that goes to the exchange as it is.
    private func workingOrder(
        _ ticket: OrderTicket, _ rules: PairRules, at now: Timestamp
    ) throws(EngineRefusal) -> Order {
        try checkQuantity(ticket.quantity, rules)
        let price = try bounded(
            ticket.price, ticket.account, ticket.side, ticket.quantity, rules,
            hasCashQuantity: ticket.cashQuantity != nil)
        try checkValue(price.bound, ticket.quantity, rules, tradesAt: touch(for: ticket.price, ticket.side, rules))
        switch ticket.plan {
        case .oco(let trigger, let then):
            try checkOtherLeg(trigger, then, beside: price.bound, ticket, rules)
        case .paired(let contraPrice):
            if let contraPrice { try checkPrice(contraPrice, rules, .contraPrice) }
            try checkContraCanBe(ticket, rules)
        case .none, .sliced, .stop, .trail:
            break
        }
        try checkOpenOrders(ticket.account, adding: 1)
        let reserved =
            ticket.cashQuantity
            ?? rules.reservation(side: ticket.side, price: price.bound, quantity: ticket.quantity)
        try checkFunds(
            ticket.account, rules.reservedCoin(for: ticket.side), needed: reserved,
            for:
                "\(ticket.side == .buy ? "buying" : "selling") \(ticket.quantity) \(ticket.pair.base) at \(price.bound)"
        )
        return order(ticket, price: price, status: .pending, reserved: reserved, rules, at: now)
    }

    private func checkOtherLeg(
        _ trigger: ExactDecimal, _ then: TriggeredPrice, beside limit: ExactDecimal, _ ticket: OrderTicket,
        _ rules: PairRules
    ) throws(EngineRefusal) {
        try checkTrigger(trigger, ticket.side, rules)
        try checkTriggered(then, ticket.quantity, rules)
        try checkOtherSide(trigger, of: limit, ticket.side)
    }

    /// The stop of a one-cancels-the-other is on the other side of the market than its limit.
    func checkOtherSide(
        _ trigger: ExactDecimal, of limit: ExactDecimal, _ side: Side
    ) throws(EngineRefusal) {
        guard side == .sell ? trigger < limit : trigger > limit else {
            let expected = side == .sell ? "below" : "above"
            throw EngineRefusal(
                .outOfRange, .trigger, "the stop at \(trigger) must be \(expected) the limit at \(limit)")
        }
    }

    private func trailingStop(
        _ ticket: OrderTicket, _ trailing: TrailingStop, _ rules: PairRules, at now: Timestamp
    ) throws(EngineRefusal) -> Order {
        guard trailing.trigger.isPositive else {
            throw EngineRefusal(
                .outOfRange, .trigger,
                "the market is at \(trailing.best): a trigger as far behind it would be at \(trailing.trigger)")
        }
        try checkQuantity(ticket.quantity, rules)
        try checkTrigger(trailing.trigger, ticket.side, rules)
        try checkValue(trailing.trigger, ticket.quantity, rules)
        try checkOpenOrders(ticket.account, adding: 1)
        return order(
            ticket, price: .market(protection: trailing.trigger), status: .armed, reserved: .zero, rules, at: now)
    }

    private func armedStop(
        _ ticket: OrderTicket, _ trigger: ExactDecimal, _ then: TriggeredPrice, _ rules: PairRules, at now: Timestamp
    ) throws(EngineRefusal) -> Order {
        try checkQuantity(ticket.quantity, rules)
        try checkTrigger(trigger, ticket.side, rules)
        try checkValue(trigger, ticket.quantity, rules)
        try checkTriggered(then, ticket.quantity, rules)
        try checkOpenOrders(ticket.account, adding: 1)
        let price: OrderPrice =
            switch then {
            case .limit(let limit): .limit(limit)
            case .market: .market(protection: trigger)
            }
        return order(ticket, price: price, status: .armed, reserved: .zero, rules, at: now)
    }

    private func slicedOrder(
        _ ticket: OrderTicket, _ ladder: SliceLadder, _ rules: PairRules, placing most: Int, at now: Timestamp
    ) throws(EngineRefusal) -> [Record] {
        try checkOpenOrders(ticket.account, adding: ladder.rungs.count + 1)
        for rung in ladder.rungs { try checkValue(rung.price, rung.quantity, rules) }
        let rungs = ladder.rungs.map { PricedRung($0, ticket.side, rules) }
        let needed = rungs.reduce(ExactDecimal.zero) { $0 + $1.held }
        try checkFunds(
            ticket.account, rules.reservedCoin(for: ticket.side), needed: needed,
            for: "\(ladder.rungs.count) orders of \(ticket.quantity) \(ticket.pair.base) in all")
        // What its orders hold is held for the whole from now on, and goes over to each as it is placed.
        let parent = order(ticket, price: .limit(ladder.low), status: .open, reserved: needed, rules, at: now)
        return [.orderPlaced(parent)]
            + rungs.prefix(most).enumerated().map { .orderPlaced(rungOrder($1, at: $0, of: parent, now)) }
    }

    private func order(
        _ ticket: OrderTicket, price: OrderPrice, status: OrderStatus, reserved: ExactDecimal, _ rules: PairRules,
        at now: Timestamp
    ) -> Order {
        Order(
            id: nextOrderID, account: ticket.account, exchange: exchange, pair: ticket.pair, side: ticket.side,
            kind: ticket.kind,
            quantity: ticket.quantity, price: price, timeInForce: ticket.timeInForce, isPostOnly: ticket.isPostOnly,
            cashQuantity: ticket.cashQuantity, plan: ticket.plan, line: ticket.line, tag: ticket.tag, createdAt: now,
            status: status,
            reserved: reserved,
            feeCurrency: rules.feeCurrency(for: ticket.side))
    }
}
