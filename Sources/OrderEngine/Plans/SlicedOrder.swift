import Trading

/// Many limits spread over a range of prices: the parent of up to a thousand orders, itself never at the exchange. Its figures
/// are its children's sums.
///
/// A sliced order is one decision: its funds are held and the numbers of its orders set aside. Its orders are placed, and taken
/// off, `decisionOrdersMax` at a time, so that others have their turn between.
enum SlicedOrder: PlanBehavior {
    private static func count(_ plan: OrderPlan) -> Int {
        guard let count = plan.sliceCount else { preconditionFailure("\(plan) is not sliced") }
        return count
    }

    static func place(
        _ ticket: OrderTicket, placing most: Int, _ rules: PairRules, at now: Timestamp, in engine: OrderEngine
    ) throws(EngineRefusal) -> [Record] {
        let ladder = try ladder(
            ticket.plan, of: ticket.quantity, rules, childrenMax: engine.limits.slicedChildrenMax)
        try engine.checkOpenOrders(ticket.account, adding: ladder.rungs.count + 1)
        for rung in ladder.rungs { try engine.checkValue(rung.price, rung.quantity, rules) }
        let rungs = ladder.rungs.map { PricedRung($0, ticket.side, rules) }
        let needed = rungs.reduce(ExactDecimal.zero) { $0 + $1.held }
        try engine.checkFunds(
            ticket.account, rules.reservedCoin(for: ticket.side), needed: needed,
            for: "\(ladder.rungs.count) orders of \(ticket.quantity) \(ticket.pair.base) in all")
        // What its orders hold is held for the whole from now on, and goes over to each as it is placed.
        let parent = engine.order(
            ticket, price: .limit(ladder.low), status: .open, reserved: needed, rules, at: now)
        return [.orderPlaced(parent)]
            + rungs.prefix(most).enumerated().map { .orderPlaced(child($1, at: $0, of: parent, now)) }
    }

    private static func ladder(
        _ plan: OrderPlan, of quantity: ExactDecimal, _ rules: PairRules, childrenMax: Int
    ) throws(EngineRefusal) -> SliceLadder {
        guard case .sliced(let low, let high, let includesHigh, let count) = plan else {
            preconditionFailure("\(plan) is not sliced")
        }
        return try SliceLadder(
            low: low, high: high, includesHigh: includesHigh, count: count, quantity: quantity, rules: rules,
            childrenMax: childrenMax)
    }

    private static func child(_ priced: PricedRung, at index: Int, of parent: Order, _ now: Timestamp) -> Order {
        Order(
            id: OrderID(parent.id.rawValue + 1 + UInt64(index)), account: parent.account, exchange: parent.exchange,
            pair: parent.pair, side: parent.side, kind: .simple, quantity: priced.rung.quantity,
            price: .limit(priced.rung.price),
            isPostOnly: parent.isPostOnly, parent: parent.id, line: Order.lineOfParent, createdAt: now,
            status: .pending,
            reserved: priced.held, feeCurrency: parent.feeCurrency)
    }

    // MARK: In turns

    /// Places the next orders, or, where it is being canceled, takes the next ones off.
    static func carryOn(_ id: OrderID, at now: Timestamp, in engine: OrderEngine) -> Decision {
        guard let order = engine.entries[id]?.order, order.closedAt == nil, let count = order.plan.sliceCount else {
            return .nothing
        }
        if let reason = order.cancelReason {
            let steps = engine.childCancels(of: order, because: reason, at: now)
            return Decision(records: steps, rest: steps.isEmpty ? [] : [.carryOn(id)])
        }
        // Where the rules are not known yet after a restart, it goes on when they are.
        guard order.children.count < count, engine.rules[order.pair] != nil else { return .nothing }
        do {
            try engine.checkNoPanic(order.account)
            let rungs = try remainingRungs(of: order, in: engine)
            let placed = Array(rungs.prefix(engine.limits.decisionOrdersMax))
            return Decision(
                records: placed.enumerated().map { index, rung in
                    .orderPlaced(child(rung, at: order.children.count + index, of: order, now))
                }, rest: placed.count < rungs.count ? [.carryOn(id)] : [])
        } catch {
            // Part of a ladder is not what was asked for: what is placed comes off.
            let reason: CancelReason = error.code == .inPanic ? .panic : .parent
            return Decision(records: engine.cancelSteps(order, reason, at: now), why: error)
        }
    }

