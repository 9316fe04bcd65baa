import Conversation
import Exchange
import Ledger
import Logging
import OrderEngine
import Trading

/// What an exchange over the wire answers to the desk's questions.
extension Seat {
    func takeAnswer(_ id: QueryID, _ answer: ExchangeAnswer) throws {
        guard let question = wire?.questions.answered(id) else { return }
        jobs.answered(question, answer, at: now)
        switch (question.purpose, answer) {
        case (.pairs, .pairs(let rules)): try takePairs(rules)
        case (.ticker(let pair), .ticker(_, let ticker)): try takeTicker(pair, ticker)
        case (.openOrders(let account), .openOrders(let orders)):
            try takeOpenOrders(account, orders, askedAt: question.askedAt)
        case (.fills(let account), .fills(let page)): try takeFills(account, page)
        case (.balances(let account), .balances(let balances)):
            try takeBalances(account, balances, askedAt: question.askedAt)
        case (.tradeHistory(let account), .fills(let page)): try takeTradeHistory(account, page)
        case (.transactions(let account), .transactions(let rows, let next)):
            try takeTransactions(account, rows, next: next)
        case (.transactionCheck(let account), .transactions(let rows, _)): try takeCheckedTransaction(account, rows)
        case (.transactionCheck(let account), .refused(.unknownSequence, let reason)):
            // A row's place that was kept is none any more: the row is read with the list, and the others are asked for.
            log.warning("\(name) does not know the place of a transaction: \(reason)")
            try takeCheckedTransaction(account, [])
        case (.line(let number), _): try desk.takeAnswer(answer, toLine: number)
        case (_, .lost): try questionIsLost(question)
        case (_, .refused(let code, let reason)):
            if case .transactions(let account) = question.purpose, code == .exchangeRejected {
                _ = wire?.change(account) { $0.transactions.refuse() }
            }
            if code == .unknownSequence { readFromBeginning(question.purpose) }
            log.warning("\(name) refuses to answer \(question.purpose): \(code.name), \(reason)")
            try questionIsLost(question)
        case (_, _):
            log.error("\(name) answers \(question.purpose) with something else: \(answer)")
            try questionIsLost(question)
        }
    }

    /// The exchange does not know a place that was kept: the list is read from its beginning, as that of a new account. What is known
    /// of it is not told again.
    private func readFromBeginning(_ purpose: Questions.Purpose) {
        switch purpose {
        case .fills(let account): _ = wire?.change(account) { $0.sweep.forgetPlace() }
        case .tradeHistory(let account): _ = wire?.change(account) { $0.trades.forgetPlace() }
        case .transactions(let account): _ = wire?.change(account) { $0.transactions.forgetPlace() }
        case .pairs, .ticker, .openOrders, .balances, .transactionCheck, .line: break
        }
    }

    // MARK: The market

    private func takePairs(_ rules: [PairRules]) throws {
        for one in rules { try observe(one) }
        market.take(rules.map(\.pair))
        try tellFollowers(rules)
        let next = now.advanced(bySeconds: Int64(limits.pairsSeconds))
        wire?.feed.pairsTold(pairs, nextAt: next, now: now)
    }

    private func takeTicker(_ pair: Pair, _ ticker: Ticker) throws {
        wire?.feed.tickerTold(pair, at: now)
        wire?.feed.askTicker(pair, at: now.advanced(bySeconds: Int64(limits.tickerSeconds)))
        try observe(ticker, of: pair)
    }

    /// A price that is older than what is known changes nothing; a newer one may be what a stop waits for: it says that the
    /// market was there at the price's own time, which has to be one of the stop's.
    func observe(_ ticker: Ticker, of pair: Pair) throws {
        var ticker = ticker
        if let known = engine.market[pair] {
            guard ticker.at >= known.at else { return }
            // Not everything that tells a price tells what the day was like.
            if ticker.day == nil { ticker.day = known.day }
        }
        engine.observe(ticker, of: pair)
        market.watch.changed(pair)
        try tellFollowers(ticker, of: pair)
        guard let last = ticker.last else { return }
        let trade = MarketTrade(pair: pair, price: last, quantity: .zero, takerSide: nil, at: ticker.at)
        guard !isStale(trade) else { return }
        try fireAlerts(trade)
        guard engine.triggersWaiting(on: pair) > 0 else { return }
        try fireTriggers(trade)
    }

