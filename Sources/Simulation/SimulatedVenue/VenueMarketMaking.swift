public import Trading
import Venue

/// The world around the desk's orders: strangers who quote and trade, and the trader at the venue's own page.
extension SimulatedVenue {
    // MARK: Strangers

    /// Strangers bid and ask at these prices from now on, and trade with what they cross.
    public func quote(
        _ pair: Pair, bid: ExactDecimal, ask: ExactDecimal, quantity: ExactDecimal, at now: Timestamp
    ) {
        let offers = [
            VenueBooks.Offer(.sell, price: ask, quantity: quantity),
            VenueBooks.Offer(.buy, price: bid, quantity: quantity),
        ]
        books.quote(pair, offers, at: clock(now))
    }

    /// Strangers trade with each other at a price, after they have taken what accounts offer there or better.
    public func print(
        _ pair: Pair, price: ExactDecimal, quantity: ExactDecimal, takerSide: Side, at now: Timestamp
    ) {
        books.print(pair, price: price, quantity: quantity, takerSide: takerSide, at: clock(now))
    }

    /// Quotes around the middle: three prices a side, in sizes that are drawn.
    func requote(_ pair: Pair, at now: Timestamp) {
        guard let rules = books.markets[pair]?.rules, let middle = middles[pair] else { return }
        var offers: [VenueBooks.Offer] = []
        let tick = rules.priceTick.units
        for level in 1...3 {
            for side in [Side.sell, .buy] {
                let distance = Int128(chance.number(1...3)) + Int128(level - 1) * 4
                let price = (middle / tick + (side == .sell ? distance : -distance)) * tick
                offers.append(
                    VenueBooks.Offer(
                        side, price: ExactDecimal(units: price), quantity: ExactDecimal(units: size(rules))))
            }
        }
        books.quote(pair, offers, at: clock(now))
    }

    private func size(_ rules: PairRules) -> Int128 {
        Int128(chance.number(1...max(traits.strangerSizeMax, 1)))
            * max(rules.quantityMin.units, rules.quantityStep.units)
    }

    /// Moves the middle a few ticks and quotes again, or has strangers trade.
    func moveMarket(_ pair: Pair, at now: Timestamp) {
        guard let rules = books.markets[pair]?.rules, let middle = middles[pair] else { return }
        let tick = rules.priceTick.units
        if chance.happens(perMille: 600) {
            let moved = middle + Int128(chance.number(-8...8)) * tick
            middles[pair] = max(moved, 40 * tick)
            requote(pair, at: now)
        } else {
            let side = chance.happens(perMille: 500) ? Side.buy : .sell
            let price = max(middle / tick + Int128(chance.number(-6...6)), 1) * tick
            let quantity = ExactDecimal(units: size(rules))
            self.print(pair, price: ExactDecimal(units: price), quantity: quantity, takerSide: side, at: now)
        }
    }

    /// Strangers take a part of an order, or all of it, that is about to be canceled.
    func fillBeforeCancel(_ order: VenueOrder, at now: Timestamp) {
        guard let rules = books.markets[order.pair]?.rules else { return }
        let steps = order.left / rules.quantityStep.units
        let taken = chance.happens(perMille: 250) ? steps : Int128(chance.number(1...Int64(clamping: steps)))
        books.take(ExactDecimal(units: taken * rules.quantityStep.units), of: order, at: clock(now))
        count(order.left == 0 ? "filled whole before a cancel" : "filled in part before a cancel")
    }

    // MARK: The trader at the venue's own page

    /// The trader cancels one of an account's orders there; whether one was open under that number.
    @discardableResult
    public func cancelElsewhere(_ number: UInt64, of account: AccountID, at now: Timestamp) -> Bool {
        guard let order = books.order(number, of: account), order.status == .open else { return false }
        books.cancel(order, at: clock(now))
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
        let new = { (selfTrade: NewOrder.SelfTradePrevention) in
            OrderEntry(
                account: account, pair: pair, side: side, price: price, quantity: quantity, selfTrade: selfTrade)
        }
        guard books.objection(to: new(.cancelIncoming)) == nil else { return nil }
        let order = books.accept(new(.cancelResting), at: clock(now))
        count("placed elsewhere")
        return order.number
    }
}