    /// The orders that are not placed yet, by the rules of now. Refuses where those have changed so that the whole would not come
    /// to what was decided.
    private static func remainingRungs(of order: Order, in engine: OrderEngine) throws(EngineRefusal) -> [PricedRung] {
        let rules = try engine.rules(for: order.pair)
        let ladder = try ladder(order.plan, of: order.quantity, rules, childrenMax: count(order.plan))
        let placed = order.children.reduce(ExactDecimal.zero) { $0 + (engine.entries[$1]?.order.quantity ?? .zero) }
        let left = ladder.rungs.dropFirst(order.children.count).map { PricedRung($0, order.side, rules) }
        let sum = left.reduce(placed) { $0 + $1.rung.quantity }
        guard sum == order.quantity else {
            throw EngineRefusal(
                .offStep, .amount,
                "\(order.pair)'s amount step changed while the orders of \(order.id) were being placed"
            )
        }
        let more = left.reduce(ExactDecimal.zero) { $0 + $1.held } - order.reserved
        if more.isPositive {
            try engine.checkFunds(order.account, order.spentCoin, needed: more, for: "the rest of \(order.id)")
        }
        return left
    }

    static var cancelGoesOn: Bool { true }

    // MARK: What becomes of its orders

    static func settle(_ entry: OrderEntry, at now: Timestamp, in engine: OrderEngine) -> Decision {
        let order = entry.order
        guard let tally = engine.ladders[order.id] else { return .nothing }
        let isWhole = order.children.count >= count(order.plan)
        if order.cancelReason == nil, tally.rejected > 0, tally.live > 0 || !isWhole {
            // Part of a ladder is not what was asked for: the rest comes off.
            return Decision(records: engine.cancelSteps(order, .parent, at: now))
        }
        guard tally.live == 0, isWhole || order.cancelReason != nil else { return .nothing }
        let status: OrderStatus =
            if order.remaining.isZero {
                .filled
            } else if order.cancelReason == .expiry {
                .expired
            } else if tally.rejected > 0, tally.rejected == order.children.count {
                .rejected
            } else {
                .canceled
            }
        return Decision(records: [.orderFinished(order.id, status, at: now)])
    }

    static func status(of order: Order, in engine: OrderEngine) -> OrderStatus? {
        order.filled.isPositive ? .partiallyFilled : .open
    }

    static func finished(_ entry: OrderEntry, with status: OrderStatus) -> OrderEvent.Kind? {
        switch status {
        case .filled: .slicedDone
        case .canceled: .canceled
        case .expired: .expired
        case .rejected: .rejected(code: .exchangeRejected, reason: "every one of its orders was rejected")
        case .pending, .open, .partiallyFilled, .armed, .unknown: nil
        }
    }

    static var whyUnmovable: String? { "is a sliced order: move one of its orders, or cancel it and slice again" }

    // MARK: Applying

    static func placed(_ order: Order, in engine: inout OrderEngine) -> [Effect] {
        let count = count(order.plan)
        // The numbers of all its orders are set aside, so that they are one row whoever comes between.
        engine.nextOrderID = max(engine.nextOrderID, OrderID(order.id.rawValue + 1 + UInt64(count)))
        engine.ladders[order.id] = LadderTally(unplaced: count)
        return count > engine.limits.decisionOrdersMax ? [.later(.carryOn(order.id))] : []
    }

    /// What was set aside for the order that is placed now goes over to it; after the last one nothing is left.
    static func childPlaced(_ child: Order, under parent: OrderID, in engine: inout OrderEngine) -> ExactDecimal {
        if engine.ladders[parent]?.unplaced ?? 0 > 0 { engine.ladders[parent]?.unplaced -= 1 }
        guard let order = engine.entries[parent]?.order, order.reserved.isPositive else { return .zero }
        let isLast = order.children.count >= count(order.plan)
        let left = isLast ? .zero : max(.zero, order.reserved - child.reserved)
        engine.entries[parent]?.order.reserved = left
        return order.reserved - left
    }

    /// Frees what was set aside for orders that are never placed now.
    static func cancelRequested(
        _ order: Order, in engine: inout OrderEngine, touching outcome: inout OrderEngine.Outcome
    ) -> [Effect] {
        engine.ladders[order.id]?.unplaced = 0
        if order.reserved.isPositive {
            engine.entries[order.id]?.order.reserved = .zero
            engine.change(order.account, order.spentCoin, touching: &outcome) { $0.reserved -= order.reserved }
        }
        let live = engine.ladders[order.id]?.live ?? 0
        if live == 0 { return [.consider(.settle(order.id))] }
        return live > engine.limits.decisionOrdersMax ? [.later(.carryOn(order.id))] : []
    }

    static func restored(_ order: Order, in engine: inout OrderEngine) {
        let unplaced = order.cancelReason == nil ? count(order.plan) - order.children.count : 0
        engine.ladders[order.id] = LadderTally(unplaced: unplaced)
    }
}

/// A rung with what an order at it holds, in the coin that it spends.
private struct PricedRung {
    let rung: SliceLadder.Rung
    let held: ExactDecimal

    init(_ rung: SliceLadder.Rung, _ side: Side, _ rules: PairRules) {
        self.rung = rung
        held = rules.reservation(side: side, price: rung.price, quantity: rung.quantity)
    }
}
