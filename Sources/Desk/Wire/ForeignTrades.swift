import Exchange
import Ledger
import OrderEngine
import Trading

/// How far an account's trades that were not made here have been read. What is new is found by the sweeps of the fills; what was there
/// before is read by the very first sweep, or, where that was before such trades were kept, by itself in the background.
struct TradeReading {
    /// Where the next page begins; nil before the first.
    private(set) var position: HistoryCursor?
    /// When the newest fill that was read happened, by the exchange's clock.
    private(set) var upTo: Timestamp?
    /// Whether everything that there was has been read.
    private(set) var isWhole = false
    /// When the next page is asked for; nil while it is, and where the sweeps read it.
    var dueAt: Timestamp?
    private(set) var failures = 0

    init(stored: String?, isSwept: Bool, at now: Timestamp) {
        if let stored, let space = stored.lastIndex(of: " ") {
            let place = stored[..<space]
            isWhole = place == TradeReading.all
            position = isWhole ? nil : HistoryCursor(String(place))
            upTo = Int64(stored[space...].dropFirst()).map { Timestamp(nanoseconds: $0) }
        }
        if isSwept, !isWhole { dueAt = now }
    }

    /// In place of a place: no adapter gives such a cursor.
    private static let all = "all"

    /// `166830 1425168000000000000`: where the next page begins, or `all`, and the time in nanoseconds since 1970 of the newest fill that
    /// was read, or `-`. Empty before the first page.
    var text: String {
        guard isWhole || position != nil else { return "" }
        return "\(isWhole ? TradeReading.all : position?.text ?? "") \(upTo.map { String($0.nanoseconds) } ?? "-")"
    }

    mutating func took(_ page: FillPage) {
        failures = 0
        position = page.end
        upTo = [upTo, page.fills.map(\.fill.at).max()].compactMap(\.self).max()
    }

    /// The place that was kept is none.
    mutating func forgetPlace() { position = nil }

    mutating func finish() {
        isWhole = true
        dueAt = nil
    }

    mutating func fail(_ wait: (Int) -> Timestamp) {
        failures += 1
        dueAt = wait(failures)
    }
}

extension Seat {
    /// Where it is kept how far an account's trades of before have been read: among the rows of the exchange.
    static func tradesKey(_ account: AccountID) -> [UInt8] { Array("\(Ledger.historyKeys.trades)\(account)".utf8) }

    /// Keeps a fill that is of no order here.
    func keepForeign(_ one: AccountFill, _ account: AccountID) throws {
        try ledgerTransaction().keep(
            ForeignFill(
                account: account, exchange: id, pair: one.pair, side: one.side, exchangeOrderID: one.exchangeOrderID,
                fill: one.fill))
        // The first of a run is looked at: there may be too many from the run before.
        wire?.foreignSinceLook[account, default: limits.foreignLookRows] += 1
    }

    func askTradeHistory(of account: AccountID) {
        let position = wire?.change(account) { watch -> HistoryCursor? in
            watch.trades.dueAt = nil
            return watch.trades.position
        }
        ask(.fills(account, after: position ?? nil, limit: limits.fillsPage), for: .tradeHistory(account))
    }

    /// A page of what was there before such trades were kept. The sweeps read the newest of it too; what is kept twice is one row.
    func takeTradeHistory(_ account: AccountID, _ page: FillPage) throws {
        let begins = try ledgerTransaction().prunedHistory(of: account).begins
        let isUnsettled = hasUnsettledOrders(account)
        var isHeld = false
        for one in page.fills where begins.map({ one.fill.at >= $0 }) ?? true {
            guard try !isOurs(one, account) else { continue }
            // The newest may be of an order whose answer is awaited.
            if !page.hasMore, isUnsettled || mayBeOfYoungOrder(one, account) {
                isHeld = true
            } else {
                try keepForeign(one, account)
            }
        }
        let next = nextPoll
        // Until then a fill may be of an order that was sent just before it was seen.
        let settled = now.advanced(bySeconds: Int64(limits.fillsOverlapSeconds))
        _ = wire?.change(account) { watch in
            guard !isHeld else {
                watch.trades.dueAt = settled
                return
            }
            let before = watch.trades.position
            watch.trades.took(page)
            // An exchange that tells the same page again has no more.
            if page.hasMore, page.end != before { watch.trades.dueAt = next } else { watch.trades.finish() }
        }
        try keepTradeReading(of: account)
    }

    /// Whether a fill is of an order that was made here.
    private func isOurs(_ one: AccountFill, _ account: AccountID) throws -> Bool {
        if let client = one.clientOrderID, try isKnown(client, account) { return true }
        return try isCounted(one, account)
    }

    /// Whether an order of that name was ever made for the account at this exchange. Numbers are the desk's: one that was given to an order
    /// at another exchange is none of an order here.
    func isKnown(_ client: ClientOrderID, _ account: AccountID) throws -> Bool {
        if let order = engine.order(client.order) { return order.account == account }
        let transaction = try ledgerTransaction()
        if let order = try transaction.order(client.order) { return order.account == account && order.exchange == id }
        return try transaction.isPruned(client.order, of: account)
    }

    /// The first sweep has told the first page of what was there before the desk, or a later one.
    func noteHistory(_ page: FillPage, of account: AccountID) {
        _ = wire?.change(account) { $0.trades.took(page) }
    }

    func tradesAreRead(of account: AccountID) throws {
        _ = wire?.change(account) { $0.trades.finish() }
        try keepTradeReading(of: account)
    }

    private func keepTradeReading(of account: AccountID) throws {
        guard let reading = wire?.accounts[account]?.trades else { return }
        try ledgerTransaction().putBook(name, key: Seat.tradesKey(account), value: Array(reading.text.utf8))
    }
}
