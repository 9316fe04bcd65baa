import Conversation
import Ledger
import OrderEngine
import Testing
import Trading

@testable import Desk

/// `account_finished_orders`: beyond it the oldest finished orders of an account leave the disk, some rows at a time.
@Suite struct FinishedOrderLimitTests {
    private func bench(_ limit: Int, rows: Int = 3) throws -> SightBench {
        var configuration = DeskConfiguration()
        configuration.limits.accountFinishedOrders = limit
        configuration.limits.prunedRows = rows
        return try SightBench(isBusy: false, configuration: configuration)
    }

    private func finished(_ bench: SightBench) throws -> [UInt64] {
        try bench.desk.ledger.finishedRoots(bench.account, limit: 1_000).map(\.id.rawValue).sorted()
    }

    @Test func `beyond the limit the oldest go after two days, and the others, numbers and counts stay`() throws {
        let bench = try bench(5)
        for _ in 1...4 {
            _ = bench.type(["buy 0.1 btc at market", "slice sell 0.2 btc 231..235 x2", "cancel all"], bench.ann)
            bench.wait(seconds: 60)
        }
        let open = bench.type("buy 0.1 btc at 200", bench.ann)
        #expect(open.hasPrefix("+ #17"))
        let all = try finished(bench)
        #expect(all.count == 8)
        for _ in 1...30 { bench.wait(seconds: 1) }
        #expect(try finished(bench) == all, "none that was over in the last two days goes")
        bench.wait(seconds: 2 * 86_400 + 300)
        let balance = bench.type("funds", bench.ann)
        _ = bench.type("buy 0.1 btc at market", bench.ann)
        for _ in 1...60 { bench.wait(seconds: 1) }
        #expect(try finished(bench).count == 5)
        #expect(try finished(bench) == [9, 10, 13, 14, 18])
        #expect(bench.type("order 1", bench.ann).hasPrefix("! #1 was over long ago"))
        #expect(bench.type("order 3", bench.ann).hasPrefix("! #3 was over long ago"), "of an order under it too")
        #expect(bench.type("summary", bench.ann).contains("finished      9: 5 simple, 4 sliced"))
        #expect(try bench.desk.ledger.order(OrderID(17)) != nil)
        #expect(balance.contains("usd"))
        let rows = try bench.desk.ledger.projectedRows()
        try bench.restart { _ = try OperatorDesk.rebuildTables(database: $0) }
        #expect(try bench.desk.ledger.projectedRows() == rows, "a rebuild does not bring them back")
        let ann = bench.login("ann")
        #expect(bench.type("order 1", ann).hasPrefix("! #1 was over long ago"))
        #expect(bench.type("buy 0.1 btc at 200", ann).hasPrefix("+ #19"))
    }

    @Test func `their records go with the next prune, and nothing else changes`() throws {
        let bench = try bench(2)
        for _ in 1...6 { _ = bench.type("buy 0.1 btc at market", bench.ann) }
        bench.wait(seconds: 3 * 86_400)
        _ = bench.type("buy 0.1 btc at market", bench.ann)
        for _ in 1...40 { bench.wait(seconds: 1) }
        let left = try finished(bench)
        #expect(left == [6, 7])
        #expect(try !bench.desk.ledger.history(of: OrderID(1)).isEmpty)
        let cut = bench.now.advanced(bySeconds: -2 * 86_400)
        let pruned = try bench.restart { try OperatorDesk.prune(database: $0, before: cut, at: bench.now) }
        #expect(pruned.rows.orders == 1 && pruned.rows.records > 6, "\(pruned.rows)")
        #expect(try bench.desk.ledger.history(of: OrderID(1)).isEmpty)
        #expect(try finished(bench) == [7])
        #expect(bench.type("summary", bench.login("ann")).contains("finished      7: 7 simple"))
        #expect(try bench.desk.ledger.prunedRuns() == [PrunedRun(bench.account, 1...6, remains: .nothing)])
    }
}
