import Exchange
import Trading

/// A reading of the history that begins before what is kept of it: questions ask for it, and no order needs it. It goes no
/// further than they ask, so that an account's history of any length is told a page at a time.
struct HistoryPage: Hashable {
    /// All rows with a higher number.
    let after: UInt64
    /// How many rows are enough.
    let rowsWanted: Int
    /// What orders need read to the end of the history, where this reading stops before it.
    let ifStopped: [HistoryMirror.Start]
    /// The lowest number that was found.
    var first: UInt64?
    /// Goes on behind this number.
    var position: UInt64

    init(after: UInt64, rowsWanted: Int, ifStopped: [HistoryMirror.Start]) {
        self.after = after
        self.rowsWanted = rowsWanted
        self.ifStopped = ifStopped
        position = after
    }
}

extension BtceGateway {
    /// How the history of a part of the account is read in a look: first what only questions ask for, then what orders need.
    func historySteps(_ pair: Pair?, members: [PlacedOrder], _ queries: [ExchangeQuery], _ account: TradedAccount)
        -> [Look.Step]
    {
        let mirror =
            account.mirrors[pair] ?? HistoryMirror(overlapNanoseconds: settings.historyOverlapNanoseconds)
        let (after, since) = historyNeeded(by: members)
        let asked = queries.compactMap(\.fillsAfter).min()
        func plan(_ after: UInt64?) -> [HistoryMirror.Start] {
            after == nil && since == nil ? [] : mirror.plan(since: since, after: after, now: clock)
        }
        let own = plan(after)
        let all = plan([after, asked].compactMap(\.self).min())
        let wanted = queries.map(\.fillsLimit).max() ?? 0
        return all.map { start in
            guard case .after(let number) = start, let asked, !mirror.covers(after: asked), !own.contains(start) else {
                return .history(pair, start, first: nil, next: start)
            }
            return .page(
                pair,
                HistoryPage(
                    after: number, rowsWanted: min(wanted, settings.historyRowsKept),
                    ifStopped: own.filter { !all.contains($0) }))
        }
    }

    /// From where on rows may be of these orders. By number: what the clocks say is compared only for an order of an earlier run of
    /// which nobody knows what had been seen before it.
    private func historyNeeded(by orders: [PlacedOrder]) -> (after: UInt64?, since: Timestamp?) {
        let unknown = orders.first { $0.seenBefore.fillNumber == nil }
        return (
            orders.compactMap { $0.seenBefore.fillNumber }.min(),
            unknown?.sentAt.advanced(byNanoseconds: -settings.clockDifferenceNanoseconds)
        )
    }

    func takePage(
        _ response: HTTPResponse, _ pair: Pair?, _ page: HistoryPage, _ account: TradedAccount
    ) throws(AnswerFailure) {
        var page = page
        let told = try reader.tradeHistory(response)
        // An exchange that takes `from_id` for something else must not make it read in circles.
        let rows = told.filter { $0.id > page.position }
        for row in rows {
            guard isCountable(row.rate, row.amount) else { throw .absurd(row.id) }
            account.noteNumber(row.orderID, on: row.pair)
            account.look?.pages[pair, default: [:]][row.id] = row
        }
        var mirror =
            account.mirrors[pair] ?? HistoryMirror(overlapNanoseconds: settings.historyOverlapNanoseconds)
        mirror.took(rows.map(\.id))
        page.first = page.first ?? rows.first?.id
        account.look?.steps.removeFirst()
        let count = account.look?.pages[pair]?.count ?? 0
        if told.count < settings.historyRows || rows.isEmpty {
            // All that there is behind `after`: it is kept, as what orders need is.
            let read = account.look?.pages.removeValue(forKey: pair) ?? [:]
            for id in read.keys.sorted() { if let row = read[id] { account.keep(row) } }
            mirror.finished(.after(page.after), first: page.first, at: clock)
            account.look?.ended.insert(pair)
        } else if count >= page.rowsWanted {
            account.look?.steps.insert(contentsOf: stepsInPlace(of: page, pair, account), at: 0)
        } else if let last = rows.last {
            page.position = last.id
            account.look?.steps.insert(.page(pair, page), at: 0)
        }
        account.mirrors[pair] = mirror
    }

    /// A page cannot be read: whoever asked for fills is told that nothing came, and what orders need of the history is still read.
    func giveUpPages(of account: TradedAccount) {
        for id in account.look?.questions ?? [] where account.questions[id]?.query.fillsAfter != nil {
            account.questions.removeValue(forKey: id)
            answer(id, .lost)
        }
        account.look?.pages.removeAll()
        account.look?.stepFailures = 0
        let steps = account.look?.steps ?? []
        account.look?.steps = steps.flatMap { step in
            guard case .page(let pair, let page) = step else { return [step] }
            return stepsInPlace(of: page, pair, account)
        }
    }

    /// What orders need of a part whose reading for questions stops here.
    private func stepsInPlace(of page: HistoryPage, _ pair: Pair?, _ account: TradedAccount) -> [Look.Step] {
        var steps = page.ifStopped.map { Look.Step.history(pair, $0, first: nil, next: $0) }
        if !page.ifStopped.contains(where: \.isByNumber), unseenScopes(of: account).contains(pair) {
            steps.append(.newest(pair))
        }
        return steps
    }

    /// The fills with higher numbers than one, lowest first, at most `limit`; nil where this look has not read what it takes to know
    /// them: it was for others, who asked from another number on.
    func fills(after: UInt64, limit: Int, _ look: Look, _ account: TradedAccount) -> FillPage? {
        let limit = min(max(0, limit), settings.historyRowsKept)
        var found = account.rows.filter { $0.key > after }
        for scope in look.scopes {
            if look.ended.contains(scope), account.mirrors[scope]?.covers(after: after) == true { continue }
            // A part that was not read to its end knows its rows without a gap, and only so far.
            guard let read = look.pages[scope], look.pagesAfter.map({ $0 <= after }) ?? false else { return nil }
            let rows = read.filter { $0.key > after }
            guard rows.count >= limit else { return nil }
            found.merge(rows) { kept, _ in kept }
        }
        let page = found.keys.sorted().prefix(limit)
        return FillPage(
            page.compactMap { found[$0] }.map { accountFill($0, account) },
            end: HistoryCursor(number: page.last ?? after), hasMore: !page.isEmpty && page.count >= limit)
    }

    private func accountFill(_ row: WireFill, _ account: TradedAccount) -> AccountFill {
        let client = account.fillOwners[row.id] ?? (row.isYourOrder ? account.owners[row.orderID] : nil)
        let owner = client.flatMap { account.orders[$0] }
        return AccountFill(
            clientOrderID: client, exchangeOrderID: row.isYourOrder ? String(row.orderID) : "0", pair: row.pair,
            side: row.side, fill: owner?.fills[row.id] ?? fill(row))
    }
}

extension ExchangeQuery {
    var fillsAfter: UInt64? {
        if case .fills(_, let after, _) = self { BtceGateway.number(of: after) ?? 0 } else { nil }
    }

    fileprivate var fillsLimit: Int {
        if case .fills(_, _, let limit) = self { max(0, limit) } else { 0 }
    }
}
