import Exchange
import Ledger
import OrderEngine
import Trading

/// All that the desk keeps for an exchange that answers over the wire. None of it is on disk but the cursors of the fills and of
/// the history: after a restart the exchange is asked about everything again.
struct Wire {
    var answers: AnswerWatch
    var questions: Questions
    var feed: MarketFeed
    var accounts: [AccountID: AccountWatch] = [:]
    var accountsDue = Deadlines<AccountID>()
    /// Orders of which the exchange has said that they are off the book, and not yet with which fills.
    var leaving: Set<OrderID> = []
    /// Orders about which the exchange contradicts itself.
    var disputes: [OrderID: Contradiction] = [:]
    /// Whether everybody has been told that the exchange is silent.
    var isLost = false
    /// Foreign fills that were kept since their number was last looked at.
    var foreignSinceLook: [AccountID: Int] = [:]

    init(_ limits: DeskLimits, at now: Timestamp) {
        answers = AnswerWatch(
            answerSeconds: limits.answerSeconds, askAgainSeconds: limits.askAgainSeconds,
            contradictionSeconds: limits.contradictionSeconds)
        questions = Questions(answerSeconds: limits.answerSeconds, startedAt: now)
        feed = MarketFeed(at: now)
    }

    /// When something of it is due.
    var next: Timestamp? {
        [answers.next, questions.next, feed.next, accountsDue.next].compactMap(\.self).min()
    }

    /// Changes what is kept of an account, and when it is next looked at.
    mutating func change<Result>(_ account: AccountID, _ body: (inout AccountWatch) -> Result) -> Result? {
        guard var watch = accounts[account] else { return nil }
        let result = body(&watch)
        accounts[account] = watch
        if let next = watch.next { accountsDue.set(account, to: next) } else { accountsDue.remove(account) }
        return result
    }
}

/// From the start of a desk to its first trade over the wire.
extension Seat {
    /// Begins to watch what the exchange has of each account that the records know, or that has a key: one that never had
    /// anything is in no record.
    func startWatching() throws {
        guard exchange.settlement == .overTheWire else { return }
        wire = Wire(limits, at: now)
        // Read once for all: one look at the rows an account would be accounts times rows.
        var rows: [[UInt8]: [UInt8]] = [:]
        for row in try ledgerTransaction().books(name) { rows[row.key] = row.value }
        takeUpRules(rows)
        for account in keys.accounts.union(engine.accounts).sorted() {
            watch(account, kept: rows)
        }
    }

    /// Begins to watch an account that the records do not know, where that has not begun.
    func watch(_ account: AccountID) throws {
        guard wire != nil, wire?.accounts[account] == nil else { return }
        var rows: [[UInt8]: [UInt8]] = [:]
        for row in try ledgerTransaction().books(name) { rows[row.key] = row.value }
        watch(account, kept: rows)
    }

    /// Until an account's orders, fills and funds are known nothing is traded for it.
    private func watch(_ account: AccountID, kept rows: [[UInt8]: [UInt8]]) {
        func text(_ key: [UInt8]) -> String? { rows[key].map { String(decoding: $0, as: UTF8.self) } }
        let highestSent = engine.ordersSent().map(\.clientOrderID.order).max() ?? OrderID(0)
        var seen: [Pair: SeenMarks] = [:]
        let prefix = Array("seen of \(account) ".utf8)
        for (key, value) in rows where key.starts(with: prefix) {
            guard let pair = Pair(String(decoding: key.dropFirst(prefix.count), as: UTF8.self)) else { continue }
            seen[pair] = SeenMarks(String(decoding: value, as: UTF8.self), highestSent: highestSent)
        }
        let stored = text(Seat.cursorKey(account)).flatMap { HistoryCursor($0) }
        let awaited = engine.openOrders(of: account).filter(\.isAtExchangeItself).map(\.id)
        let sweep = FillSweep(
            overlapSeconds: limits.fillsOverlapSeconds, through: stored, isFirst: stored == nil)
        wire?.accounts[account] = AccountWatch(
            awaited: Set(awaited), sweep: sweep,
            trades: TradeReading(stored: text(Seat.tradesKey(account)), isSwept: stored != nil, at: now),
            transactions: TransactionReading(
                stored: text(Seat.transactionsKey(account)), dueAt: exchange.traits.listsTransactions ? now : nil),
            seen: seen, highestSent: highestSent, at: now)
        wire?.accountsDue.set(account, to: now)
    }

    /// Where the cursor of an account's fills is kept: among the rows of the exchange.
    static func cursorKey(_ account: AccountID) -> [UInt8] { Array("fills of \(account)".utf8) }
}
