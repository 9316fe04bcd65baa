import Exchange
import Threads
import Trading

/// Looking at an account: which requests, in which order, and what is read from their answers.
extension BtceGateway {
    func beginLook(_ account: TradedAccount) {
        account.lookDue = nil
        guard account.key != nil else { return }
        let members = account.liveByAge.filter(\.isToBeLookedFor)
        guard !members.isEmpty || !account.questions.isEmpty || !unseenScopes(of: account).isEmpty else { return }
        guard market.hasInfo || market.isWithoutInfo else {
            // Without the pairs' fees no fill could be told.
            wantInfo()
            return account.wantLook(at: clock.advanced(byNanoseconds: settings.retryMinNanoseconds))
        }
        var look = Look(
            number: nextLookNumber(), beganAt: clock, members: members, questions: account.questions.keys.sorted(),
            steps: [])
        let queries = look.questions.compactMap { account.questions[$0]?.query }
        look.scopes = scopes(of: account, queries)
        look.pagesAfter = queries.compactMap(\.fillsAfter).min()
        look.steps = steps(for: look, look.scopes, queries, account)
        account.look = look
        goOn(account)
    }

    private func steps(for look: Look, _ pairs: [Pair?], _ queries: [ExchangeQuery], _ account: TradedAccount)
        -> [Look.Step]
    {
        let unseen = unseenScopes(of: account)
        let readsBook = !look.members.isEmpty || queries.contains(where: \.isOpenOrders)
        var steps: [Look.Step] = pairs.filter { readsBook || unseen.contains($0) }.map { .active($0) }
        for pair in pairs {
            let members = look.members.filter { scope(of: $0.order.pair) == pair }
            let read = historySteps(pair, members: members, queries, account)
            steps += read
            // A reading from a moment on may find nothing of a history that has an end.
            if unseen.contains(pair), !read.contains(where: \.isByNumber) { steps.append(.newest(pair)) }
        }
        return steps
    }

    /// What an order waits for to be sent: its part of the book and the end of its history are to be read first, so that what
    /// comes later is known to be later.
    func unseenScopes(of account: TradedAccount) -> Set<Pair?> {
        Set(
            account.waiting.compactMap { account.orders[$0] }.map { scope(of: $0.order.pair) }
                .filter { !hasSeen($0, account) })
    }

    /// Whether both were read a moment ago.
    func hasSeen(_ scope: Pair?, _ account: TradedAccount) -> Bool {
        guard let listed = account.listedAt[scope], let read = account.mirrors[scope]?.endReadAt else { return false }
        return clock <= min(listed, read).advanced(byNanoseconds: settings.seenAgeMaxNanoseconds)
    }

    /// What of the account one question about its book or history tells: all, or one pair.
    func scope(of pair: Pair) -> Pair? { settings.dialect.requiresPair ? pair : nil }

    /// For what ActiveOrders and TradeHistory are asked: everything at once, or where the exchange wants a pair, each pair on
    /// which the account has an order that is known here. Questions about all that the account has there ask of every pair that the
    /// exchange trades, where those are no more than `pairsAskedMax`.
    func scopes(of account: TradedAccount, _ queries: [ExchangeQuery] = []) -> [Pair?] {
        guard settings.dialect.requiresPair else { return [nil] }
        var pairs = Set(account.orders.values.map(\.order.pair))
        for case .openOrders(_, let pair?) in queries { pairs.insert(pair) }
        if market.pairs.count <= settings.pairsAskedMax, queries.contains(where: \.isAboutAllPairs) {
            pairs.formUnion(market.pairs.keys)
        }
        return pairs.sorted().map { $0 }
    }

