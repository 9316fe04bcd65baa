import Trading

/// Changing an open order. What is on the book comes off first, and only when the exchange has said so, with all that had
/// filled, the next attempt goes there for the rest: never are two on the book.
extension OrderEngine {
    func decideMove(
        _ id: OrderID, account: AccountID, _ move: OrderMove, line: String, at now: Timestamp
    ) throws(EngineRefusal) -> [Record] {
        guard let entry = entries[id], entry.order.account == account else {
            throw EngineRefusal(.unknownOrder, .order(id), "there is no open order \(id)")
        }
        let order = entry.order
        guard order.closedAt == nil else {
            throw EngineRefusal(.orderFinished, .order(id), "\(id) is \(order.status.words) already")
        }
        try checkNoPanic(account)
        try checkMovable(order, move)
        let rules = try rules(for: order.pair)
        switch move {
        case _ where order.status == .armed, .trigger:
            return [try order.plan.behavior.amend(order, move, rules, line: line, at: now, in: self)]
        case .price(let price): return [try movedTo(order, price, order.quantity, rules, line: line, at: now)]
        case .quantity(let quantity):
            guard let price = order.price.limit else { throw unmovable(id, "is a market order") }
            return [try movedTo(order, price, quantity, rules, line: line, at: now)]
        }
    }

    func unmovable(_ id: OrderID, _ why: String) -> EngineRefusal {
        EngineRefusal(.cannotMove, .order(id), "\(id) \(why)")
    }

    /// Whether the order is one that can be changed so, now.
    private func checkMovable(_ order: Order, _ move: OrderMove) throws(EngineRefusal) {
        let id = order.id
        if let why = order.plan.behavior.whyUnmovable { throw unmovable(id, why) }
        if let child = liveChildren(of: order).last {
            throw unmovable(id, "is now \(child.id): move that one")
        }
        if order.status.isFinal {
            throw unmovable(id, "is \(order.status.words) already; nothing of it is on the book")
        }
        guard order.cancelReason == nil else {
            throw order.cancelReason == .replaced
                ? unmovable(id, "is being moved already")
                : EngineRefusal(.cancelUnderWay, .order(id), "\(id) is being canceled already")
        }
        switch order.status {
        case .armed: break
        case .open, .partiallyFilled:
            guard order.price.limit != nil else { throw unmovable(id, "is a market order") }
        case .pending, .unknown, .filled, .canceled, .expired, .rejected:
            throw unmovable(id, "is \(order.status.words): the exchange has to answer first")
        }
        if case .trigger = move, order.trigger == nil { throw unmovable(id, "has no trigger") }
        if case .quantity = move, let parent = order.parent {
            throw unmovable(id, "is part of \(parent): only its price can be moved")
        }
    }

    // MARK: What is on the book

    private func movedTo(
        _ order: Order, _ price: ExactDecimal, _ quantity: ExactDecimal, _ rules: PairRules, line: String,
        at now: Timestamp
    ) throws(EngineRefusal) -> Record {
        guard order.price != .limit(price) || quantity != order.quantity else {
            throw unmovable(order.id, "is there already")
        }
        try checkPrice(price, rules, .price)
        if let own = ownOrder(inTheWayOf: order.side, at: price, of: order.account, order.pair) {
            throw EngineRefusal(
                .selfTrade, .price,
                "\(order.id) at \(price) would trade with \(own.id) of this account, \(own.side.rawValue) at \(own.price.bound)"
            )
        }
        guard quantity > order.filled else {
            throw EngineRefusal(
                .outOfRange, .amount,
                "\(order.filled) of \(order.id) has filled already; cancel \(order.id.rawValue) takes the rest off")
        }
        let rest = quantity - order.filled
        try checkQuantity(rest, rules, filled: order.filled)
        try checkValue(price, rest, rules)
        try order.plan.behavior.checkMove(of: order, to: price, in: self)
        let needed = rules.reservation(side: order.side, price: price, quantity: rest)
        let held = max(.zero, needed - order.reserved)
        try checkFunds(
            order.account, order.spentCoin, needed: held, for: "\(order.id) at \(price) holds \(order.reserved) and")
        return .moveRequested(
            order.id, MoveTerms(price: price, quantity: quantity, held: held, line: line), at: now)
    }

    /// What follows when an order that is being moved is off the book, by the exchange's word: the next attempt, or, where
    /// that cannot be, its end. `left` is what it has not filled of the quantity that it had.
    func decideReplacement(_ entry: OrderEntry, left: ExactDecimal, at now: Timestamp) -> Decision {
        let order = entry.order
        guard let move = entry.move else { return Decision(records: [.orderClosed(order.id, at: now)]) }
        let rest = move.quantity - (order.quantity - left)
        do throws(EngineRefusal) {
            try checkNoPanic(order.account)
            guard rest.isPositive else {
                throw EngineRefusal(
                    .cannotMove, .order(order.id), "as much as \(move.quantity) had filled before it could be moved")
            }
            let rules = try rules(for: order.pair)
            try checkPrice(move.price, rules, .price)
            try checkQuantity(rest, rules)
            try checkValue(move.price, rest, rules)
            let needed = rules.reservation(side: order.side, price: move.price, quantity: rest)
            // What the order holds for what has filled meanwhile is not there any more.
            let kept = order.remaining.isPositive ? share(of: order.reserved, left, order.remaining) : .zero
            try checkFunds(
                order.account, order.spentCoin, needed: needed - kept - move.held,
                for: "moving \(order.id) to \(move.price)")
            return Decision(records: [
                .orderReplaced(
                    order.id, price: move.price, quantity: move.quantity, reserved: needed, at: now)
            ])
        } catch {
            return Decision(records: [.orderClosed(order.id, at: now)], why: error)
        }
    }

    private func share(of held: ExactDecimal, _ left: ExactDecimal, _ remaining: ExactDecimal) -> ExactDecimal {
        guard left != remaining else { return held }
        return (try? held.divided(by: remaining, rounding: .exact).multiplied(by: left)) ?? held
    }

    /// A fill of an attempt that had been replaced: the exchange told it late. It counts, and the whole grows by what nothing
    /// was left for, so that what works now is not called filled. Then as much comes off what works.
    func decideLateFill(_ fill: Fill, of entry: OrderEntry, at now: Timestamp) -> [Record] {
        let order = entry.order
        let room = order.status.isFinal ? max(.zero, order.remaining) : .zero
        let grown = order.quantity + max(.zero, fill.quantity - room)
        var records: [Record] = []
        if grown != order.quantity { records.append(.orderGrown(order.id, quantity: grown, at: now)) }
        // What works at the exchange holds what it held.
        records.append(.orderFilled(order.id, fill, reservedAfter: order.reserved, at: now))
        guard !order.status.isFinal, order.cancelReason == nil else { return records }
        let rest = order.remaining - fill.quantity
        guard let price = order.price.limit, let rules = rules[order.pair], rest >= rules.quantityMin,
            rest.isMultiple(of: rules.quantityStep)
        else { return records + [.cancelRequested(order.id, .replaced, at: now)] }
        return records + [
            .moveRequested(
                order.id, MoveTerms(price: price, quantity: order.quantity, held: .zero, line: order.line), at: now)
        ]
    }
}
