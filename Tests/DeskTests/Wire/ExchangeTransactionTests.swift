import Conversation
import Exchange
import GRDB
import Ledger
import Testing
import Trading

@testable import Desk

/// Transactions over the wire are the exchange's own rows.
@Suite struct ExchangeTransactionTests {
    /// The bench's first moment is 2025-08-30 18:00 UTC.
    private static let start = Timestamp(seconds: 1_756_576_800)

    private static func at(_ minutes: Int64) -> Timestamp { start.advanced(bySeconds: minutes * 60) }

    private static func fill(_ books: inout VenueBooks) {
        books.list(.deposit, 50, "usd", "a wire", at: at(-90))
        books.list(.withdrawal, 20, "usd", "to the bank", status: .waiting, at: at(-80))
        books.list(.debit, 3, "usd", "In payment for a warrant", order: "x7", at: at(-70))
        books.list(.credit, 1, "btc", status: .unconfirmed, at: at(-60))
        books.list(.withdrawal, 9, "btc", "gone\u{1B}[31m\nred", status: .canceled, at: at(-50))
    }

    private func bench(page: Int = 100, _ more: @escaping (inout DeskLimits) -> Void = { _ in }) throws -> WireBench {
        let bench = try WireBench(listsTransactions: true) { books, limits in
            Self.fill(&books)
            books.transactionsPage = page
            more(&limits)
        }
        bench.reconcile()
        bench.pass(seconds: 5)
        _ = bench.takeTold()
        return bench
    }

    private func typed(_ line: String, _ bench: WireBench, seconds: Int64 = 2) -> String {
        bench.typed(line, seconds: seconds)
    }

    private func transactionsAsked(_ bench: WireBench) -> [String] {
        bench.exchange.queries.compactMap { query in
            guard case .transactions(_, let after, let limit) = query else { return nil }
            return "\(after?.text ?? "first") \(limit)"
        }
    }