    /// Asks the next thing, or where nothing is left to ask, concludes.
    private func goOn(_ account: TradedAccount) {
        guard let look = account.look, let key = account.key else { return }
        guard let step = look.steps.first else { return haveRead(account) }
        let request: TapiRequest
        switch step {
        case .active(let pair): request = .activeOrders(pair: pair)
        case .details(let number): request = .orderInfo(orderID: number)
        case .history(let pair, _, _, let next):
            var range = HistoryRange(count: UInt64(settings.historyRows))
            switch next {
            case .after(let id):
                range.firstID = id + 1
                range.isOldestFirst = true
            case .since(let time): range.since = time
            }
            request = .tradeHistory(range, pair: pair)
        case .page(let pair, let page):
            request = .tradeHistory(
                HistoryRange(count: UInt64(settings.historyRows), firstID: page.position + 1, isOldestFirst: true),
                pair: pair)
        case .newest(let pair): request = .tradeHistory(HistoryRange(count: 1), pair: pair)
        }
        let settles =
            !account.waiting.isEmpty
            || look.members.contains { $0.fate == .inDoubt || $0.wantsStatus || $0.wantsCancel }
        let isTaken = dispatch.add(
            request, key: key, urgency: settles ? .settle : .question, ticket: .look(account.id, look.number),
            sendBy: clock.advanced(byNanoseconds: settings.questionWaitNanoseconds))
        if !isTaken { failLook(account) }
    }

    func takeLookAnswer(_ answer: Result<HTTPResponse, AnswerFailure>, _ account: TradedAccount) {
        guard let step = account.look?.steps.first else { return }
        do throws(AnswerFailure) {
            switch step {
            case .active(let pair): try takeActive(try answer.get(), pair, account)
            case .newest(let pair): try takeNewest(try answer.get(), pair, account)
            case .page(let pair, let page): try takePage(try answer.get(), pair, page, account)
            case .history(let pair, let start, let first, let next):
                try takeHistory(try answer.get(), pair, start, first, next, account)
            case .details(let number): try takeDetails(answer, number, account)
            }
            account.look?.stepFailures = 0
            goOn(account)
        } catch {
            count("look failed")
            // Its nonces are still above those of the orders that it settles: what has been read need not be read again.
            if error.code != .notAllowed, let failures = account.look?.stepFailures, failures < settings.stepRetriesMax
            {
                account.look?.stepFailures += 1
                return goOn(account)
            }
            if error.code == .notAllowed {
                for id in account.look?.questions ?? [] where account.questions.removeValue(forKey: id) != nil {
                    self.answer(id, .refused(.notAllowed, reason: error.reason))
                }
            } else if case .page = step {
                // Only questions need it: what cannot be read there holds up no order.
                giveUpPages(of: account)
                return goOn(account)
            }
            failLook(account)
        }
    }

    private func takeActive(
        _ response: HTTPResponse, _ pair: Pair?, _ account: TradedAccount
    ) throws(AnswerFailure) {
        for row in try reader.activeOrders(response) {
            guard isCountable(row.rate, row.remaining) else { throw .absurd(row.id) }
            account.look?.active[row.id] = row
            account.noteNumber(row.id, on: row.pair)
        }
        account.look?.hasListed = true
        account.listedAt[pair] = account.look?.beganAt
        account.look?.steps.removeFirst()
    }

    private func takeHistory(
        _ response: HTTPResponse, _ pair: Pair?, _ start: HistoryMirror.Start, _ first: UInt64?,
        _ next: HistoryMirror.Start, _ account: TradedAccount
    ) throws(AnswerFailure) {
        let told = try reader.tradeHistory(response)
        // An exchange that takes `from_id` for something else must not make it read in circles.
        let rows = told.filter { next.begins(before: $0) }
        for row in rows {
            guard isCountable(row.rate, row.amount) else { throw .absurd(row.id) }
            account.keep(row)
        }
        var mirror =
            account.mirrors[pair] ?? HistoryMirror(overlapNanoseconds: settings.historyOverlapNanoseconds)
        mirror.took(rows.map(\.id))
        let lowest = first ?? rows.first?.id
        account.look?.steps.removeFirst()
        if told.count >= settings.historyRows, let last = rows.last {
            account.look?.steps.insert(.history(pair, start, first: lowest, next: .after(last.id)), at: 0)
        } else {
            mirror.finished(start, first: lowest, at: clock)
            account.look?.ended.insert(pair)
        }
        account.mirrors[pair] = mirror
    }

