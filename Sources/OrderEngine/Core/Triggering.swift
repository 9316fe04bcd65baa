import Trading

extension OrderEngine {
    /// Fires the next trigger that a trade of the market reaches, if there is one. What an exchange tells late may have
    /// happened before there was anything to fire.
    func decideTrigger(_ trade: MarketTrade, at now: Timestamp) -> Decision {
        let difference = Int64(limits.clockDifferenceMilliseconds) * 1_000_000
        let newestArmed = trade.at.advanced(byNanoseconds: difference)
        func wasArmed(_ id: OrderID) -> Bool {
            entries[id].map { $0.armedAt <= newestArmed && $0.order.hasTrailed(before: trade) } ?? false
        }
        guard let id = triggers[trade.pair]?.firstDue(at: trade.price, where: wasArmed), let order = entries[id]?.order
        else {
            let moving = followers[trade.pair]?.firstDue(at: trade.price, where: wasArmed)
            return Decision(records: moving.map { follow($0, trade, at: now) } ?? [])
        }
        // A panic that has not come to it yet takes it off now.
        guard panics[order.account] == nil else {
            return Decision(records: cancelSteps(order, .panic, at: now))
        }
        switch order.plan {
        case .stop(_, let then):
            return Decision(records: fireStop(order, then, trade, at: now))
        case .trail:
            return Decision(records: fireStop(order, .market, trade, at: now))
        case .oco(_, let then):
            // Where what is left could not be sent as a stop, the limit stays: better one leg than none.
            if let why = stopRefusal(order, then) {
                return Decision(
                    records: [.orderTriggered(id, marketPrice: trade.price, child: nil, at: now)], why: why)
            }
            // The limit comes off first; what is left of it then becomes the child, whose number is set aside here.
            return Decision(records: [
                .orderTriggered(id, marketPrice: trade.price, child: nextOrderID, at: now),
                .cancelRequested(id, .triggered, at: now),
            ])
        case .none, .sliced, .paired:
            preconditionFailure("\(id) waits for a trigger and has none")
        }
    }

    /// The market has gone so far that a trailing trigger goes with it.
    private func follow(_ id: OrderID, _ trade: MarketTrade, at now: Timestamp) -> [Record] {
        guard let order = entries[id]?.order, case .trail(let trailing) = order.plan,
            let trigger = trailing.trigger(following: trade.price, side: order.side)
        else { return [] }
        return [.triggerMoved(id, trigger: trigger, marketPrice: trade.price, tradedAt: trade.at, at: now)]
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

    /// Why what is left of a one-cancels-the-other could not be sent as its stop, whatever funds there are: its limit holds them
    /// until then.
    private func stopRefusal(_ order: Order, _ then: TriggeredPrice) -> EngineRefusal? {
        do {
            let rules = try rules(for: order.pair)
            let quantity = order.remaining
            try checkQuantity(quantity, rules)
            switch then {
            case .limit(let limit):
                try checkPrice(limit, rules, .price)
                try checkValue(limit, quantity, rules)
            case .market:
                guard let touch = touch(for: .market, order.side, rules, followsLast: true) else { return nil }
                try checkValue(touch, quantity, rules)
            }
            return nil
        } catch {
            return error
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

extension Order {
    /// Whether a trade is none of before the one that a trailing trigger was last moved by: both are told by the exchange's
    /// own clock. The trigger was not there yet.
    fileprivate func hasTrailed(before trade: MarketTrade) -> Bool {
        guard case .trail(let trailing) = plan else { return true }
        return trailing.bestAt <= trade.at
    }
}
