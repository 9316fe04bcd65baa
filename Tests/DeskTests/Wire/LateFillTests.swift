import Exchange
import OrderEngine
import Testing
import Trading

@testable import Desk

/// Fills of orders that the desk remembers no more: they are in its tables, and not in its memory.
@Suite struct LateFillTests {
    /// A desk that remembers one finished order, with #1 behind it.
    private func bench(firstEnds end: (WireBench) -> Void) throws -> WireBench {
        let bench = try WireBench()
        bench.configuration.engineLimits.finishedOrdersKept = 1
        bench.reconcile()
        try bench.restart()
        bench.reconcile()
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 1)
        end(bench)
        bench.pass(seconds: 3)
        bench.type("buy 1 btc_usd at 201")
        bench.pass(seconds: 1)
        bench.type("cancel 2")
        bench.pass(seconds: 3)
        #expect(bench.order(1) == nil && bench.order(2)?.status == .canceled)
        _ = bench.takeTold()
        return bench
    }

    private func tell(_ bench: WireBench, _ fill: Fill) {
        bench.exchange.say(.execution(account: bench.account, .filled(bench.client(1), fill)), at: bench.now)
        bench.pass(seconds: 10)
    }

    @Test func `one that the tables do not have is told once, and its money is booked by the exchange's word`() throws {
        let bench = try bench { $0.exchange.books.cancelElsewhere($0.client(1)) }
        bench.exchange.books.deposit(d("0.5"), "btc")
        bench.exchange.books.deposit(d("-100.2"), "usd")
        let fill = Fill(
            id: FillID(9_000), price: 200, quantity: d("0.5"), fee: d("0.2"), feeCurrency: "usd", liquidity: .maker,
            at: bench.now)
        for _ in 0..<2 { tell(bench, fill) }
        let told = bench.takeTold()
        #expect(
            told.filter { $0.contains("#1") } == [
                "* #1 filled 0.5 btc at 200 long after it was canceled; the funds are being compared with lossy"
            ])
        #expect(told.filter { $0.contains("funds changed") }.count == 2, "\(told)")
        #expect(bench.funds("btc").total == d("100.5") && bench.funds("usd").total == d("9899.8"))
    }

    @Test func `one that the tables have is nothing new`() throws {
        let bench = try bench { $0.exchange.fill($0.client(1), 1, at: $0.now) }
        let fill = try #require(bench.exchange.books.held[bench.client(1)]?.fills.first)
        tell(bench, fill)
        #expect(bench.takeTold() == [])
        #expect(bench.funds("btc").total == 101)
    }
}