    @Test func `a deposit and a withdrawal are two rows, with the exchange's ids, times, words and statuses`() throws {
        let bench = try bench()
        #expect(
            typed("transactions", bench) == """
                = 4 transactions, newest first, times in UTC
                  no.  time              type        amount  coin  status
                  105  2025-08-30 17:10  withdrawal       9  btc   canceled or failed
                       gone\\u{1B}[31m\\u{A}red
                  104  2025-08-30 17:00  credit           1  btc   not confirmed
                  102  2025-08-30 16:40  withdrawal      20  usd   waiting
                       to the bank
                  101  2025-08-30 16:30  deposit         50  usd   successful
                       a wire
                """)
        #expect(
            typed("transactions from 102 to 104 oldest last 1", bench) == """
                = 1 transaction, times in UTC; there are more, say from 103
                  no.  time              type        amount  coin  status
                  102  2025-08-30 16:40  withdrawal      20  usd   waiting
                       to the bank
                """)
        #expect(typed("transactions since 16:50 until 17:05", bench).contains("104"))
        // The first funds were booked here too, and are not shown beside.
        #expect(try bench.desk?.ledger.adjustments(bench.account, AdjustmentFilter(limit: 9)).count == 2)
        #expect(
            typed("summary", bench).contains("transactions  4, the last:\n    105 2025-08-30 17:10 withdrawal 9 btc"))
    }

    @Test func `what waits is asked about by itself until it has come`() throws {
        let bench = try bench { $0.transactionsSeconds = 60 }
        bench.exchange.books.settle("102", .successful)
        bench.exchange.books.settle("104", .canceled)
        bench.pass(seconds: 70)
        let rows = try #require(
            try bench.desk?.ledger.listedTransactions(bench.account, ListedFilter(limit: 9, oldestFirst: true)))
        #expect(rows.map(\.status) == [.successful, .successful, .canceled, .canceled])
        let asked = transactionsAsked(bench)
        #expect(asked.contains("102 1") && asked.contains("104 1"), "\(asked)")
        bench.pass(seconds: 130)
        // Nothing waits any more; the newest row is asked for, and what is behind it.
        let later = transactionsAsked(bench).dropFirst(asked.count)
        #expect(!later.isEmpty && later.allSatisfy { $0 == "105 500" }, "\(later)")
    }

    @Test func `a row that the exchange shows later than a newer one is read too, once`() throws {
        var reading = TransactionReading(stored: nil, dueAt: nil)
        func row(_ id: Int, _ minutes: Int64) -> ExchangeTransaction {
            ExchangeTransaction(
                id: "\(id)", kind: .deposit, status: .successful, coin: "usd", amount: 1, description: "",
                exchangeOrderID: nil, at: Self.at(minutes), place: HistoryCursor(number: UInt64(id)))
        }
        func took(_ rows: [ExchangeTransaction], next: UInt64? = nil) -> Bool {
            reading.took(rows, next: next.map { HistoryCursor(number: $0) }, overlap: 120, most: 4, at: Self.start)
        }
        #expect(took([row(1, 0), row(2, 10)], next: 3))
        #expect(!took([row(3, 11), row(5, 12)]))
        #expect(reading.position == HistoryCursor(number: 2), "12 minus two minutes")
        // 4 appears; a page later all of it is old.
        #expect(!took([row(2, 10), row(3, 11), row(4, 11), row(5, 12)]))
        #expect(!took([row(2, 10), row(3, 11), row(4, 11), row(5, 12), row(6, 30)]))
        #expect(reading.position == HistoryCursor(number: 6))
        #expect(!took([row(6, 30)]) && reading.position == HistoryCursor(number: 6))
        #expect(!took([]) && reading.position == HistoryCursor(number: 6))
        // An exchange that gives all of them one time is not read from the beginning again and again.
        #expect(!took((6...20).map { row($0, 30) }) && reading.position == HistoryCursor(number: 17))
    }

    @Test func `a question sees what has just come, and what has become of what waited`() throws {
        let bench = try bench()
        bench.exchange.books.settle("102", .successful)
        bench.exchange.books.list(.deposit, 5_000, "usd", "at the counter", at: bench.now)
        bench.pass(seconds: 11)
        let told = typed("transactions", bench)
        #expect(told.contains("106") && told.contains("at the counter"), "\(told)")
        #expect(!told.contains("waiting"), "\(told)")
        // Within ten seconds the same look does for another question.
        let asked = transactionsAsked(bench).count
        _ = typed("transactions", bench)
        #expect(transactionsAsked(bench).count == asked)
    }

    /// Asked for again and again, it would keep all others from being looked at.
    @Test func `a row whose place the exchange does not know holds up no other`() throws {
        let bench = try bench()
        try #require(bench.desk).ledger.transaction { transaction in
            try transaction.database.execute(
                sql: "UPDATE exchange_transactions SET place = 'elsewhere' WHERE id = '102'")
        }
        bench.exchange.books.settle("104", .successful)
        bench.pass(seconds: 11)
        let told = typed("transactions", bench)
        #expect(!told.contains("unconfirmed"), "\(told)")
        let asked = transactionsAsked(bench)
        #expect(asked.contains("elsewhere 1") && asked.contains("104 1"), "\(asked)")
    }

    @Test func `a long list comes page by page, and goes on after a restart where it was`() throws {
        let bench = try bench(page: 2)
        #expect(transactionsAsked(bench).filter { $0.hasSuffix(" 500") } == ["first 500", "103 500", "105 500"])
        try bench.restart()
        bench.reconcile()
        let before = transactionsAsked(bench).count
        bench.pass(seconds: 5)
        #expect(transactionsAsked(bench).count >= before)
        let again = transactionsAsked(bench).dropFirst(5).filter { $0.hasSuffix(" 500") }
        #expect(again == ["105 500"], "\(transactionsAsked(bench))")
        #expect(try bench.desk?.ledger.listedTransactions(bench.account, behind: nil, since: nil, limit: 99).count == 5)
    }

    @Test func `where the exchange is silent the answer is what was known, and says so`() throws {
        let bench = try bench()
        bench.pass(seconds: 20)
        bench.exchange.isDeaf = true
        let told = typed("transactions", bench, seconds: 15)
        #expect(told.hasPrefix("= 4 transactions"), "\(told)")
        #expect(told.hasSuffix("lossy has not answered: this is what was known before"), "\(told)")
    }

    @Test func `an export has every row, those that book an order too, and says which order`() throws {
        let bench = try bench()
        _ = typed("export transactions", bench)
        let text = String(decoding: try #require(bench.offered.first).bytes, as: UTF8.self)
        let lines = text.split(separator: "\r\n").map(String.init)
        #expect(lines.count == 6)
        #expect(lines.first == "id,exchange,at,type,amount,coin,status,description,exchange_order_id")
        #expect(lines.dropFirst().first == "101,lossy,2025-08-30T16:30:00.000Z,deposit,50,usd,successful,a wire,")
        #expect(lines.contains { $0.hasPrefix("103,") && $0.hasSuffix("In payment for a warrant,x7") }, "\(lines)")
    }

    @Test func `the history of a coin is the exchange's, and ends with what there is`() throws {
        let bench = try bench()
        let told = typed("fund usd", bench)
        #expect(told.contains("-20") && told.contains("withdrawal, transaction 102: to the bank"), "\(told)")
        #expect(told.contains("+50") && !told.contains("warrant"), "\(told)")
        // A withdrawal that was canceled, and money that has not come, change nothing.
        #expect(typed("fund btc", bench).contains("no changes in the last two months"))
    }

    @Test func `an exchange that lists nothing is not asked, and shows what was booked here`() throws {
        let bench = try WireBench()
        bench.reconcile()
        bench.pass(seconds: 700)
        _ = bench.takeTold()
        #expect(transactionsAsked(bench).isEmpty)
        let told = typed("transactions", bench)
        #expect(told.hasPrefix("= 2 transactions") && told.contains("deposit"), "\(told)")
    }

    @Test func `a list that cannot be read holds up no order`() throws {
        let bench = try bench()
        bench.exchange.losesTransactions = true
        try bench.restart()
        bench.reconcile()
        _ = bench.takeTold()
        #expect(typed("buy 0.1 btc_usd at 200", bench).hasPrefix("+ #1 "))
        #expect(typed("transactions", bench).hasSuffix("lossy is still being read: up to 2025-08-30 17:10 so far"))
        // It is asked for again, after longer and longer.
        let asked = transactionsAsked(bench).count
        bench.pass(seconds: 300)
        let more = transactionsAsked(bench).count - asked
        #expect((2...12).contains(more), "\(more)")
        bench.exchange.losesTransactions = false
        bench.pass(seconds: 700)
        #expect(!typed("transactions", bench).contains("still being read"))
    }
}
