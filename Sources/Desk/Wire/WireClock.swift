import Exchange
import OrderEngine
import Threads
import Trading

/// What is asked of an exchange over the wire because time passes.
extension Seat {
    func lookAtWire() throws {
        guard wire != nil else { return }
        while let late = wire?.answers.popDue(by: now) { try answerIsLate(late) }
        while let question = wire?.questions.popDue(by: now) {
            jobs.answered(question, nil, at: now)
            try questionIsLost(question)
        }
        askFeed()
        while let account = wire?.accountsDue.popDue(by: now) { askAbout(account) }
    }

    /// Nothing was heard of a request in time. It is never guessed what became of it.
    private func answerIsLate(_ key: AnswerWatch.Key) throws {
        guard let order = engine.order(key.order), order.isAtExchangeItself else {
            wire?.answers.forget(key.order)
            return
        }
        switch key.kind {
        case .place:
            guard order.status == .pending else { return }
            try takeOutcome(process(.report(.lost(order.clientOrderID))))
        case .cancel:
            guard order.status == .open || order.status == .partiallyFilled, order.cancelReason != nil else { return }
            try takeOutcome(process(.report(.lost(order.clientOrderID))))
        case .status:
            try askStatus(order.id)
        }
    }

    /// Asks what became of an order. Asked for ever, until it is answered.
    func askStatus(_ id: OrderID) throws {
        if let request = engine.statusRequest(id) { try ask([request]) }
    }

    private func askFeed() {
        if let due = wire?.feed.pairsDueAt, due <= now {
            wire?.feed.askedPairs()
            ask(.pairs, for: .pairs)
        }
        while let pair = wire?.feed.popTicker(by: now) { ask(.ticker(pair), for: .ticker(pair)) }
    }

    func ask(_ query: ExchangeQuery, for purpose: Questions.Purpose) {
        guard let question = wire?.questions.ask(purpose, at: now) else { return }
        desk.batch.outputs.append(.ask(id, query, question))
    }

    // MARK: Accounts

    func askAbout(_ account: AccountID) {
        guard !lacksKey(account), let watch = wire?.accounts[account] else { return }
        if let due = watch.asking.openOrdersDueAt, due <= now {
            _ = wire?.change(account) { watch in
                watch.asking.openOrdersDueAt = nil
                watch.asking.isListing = true
            }
            ask(.openOrders(account, pair: nil), for: .openOrders(account))
        }
        if let due = watch.asking.sweepDueAt, due <= now { beginSweep(of: account) }
        if let due = watch.funds.check.dueAt, due <= now {
            if hasUnsettledOrders(account) {
                _ = wire?.change(account) { watch in
                    watch.funds.age.comparisonsLost += 1
                    watch.funds.check.postpone(to: nextPoll)
                }
            } else {
                _ = wire?.change(account) { $0.funds.check.asked(activity: $0.activity, at: now) }
                ask(.balances(account), for: .balances(account))
            }
        }
        if let due = watch.trades.dueAt, due <= now { askTradeHistory(of: account) }
        if let due = watch.transactions.dueAt, due <= now { beginReadingTransactions(of: account) }
        // Whatever was not due stays so.
        _ = wire?.change(account) { _ in }
    }

    private func beginSweep(of account: AccountID) {
        let after = wire?.change(account) { watch -> HistoryCursor? in
            watch.asking.sweepDueAt = nil
            watch.asking.isSweeping = true
            watch.told.sweepBegins()
            return watch.sweep.begin()
        }
        askFills(of: account, after: after ?? nil)
    }

    func askFills(of account: AccountID, after: HistoryCursor?) {
        ask(
            .fills(account, after: after, limit: limits.fillsPage), for: .fills(account))
    }

    var nextPoll: Timestamp { now.advanced(bySeconds: Int64(limits.openOrdersSeconds)) }

    /// Whether an answer about one of its orders is awaited: then neither a difference of funds nor an order that nobody here
    /// knows can be told to be anything else.
    func hasUnsettledOrders(_ account: AccountID) -> Bool {
        engine.hasOrder(of: account) { order in
            order.isAtExchangeItself
                && (order.status == .pending || order.status == .unknown || order.cancelReason != nil)
        }
    }

    func hasOrdersAtExchange(_ account: AccountID) -> Bool { engine.hasOrder(of: account, where: \.isAtExchangeItself) }

    /// Something has happened to the account's orders: it is looked at again soon, and funds asked for before are worth nothing.
    func noteActivity(_ account: AccountID) {
        guard wire?.accounts[account] != nil else { return }
        let next = nextPoll(of: account)
        let pollsOrders = hasOrdersAtExchange(account)
        _ = wire?.change(account) { watch in
            watch.activity += 1
            guard pollsOrders else { return }
            if !watch.asking.isListing {
                watch.asking.openOrdersDueAt = min(watch.asking.openOrdersDueAt ?? next, next)
            }
            if !watch.asking.isSweeping { watch.asking.sweepDueAt = min(watch.asking.sweepDueAt ?? next, next) }
        }
    }

    // MARK: Questions without an answer

    func questionIsLost(_ question: Questions.Question) throws {
        let most = Int64(limits.askAgainSeconds)
        func later(_ failures: Int) -> Timestamp {
            now.advanced(
                bySeconds: Backoff(
                    first: Int64(limits.openOrdersSeconds), longest: max(most, Int64(limits.openOrdersSeconds))
                ).wait(failures: failures + 1))
        }
        switch question.purpose {
        case .pairs:
            wire?.feed.pairsLost(at: now, most: most)
        case .ticker(let pair):
            wire?.feed.askTicker(pair, at: now.advanced(bySeconds: Int64(limits.tickerSeconds)))
        case .openOrders(let account):
            _ = wire?.change(account) { watch in
                watch.asking.isListing = false
                watch.asking.openOrdersDueAt = later(watch.asking.failures)
                watch.asking.failures += 1
                watch.funds.age.answersLost += 1
            }
        case .fills(let account):
            _ = wire?.change(account) { watch in
                watch.asking.isSweeping = false
                watch.asking.sweepDueAt = later(watch.asking.failures)
                watch.asking.failures += 1
            }
        case .balances(let account):
            // Before the account may trade an answer is wanted soon; after that one that never comes is not worth much.
            let first = Int64(limits.openOrdersSeconds)
            _ = wire?.change(account) { watch in
                watch.funds.failures += 1
                let longest = watch.funds.check.isKnown ? Int64(limits.contradictionSeconds) : most
                let wait = Backoff(first: first, longest: max(first, longest)).wait(failures: watch.funds.failures)
                watch.funds.age.answersLost += 1
                watch.funds.check.abandon(askAgainAt: now.advanced(bySeconds: wait))
            }
        case .tradeHistory(let account):
            _ = wire?.change(account) { $0.trades.fail(later) }
        case .transactions(let account), .transactionCheck(let account): transactionsAreLost(of: account)
        case .line(let number):
            try desk.takeAnswer(.lost, toLine: number)
        }
    }
}
