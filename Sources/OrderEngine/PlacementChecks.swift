import Trading

extension OrderEngine {
    /// The rules of a pair, or a refusal.
    func rules(for pair: Pair) throws(EngineRefusal) -> PairRules {
        guard let rules = rules[pair] else {
            throw EngineRefusal(.unknownPair, .pair, "\(pair) is not traded on this exchange")
        }
        return rules
    }

    /// `filled` is what the order has done already where its whole was typed, and `quantity` the rest: a hint is of the whole.
    func checkQuantity(
        _ quantity: ExactDecimal, _ rules: PairRules, filled: ExactDecimal = .zero
    ) throws(EngineRefusal) {
        let base = rules.pair.base
        guard quantity >= rules.quantityMin else {
            throw EngineRefusal(
                .belowMinimum, .amount,
                "\(quantity) \(base) is below the least order of \(rules.pair), \(rules.quantityMin) \(base)",
                suggestion: (rules.quantityMin + filled).description)
        }
        guard quantity.isMultiple(of: rules.quantityStep) else {
            throw EngineRefusal(
                .offStep, .amount,
                "\(quantity + filled) \(base) is finer than \(rules.pair) allows, steps of \(rules.quantityStep) \(base)",
                suggestion: (try? quantity.rounded(toMultipleOf: rules.quantityStep, .down))
                    .flatMap { $0 < rules.quantityMin ? nil : ($0 + filled).description })
        }
    }

    func checkPrice(
        _ price: ExactDecimal, _ rules: PairRules, _ subject: EngineRefusal.Subject
    ) throws(EngineRefusal) {
        guard price.isPositive else {
            throw EngineRefusal(.outOfRange, subject, "a price is above zero, not \(price)")
        }
        guard price.isMultiple(of: rules.priceTick) else {
            throw EngineRefusal(
                .offTick, subject,
                "\(price) is finer than \(rules.pair) allows, steps of \(rules.priceTick) \(rules.pair.quote)",
                suggestion: (try? price.rounded(toMultipleOf: rules.priceTick, .nearest))
                    .map { max($0, rules.priceTick).description })
        }
    }

    func checkValue(_ price: ExactDecimal, _ quantity: ExactDecimal, _ rules: PairRules) throws(EngineRefusal) {
        guard rules.valueFits(price: price, quantity: quantity) else {
            throw EngineRefusal(.outOfRange, .amount, "\(quantity) at \(price) is more than any account can hold")
        }
        let value = price.times(quantity)
        guard value >= rules.valueMin else {
            throw EngineRefusal(
                .belowMinimum, .amount,
                "\(value) \(rules.pair.quote) is below the least value of \(rules.pair), \(rules.valueMin) \(rules.pair.quote)"
            )
        }
    }

    func checkFunds(
        _ account: AccountID, _ coin: Coin, needed: ExactDecimal, for what: @autoclosure () -> String
    ) throws(EngineRefusal) {
        let free = funds(of: account, in: coin).free
        guard needed <= free else {
            throw EngineRefusal(
                .insufficientFunds, .amount, "\(what()) needs \(needed) \(coin); \(free) \(coin) is free")
        }
    }

    func checkExpiry(_ timeInForce: TimeInForce, at now: Timestamp) throws(EngineRefusal) {
        if let expireTime = timeInForce.expireTime, expireTime <= now {
            throw EngineRefusal(.timePassed, .expiry, "\(expireTime) has passed")
        }
    }

    func checkOpenOrders(_ account: AccountID, adding count: Int) throws(EngineRefusal) {
        let open = openOrderCount(of: account) + unplacedOrders(of: account)
        guard open + count <= limits.openOrdersMax else {
            throw EngineRefusal(
                .tooManyOrders, nil,
                "\(open) orders are open and \(count) more would pass the limit of \(limits.openOrdersMax)")
        }
    }

    /// The price that a market order may not trade beyond: the touch and the protection, or for a buy what the free
    /// funds pay for where that is less. What a trade has triggered follows that trade: the quote may be older.
    func protectionPrice(
        _ account: AccountID, _ side: Side, _ quantity: ExactDecimal, _ rules: PairRules, followsLast: Bool = false
    ) throws(EngineRefusal) -> ExactDecimal {
        let ticker = market[rules.pair]
        guard var touch = side == .buy ? ticker?.ask ?? ticker?.last : ticker?.bid ?? ticker?.last else {
            throw EngineRefusal(.noMarket, .price, "no price of \(rules.pair) has been seen yet")
        }
        if followsLast, let last = ticker?.last { touch = side == .buy ? max(touch, last) : min(touch, last) }
        do {
            switch side {
            case .sell:
                let floor = try touch.multiplied(by: .one - limits.marketProtection, rounding: .down)
                return max(try floor.rounded(toMultipleOf: rules.priceTick, .down), rules.priceTick)
            case .buy:
                let ceiling = try touch.multiplied(by: .one + limits.marketProtection, rounding: .up)
                    .rounded(toMultipleOf: rules.priceTick, .up)
                let rate = rules.feeBasis == .quote ? ExactDecimal.one + rules.feeRate : .one
                let free = funds(of: account, in: rules.pair.quote).free
                let affordable = try free.divided(by: rate, rounding: .down).divided(by: quantity, rounding: .down)
                    .rounded(toMultipleOf: rules.priceTick, .down)
                guard affordable >= touch else {
                    try checkValue(ceiling, quantity, rules)
                    let needed = try touch.rounded(toMultipleOf: rules.priceTick, .up)
                    throw EngineRefusal(
                        .insufficientFunds, .amount,
                        """
                        buying \(quantity) \(rules.pair.base) at \(touch) needs \
                        \(rules.reservation(side: .buy, price: needed, quantity: quantity)) \(rules.pair.quote); \
                        \(free) \(rules.pair.quote) is free
                        """)
                }
                return min(ceiling, affordable)
            }
        } catch let refusal as EngineRefusal {
            throw refusal
        } catch {
            throw EngineRefusal(
                .outOfRange, .amount, "\(quantity) \(rules.pair.base) is more than any account can hold")
        }
    }

    /// The order's price with its bound.
    func bounded(
        _ price: TicketPrice, _ account: AccountID, _ side: Side, _ quantity: ExactDecimal, _ rules: PairRules,
        _ subject: EngineRefusal.Subject = .price
    ) throws(EngineRefusal) -> OrderPrice {
        switch price {
        case .limit(let limit):
            try checkPrice(limit, rules, subject)
            return .limit(limit)
        case .market:
            return .market(protection: try protectionPrice(account, side, quantity, rules))
        }
    }

    /// A stop whose trigger the market has reached already would be a surprise, not a stop.
    func checkTrigger(
        _ trigger: ExactDecimal, _ side: Side, _ rules: PairRules
    ) throws(EngineRefusal) {
        try checkPrice(trigger, rules, .trigger)
        guard let last = market[rules.pair]?.last else { return }
        switch side {
        case .sell where last <= trigger:
            throw EngineRefusal(
                .triggerPassed, .trigger,
                "\(rules.pair) last traded at \(last), at or below the trigger \(trigger) already")
        case .buy where last >= trigger:
            throw EngineRefusal(
                .triggerPassed, .trigger,
                "\(rules.pair) last traded at \(last), at or above the trigger \(trigger) already")
        case .sell, .buy:
            break
        }
    }

    func checkTriggered(_ then: TriggeredPrice, _ quantity: ExactDecimal, _ rules: PairRules) throws(EngineRefusal) {
        if case .limit(let limit) = then {
            try checkPrice(limit, rules, .price)
            try checkValue(limit, quantity, rules)
        }
    }
}
