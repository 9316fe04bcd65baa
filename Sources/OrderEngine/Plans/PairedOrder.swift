import Trading

/// A round trip: an entry at the exchange, then a contra order that trades back what the entry has filled. The contra is its
/// child; with a contra price it is placed at once, otherwise when its trader says at what price.
enum PairedOrder: PlanBehavior {
    private static func contraPrice(_ plan: OrderPlan) -> ExactDecimal? {
        guard case .paired(let contraPrice) = plan else { preconditionFailure("\(plan) is not paired") }
        return contraPrice
    }

    static func place(
        _ ticket: OrderTicket, placing most: Int, _ rules: PairRules, at now: Timestamp, in engine: OrderEngine
    ) throws(EngineRefusal) -> [Record] {
        let price = try engine.workingPrice(of: ticket, rules)
        if let contraPrice = contraPrice(ticket.plan) { try engine.checkPrice(contraPrice, rules, .contraPrice) }
        try checkContraCanBe(ticket, rules)
        return [.orderPlaced(try engine.workingOrder(ticket, at: price, rules, at: now))]
    }

    /// Whether the contra could be placed once all of the entry has filled: an exchange that takes its fee of what is bought
    /// leaves less to sell.
    private static func checkContraCanBe(_ ticket: OrderTicket, _ rules: PairRules) throws(EngineRefusal) {
        guard ticket.side == .buy, rules.feeBasis == .received else { return }
        let fee = rules.fee(side: .buy, price: .one, quantity: ticket.quantity)
        let received = (try? (ticket.quantity - fee).rounded(toMultipleOf: rules.quantityStep, .down)) ?? .zero
        guard received < rules.quantityMin else { return }
        let least = try? rules.quantityMin.divided(by: .one - rules.feeRate, rounding: .up)
            .rounded(toMultipleOf: rules.quantityStep, .up)
        let base = rules.pair.base
        throw EngineRefusal(
            .belowMinimum, .amount,
            "\(ticket.quantity) \(base) comes to \(ticket.quantity - fee) \(base) after the fee, below the minimum order of \(rules.pair), "
                + "\(rules.quantityMin) \(base): its contra order could never be placed"
                + (least.map { "; the least that can is \($0) \(base)" } ?? ""))
    }

    // MARK: What becomes of its legs

    static func settle(_ entry: OrderEntry, at now: Timestamp, in engine: OrderEngine) -> Decision {
        let order = entry.order
        let contras = order.children.compactMap { engine.entries[$0]?.order }
        guard order.status.isFinal, contras.allSatisfy(\.status.isFinal) else { return .nothing }
        guard order.filled.isPositive else {
            return Decision(records: [.orderFinished(order.id, order.status, at: now)])
        }

        let left = contraQuantity(order, contras, in: engine)
        let done = Record.pairedDone(order.id, PairedResult(entry: order, contras: contras), at: now)
        guard left.isPositive else { return Decision(records: [done]) }
        if engine.panics[order.account] != nil || contras.last?.cancelReason == .parent {
            // Everything was stopped, or the whole was canceled while its contra worked.
            return Decision(records: [.orderFinished(order.id, .canceled, at: now)])
        }
        if contras.isEmpty, order.status == .filled, let contraPrice = contraPrice(order.plan), entry.contraReady == nil
        {
            do {
                return Decision(
                    records: try placeContra(
                        of: order, price: .limit(contraPrice), line: Order.lineOfParent, quantity: left, at: now,
                        in: engine))
            } catch {
                // It cannot be placed as asked: the trader is told why, and that it may be placed otherwise.
                return Decision(records: [.contraReady(order.id, quantity: left, at: now)], why: error)
            }
        }
        if let rules = engine.rules[order.pair], left < rules.quantityMin {
            // The exchange would not take the way back.
            return Decision(
                records: [done],
                why: EngineRefusal(
                    .belowMinimum, nil, "the minimum order of \(order.pair) is \(rules.quantityMin) \(order.pair.base)")
            )
        }
        return entry.contraReady == left
            ? .nothing : Decision(records: [.contraReady(order.id, quantity: left, at: now)])
    }

