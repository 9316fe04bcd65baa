import OrderEngine
import Testing
import Trading

@testable import Desk

/// Lines that need a price, where the exchange has told none for long.
@Suite struct StalePriceTests {
    private func stale() throws -> WireBench {
        let bench = try WireBench()
        bench.reconcile()
        bench.pass(seconds: 10)
        bench.exchange.isDeaf = true
        bench.pass(seconds: 45)
        _ = bench.takeTold()
        return bench
    }

    private func hearAgain(_ bench: WireBench) {
        bench.exchange.isDeaf = false
        bench.pass(seconds: 60)
        _ = bench.takeTold()
    }

    @Test(arguments: ["buy 1 btc_usd at market", "buy 1 btc_usd at last", "slice 2 btc_usd 195..199 x20"])
    func `a line that needs a price is refused, and done when it comes again with its tag`(line: String) throws {
        let bench = try stale()
        bench.type(line, tag: "a")
        let refusal = bench.takeTold()
        #expect(refusal.count == 1 && refusal.first?.contains("has told no price") == true, "\(refusal)")
        #expect(bench.order(1) == nil)
        hearAgain(bench)
        bench.type(line, tag: "a")
        bench.pass(seconds: 5)
        #expect(bench.takeTold().contains { $0.hasPrefix("[a] + #1") })
        bench.type(line, tag: "a")
        bench.pass(seconds: 60)
        let roots = bench.desk?.firstSeat.engine.snapshot().orders.filter { $0.order.parent == nil }
        #expect(roots?.count ?? 0 <= 1 && bench.order(1) != nil)
        #expect(bench.differences() == [])
    }

    @Test func `what is refused for another reason is kept with its tag`() throws {
        let bench = try stale()
        bench.type("buy 1000 btc_usd at 200", tag: "a")
        // The exchange is asked whether there is more by now, and is silent.
        bench.pass(seconds: 11)
        let refusal = bench.takeTold()
        #expect(refusal.first?.hasPrefix("[a] ! buying 1000 btc") == true, "\(refusal)")
        hearAgain(bench)
        bench.type("buy 1000 btc_usd at 200", tag: "a")
        #expect(bench.takeTold() == refusal)
    }

    @Test func `a go that was refused for now still has its preview`() throws {
        let bench = try WireBench()
        bench.reconcile()
        bench.pass(seconds: 10)
        bench.type("? buy 1 btc_usd at market")
        bench.exchange.isDeaf = true
        bench.pass(seconds: 45)
        _ = bench.takeTold()
        bench.type("go", tag: "g")
        #expect(bench.takeTold().first?.contains("has told no price") == true)
        bench.exchange.isDeaf = false
        bench.pass(seconds: 5)
        bench.type("go", tag: "g")
        bench.pass(seconds: 5)
        #expect(bench.order(1) != nil, "\(bench.takeTold())")
    }
}
