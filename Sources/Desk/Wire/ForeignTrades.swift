import Exchange
import Ledger
import OrderEngine
import Trading

/// How far an account's trades that were not made here have been read. What is new is found by the sweeps of the fills; what was there
/// before is read by the very first sweep, or, where that was before such trades were kept, by itself in the background.
struct TradeReading {
    /// The last fill that was read; nil before the first.
    private(set) var position: FillID?
    /// When the newest fill that was read happened, by the exchange's clock.
    private(set) var upTo: Timestamp?
    /// Whether everything up to the sweeps' own cursor has been read.
    private(set) var isWhole = false
    /// When the next page is asked for; nil while it is, and where the sweeps read it.
    var dueAt: Timestamp?
    private(set) var failures = 0

    init(stored: String?, isSwept: Bool, at now: Timestamp) {
        let parts = stored?.split(separator: " ") ?? []
        if parts.count == 2 {
            isWhole = parts[0] == "all"
            position = isWhole ? nil : FillID(parts[0])
            upTo = Int64(parts[1]).map { Timestamp(nanoseconds: $0) }
        }
        if isSwept, !isWhole { dueAt = now }
    }

    /// `166830 1425168000000000000`: the last fill that was read, or `all`, and its time in nanoseconds since 1970, or `-`.
    var text: String {
        "\(isWhole ? "all" : (position ?? FillID(0)).description) \(upTo.map { String($0.nanoseconds) } ?? "-")"
    }

    mutating func took(_ page: [AccountFill]) {
        failures = 0
        position = [position, page.map(\.fill.id).max()].compactMap(\.self).max()
        upTo = [upTo, page.map(\.fill.at).max()].compactMap(\.self).max()
    }

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
        let position = wire?.change(account) { watch -> FillID? in
            watch.trades.dueAt = nil
            return watch.trades.position
        }
        ask(.fills(account, after: position ?? nil, limit: limits.fillsPage), for: .tradeHistory(account))
    }

    /// A page of what was there before such trades were kept. What is behind the sweeps' cursor is theirs to tell.
    func takeTradeHistory(_ account: AccountID, _ page: [AccountFill]) throws {
        guard let through = wire?.accounts[account]?.sweep.through else { return }
        let begins = try ledgerTransaction().prunedHistory(of: account).begins
        let old = page.filter { $0.fill.id <= through }
        for one in old where begins.map({ one.fill.at >= $0 }) ?? true {
            guard try !isOurs(one, account) else { continue }
            try keepForeign(one, account)
        }
        let isLast = page.count < limits.fillsPage || old.count < page.count
        let next = nextPoll
        _ = wire?.change(account) { watch in
            let before = watch.trades.position
            watch.trades.took(old)
            // An exchange that tells the same page again has no more.
            if isLast || watch.trades.position == before { watch.trades.finish() } else { watch.trades.dueAt = next }
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
    func noteHistory(_ page: [AccountFill], of account: AccountID) {
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
