import Exchange
import Ledger
import Logging
import OrderEngine
import Threads
import Trading

/// How far an account's list of transactions at an exchange has been read: page by page from the first row on, and then again and again
/// from the newest rows that are known, where a row may still appear between them. The place is kept over restarts.
struct TransactionReading {
    /// Where the next page begins; nil with the very first row.
    private(set) var position: HistoryCursor?
    /// When the newest row that was read happened, by the exchange's clock; nil where the list had none.
    private(set) var upTo: Timestamp?
    /// Whether the exchange has ever told a page: from then on its list is what the account is shown.
    private(set) var hasBegun = false
    /// When the list was last read to its end, since the start.
    private(set) var readAt: Timestamp?
    /// When it is asked for next; nil while it is, or where the exchange has none.
    var dueAt: Timestamp?
    /// Whether pages or single rows are being asked for.
    private(set) var isReading = false
    /// Rows whose status may have changed, to be asked for one by one; and the last one of all that was.
    private var toCheck: [ListedTransaction] = []
    private var checkedThrough = ""
    private(set) var failures = 0
    /// The newest rows that were read, at most a page: a row that the exchange shows late is behind the first of them.
    private var recent: [(place: HistoryCursor, at: Timestamp)] = []
    /// Whether the exchange has said that it lists none.
    private(set) var isRefused = false

    /// Whether there is nothing older that is not known.
    var isWhole: Bool { readAt != nil || isRefused }

    /// `dueAt` is nil where the exchange has no such list.
    init(stored: String?, dueAt: Timestamp?) {
        self.dueAt = dueAt
        guard let parts = stored?.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false),
            parts.count == 2
        else { return }
        hasBegun = true
        upTo = Int64(parts[0]).map { Timestamp(nanoseconds: $0) }
        position = HistoryCursor(String(parts[1]))
    }

    /// `1425168000000000000 118`: the newest row's time in nanoseconds since 1970, or `-`, and the cursor, which is empty before the
    /// first row.
    var text: String { "\(upTo.map { String($0.nanoseconds) } ?? "-") \(position?.text ?? "")" }

    mutating func begin() -> HistoryCursor? {
        dueAt = nil
        isReading = true
        return position
    }

    /// A page has come. Whether more follows. `overlap` is how late the exchange may show a row, in seconds, and `most` how many rows are
    /// read again for that.
    mutating func took(
        _ rows: [ExchangeTransaction], next: HistoryCursor?, overlap: Int64, most: Int, at now: Timestamp
    ) -> Bool {
        hasBegun = true
        isRefused = false
        failures = 0
        if let newest = rows.map(\.at).max() { upTo = max(upTo ?? newest, newest) }
        recent += rows.map { ($0.place, $0.at) }
        if let upTo { recent.removeAll { $0.at < upTo.advanced(bySeconds: -overlap) } }
        recent.removeFirst(max(0, recent.count - most))
        // A cursor that leads nowhere would be asked for without end.
        if let next, next != position {
            position = next
            return true
        }
        position = recent.first?.place ?? position
        recent.removeAll()
        readAt = now
        return false
    }

    /// These are asked for by themselves, one after the other.
    mutating func willCheck(_ rows: [ListedTransaction]) {
        toCheck = rows
        checkedThrough = rows.last?.id ?? ""
    }

    /// Behind which id the rows are that may be asked for next; from the beginning again after the last.
    var checksBehind: String { checkedThrough }

    /// The place of the next row to ask for; nil where there is none left.
    mutating func nextCheck() -> HistoryCursor? {
        while !toCheck.isEmpty {
            if let place = HistoryCursor(toCheck.removeFirst().place) { return place }
        }
        return nil
    }

    mutating func end(nextAt time: Timestamp) {
        isReading = false
        dueAt = time
    }

    mutating func refuse() { isRefused = true }

    /// The place that was kept is none.
    mutating func forgetPlace() {
        position = nil
        recent.removeAll()
    }

    /// No answer came, or none that is a list.
    mutating func fail(_ wait: (Int) -> Timestamp) {
        failures += 1
        isReading = false
        toCheck.removeAll()
        dueAt = wait(failures)
    }

    /// Something says that there is a new row.
    mutating func want(at now: Timestamp) {
        if !isReading, let due = dueAt { dueAt = min(due, now) }
    }
}