    // MARK: Open orders

    /// An order that is missing from the list is not gone for that: the list may be older than the order. It is asked about.
    private func takeOpenOrders(_ account: AccountID, _ listed: [OpenOrder], askedAt: Timestamp) throws {
        let names = Set(listed.compactMap(\.clientOrderID))
        var burst = limits.statusBurst
        var atExchange: Set<OrderID> = []
        for order in engine.openOrders(of: account) where order.isAtExchangeItself {
            atExchange.insert(order.id)
            if names.contains(order.clientOrderID) { _ = wire?.change(account) { $0.missing.isListed(order.id) } }
            guard burst > 0, order.status == .open || order.status == .partiallyFilled, order.createdAt <= askedAt,
                !names.contains(order.clientOrderID), wire?.answers.isAwaiting(.status, of: order.id) == false
            else { continue }
            let isAsked = wire?.change(account) { watch in
                watch.missing.isMissing(
                    order.id, at: now, first: Int64(limits.openOrdersSeconds),
                    longest: Int64(limits.contradictionSeconds))
            }
            guard isAsked == true else { continue }
            burst -= 1
            try askStatus(order.id)
        }
        _ = wire?.change(account) { $0.missing.keep(atExchange) }
        for order in listed {
            noteSeen(account, order.pair, exchangeOrderID: order.exchangeOrderID)
        }
        let isWhole = try takeForeign(account, listed, askedAt: askedAt)
        let next = !isWhole ? nextPoll : hasOrdersAtExchange(account) ? nextPoll(of: account) : nil
        _ = wire?.change(account) { watch in
            watch.asking.failures = 0
            watch.asking.isListing = false
            watch.asking.openOrdersDueAt = next
            // What orders hold that may be somebody else's is not known yet.
            if isWhole { watch.funds.age.ordersAt = max(watch.funds.age.ordersAt ?? askedAt, askedAt) }
        }
    }

    // MARK: Fills

    private func takeFills(_ account: AccountID, _ page: FillPage) throws {
        let isUnsettled = hasUnsettledOrders(account)
        let isHistory = wire?.accounts[account]?.sweep.isFirst ?? true
        // Of these the desk has forgotten whose they were; they were counted, or told, in their time.
        let begins = try ledgerTransaction().prunedHistory(of: account).begins
        var isHeld = false
        for one in page.fills {
            let name = name(of: one.fill.id, on: one.pair)
            noteSeen(account, one.pair, fills: [one.fill.id])
            if let client = one.clientOrderID {
                guard isPossible(one, of: client) else { continue }
                _ = wire?.change(account) { $0.told.forgetFirstSight(of: name) }
                try takeWireExecution(account, .filled(client, one.fill))
                if engine.order(client.order) == nil, try !isKnown(client, account) { try keepForeign(one, account) }
            } else if try isCounted(one, account) {
                // The exchange has forgotten what we had called its order.
                _ = wire?.change(account) { $0.told.forgetFirstSight(of: name) }
            } else if mayBeOfYoungOrder(one, account) || isUnsettled {
                isHeld = true
            } else if begins.map({ one.fill.at >= $0 }) ?? true {
                if wire?.accounts[account]?.told.fills.contains(name) == false { try keepForeign(one, account) }
                guard !isHistory else { continue }
                try tellForeign(account, one.fill, exchangeOrderID: one.exchangeOrderID, side: one.side, pair: one.pair)
            }
        }
        if isHistory { noteHistory(page, of: account) }
        let following = wire?.change(account) { $0.sweep.took(page, isHeld: isHeld) } ?? nil
        if let following { askFills(of: account, after: following) } else { try endSweep(of: account) }
    }

