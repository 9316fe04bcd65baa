import Exchange
import Trading

/// Questions that change nothing, and what the venue says by itself.
extension SimulatedGateway {
    func sendMarketQuestions() {
        for (id, question) in unsentQuestions {
            requestCount += 1
            let request = VenueRequestID(process: process, number: requestCount)
            marketQuestions[request] = (id, clock.advanced(byNanoseconds: settings.askTimeoutNanoseconds))
            network.send(.market(question), id: request, at: clock)
        }
        unsentQuestions = []
    }

    func marketAnswer(_ answer: VenueAnswer) -> ExchangeAnswer {
        switch answer {
        case .pairs(let rules): .pairs(rules)
        case .ticker(let pair, let ticker): .ticker(pair, ticker)
        case .depth(let depth): .depth(depth)
        case .recentTrades(let pair, let trades): .recentTrades(pair, trades)
        case .refused(.noSuchPair(let pair)): .refused(.unknownPair, reason: "no pair \(pair) here")
        default: .lost
        }
    }

    // MARK: About an account

    func send(question id: QueryID, _ account: GatewayAccount) {
        guard let question = account.questions[id] else { return }
        // What is on the book or has filled can be told by our names only once it is known whose it is.
        if !question.hasLooked, question.query.isAboutOrders, account.orders.values.contains(where: \.isInWatchedDoubt)
        {
            account.questions[id]?.hasLooked = true
            return account.wantLook(at: clock)
        }
        switch question.query {
        case .balances: call(.balances, for: .ask(id), account)
        case .openOrders: call(.openOrders, for: .ask(id), account)
        case .fills(_, let after, let limit):
            let last = question.fills.last?.number ?? SimulatedGateway.number(of: after)
            call(.history(after: last, since: nil, limit: limit - question.fills.count), for: .ask(id), account)
        case .order, .transactions, .pairs, .ticker, .depth, .recentTrades: break
        }
    }

    /// Questions that waited for a look are asked now.
    func askAfterLook(_ account: GatewayAccount) {
        for id in account.questions.keys.sorted() {
            guard account.questions[id]?.hasLooked == true, !account.jobs.contains(.ask(id)),
                account.call?.purpose != .ask(id)
            else { continue }
            account.jobs.append(.ask(id))
        }
    }

    func takeAnswer(_ answer: VenueAnswer, _ id: QueryID, _ account: GatewayAccount) {
        guard let question = account.questions[id] else { return }
        switch (answer, question.query) {
        case (.balances(let balances), _): reports.append(.answer(id, .balances(balances)))
        case (.openOrders(let rows), .openOrders(_, let pair)):
            let open = rows.filter { pair == nil || $0.pair == pair }.map { row in
                OpenOrder(
                    clientOrderID: account.owners[row.number] ?? client(row.name),
                    exchangeOrderID: String(row.number), pair: row.pair, side: row.side, price: row.price,
                    quantity: row.quantity, remaining: row.quantity - row.filled, placedAt: row.createdAt)
            }
            reports.append(.answer(id, .openOrders(open)))
        case (.history(let rows), .fills(_, let after, let limit)):
            account.questions[id]?.fills += rows
            let all = question.fills + rows
            if !rows.isEmpty, all.count < limit { return account.jobs.insert(.ask(id), at: 0) }
            let fills = all.prefix(max(limit, 0)).map { row in
                AccountFill(
                    clientOrderID: account.owners[row.order] ?? client(row.name), exchangeOrderID: String(row.order),
                    pair: row.pair, side: row.side, fill: row.fill)
            }
            let end = all.prefix(fills.count).last?.number ?? SimulatedGateway.number(of: after)
            let page = FillPage(
                fills, end: HistoryCursor(number: end), hasMore: !fills.isEmpty && fills.count >= limit)
            reports.append(.answer(id, .fills(page)))
        default: reports.append(.answer(id, .lost))
        }
        account.questions[id] = nil
    }

    /// A cursor is the number of the last fill that was told.
    private static func number(of cursor: HistoryCursor?) -> UInt64 { cursor.flatMap { UInt64($0.text) } ?? 0 }

    // MARK: What the venue says by itself

    /// A report may come twice, late, or never: nothing is concluded from one that does not come.
    func take(_ push: VenuePush) {
        switch push {
        case .trade(let trade): reports.append(.trade(trade))
        case .ticker(let pair, let ticker): reports.append(.ticker(pair, ticker))
        case .rules(let rules): reports.append(.rules(rules))
        case .money(let account, let transaction, let coin, let amount, let reason):
            guard toldTransactions.insert(transaction).inserted else { return }
            reports.append(.balanceChanged(account: account, coin: coin, by: amount, reason: reason))
        case .accepted(let account, let number, let name):
            _ = reported(account, number, client(name))
        case .filled(let account, let row):
            guard let order = reported(account, row.order, client(row.name)) else { return }
            let account = self.account(account)
            account.keep(row)
            tell(row.fill, of: order, account)
            if account.filled(order) == order.order.quantity {
                settle(order, .closed)
                order.isComplete = true
            }
        case .canceled(let account, let number, let name):
            guard let order = reported(account, number, client(name)) else { return }
            offTheBook(order, self.account(account))
        }
    }

    /// The order that a report is about, accepted if that was not known.
    private func reported(_ id: AccountID, _ number: UInt64, _ client: ClientOrderID?) -> GatewayOrder? {
        let account = account(id)
        if let owner = account.owner(of: number) { return owner }
        guard let client, let order = account.orders[client] else {
            // It may be of an order whose answer has not come yet.
            if account.orders.values.contains(where: \.isInWatchedDoubt) {
                account.wantLook(at: clock.advanced(byNanoseconds: settings.retryDelayMinNanoseconds))
            }
            return nil
        }
        guard order.number == nil else {
            contradictions += 1
            return nil
        }
        accepted(order, number, account)
        return order.fate == .neverThere ? nil : order
    }
}

extension GatewayOrder {
    var isInWatchedDoubt: Bool { fate == .inDoubt && isWatched }
}

extension ExchangeQuery {
    fileprivate var isAboutOrders: Bool {
        switch self {
        case .openOrders, .fills, .order: true
        case .balances, .transactions, .pairs, .ticker, .depth, .recentTrades: false
        }
    }
}
