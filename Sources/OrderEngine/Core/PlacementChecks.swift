public import Trading

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
                "\(quantity) \(base) is below the minimum order of \(rules.pair), \(rules.quantityMin) \(base)")
        }
        guard quantity.isMultiple(of: rules.quantityStep) else {
            throw EngineRefusal(
                .offStep, .amount,
                "\(quantity + filled) \(base) must be a multiple of \(rules.quantityStep) \(base) (\(rules.pair)'s amount step)",
                suggestion: (try? quantity.rounded(toMultipleOf: rules.quantityStep, .down))
                    .flatMap { $0 < rules.quantityMin ? nil : ($0 + filled).description })
        }
    }

    func checkPrice(
        _ price: ExactDecimal, _ rules: PairRules, _ subject: EngineRefusal.Subject
    ) throws(EngineRefusal) {
        guard price.isPositive else {
            throw EngineRefusal(.outOfRange, subject, "a price must be above zero, found \(price)")
        }
        guard price.isMultiple(of: rules.priceTick) else {
            throw EngineRefusal(
                .offTick, subject,
                "\(price) must be a multiple of \(rules.priceTick) \(rules.pair.quote) (\(rules.pair)'s tick)",
                suggestion: (try? price.rounded(toMultipleOf: rules.priceTick, .nearest))
                    .map { max($0, rules.priceTick).description })
        }
    }

    /// What an order comes to fits, at the furthest price that it may trade at, and is not below the pair's least, at what it
    /// would trade at: for an order at the market that is the touch, and not its protection.
    func checkValue(
        _ price: ExactDecimal, _ quantity: ExactDecimal, _ rules: PairRules, tradesAt touch: ExactDecimal? = nil
    ) throws(EngineRefusal) {
        guard rules.valueFits(price: price, quantity: quantity) else {
            throw EngineRefusal(.outOfRange, .amount, "\(quantity) at \(price) is more than an account can hold")
        }
        let value = (touch ?? price).times(quantity)
        guard value >= rules.valueMin else {
            throw EngineRefusal(
                .belowMinimum, .amount,
                "\(value) \(rules.pair.quote) is below the minimum value of \(rules.pair), \(rules.valueMin) \(rules.pair.quote)"
            )
        }
    }

    func checkFunds(
        _ account: AccountID, _ coin: Coin, needed: ExactDecimal, for what: @autoclosure () -> String
    ) throws(EngineRefusal) {
        let funds = funds(of: account, in: coin)
        guard needed <= funds.free else {
            throw EngineRefusal(
                .insufficientFunds, .amount, "\(what()) needs \(needed) \(coin); \(funds.freeWords(of: coin))")
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

    /// What an order at the market would begin to trade at, on the tick against it; nil for a limit, and where no price is known.
    func touch(
        for price: TicketPrice, _ side: Side, _ rules: PairRules, followsLast: Bool = false
    ) -> ExactDecimal? {
        guard price == .market, let touch = marketTouch(of: rules.pair, side, followsLast: followsLast) else {
            return nil
        }
        return try? touch.rounded(toMultipleOf: rules.priceTick, side == .buy ? .up : .down)
    }

    private func marketTouch(of pair: Pair, _ side: Side, followsLast: Bool) -> ExactDecimal? {
        let ticker = market[pair]
        guard let touch = side == .buy ? ticker?.ask ?? ticker?.last : ticker?.bid ?? ticker?.last else { return nil }
        guard followsLast, let last = ticker?.last else { return touch }
        return side == .buy ? max(touch, last) : min(touch, last)
    }

    /// How far from `touch` a market order may trade: the protection, on the tick.
    public func protection(from touch: ExactDecimal, _ side: Side, _ rules: PairRules) throws(DecimalError)
        -> ExactDecimal
    {
        switch side {
        case .sell:
            let floor = try touch.multiplied(by: .one - limits.marketProtection, rounding: .down)
            return max(try floor.rounded(toMultipleOf: rules.priceTick, .down), rules.priceTick)
        case .buy:
            return try touch.multiplied(by: .one + limits.marketProtection, rounding: .up)
                .rounded(toMultipleOf: rules.priceTick, .up)
        }
    }

    /// The price that a market order may not trade beyond: the touch and the protection, or for a buy what the free
    /// funds pay for where that is less. What a trade has triggered follows that trade: the quote may be older. An order with a
    /// cash quantity stops by that.
    func protectionPrice(
        _ account: AccountID, _ side: Side, _ quantity: ExactDecimal, _ rules: PairRules, followsLast: Bool = false,
        hasCashQuantity: Bool = false
    ) throws(EngineRefusal) -> ExactDecimal {
        guard let touch = marketTouch(of: rules.pair, side, followsLast: followsLast) else {
            throw EngineRefusal(.noMarket, .price, "no price of \(rules.pair) yet")
        }
        do {
            let bound = try protection(from: touch, side, rules)
            switch side {
            case .sell: return bound
            case .buy where hasCashQuantity: return bound
            case .buy:
                let ceiling = bound
                let rate = rules.feeBasis == .quote ? ExactDecimal.one + rules.feeRate : .one
                let funds = funds(of: account, in: rules.pair.quote)
                let affordable = try funds.free.divided(by: rate, rounding: .down).divided(
                    by: quantity, rounding: .down
                )
                .rounded(toMultipleOf: rules.priceTick, .down)
                guard affordable >= touch else {
                    try checkValue(ceiling, quantity, rules)
                    let needed = try touch.rounded(toMultipleOf: rules.priceTick, .up)
                    throw EngineRefusal(
                        .insufficientFunds, .amount,
                        """
                        buying \(quantity) \(rules.pair.base) at \(touch) needs \
                        \(rules.reservation(side: .buy, price: needed, quantity: quantity)) \(rules.pair.quote); \
                        \(funds.freeWords(of: rules.pair.quote))
                        """)
                }
                return min(ceiling, affordable)
            }
        } catch let refusal as EngineRefusal {
            throw refusal
        } catch {
            throw EngineRefusal(
                .outOfRange, .amount, "\(quantity) \(rules.pair.base) is more than an account can hold")
        }
    }

    /// An order of the account on the other side of the book that an order at this price would trade with: the one that it would
    /// meet first.
    public func ownOrder(inTheWayOf side: Side, at price: ExactDecimal, of account: AccountID, _ pair: Pair) -> Order? {
        let met = (openOrders[account] ?? []).compactMap { id -> Order? in
            guard let order = entries[id]?.order, order.pair == pair, order.side != side, order.isAtExchangeItself,
                let limit = order.price.limit, side == .buy ? limit <= price : limit >= price
            else { return nil }
            return order
        }
        return side == .buy
            ? met.min { ($0.price.bound, $0.id) < ($1.price.bound, $1.id) }
            : met.max { ($0.price.bound, $1.id) < ($1.price.bound, $0.id) }
    }

    /// The order's price with its bound.
    func bounded(
        _ price: TicketPrice, _ account: AccountID, _ side: Side, _ quantity: ExactDecimal, _ rules: PairRules,
        _ subject: EngineRefusal.Subject = .price, hasCashQuantity: Bool = false
    ) throws(EngineRefusal) -> OrderPrice {
        switch price {
        case .limit(let limit):
            try checkPrice(limit, rules, subject)
            return .limit(limit)
        case .market:
            return .market(
                protection: try protectionPrice(
                    account, side, quantity, rules, hasCashQuantity: hasCashQuantity))
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

extension Funds {
    /// `1.5998 btc is free`, and what is not free for a reason that the desk's own orders do not show.
    func freeWords(of coin: Coin) -> String {
        let words = "\(free) \(coin) is free"
        return foreign.isPositive ? "\(words); \(foreign) is in orders that were not made here: orders" : words
    }
}
