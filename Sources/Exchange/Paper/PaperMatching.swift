public import Trading

/// Placing and canceling: what an account's order does to the book.
extension PaperExchange {
    func place(_ new: NewOrder, at now: Timestamp) -> [ExchangeReport] {
        let name = PaperOrderName(account: new.account, client: new.clientOrderID)
        guard orderNumbers[name] == nil else {
            return [
                .execution(
                    account: new.account, .status(new.clientOrderID, state(of: new.clientOrderID, new.account)))
            ]
        }
        guard let market = marketIndex[new.pair] else {
            return rejection(of: new, .unknownPair, "no pair \(new.pair) on the paper exchange")
        }
        if let (code, reason) = objection(to: new, in: market) { return rejection(of: new, code, reason) }
        return accept(new, in: market, at: now)
    }

    private func rejection(of new: NewOrder, _ code: RefusalCode, _ reason: String) -> [ExchangeReport] {
        [.execution(account: new.account, .rejected(new.clientOrderID, code: code, reason: reason))]
    }

    // MARK: Whether an order may enter

    /// Why an order would be refused now, as `place` would refuse it; nil where it would be taken. Changes nothing.
    public func objection(to new: NewOrder) -> (code: RefusalCode, reason: String)? {
        guard let market = marketIndex[new.pair] else {
            return (.unknownPair, "no pair \(new.pair) on the paper exchange")
        }
        return objection(to: new, in: market)
    }

    private func objection(to new: NewOrder, in market: Int) -> (RefusalCode, String)? {
        objection(toTermsOf: new, markets[market]) ?? objection(toFundsFor: new, markets[market])
            ?? objection(toMatching: new, markets[market])
    }

    private func objection(toTermsOf new: NewOrder, _ market: PaperMarket) -> (RefusalCode, String)? {
        let rules = market.rules
        let price = new.price.bound
        guard price.isPositive, new.quantity.isPositive else {
            return (.outOfRange, "price and quantity must be above zero")
        }
        guard price.isMultiple(of: rules.priceTick) else {
            return (.offTick, "the price \(price) is no multiple of \(rules.priceTick)")
        }
        guard new.quantity.isMultiple(of: rules.quantityStep) else {
            return (.offStep, "the quantity \(new.quantity) is no multiple of \(rules.quantityStep)")
        }
        guard new.quantity >= rules.quantityMin else {
            return (.belowMinimum, "the quantity \(new.quantity) is below \(rules.quantityMin)")
        }
        guard rules.valueFits(price: price, quantity: new.quantity) else {
            return (.outOfRange, "price × quantity is too large")
        }
        // An order at the market comes to what it trades at, and not to its protection.
        let best = new.price.limit == nil ? market.best(new.side.opposite) : nil
        let value = (best.map { new.side == .buy ? min($0, price) : max($0, price) } ?? price).times(new.quantity)
        guard value >= rules.valueMin else {
            return (.belowMinimum, "the value \(value) is below \(rules.valueMin)")
        }
        if new.lifetime == .postOnly, new.price.limit == nil {
            return (.conflictingWords, "a market order cannot be post-only")
        }
        return nil
    }

    private func objection(toFundsFor new: NewOrder, _ market: PaperMarket) -> (RefusalCode, String)? {
        let rules = market.rules
        let coin = rules.reservedCoin(for: new.side)
        let needed =
            new.cashQuantity ?? rules.reservation(side: new.side, price: new.price.bound, quantity: new.quantity)
        let free = wallets[new.account]?.balances[coin]?.free ?? .zero
        guard free >= needed else { return (.insufficientFunds, "needs \(needed) \(coin), and \(free) is free") }
        // A sale trades at the best bid where that is above its limit: what it brings there has to fit, whatever the limit is.
        let price = new.side == .sell ? max(new.price.bound, market.best(.buy) ?? new.price.bound) : new.price.bound
        guard rules.valueFits(price: price, quantity: new.quantity) else {
            return (.outOfRange, "\(new.quantity) at \(price) is more than an account may hold")
        }
        let (received, gain) =
            new.side == .buy ? (new.pair.base, new.quantity) : (new.pair.quote, price.times(new.quantity))
        let before = wallets[new.account]?.balances[received] ?? PaperWallet.Balance()
        guard gain <= PaperExchange.balanceMax, before.free + before.held + gain <= PaperExchange.balanceMax else {
            return (
                .outOfRange,
                "\(gain) \(received) more would be more than \(PaperExchange.balanceMax), the most an account may hold"
            )
        }
        return nil
    }

    private func objection(toMatching new: NewOrder, _ market: PaperMarket) -> (RefusalCode, String)? {
        guard let first = market.opposite(new.side, limit: new.price.bound) else {
            return new.lifetime == .fillOrKill ? (.cannotFill, "nothing to trade with at this price") : nil
        }
        if new.lifetime == .postOnly { return (.wouldTrade, "it would trade at once") }
        if case .order(let resting) = first, orders[resting.id]?.order.account == new.account,
            new.selfTrade == .cancelIncoming
        {
            return (.selfTrade, "it would trade with the account's own order")
        }
        return new.lifetime == .fillOrKill ? objection(toFillingWhole: new, market) : nil
    }