    /// Whether a fill may be of that order: an exchange that gives an order's fill another pair or side contradicts itself, and what
    /// the fill did to the funds is found when they are compared.
    private func isPossible(_ one: AccountFill, of client: ClientOrderID) -> Bool {
        guard let order = engine.order(client.order), order.pair != one.pair || order.side != one.side else {
            return true
        }
        log.error(
            """
            \(name) has fill \(one.fill.id), a \(one.side.rawValue) of \(one.pair), for \(order.id), which is a \
            \(order.side.rawValue) of \(order.pair)
            """)
        return false
    }

    /// Whether a fill is known as one of an order of the account.
    func isCounted(_ one: AccountFill, _ account: AccountID) throws -> Bool {
        try flushTables()
        let same = FillFilter(exchange: id, pair: one.pair, fromID: one.fill.id, toID: one.fill.id, limit: 1)
        return try !ledgerTransaction().fills(account, same).isEmpty
    }

    /// Whether a fill may be one that an order made when it arrived. The exchange may tell it before it is known whose it is, so
    /// for `fills_overlap_s` after it was first seen it is nobody else's. All moments are the desk's own: the exchange's clock may be
    /// hours away from it.
    func mayBeOfYoungOrder(_ one: AccountFill, _ account: AccountID) -> Bool {
        let overlap = Int64(limits.fillsOverlapSeconds)
        let name = name(of: one.fill.id, on: one.pair)
        let sight = wire?.change(account) { $0.told.firstSight(of: name, at: now, most: limits.foreignKept) }
        guard let seenAt = sight ?? nil, now < seenAt.advanced(bySeconds: overlap) else { return false }
        let marks = wire?.accounts[account]?.marks.byPair[one.pair]
        return engine.hasOrder(of: account) { order in
            guard order.isAtExchangeItself, order.pair == one.pair, order.side == one.side,
                order.remaining >= one.fill.quantity,
                (order.replacedAt ?? order.createdAt) >= seenAt.advanced(bySeconds: -overlap)
            else { return false }
            // What had been seen before an order was sent is not its.
            guard let seen = marks?.seen(before: order.id).fillNumber, let number = one.fill.id.number else {
                return true
            }
            return number > seen
        }
    }

    private func endSweep(of account: AccountID) throws {
        let isPolled = hasOrdersAtExchange(account)
        let next = nextPoll(of: account)
        let wasFirst = wire?.accounts[account]?.sweep.isFirst ?? false
        let hasMoved =
            wire?.change(account) { watch -> Bool in
                watch.asking.failures = 0
                watch.hasSwept = true
                watch.asking.isSweeping = false
                watch.asking.sweepDueAt = isPolled ? next : nil
                return watch.sweep.end(at: now)
            } ?? false
        if hasMoved, let through = wire?.accounts[account]?.sweep.through {
            _ = wire?.change(account) { $0.told.forgetUnseenSights() }
            try ledgerTransaction().putBook(name, key: Seat.cursorKey(account), value: Array(through.text.utf8))
        }
        if wasFirst, wire?.accounts[account]?.sweep.isFirst == false { try tradesAreRead(of: account) }
        try compareFunds(after: account)
    }

    /// A fill of an order that was not made here. It is told once, and the funds show what it did.
    func tellForeign(
        _ account: AccountID, _ fill: Fill, exchangeOrderID: String, side: Side? = nil, pair: Pair? = nil
    ) throws {
        let known = name(of: fill.id, on: pair)
        guard wire?.accounts[account]?.told.fills.contains(known) == false else { return }
        rememberTold(known, account)
        log.notice("\(account) has a fill at \(name) that is not the desk's: \(fill.id)")
        let what = [side?.rawValue, "\(fill.quantity)", pair?.description].compactMap(\.self).joined(separator: " ")
        try desk.notify(
            account, event: "foreign_fill", order: nil,
            text: """
                * foreign fill \(fill.id) at \(name): \(what) at \(fill.price), of its order \(exchangeOrderID), \
                which was not made here
                """,
            fields: [
                "exchange": .string(name), "exchange_order_id": .string(exchangeOrderID), "fill": .object(fill.json),
            ], at: now)
    }
}