    private func takeNewest(
        _ response: HTTPResponse, _ pair: Pair?, _ account: TradedAccount
    ) throws(AnswerFailure) {
        let rows = try reader.tradeHistory(response)
        for row in rows { account.noteNumber(row.orderID, on: row.pair) }
        var mirror =
            account.mirrors[pair] ?? HistoryMirror(overlapNanoseconds: settings.historyOverlapNanoseconds)
        mirror.foundNewest(rows.map(\.id).max(), at: account.look?.beganAt ?? clock)
        account.mirrors[pair] = mirror
        account.look?.steps.removeFirst()
    }

    private func takeDetails(
        _ answer: Result<HTTPResponse, AnswerFailure>, _ number: UInt64, _ account: TradedAccount
    ) throws(AnswerFailure) {
        do throws(AnswerFailure) {
            let row = try reader.orderInfo(try answer.get(), expected: number)
            guard isCountable(row.rate, row.startAmount ?? row.remaining) else { throw .absurd(number) }
            account.look?.details[number] = .some(row)
        } catch .refused(.invalidOrder, _) {
            account.look?.details[number] = .some(nil)
        }
        account.look?.steps.removeFirst()
    }

    /// Whether sums of such figures are sure to stay inside what a number can hold.
    func isCountable(_ price: ExactDecimal, _ quantity: ExactDecimal) -> Bool {
        guard let value = try? price.multiplied(by: quantity, rounding: .up) else { return false }
        let most = Int128.max / 1_000_000
        return value.units < most && quantity.units < most
    }

    func failLook(_ account: TradedAccount) {
        account.look = nil
        account.failedLooks += 1
        let waits = Backoff(
            first: settings.retryMinNanoseconds,
            longest: max(settings.retryMaxNanoseconds, settings.retryMinNanoseconds))
        account.wantLook(at: clock.advanced(byNanoseconds: waits.wait(failures: account.failedLooks)))
    }

    /// Everything asked for is there: matches what was found, asks what that takes, and concludes.
    private func haveRead(_ account: TradedAccount) {
        guard let look = account.look else { return }
        for order in look.members { takeMakerRows(of: order, account) }
        let unknown = numbersToAskAbout(look, account)
        guard unknown.isEmpty else {
            account.look?.steps = unknown.map { .details($0) }
            return goOn(account)
        }
        matchByTerms(look, account)
        let unsure = look.members.compactMap { numberOfUnknownEnd($0, look) }
        guard unsure.isEmpty else {
            account.look?.steps = unsure.map { .details($0) }
            return goOn(account)
        }
        matchTakers(look, account)
        for order in look.members { conclude(order, look, account) }
        endLook(look, account)
    }

    private func endLook(_ look: Look, _ account: TradedAccount) {
        account.look = nil
        account.failedLooks = 0
        if look.hasListed, !account.hasDoubt {
            account.strangers = Set(look.active.keys.filter { account.owners[$0] == nil })
        }
        for id in look.questions { answerAfterLook(id, look, account) }
        let regular = clock.advanced(byNanoseconds: settings.lookIntervalNanoseconds)
        for order in account.liveByAge where order.isToBeLookedFor {
            account.wantLook(at: order.dispute?.nextAt ?? regular)
        }
        let isAwaited = account.liveByAge.contains { order in
            (order.wantsStatus || !order.questions.isEmpty) && order.isToBeLookedFor
                && !look.members.contains { $0 === order }
        }
        if isAwaited || !account.questions.isEmpty { account.wantLook(at: clock) }
        account.forgetRows(keeping: settings.historyRowsKept)
        account.forgetFinished(keeping: settings.finishedOrdersKept)
    }
}

extension AnswerFailure {
    static func absurd(_ row: UInt64) -> AnswerFailure {
        .unreadable(path: "return.\(row)", message: "more than any account can hold")
    }
}

extension ExchangeQuery {
    fileprivate var isOpenOrders: Bool { if case .openOrders = self { true } else { false } }

    /// Whether it is about what the account has on all pairs.
    fileprivate var isAboutAllPairs: Bool {
        switch self {
        case .openOrders(_, nil), .fills, .balances: true
        case .openOrders, .order, .transactions, .pairs, .ticker, .depth, .recentTrades: false
        }
    }
}

extension Look.Step {
    /// Whether it reads the history from a number on.
    fileprivate var isByNumber: Bool {
        switch self {
        case .history(_, let start, _, _): start.isByNumber
        case .page: true
        case .active, .newest, .details: false
        }
    }
}