extension Seat {
    /// Where it is kept how far an account's transactions have been read: among the rows of the exchange.
    static func transactionsKey(_ account: AccountID) -> [UInt8] {
        Array("\(Ledger.historyKeys.transactions)\(account)".utf8)
    }

    /// Whether an account is shown the exchange's own list of transactions, not what was booked here.
    func listsTransactions(of account: AccountID) -> Bool {
        exchange.traits.listsTransactions && wire?.accounts[account]?.transactions.hasBegun ?? false
    }

    func beginReadingTransactions(of account: AccountID) {
        let position = wire?.change(account) { $0.transactions.begin() } ?? nil
        askTransactions(of: account, after: position)
    }

    private func askTransactions(of account: AccountID, after place: HistoryCursor?) {
        let page = ExchangeQuery.transactions(account, after: place, limit: limits.transactionsPage)
        ask(page, for: .transactions(account))
    }

    func takeTransactions(_ account: AccountID, _ rows: [ExchangeTransaction], next: HistoryCursor?) throws {
        if try keep(rows, next: next, of: account) {
            return askTransactions(of: account, after: wire?.accounts[account]?.transactions.position)
        }
        let fresh = Set(rows.map(\.id))
        let behind = wire?.accounts[account]?.transactions.checksBehind ?? ""
        func rowsToCheck(behind id: String) throws -> [ListedTransaction] {
            try ledgerTransaction()
                .unsettledTransactions(account, at: self.id, behind: id, limit: limits.transactionChecks)
        }
        // After the last of them it is the first one's turn again.
        var unsettled = try rowsToCheck(behind: behind)
        if unsettled.isEmpty, !behind.isEmpty { unsettled = try rowsToCheck(behind: "") }
        _ = wire?.change(account) { $0.transactions.willCheck(unsettled.filter { !fresh.contains($0.id) }) }
        checkNextTransaction(of: account)
    }

    /// A row that was asked for by itself.
    func takeCheckedTransaction(_ account: AccountID, _ rows: [ExchangeTransaction]) throws {
        for row in rows { try keep(row, of: account) }
        checkNextTransaction(of: account)
    }

    private func checkNextTransaction(of account: AccountID) {
        guard let place = wire?.change(account, { $0.transactions.nextCheck() }) ?? nil else {
            let next = now.advanced(bySeconds: Int64(limits.transactionsSeconds))
            _ = wire?.change(account) { $0.transactions.end(nextAt: next) }
            return
        }
        ask(.transactions(account, after: place, limit: 1), for: .transactionCheck(account))
    }

    /// Keeps a page, and how far the list has been read. Whether more follows.
    func keep(_ rows: [ExchangeTransaction], next: HistoryCursor?, of account: AccountID) throws -> Bool {
        for row in rows { try keep(row, of: account) }
        let before = wire?.accounts[account]?.transactions
        let (overlap, most) = (Int64(limits.fillsOverlapSeconds), limits.transactionsPage)
        let hasMore =
            wire?.change(account) {
                $0.transactions.took(rows, next: next, overlap: overlap, most: most, at: now)
            } ?? false
        if let after = wire?.accounts[account]?.transactions, after.text != before?.text || before?.hasBegun != true {
            try ledgerTransaction().putBook(name, key: Seat.transactionsKey(account), value: Array(after.text.utf8))
        }
        return hasMore
    }

    func keep(_ row: ExchangeTransaction, of account: AccountID) throws {
        try ledgerTransaction().keep(
            ListedTransaction(
                account: account, exchange: id, id: row.id, kind: FundsAdjustment.Reason(row.kind), status: row.status,
                coin: row.coin, amount: row.amount, description: row.description, exchangeOrderID: row.exchangeOrderID,
                at: row.at, place: row.place.text))
    }

    /// The list is not needed to trade: it is asked for again after longer and longer.
    func transactionsAreLost(of account: AccountID) {
        let first = Int64(limits.openOrdersSeconds)
        let waits = Backoff(first: first, longest: max(first, Int64(limits.transactionsSeconds)))
        _ = wire?.change(account) { watch in
            watch.transactions.fail { now.advanced(bySeconds: waits.wait(failures: $0)) }
        }
    }
}
