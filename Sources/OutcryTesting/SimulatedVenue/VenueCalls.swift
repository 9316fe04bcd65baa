import Exchange
public import Trading

/// The venue as it is met over the wire.
extension SimulatedVenue {
    /// Answers a request, or does not: nil.
    public func receive(_ request: VenueRequest, at now: Timestamp) -> VenueAnswer? {
        if let end = downUntil, now < end {
            count("met down")
            return hangsWhileDown ? nil : .refused(.unavailable)
        }
        switch request {
        case .market(let question): return answer(question)
        case .account(let account, let nonce, let call):
            if let most = traits.callsPerSecondMax, hasFaults {
                let second = now.advanced(bySeconds: -1)
                let recent = (recentCalls[account] ?? []).filter { $0 > second }
                recentCalls[account] = recent + [now]
                if recent.count >= most {
                    count("answered too often")
                    return .refused(.tooOften)
                }
            }
            guard nonce > nonces[account] ?? .min else {
                count("refused a nonce of \(call.kind)")
                return .refused(.invalidNonce)
            }
            nonces[account] = nonce
            let answer = answer(call, of: account, at: now)
            guard hasFaults, chance.perMille(traits.garbledAnswersPerMille) else { return answer }
            count("answered \(call.kind) with garbage")
            return .garbage
        }
    }

    private func answer(_ call: VenueCall, of account: AccountID, at now: Timestamp) -> VenueAnswer {
        switch call {
        case .place(let new): return place(new, of: account, at: now)
        case .cancel(let number): return cancel(number, of: account, at: now)
        case .openOrders:
            let open = (openOrderNumbers[account] ?? []).sorted()
            return .openOrders(open.compactMap { self.order($0, of: account) }.map(row))
        case .order(let number):
            guard let order = order(number, of: account), !order.isNumberUntold else { return .refused(.noSuchOrder) }
            return .order(row(order))
        case .orderNamed(let client):
            guard let number = named[VenueOrderName(account: account, client: client)],
                let order = order(number, of: account), !order.isNumberUntold, told(order) != nil
            else { return .refused(.noSuchOrder) }
            return .order(row(order))
        case .history(let after, let since, let limit):
            let oldest = since ?? Timestamp(nanoseconds: .min)
            let rows = (accountFills[account] ?? []).lazy.map { self.fillList[$0] }
                .filter { $0.fill.id.rawValue > after && $0.fill.at >= oldest }
            return .history(rows.prefix(min(max(limit, 0), traits.historyRowsMax)).map(row))
        case .balances:
            return .balances(balances(of: account))
        }
    }

    private func place(_ new: NewOrder, of account: AccountID, at now: Timestamp) -> VenueAnswer {
        guard new.account == account else { return .refused(.rejected(.notAllowed, reason: "not your account")) }
        if let number = named[VenueOrderName(account: account, client: new.clientOrderID)],
            let order = order(number, of: account), told(order) != nil
        {
            count("refused a client order id twice")
            return .refused(.rejected(.exchangeRejected, reason: "duplicate client order id"))
        }
        if hasFaults, chance.perMille(traits.rejectionsPerMille) {
            count("rejected for reasons of its own")
            return .refused(.rejected(.exchangeRejected, reason: "not available"))
        }
        if let refusal = objection(to: new) { return .refused(refusal) }
        let pushed = pushes.count
        let order = accept(new, at: now)
        guard traits.answersOrderZero, order.status == .filled else { return .placed(number: order.number) }
        order.isNumberUntold = true
        count("answered order 0")
        let reports = pushes[pushed...].filter { $0.orderNumber != order.number }
        pushes.replaceSubrange(pushed..., with: reports)
        return .placed(number: 0)
    }

    private func cancel(_ number: UInt64, of account: AccountID, at now: Timestamp) -> VenueAnswer {
        guard let order = order(number, of: account), !order.isNumberUntold else { return .refused(.noSuchOrder) }
        guard order.status == .open else { return .refused(.badStatus) }
        if let end = order.cancelRefusedUntil {
            if now < end { return .refused(.cancelNotNow) }
        } else if hasFaults, chance.perMille(traits.refusedCancelsPerMille) {
            order.cancelRefusedUntil = now.advanced(byNanoseconds: chance.number(1...5_000_000_000))
            count("refused a cancel")
            return .refused(.cancelNotNow)
        }
        if hasFaults, chance.perMille(traits.fillsBeforeCancelPerMille) { fillBeforeCancel(order, at: now) }
        guard order.status == .open else { return .refused(.badStatus) }
        takeOff(order)
        tell([], order.pair, at: now)
        return .canceled
    }

    private func answer(_ question: VenueQuestion) -> VenueAnswer {
        switch question {
        case .pairs:
            return .pairs(markets.keys.sorted().compactMap { markets[$0]?.rules })
        case .ticker(let pair):
            return answer(about: pair) { .ticker(pair, $0.ticker) }
        case .depth(let pair, let rows):
            return answer(about: pair) { market in
                .depth(
                    MarketDepth(
                        pair: pair, bids: market.book[.buy].levels(rows), asks: market.book[.sell].levels(rows)))
            }
        case .recentTrades(let pair, let count):
            return answer(about: pair) { _ in
                .recentTrades(pair, Array(self.printList.reversed().lazy.filter { $0.pair == pair }.prefix(count)))
            }
        }
    }

    private func answer(about pair: Pair, _ body: (VenueMarket) -> VenueAnswer) -> VenueAnswer {
        markets[pair].map(body) ?? .refused(.noSuchPair(pair))
    }

    // MARK: Rows

    func order(_ number: UInt64, of account: AccountID) -> VenueOrder? {
        guard number > 0, number <= UInt64(orders.count) else { return nil }
        let order = orders[Int(number) - 1]
        return order.account == account ? order : nil
    }

    /// The client order id, where the venue knows it.
    func told(_ order: VenueOrder) -> ClientOrderID? {
        switch traits.clientOrderIDs {
        case .forEver: order.clientOrderID
        case .whileOpen: order.status == .open ? order.clientOrderID : nil
        case .never: nil
        }
    }

    func row(_ order: VenueOrder) -> VenueOrderRow {
        VenueOrderRow(
            number: order.number, clientOrderID: told(order), pair: order.pair, side: order.side,
            price: ExactDecimal(units: order.price), quantity: ExactDecimal(units: order.quantity),
            filled: ExactDecimal(units: order.filled), status: order.status, createdAt: order.createdAt)
    }

    func row(_ fill: VenueFill) -> VenueFillRow {
        VenueFillRow(
            order: fill.order, clientOrderID: told(orders[Int(fill.order) - 1]), pair: fill.pair, side: fill.side,
            fill: fill.fill)
    }
}

extension VenuePush {
    /// The order that it reports on.
    fileprivate var orderNumber: UInt64? {
        switch self {
        case .accepted(_, let number, _), .canceled(_, let number, _): number
        case .filled(_, let row): row.order
        case .trade, .ticker, .rules, .money: nil
        }
    }
}

extension VenueQueue {
    fileprivate func levels(_ rows: Int) -> [DepthLevel] {
        var levels: [(price: Int128, quantity: Int128)] = []
        for order in orders {
            if levels.last?.price == order.price {
                levels[levels.count - 1].quantity += order.left
            } else if levels.count < rows {
                levels.append((order.price, order.left))
            } else {
                break
            }
        }
        return levels.map {
            DepthLevel(price: ExactDecimal(units: $0.price), quantity: ExactDecimal(units: $0.quantity))
        }
    }
}
