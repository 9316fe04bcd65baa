public import Trading

/// The world around the desk's orders: strangers who quote and trade, and the trader at the venue's own page.
extension SimulatedVenue {
    // MARK: Strangers

    /// Strangers bid and ask at these prices from now on, and trade with what they cross.
    public func quote(
        _ pair: Pair, bid: ExactDecimal, ask: ExactDecimal, quantity: ExactDecimal, at now: Timestamp
    ) {
        withdrawQuotes(pair)
        let prints =
            offer(pair, .sell, ask.units, quantity.units, at: now)
            + offer(pair, .buy, bid.units, quantity.units, at: now)
        tell(prints, pair, at: now)
    }

    /// Strangers trade with each other at a price, after they have taken what accounts offer there or better.
    public func print(
        _ pair: Pair, price: ExactDecimal, quantity: ExactDecimal, takerSide: Side, at now: Timestamp
    ) {
        guard let rules = markets[pair]?.rules else { return }
        let taker = stranger(pair, takerSide, price.units, quantity.units, rules, at: now)
        var prints: [MarketTrade] = []
        let makers = markets[pair]?.book[takerSide.opposite].orders.filter { $0.account != nil } ?? []
        for maker in makers where taker.left > 0 && taker.accepts(maker.price) {
            let traded = min(taker.left, maker.left)
            exchange(traded, maker: maker, taker: taker, at: now)
            prints.append(printed(pair, maker.price, traded, takerSide, now))
        }
        let rest = taker.left
        if rest > 0 {
            end(taker, .canceled)
            prints.append(printed(pair, price.units, rest, takerSide, now))
        }
        tell(prints, pair, at: now)
    }

    private func printed(_ pair: Pair, _ price: Int128, _ quantity: Int128, _ side: Side, _ now: Timestamp)
        -> MarketTrade
    {
        MarketTrade(
            pair: pair, price: ExactDecimal(units: price), quantity: ExactDecimal(units: quantity), takerSide: side,
            at: clock(now))
    }

    /// An order of strangers, written down and not yet on the book. They pay no fee.
    private func stranger(
        _ pair: Pair, _ side: Side, _ price: Int128, _ quantity: Int128, _ rules: PairRules, at now: Timestamp
    ) -> VenueOrder {
        let order = VenueOrder(
            number: UInt64(orders.count + 1), owner: .strangers, clientOrderID: nil, pair: pair, side: side,
            price: price, quantity: quantity, feeRate: 0, feeBasis: rules.feeBasis, createdAt: clock(now))
        enter(order)
        return order
    }

    private func offer(
        _ pair: Pair, _ side: Side, _ price: Int128, _ quantity: Int128, at now: Timestamp
    ) -> [MarketTrade] {
        guard let rules = markets[pair]?.rules, price > 0, quantity > 0 else { return [] }
        let order = stranger(pair, side, price, quantity, rules, at: now)
        let prints = trade(order, cancelsOwn: false, at: now)
        if order.left > 0 { markets[pair]?.book[side].add(order) }
        return prints
    }

    private func withdrawQuotes(_ pair: Pair) {
        for side in Side.allCases {
            for order in markets[pair]?.book[side].orders ?? [] where order.account == nil { takeOff(order) }
        }
    }

    /// Quotes around the middle: three prices a side, in sizes that are drawn.
    func requote(_ pair: Pair, at now: Timestamp) {
        guard let market = markets[pair], let middle = market.middle else { return }
        withdrawQuotes(pair)
        var prints: [MarketTrade] = []
        let tick = market.rules.priceTick.units
        for level in 1...3 {
            for side in [Side.sell, .buy] {
                let distance = Int128(chance.number(1...3)) + Int128(level - 1) * 4
                let price = (middle / tick + (side == .sell ? distance : -distance)) * tick
                prints += offer(pair, side, price, size(market.rules), at: now)
            }
        }
        tell(prints, pair, at: now)
    }

    private func size(_ rules: PairRules) -> Int128 {
        Int128(chance.number(1...max(traits.strangerSizeMax, 1)))
            * max(rules.quantityMin.units, rules.quantityStep.units)
    }

    /// Moves the middle a few ticks and quotes again, or has strangers trade.
    func moveMarket(_ pair: Pair, at now: Timestamp) {
        guard let market = markets[pair], let middle = market.middle else { return }
        let tick = market.rules.priceTick.units
        if chance.perMille(600) {
            let moved = middle + Int128(chance.number(-8...8)) * tick
            markets[pair]?.middle = max(moved, 40 * tick)
            requote(pair, at: now)
        } else {
            let side = chance.perMille(500) ? Side.buy : .sell
            let price = max(middle / tick + Int128(chance.number(-6...6)), 1) * tick
            let quantity = ExactDecimal(units: size(market.rules))
            print(pair, price: ExactDecimal(units: price), quantity: quantity, takerSide: side, at: now)
        }
    }

    /// Strangers take a part of an order, or all of it, that is about to be canceled.
    func fillBeforeCancel(_ order: VenueOrder, at now: Timestamp) {
        guard let rules = markets[order.pair]?.rules else { return }
        let steps = order.left / rules.quantityStep.units
        let taken = chance.perMille(250) ? steps : Int128(chance.number(1...Int64(clamping: steps)))
        let quantity = taken * rules.quantityStep.units
        let taker = stranger(order.pair, order.side.opposite, order.price, quantity, rules, at: now)
        exchange(quantity, maker: order, taker: taker, at: now)
        count(order.left == 0 ? "filled whole before a cancel" : "filled in part before a cancel")
        tell([printed(order.pair, order.price, quantity, taker.side, now)], order.pair, at: now)
    }

    // MARK: The trader at the venue's own page

    /// The trader cancels one of an account's orders there; whether one was open under that number.
    @discardableResult
    public func cancelElsewhere(_ number: UInt64, of account: AccountID, at now: Timestamp) -> Bool {
        guard let order = order(number, of: account), order.status == .open else { return false }
        takeOff(order)
        tell([], order.pair, at: now)
        count("canceled elsewhere")
        return true
    }

    /// The trader places an order there, of which the desk knows nothing; its number, or nil where it may not enter.
    ///
    /// The caller sees to it that no order of the desk has its pair, side and quantity: nobody could tell the two apart.
    @discardableResult
    public func placeElsewhere(
        _ account: AccountID, _ pair: Pair, _ side: Side, quantity: ExactDecimal, price: ExactDecimal,
        at now: Timestamp
    ) -> UInt64? {
        let new = NewOrder(
            clientOrderID: ClientOrderID(order: OrderID(0), attempt: 0), account: account, pair: pair, side: side,
            quantity: quantity, price: .limit(price), lifetime: .rest)
        guard let rules = markets[pair]?.rules, objection(to: new) == nil else { return nil }
        let order = VenueOrder(
            number: UInt64(orders.count + 1), owner: .account(account), clientOrderID: nil, pair: pair, side: side,
            price: price.units, quantity: quantity.units, feeRate: rules.feeRate.units, feeBasis: rules.feeBasis,
            createdAt: clock(now))
        enter(order)
        pushes.append(.accepted(account, number: order.number, nil))
        let prints = trade(order, cancelsOwn: true, at: now)
        if order.left > 0 { markets[pair]?.book[side].add(order) }
        tell(prints, pair, at: now)
        count("placed elsewhere")
        return order.number
    }
}
