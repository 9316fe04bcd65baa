import Ledger
import OrderEngine
import Testing
import Trading

@testable import Desk

/// What an account is worth over time, where prices and funds come from an exchange over the wire.
@Suite struct EquityTests {
    private func points(_ bench: WireBench) throws -> [Equity.Point] {
        let stored = try #require(bench.desk).ledger.transaction {
            try $0.fundsPoints(bench.account, since: Timestamp(seconds: 0), until: bench.now)
        }
        return Equity(stored).points
    }

    private func ready() throws -> WireBench {
        let bench = try WireBench(usd: "1000", btc: "2")
        bench.reconcile()
        bench.pass(seconds: 60)
        return bench
    }

    @Test func `a point that is due at a restart waits until prices and funds are told, and no value is a false one`()
        throws
    {
        let bench = try ready()
        bench.pass(seconds: 22_000)
        let before = try points(bench)
        #expect(!before.isEmpty && before.allSatisfy { $0.usd == 1_460 }, "\(before)")
        bench.exchange.isDeaf = true
        try bench.restart(afterSeconds: 22_000)
        bench.pass(seconds: 300)
        #expect(try points(bench) == before, "nothing is stored before the exchange has said anything")
        bench.type("chart equity")
        bench.type("summary")
        bench.pass(seconds: 21)
        let told = bench.takeTold()
        #expect(told.contains { $0.contains("high 1460, low 1460") }, "\(told)")
        #expect(
            told.contains { $0.contains("the value now is not known: some prices or balances are missing") }, "\(told)")
        bench.exchange.isDeaf = false
        bench.exchange.books.deposit(10, "usd")
        bench.pass(seconds: 200)
        let after = try points(bench)
        #expect(after.count == before.count + 1 && after.last?.usd == 1_470, "\(after)")
        bench.type("chart equity")
        bench.pass(seconds: 2)
        let chart = bench.takeTold().last ?? ""
        #expect(chart.hasPrefix("= what all you have is worth") && chart.contains("last 1470 usd"), "\(chart)")
        #expect(chart.contains("┤") && chart.contains("└┬"), "\(chart)")
    }

    @Test func `a value that was stored without a price that came later is left out`() {
        func point(_ second: Int64, _ coin: Coin, _ total: ExactDecimal, _ usd: ExactDecimal?) -> FundsPoint {
            FundsPoint(
                account: AccountID(1), at: Timestamp(seconds: second), exchange: "lossy", coin: coin, total: total,
                usd: usd)
        }
        let equity = Equity([
            point(1, "btc", 2, 460), point(1, "nmc", 5, nil), point(2, "btc", 2, nil), point(2, "nmc", 5, nil),
            point(3, "btc", 2, 480), point(3, "nmc", 5, nil),
        ])
        #expect(equity.points.map(\.usd) == [460, 480])
        #expect(equity.points.last?.unpriced == ["nmc"], "a coin that has no price at all is said to be left out")
    }
}