    /// Whether a fill-or-kill order finds all of its quantity before it finds the end of the book or its own account.
    private func objection(toFillingWhole new: NewOrder, _ market: PaperMarket) -> (RefusalCode, String)? {
        let outside = new.side == .buy ? market.outsideAsk : market.outsideBid
        let isWithin = { (price: ExactDecimal, limit: ExactDecimal) in
            new.side == .buy ? price <= limit : price >= limit
        }
        let reachesOutside = outside.map { isWithin($0, new.price.bound) } ?? false
        // Accounts' orders come first as far as the outside, which has the rest.
        let reach = reachesOutside ? outside ?? new.price.bound : new.price.bound
        var left = new.quantity
        var meetsItself = false
        market.book.forEach(new.side.opposite) { resting in
            guard left.isPositive, isWithin(resting.price, reach) else { return false }
            meetsItself = orders[resting.id]?.order.account == new.account
            if !meetsItself { left -= min(left, resting.quantity) }
            return !meetsItself
        }
        if meetsItself { return (.selfTrade, "it would trade with the account's own order") }
        return left.isZero || reachesOutside ? nil : (.cannotFill, "only \(new.quantity - left) could trade at once")
    }

    // MARK: Trading and resting

    private func accept(_ new: NewOrder, in market: Int, at now: Timestamp) -> [ExchangeReport] {
        counters.order += 1
        let number = counters.order
        let order = PaperOrder(number: number, order: new, rules: markets[market].rules, placedAt: now)
        orders[number] = order
        orderNumbers[PaperOrderName(account: new.account, client: new.clientOrderID)] = number
        changeBalance(new.account, order.rules.reservedCoin(for: new.side)) {
            $0.free -= order.held
            $0.held += order.held
        }
        wallets[new.account, default: PaperWallet()].openOrders.append(number)
        changes.durable.insert(.order(number))
        changes.durable.insert(.counters)

        var reports: [ExchangeReport] = [
            .execution(account: new.account, .accepted(new.clientOrderID, exchangeOrderID: String(number)))
        ]
        var prints: [MarketTrade] = []
        let metItself = trade(order, in: market, at: now, &reports, &prints)
        settleRest(number, in: market, metItself: metItself, &reports)
        for print in prints { reports.append(record(print, in: market)) }
        appendTicker(of: market, at: now, &reports)
        return reports
    }

    /// Trades what can be traded at once. Whether it stopped at an order of its own account.
    private func trade(
        _ order: PaperOrder, in market: Int, at now: Timestamp, _ reports: inout [ExchangeReport],
        _ prints: inout [MarketTrade]
    ) -> Bool {
        let new = order.order
        var left = new.quantity
        while left.isPositive, let next = markets[market].opposite(new.side, limit: new.price.bound) {
            let most = orders[order.number]?.affordable(at: next.price) ?? left
            guard most.isPositive else { return false }
            let (price, quantity): (ExactDecimal, ExactDecimal)
            switch next {
            case .outside(let outside):
                (price, quantity) = (outside, min(left, most))
            case .order(let resting):
                if let own = orders[resting.id], own.order.account == new.account {
                    guard new.selfTrade == .cancelResting else { return true }
                    markets[market].book.cancel(resting.handle)
                    finish(resting.id)
                    reports.append(
                        .execution(
                            account: new.account,
                            .canceledByExchange(
                                own.order.clientOrderID, code: .selfTrade,
                                reason: "a stop of this account that has fired would have traded with it")))
                    continue
                }
                (price, quantity) = (resting.price, min(left, most, resting.quantity))
                reports.append(fillMaker(resting, quantity, in: market, at: now))
            }
            reports.append(fill(order.number, price: price, quantity: quantity, .taker, at: now))
            prints.append(
                MarketTrade(pair: new.pair, price: price, quantity: quantity, takerSide: new.side, at: now))
            left -= quantity
        }
        return false
    }

    private func settleRest(_ number: UInt64, in market: Int, metItself: Bool, _ reports: inout [ExchangeReport]) {
        guard let order = orders[number] else { return }
        let new = order.order
        if order.remaining.isZero {
            finish(number)
        } else if !metItself, new.price.limit != nil, new.lifetime == .rest || new.lifetime == .postOnly {
            orders[number]?.handle = markets[market].book.add(
                number, new.side, price: new.price.bound, quantity: order.remaining)
        } else {
            finish(number)
            reports.append(
                .execution(
                    account: new.account,
                    metItself
                        ? .canceledByExchange(
                            new.clientOrderID, code: .selfTrade,
                            reason: "the rest would trade with another order of this account")
                        : .canceled(new.clientOrderID)))
        }
    }

    func cancel(_ client: ClientOrderID, _ account: AccountID, at now: Timestamp) -> [ExchangeReport] {
        guard let number = orderNumbers[PaperOrderName(account: account, client: client)], let order = orders[number]
        else {
            return [.execution(account: account, .cancelRejected(client, reason: "no such order"))]
        }
        guard order.finishedAs == nil, let handle = order.handle, let market = marketIndex[order.order.pair] else {
            let reason = order.remaining.isZero ? "it is filled" : "it is canceled already"
            return [.execution(account: account, .cancelRejected(client, reason: reason))]
        }
        markets[market].book.cancel(handle)
        finish(number)
        var reports: [ExchangeReport] = [.execution(account: account, .canceled(client))]
        appendTicker(of: market, at: now, &reports)
        return reports
    }
}
