package import Trading

/// Everybody who has no account here: they quote, they trade, and pay no fee.
extension VenueBooks {
    /// What strangers offer at a price.
    package struct Offer: Hashable, Sendable {
        package let side: Side
        package let price: ExactDecimal
        package let quantity: ExactDecimal

        package init(_ side: Side, price: ExactDecimal, quantity: ExactDecimal) {
            self.side = side
            self.price = price
            self.quantity = quantity
        }
    }

    /// Strangers withdraw what they offered, offer this from now on, and trade with what it crosses, in this order.
    package func quote(_ pair: Pair, _ offers: [Offer], at now: Timestamp) {
        guard let market = markets[pair] else { return }
        for side in Side.allCases {
            for order in market.book[side].orders where order.account == nil { end(order, .canceled) }
        }
        var prints: [MarketTrade] = []
        for offer in offers where offer.price.isPositive && offer.quantity.isPositive {
            let order = stranger(pair, offer.side, offer.price.units, offer.quantity.units, at: now)
            prints += trade(order, own: nil, at: now)
            if order.left > 0 { markets[pair]?.book[offer.side].add(order) }
        }
        tell(prints, pair, at: now)
    }

    /// Strangers trade with each other at a price, after they have taken what accounts offer there or better.
    package func print(
        _ pair: Pair, price: ExactDecimal, quantity: ExactDecimal, takerSide: Side, at now: Timestamp
    ) {
        guard let market = markets[pair] else { return }
        let taker = stranger(pair, takerSide, price.units, quantity.units, at: now)
        var prints: [MarketTrade] = []
        let makers = market.book[takerSide.opposite].orders.filter { $0.account != nil }
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

    /// A stranger takes so much of an order that rests, at its price, past all that wait before it.
    package func take(_ quantity: ExactDecimal, of order: VenueOrder, at now: Timestamp) {
        precondition(quantity.isPositive && quantity.units <= order.left, "more was taken of an order than is left")
        let taker = stranger(order.pair, order.side.opposite, order.price, quantity.units, at: now)
        exchange(quantity.units, maker: order, taker: taker, at: now)
        tell([printed(order.pair, order.price, quantity.units, taker.side, now)], order.pair, at: now)
    }

    /// An order of strangers, whose money is held and which is not on the book.
    private func stranger(
        _ pair: Pair, _ side: Side, _ price: Int128, _ quantity: Int128, at now: Timestamp
    ) -> VenueOrder {
        let order = VenueOrder(
            number: nextOrderNumber(), owner: .strangers, clientOrderID: nil, pair: pair, side: side, price: price,
            quantity: quantity, feeRate: 0, feeBasis: markets[pair]?.rules.feeBasis ?? .quote, createdAt: now)
        enter(order)
        return order
    }
}