    /// What is left to trade back, as far as an order can be of it.
    private static func contraQuantity(
        _ order: Order, _ contras: [Order], in engine: OrderEngine
    ) -> ExactDecimal {
        let left = order.leftToTradeBack(contras)
        guard let step = engine.rules[order.pair]?.quantityStep else { return left }
        return (try? left.rounded(toMultipleOf: step, .down)) ?? left
    }

    /// Between its legs nothing is at the exchange: it ends at once.
    static func endsWhenCanceled(_ order: Order, in engine: OrderEngine) -> Bool {
        order.status.isFinal && engine.entries[order.id]?.contraReady != nil
    }

    /// The time is the entry's: what has filled may wait for its contra as long as it likes.
    static func timeCounts(for order: Order) -> Bool { !order.status.isFinal }

    // MARK: The contra

    /// Places the contra as the trader asks.
    static func decideContra(
        _ id: OrderID, account: AccountID, price: TicketPrice, line: String, at now: Timestamp, in engine: OrderEngine
    ) throws(EngineRefusal) -> [Record] {
        guard let entry = engine.entries[id], entry.order.account == account else {
            throw EngineRefusal(.unknownOrder, .order(id), "there is no open order \(id)")
        }
        guard entry.order.plan.isRoundTrip else {
            throw EngineRefusal(.notPaired, .order(id), "\(id) is not a paired order")
        }
        guard entry.order.closedAt == nil else {
            throw EngineRefusal(.orderFinished, .order(id), "\(id) is finished")
        }
        guard let quantity = entry.contraReady else {
            if let contra = engine.liveChildren(of: entry.order).last {
                throw EngineRefusal(.contraNotReady, .order(id), "the contra order of \(id) is \(contra.id) already")
            }
            throw EngineRefusal(
                .contraNotReady, .order(id),
                "the first leg of \(id) is \(entry.order.status.words); its contra order waits until it has filled")
        }
        return try placeContra(of: entry.order, price: price, line: line, quantity: quantity, at: now, in: engine)
    }

    private static func placeContra(
        of entry: Order, price: TicketPrice, line: String, quantity: ExactDecimal, at now: Timestamp,
        in engine: OrderEngine
    ) throws(EngineRefusal) -> [Record] {
        let account = entry.account
        try engine.checkNoPanic(account)
        let side = entry.side.opposite
        let rules = try engine.rules(for: entry.pair)
        try engine.checkQuantity(quantity, rules)
        let orderPrice = try engine.bounded(price, account, side, quantity, rules)
        try engine.checkValue(orderPrice.bound, quantity, rules)
        try engine.checkOpenOrders(account, adding: 1)
        let reserved = rules.reservation(side: side, price: orderPrice.bound, quantity: quantity)
        try engine.checkFunds(
            account, rules.reservedCoin(for: side), needed: reserved,
            for: "\(side == .buy ? "buying" : "selling") \(quantity) \(entry.pair.base) at \(orderPrice.bound)")
        return [
            .orderPlaced(
                Order(
                    id: engine.nextOrderID, account: account, exchange: engine.exchange, pair: entry.pair, side: side,
                    kind: .simple, quantity: quantity, price: orderPrice, parent: entry.id, line: line, createdAt: now,
                    status: .pending, reserved: reserved, feeCurrency: rules.feeCurrency(for: side)))
        ]
    }

    static func childPlaced(_ child: Order, under parent: OrderID, in engine: inout OrderEngine) -> ExactDecimal {
        engine.entries[parent]?.contraReady = nil
        return .zero
    }

    // MARK: What is told

    static var childOpened: OrderEvent.Kind { .contraPlaced }

    /// The entry said long ago how it ended; that the pair ends without its contra is news.
    static func finished(_ entry: OrderEntry, with status: OrderStatus) -> OrderEvent.Kind? {
        let wasBetweenLegs = entry.contraReady != nil || !entry.order.children.isEmpty
        return status == .canceled && wasBetweenLegs ? .canceled : nil
    }
}
