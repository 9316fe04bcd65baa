import Exchange
public import Trading
import Venue

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
            guard hasFaults, chance.happens(perMille: traits.garbledAnswersPerMille) else { return answer }
            count("answered \(call.kind) with garbage")
            return .garbage
        }
    }

    private func answer(_ call: VenueCall, of account: AccountID, at now: Timestamp) -> VenueAnswer {
        switch call {
        case .place(let new, let name): return place(new, named: name, of: account, at: now)
        case .cancel(let number): return cancel(number, of: account, at: now)
        case .openOrders:
            let open = (books.openOrderNumbers[account] ?? []).sorted()
            return .openOrders(open.compactMap { books.order($0, of: account) }.map(row))
        case .order(let number):
            guard let order = books.order(number, of: account), !order.isNumberUntold else {
                return .refused(.noSuchOrder)
            }
            return .order(row(order))
        case .orderNamed(let name):
            guard let number = named[VenueOrderName(account: account, text: name)],
                let order = books.order(number, of: account), !order.isNumberUntold,
                told(order, isOpen: order.status == .open) != nil
            else { return .refused(.noSuchOrder) }
            return .order(row(order))
        case .history(let after, let since, let limit):
            let oldest = since ?? Timestamp(nanoseconds: .min)
            let rows = (books.accountFills[account] ?? []).lazy.map { self.books.fills[$0] }
                .filter { $0.number > after && $0.fill.at >= oldest }
            return .history(
                rows.prefix(min(max(limit, 0), traits.historyRowsMax)).map {
                    self.row($0, isOpen: self.books.order($0.order)?.status == .open)
                })
        case .balances:
            return .balances(balances(of: account))
        }
    }

    private func place(_ new: NewOrder, named text: String, of account: AccountID, at now: Timestamp) -> VenueAnswer {
        guard new.account == account else { return .refused(.rejected(.notAllowed, reason: "not your account")) }
        if let number = named[VenueOrderName(account: account, text: text)],
            let order = books.order(number, of: account), told(order, isOpen: order.status == .open) != nil
        {
            count("refused a client order id twice")
            return .refused(.rejected(.exchangeRejected, reason: "duplicate client order id"))
        }
        if hasFaults, chance.happens(perMille: traits.rejectionsPerMille) {
            count("rejected for reasons of its own")
            return .refused(.rejected(.exchangeRejected, reason: "not available"))
        }
        let entry = OrderEntry(new)
        if let objection = books.objection(to: entry) { return .refused(refusal(of: entry, objection)) }
        collectEvents()
        let pushed = pushes.count
        let order = books.accept(entry, at: clock(now))
        named[VenueOrderName(account: new.account, text: text)] = order.number
        names[order.number] = text
        acceptedCounts[new.clientOrderID, default: 0] += 1
        guard traits.answersOrderZero, order.status == .filled else { return .placed(number: order.number) }
        order.isNumberUntold = true
        count("answered order 0")
        collectEvents()
        let reports = pushes[pushed...].filter { $0.orderNumber != order.number }
        pushes.replaceSubrange(pushed..., with: reports)
        return .placed(number: 0)
    }

    private func cancel(_ number: UInt64, of account: AccountID, at now: Timestamp) -> VenueAnswer {
        guard let order = books.order(number, of: account), !order.isNumberUntold else { return .refused(.noSuchOrder) }
        guard order.status == .open else { return .refused(.badStatus) }
        if let end = cancelsRefusedUntil[number] {
            if now < end { return .refused(.cancelNotNow) }
        } else if hasFaults, chance.happens(perMille: traits.refusedCancelsPerMille) {
            cancelsRefusedUntil[number] = now.advanced(byNanoseconds: chance.number(1...5_000_000_000))
            count("refused a cancel")
            return .refused(.cancelNotNow)
        }
        if hasFaults, chance.happens(perMille: traits.fillsBeforeCancelPerMille) { fillBeforeCancel(order, at: now) }
        guard order.status == .open else { return .refused(.badStatus) }
        books.cancel(order, at: clock(now))
        return .canceled
    }

    private func answer(_ question: VenueQuestion) -> VenueAnswer {
        switch question {
        case .pairs:
            return .pairs(books.markets.keys.sorted().compactMap { books.markets[$0]?.rules })
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
                .recentTrades(pair, Array(self.prints.reversed().lazy.filter { $0.pair == pair }.prefix(count)))
            }
        }
    }

    private func answer(about pair: Pair, _ body: (VenueMarket) -> VenueAnswer) -> VenueAnswer {
        books.markets[pair].map(body) ?? .refused(.noSuchPair(pair))
    }

    // MARK: Rows

    /// The client order id, where the venue knows it of an order that is open or not.
    func told(_ order: VenueOrder, isOpen: Bool) -> String? {
        switch traits.clientOrderIDs {
        case .forEver: names[order.number]
        case .whileOpen: isOpen ? names[order.number] : nil
        case .never: nil
        }
    }

    func row(_ order: VenueOrder) -> VenueOrderRow {
        VenueOrderRow(
            number: order.number, name: told(order, isOpen: order.status == .open), pair: order.pair,
            side: order.side,
            price: ExactDecimal(units: order.price), quantity: ExactDecimal(units: order.quantity),
            filled: ExactDecimal(units: order.filled), status: order.status, createdAt: order.createdAt)
    }

    func row(_ fill: VenueFill, isOpen: Bool) -> VenueFillRow {
        VenueFillRow(
            number: fill.number, order: fill.order, name: books.order(fill.order).flatMap { told($0, isOpen: isOpen) },
            pair: fill.pair, side: fill.side, fill: named(fill))
    }

    /// A fill under the name that it has outside: another order of names than of numbers, and none twice.
    func named(_ one: VenueFill) -> Fill {
        guard traits.namesFillsByText,
            let name = FillID("T" + String((one.number &* 2_654_435_761) & 0xFFFF_FFFF, radix: 36).uppercased())
        else { return one.fill }
        let fill = one.fill
        return Fill(
            id: name, price: fill.price, quantity: fill.quantity, fee: fill.fee, feeCurrency: fill.feeCurrency,
            liquidity: fill.liquidity, at: fill.at)
    }

    private func refusal(of new: OrderEntry, _ objection: OrderObjection) -> VenueRefusal {
        switch objection {
        case .unknownPair: .rejected(.unknownPair, reason: "no pair \(new.pair)")
        case .nothing: .rejected(.outOfRange, reason: "nothing, or for nothing")
        case .offTick(let tick): .rejected(.offTick, reason: "prices step by \(tick)")
        case .offStep(let step): .rejected(.offStep, reason: "quantities step by \(step)")
        case .belowQuantity(let least): .rejected(.belowMinimum, reason: "at least \(least)")
        case .belowValue(let least): .rejected(.belowMinimum, reason: "a value of at least \(least)")
        case .tooLarge: .rejected(.outOfRange, reason: "too large")
        case .marketCannotWait: .rejected(.conflictingWords, reason: "a market order cannot wait")
        case .insufficientFunds(let coin):
            .rejected(.insufficientFunds, reason: "It is not enough \(coin) in the account")
        case .wouldTrade: .rejected(.wouldTrade, reason: "it would trade at once")
        case .tradesWithItself:
            .rejected(.selfTrade, reason: "it would trade with an order of the same account")
        case .cannotFill: .rejected(.cannotFill, reason: "not enough to trade with")
        }
    }
}

extension OrderEntry {
    /// An order as the desk sends it.
    fileprivate init(_ new: NewOrder) {
        self.init(
            account: new.account, pair: new.pair, side: new.side, price: new.price.bound, quantity: new.quantity,
            lifetime: new.lifetime, isMarket: new.price.limit == nil, selfTrade: new.selfTrade,
            clientOrderID: new.clientOrderID)
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
