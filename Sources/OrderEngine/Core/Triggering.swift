import Trading

extension OrderEngine {
    /// Fires the next trigger that a trade of the market reaches, if there is one. What an exchange tells late may have
    /// happened before there was anything to fire.
    func decideTrigger(_ trade: MarketTrade, at now: Timestamp) -> Decision {
        let difference = Int64(limits.clockDifferenceMilliseconds) * 1_000_000
        let newestArmed = trade.at.advanced(byNanoseconds: difference)
        func wasArmed(_ id: OrderID) -> Bool {
            guard let entry = entries[id] else { return false }
            return entry.armedAt <= newestArmed && entry.order.plan.behavior.wasWaiting(entry.order, for: trade)
        }
        guard let id = triggers[trade.pair]?.firstDue(at: trade.price, where: wasArmed), let order = entries[id]?.order
        else {
            let moving = followers[trade.pair]?.firstDue(at: trade.price, where: wasArmed)
            return Decision(
                records: moving.flatMap { entries[$0]?.order }.map { TrailingStopOrder.follow($0, trade, at: now) }
                    ?? [])
        }
        // A panic that has not come to it yet takes it off now.
        guard panics[order.account] == nil else {
            return Decision(records: cancelSteps(order, .panic, at: now))
        }
        return order.plan.behavior.trigger(order, by: trade, at: now, in: self)
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
        try checkValue(
            price.bound, quantity, rules,
            tradesAt: touch(for: then == .market ? .market : .limit(price.bound), order.side, rules, followsLast: true))
        let reserved = rules.reservation(side: order.side, price: price.bound, quantity: quantity)
        try checkFunds(
            order.account, rules.reservedCoin(for: order.side), needed: reserved,
            for: "\(order.side == .buy ? "buying" : "selling") \(quantity) \(order.pair.base) at \(price.bound)")
        return Order(
            id: id, account: order.account, exchange: exchange, pair: order.pair, side: order.side,
            kind: .simple, quantity: quantity, price: price, parent: order.id, line: Order.lineOfParent, createdAt: now,
            status: .pending,
            reserved: reserved,
            feeCurrency: rules.feeCurrency(for: order.side))
    }
}

// MARK: Applying

extension OrderEngine {
    /// Puts what an order waits for where the market will find it.
    mutating func arm(_ order: Order) {
        guard let trigger = order.trigger else { return }
        triggers[order.pair, default: TriggerBook()].insert(order.id, side: order.side, trigger: trigger)
        order.plan.behavior.armed(order, in: &self)
    }

    mutating func disarm(_ order: Order) {
        guard order.trigger != nil else { return }
        triggers[order.pair]?.remove(order.id, side: order.side)
        order.plan.behavior.disarmed(order, in: &self)
    }
}

extension OrderEntry {
    /// Since when its trigger waits: since it was placed, since its trader moved it, or since a cancel of it failed, which arms
    /// it again.
    ///
    /// While a trigger waits, only a cancel that failed can have set when cancels may be repeated.
    var armedAt: Timestamp {
        let placed = max(triggerSetAt ?? order.createdAt, order.createdAt)
        return cancelRetryAt.map { max($0.advanced(bySeconds: -OrderEngine.cancelRetrySeconds), placed) } ?? placed
    }
}
