import Conversation
import Exchange
import Foundation
import Ledger
import Testing
import Trading

@testable import Desk

/// Trades that were not made here: of before the desk, and by others since.
@Suite struct ForeignTradeTests {
    private static let start = Timestamp(seconds: 1_756_576_800)

    /// Five trades in the ten hours before the desk, a page of two at a time.
    private func bench(lists: Bool = false) throws -> WireBench {
        let bench = try WireBench(listsTransactions: lists) { books, limits in
            limits.fillsPage = 2
            for hour in 1...5 as ClosedRange<Int64> {
                books.tradeElsewhere(
                    hour == 3 ? .sell : .buy, 1, at: ExactDecimal(Int(200 + hour)),
                    Self.start.advanced(bySeconds: -hour * -3_600 - 36_000))
            }
        }
        bench.reconcile()
        bench.pass(seconds: 5)
        _ = bench.takeTold()
        return bench
    }

    private func typed(_ line: String, _ bench: WireBench) -> String { bench.typed(line) }

    /// As a desk left it that kept no such trades.
    private func forgetHistory(_ bench: WireBench) throws {
        let account = bench.account
        try #require(bench.desk).ledger.transaction { transaction in
            try transaction.deleteBook("lossy", key: Seat.tradesKey(account))
            let all = (at: Timestamp(nanoseconds: .max), id: FillID(9_999_999))
            try transaction.forgetForeignFills(account, through: all, limit: 99)
        }
    }

    @Test func `trades of before the desk are shown as foreign, and reports are ours`() throws {
        let bench = try bench()
        #expect(typed("buy 1 btc_usd at 230", bench).hasPrefix("+ #1 "))
        bench.exchange.fill(bench.client(1), 1, at: bench.now)
        bench.pass(seconds: 3)
        _ = bench.takeTold()
        #expect(
            typed("trades", bench) == """
                = 6 trades, newest first, times in UTC; of btc_usd, fees in usd, as maker
                  trade  time                 side  amount  price  value    fee  order
                   1006  2025-08-30 18:00:08  buy        1    230    230  0.46   #1
                   1005  2025-08-30 13:00     buy        1    205    205  0.41   foreign x505
                   1004  2025-08-30 12:00     buy        1    204    204  0.408  foreign x504
                   1003  2025-08-30 11:00     sell       1    203    203  0.406  foreign x503
                   1002  2025-08-30 10:00     buy        1    202    202  0.404  foreign x502
                   1001  2025-08-30 09:00     buy        1    201    201  0.402  foreign x501
                """)
        let page = typed("trades last 2 to 1003", bench)
        #expect(page.contains("1003") && page.contains("1002") && page.contains("say to 1001"), "\(page)")
        let report = typed("report", bench)
        #expect(report.contains("#1") && !report.contains("x50"), "\(report)")
        #expect(typed("report drift", bench).hasPrefix("= no difference"))
        _ = typed("export trades", bench)
        let text = String(decoding: try #require(bench.offered.first).bytes, as: UTF8.self)
        let lines = text.split(separator: "\r\n").map(String.init)
        #expect(lines.count == 7, "\(lines)")
        let first = try #require(lines.dropFirst().first)
        #expect(first.hasPrefix("1001,") && first.hasSuffix(",,true,x501"), "\(lines)")
        #expect(lines.last?.hasSuffix(",1,false,") == true, "\(lines)")
    }

    @Test func `a trade of another program is kept too, told once, and is there after a restart`() throws {
        let bench = try bench()
        bench.exchange.books.tradeElsewhere(.sell, 2, at: 240, bench.now)
        bench.type("buy 0.1 btc_usd at 200")
        bench.pass(seconds: 200)
        #expect(bench.takeTold().filter { $0.contains("foreign fill 1006") }.count == 1)
        try bench.restart()
        bench.reconcile()
        _ = bench.takeTold()
        let told = typed("trades since 17:00", bench)
        #expect(told.contains("1006") && told.contains("foreign x506"), "\(told)")
        #expect(bench.differences() == [])
    }

    @Test func `a desk that kept no such trades reads them in the background, and says how far`() throws {
        let bench = try bench()
        try forgetHistory(bench)
        try bench.restart()
        _ = bench.takeTold()
        // Before the first page, and between two of them.
        bench.type("trades")
        let before = bench.takeTold().first ?? ""
        #expect(before.contains("older trades at lossy are still being read, from the first on"), "\(before)")
        bench.pass(seconds: 1)
        bench.type("exchanges")
        let between = bench.takeTold().first { $0.hasPrefix("=") } ?? ""
        #expect(between.contains("lossy: trades read up to 2025-08-30"), "\(between)")
        bench.reconcile()
        bench.pass(seconds: 20)
        _ = bench.takeTold()
        #expect(typed("trades", bench).hasPrefix("= 5 trades"))
        #expect(!typed("exchanges", bench).contains("read up to"))
        // All of it was read once: the next start asks for none of it.
        try bench.restart()
        let asked = bench.exchange.queries.count
        bench.reconcile()
        bench.pass(seconds: 20)
        let fromStart = bench.exchange.queries.dropFirst(asked).filter {
            if case .fills(_, nil, _) = $0 { true } else { false }
        }
        #expect(fromStart.isEmpty)
    }

    @Test func `reading is cut off by a restart and goes on behind the last page`() throws {
        let bench = try bench()
        try forgetHistory(bench)
        try bench.restart()
        bench.pass(seconds: 1)
        #expect(bench.seat?.wire?.accounts[bench.account]?.trades.isWhole == false)
        let read = try #require(try bench.desk?.ledger.foreignFills(bench.account, FillFilter(limit: 9))).count
        #expect((1..<5).contains(read), "\(read)")
        try bench.restart()
        bench.pass(seconds: 20)
        #expect(bench.seat?.wire?.accounts[bench.account]?.trades.isWhole == true)
        #expect(try bench.desk?.ledger.foreignFills(bench.account, FillFilter(limit: 9)).count == 5)
        let fromStart = bench.exchange.queries.filter { if case .fills(_, nil, _) = $0 { true } else { false } }
        #expect(fromStart.count == 2, "the first sweep, and the first page of the history")
    }

    /// The adapter of before gave other places, say. Asked for without end, the account would never trade again.
    @Test func `a place that the exchange does not know begins the list anew, and tells nothing twice`() throws {
        let bench = try bench(lists: true)
        #expect(typed("buy 1 btc_usd at 230", bench).hasPrefix("+ #1 "))
        bench.exchange.fill(bench.client(1), 1, at: bench.now)
        bench.pass(seconds: 3)
        let account = bench.account
        try #require(bench.desk).ledger.transaction { transaction in
            for key in [Seat.cursorKey(account), Seat.tradesKey(account), Seat.transactionsKey(account)] {
                try transaction.putBook("lossy", key: key, value: Array("1 elsewhere 1".utf8))
            }
        }
        try bench.restart()
        _ = bench.takeTold()
        bench.reconcile()
        bench.pass(seconds: 60)
        #expect(!bench.takeTold().contains { $0.contains("foreign") })
        #expect(typed("trades", bench).hasPrefix("= 6 trades"))
        #expect(typed("buy 1 btc_usd at 200", bench).hasPrefix("+ #2 "))
        #expect(bench.seat?.wire?.accounts[account]?.trades.isWhole == true)
        #expect(bench.seat?.wire?.accounts[account]?.transactions.isWhole == true)
        #expect(bench.differences() == [])
    }

    @Test func `an order is placed while history is read, and not behind it`() throws {
        let bench = try bench()
        try forgetHistory(bench)
        try bench.restart()
        for _ in 0..<10 where !bench.isReconciled { bench.pass(seconds: 1) }
        try forgetHistory(bench)
        _ = bench.seat?.wire?.change(bench.account) {
            $0.trades = TradeReading(stored: nil, isSwept: true, at: bench.now)
        }
        bench.type("buy 1 btc_usd at 200")
        #expect(bench.asked() == ["place #1"])
    }

    @Test func `the history of a coin has foreign trades where the exchange lists the rest too`() throws {
        let bench = try bench(lists: true)
        let told = typed("fund btc", bench)
        #expect(told.contains("fill 1003 of foreign order x503: sold 1 btc at 203 usd"), "\(told)")
        #expect(told.contains("+1") && told.contains("103"), "\(told)")
        // Where it does not, what the funds were compared to has them in it.
        let other = try self.bench()
        #expect(!typed("fund btc", other).contains("foreign"))
    }

    @Test func `beyond the limit the oldest go, and trades say so`() throws {
        let bench = try bench()
        bench.configuration.limits.accountForeignTrades = 3
        try bench.restart()
        bench.reconcile()
        bench.exchange.books.tradeElsewhere(.sell, 2, at: 240, bench.now)
        _ = typed("buy 0.1 btc_usd at 200", bench)
        bench.pass(seconds: 200)
        _ = bench.takeTold()
        let told = typed("trades", bench)
        #expect(told.hasPrefix("= 3 trades"), "\(told)")
        #expect(told.contains("trades and finished orders from before"), "\(told)")
    }

    @Test func `a prune takes those of before with it, and counts them`() throws {
        let bench = try bench()
        let cut = Self.start.advanced(bySeconds: -6 * 3_600)
        bench.close()
        bench.now = bench.now.advanced(bySeconds: 3 * 86_400)
        let path = bench.home.appending(path: "desk.db").path
        let trial = try OperatorDesk.prune(database: path, before: cut, at: bench.now, isTrial: true)
        #expect(trial.foreignTrades == 3)
        let pruned = try OperatorDesk.prune(database: path, before: cut, at: bench.now)
        #expect(pruned.foreignTrades == 3)
        #expect(PrunedWords(pruned, before: cut, isTrial: false).lines[0].contains("3 foreign trades"))
        try bench.open()
        bench.logIn()
        bench.reconcile()
        _ = bench.takeTold()
        let told = typed("trades", bench)
        #expect(told.hasPrefix("= 2 trades") && told.contains("from before"), "\(told)")
        #expect(try OperatorDesk.pruneIsDone(path, cut, bench))
    }
}

extension OperatorDesk {
    /// Whether nothing is left to prune.
    fileprivate static func pruneIsDone(_ path: String, _ cut: Timestamp, _ bench: WireBench) throws -> Bool {
        bench.close()
        return try prune(database: path, before: cut, at: bench.now, isTrial: true).foreignTrades == 0
    }
}
