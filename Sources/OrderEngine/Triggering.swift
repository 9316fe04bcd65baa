import Trading

extension OrderEngine {
    /// Fires the next trigger that a trade of the market reaches, if there is one. What an exchange tells late may have
    /// happened before there was anything to fire.
    func decideTrigger(_ trade: MarketTrade, at now: Timestamp) -> [Record] {
        let difference = Int64(limits.clockDifferenceMilliseconds) * 1_000_000
        let newestArmed = trade.at.advanced(byNanoseconds: difference)
        let due = triggers[trade.pair]?.firstDue(at: trade.price) { id in
            entries[id].map { $0.armedAt <= newestArmed } ?? false
        }
        guard let id = due, let order = entries[id]?.order else { return [] }
        switch order.plan {
        case .stop(_, let then):
            return fireStop(order, then, trade, at: now)
        case .oco:
            // The limit comes off first; what is left of it then becomes the child, whose number is set aside here.
            return [
                .orderTriggered(id, marketPrice: trade.price, child: nextOrderID, at: now),
                .cancelRequested(id, .triggered, at: now),
            ]
        case .none, .sliced, .paired:
            preconditionFailure("\(id) waits for a trigger and has none")
        }
    }

    private func fireStop(
        _ order: Order, _ then: TriggeredPrice, _ trade: MarketTrade, at now: Timestamp
    ) -> [Record] {
        do {
            let child = try triggeredChild(of: order, id: nextOrderID, then, at: now)
            return [
                .orderTriggered(order.id, marketPrice: trade.price, child: child.id, at: now),
                .orderPlaced(child),
            ]
        } catch {
            return [
                .orderTriggered(order.id, marketPrice: trade.price, child: nil, at: now),
                .orderRejected(order.id, code: error.code, reason: error.message, at: now),
            ]
        }
    }

    /// What a stop becomes: what is left of it, at the exchange. Throws where the funds or the rules do not allow it now.
    func triggeredChild(
        of order: Order, id: OrderID, _ then: TriggeredPrice, at now: Timestamp
    ) throws(EngineRefusal) -> Order {
        let rules = try rules(for: order.pair)
        let quantity = order.remaining
        try checkQuantity(quantity, rules)
        let price: OrderPrice =
            switch then {
            case .limit(let limit): .limit(limit)
            case .market:
                .market(protection: try protectionPrice(order.account, order.side, quantity, rules, followsLast: true))
            }
        // The rules may have changed while it waited.
        try checkPrice(price.bound, rules, .price)
        try checkValue(price.bound, quantity, rules)
        let reserved = rules.reservation(side: order.side, price: price.bound, quantity: quantity)
        try checkFunds(
            order.account, rules.reservedCoin(for: order.side), needed: reserved,
            for: "\(order.side == .buy ? "buying" : "selling") \(quantity) \(order.pair.base) at \(price.bound)")
        return Order(
            id: id, account: order.account, pair: order.pair, side: order.side, kind: .simple, quantity: quantity,
            price: price, parent: order.id, line: order.line, createdAt: now, status: .pending, reserved: reserved,
            feeCurrency: rules.feeCurrency(for: order.side))
    }
}

extension OrderEntry {
    /// Since when its trigger waits: since it was placed, or since a cancel of it failed, which arms it again.
    ///
    /// While a trigger waits, only a trader's cancel that failed can have set when cancels may be repeated.
    var armedAt: Timestamp {
        cancelRetryAt?.advanced(bySeconds: -OrderEngine.cancelRetrySeconds) ?? order.createdAt
    }
}
