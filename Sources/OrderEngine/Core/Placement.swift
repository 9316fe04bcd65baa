public import Trading

extension OrderEngine {
    /// What an order would come to, with all orders of a sliced one. Reads, and changes nothing.
    public func preview(_ ticket: OrderTicket, at now: Timestamp) throws(EngineRefusal) -> [Order] {
        try decidePlacement(ticket, placing: .max, at: now).compactMap { record in
            if case .orderPlaced(let order) = record { order } else { nil }
        }
    }

    /// Takes a new order on: checks everything that can be known before the exchange is asked. Of a sliced order it places the
    /// first `most` orders; the others follow.
    func decidePlacement(
        _ ticket: OrderTicket, placing most: Int, at now: Timestamp
    ) throws(EngineRefusal) -> [Record] {
        try checkNoPanic(ticket.account)
        let rules = try rules(for: ticket.pair)
        try checkExpiry(ticket.timeInForce, at: now)
        return try ticket.plan.behavior.place(ticket, placing: most, rules, at: now, in: self)
    }

    /// The price of an order that goes to the exchange as it is, once its quantity, price and value have been checked.
    func workingPrice(of ticket: OrderTicket, _ rules: PairRules) throws(EngineRefusal) -> OrderPrice {
        try checkQuantity(ticket.quantity, rules)
        let price = try bounded(
            ticket.price, ticket.account, ticket.side, ticket.quantity, rules,
            hasCashQuantity: ticket.cashQuantity != nil)
        try checkValue(price.bound, ticket.quantity, rules, tradesAt: touch(for: ticket.price, ticket.side, rules))
        return price
    }

    /// An order that goes to the exchange as it is, where there is room and money for it.
    func workingOrder(
        _ ticket: OrderTicket, at price: OrderPrice, _ rules: PairRules, at now: Timestamp
    ) throws(EngineRefusal) -> Order {
        try checkOpenOrders(ticket.account, adding: 1)
        let reserved =
            ticket.cashQuantity
            ?? rules.reservation(side: ticket.side, price: price.bound, quantity: ticket.quantity)
        try checkFunds(
            ticket.account, rules.reservedCoin(for: ticket.side), needed: reserved,
            for:
                "\(ticket.side == .buy ? "buying" : "selling") \(ticket.quantity) \(ticket.pair.base) at \(price.bound)"
        )
        return order(ticket, price: price, status: .pending, reserved: reserved, rules, at: now)
    }

    /// A new order as its ticket says, with the next number.
    func order(
        _ ticket: OrderTicket, price: OrderPrice, status: OrderStatus, reserved: ExactDecimal, _ rules: PairRules,
        at now: Timestamp
    ) -> Order {
        Order(
            id: nextOrderID, account: ticket.account, exchange: exchange, pair: ticket.pair, side: ticket.side,
            kind: ticket.kind,
            quantity: ticket.quantity, price: price, timeInForce: ticket.timeInForce, isPostOnly: ticket.isPostOnly,
            cashQuantity: ticket.cashQuantity, plan: ticket.plan, line: ticket.line, tag: ticket.tag, createdAt: now,
            status: status,
            reserved: reserved,
            feeCurrency: rules.feeCurrency(for: ticket.side))
    }
}
