import Exchange
import OrderEngine
import Testing
import Trading

@testable import Desk

/// A paper exchange at the prices of the exchange over the wire beside it.
@Suite struct FollowingTests {
    private let bench: WireBench

    init() throws {
        bench = try WireBench(isBesidePaper: true, paperFollows: "lossy")
        bench.reconcile()
        _ = try #require(bench.desk).perform(.deposit(bench.account, 1_000, "usd"), at: bench.now)
        _ = bench.takeTold()
    }

    private func typed(_ line: String) -> String { bench.typed(line, seconds: 5) }

    @Test func `its pairs, rules, fees and quotes are the other's`() throws {
        #expect(typed("pairs").hasPrefix("= 1 pair"))
        let (here, there) = (try #require(bench.desk?.seat(.paper)), try #require(bench.seat))
        #expect(here.engine.rules["btc_usd"] == there.engine.rules["btc_usd"])
        #expect(here.engine.market["btc_usd"]?.bid == there.engine.market["btc_usd"]?.bid)
        #expect(here.engine.market["btc_usd"]?.last == there.engine.market["btc_usd"]?.last)
        #expect(typed("buy 1 btc_usd at market") == "+ #1 buy 1 btc_usd at market on paper")
        #expect(bench.desk?.orderInMemory(OrderID(1))?.averagePrice == 231)
        #expect(bench.exchange.books.held.isEmpty, "nothing of it goes over the wire")
    }

    @Test func `a quote that comes to an order fills it, and a last price fires a stop`() throws {
        _ = typed("buy 1 btc_usd at market")
        _ = typed("sell 0.4 btc_usd at 240")
        _ = typed("stop sell 0.5 btc_usd at 220 market")
        bench.exchange.books.ticker = Ticker(bid: 241, ask: 242, last: 241, at: bench.now)
        bench.pass(seconds: 10)
        #expect(bench.desk?.orderInMemory(OrderID(2))?.status == .filled)
        #expect(bench.desk?.orderInMemory(OrderID(3))?.status == .armed)
        bench.exchange.books.ticker = Ticker(bid: 217, ask: 219, last: 218, at: bench.now)
        bench.pass(seconds: 10)
        #expect(bench.desk?.orderInMemory(OrderID(3))?.triggeredAt != nil)
        #expect(bench.desk?.orderInMemory(OrderID(4))?.averagePrice == 217)
    }

    @Test func `a last price that is too old for the other fires no stop here either`() throws {
        _ = typed("buy 1 btc_usd at market")
        _ = typed("stop sell 0.5 btc_usd at 220 market")
        let old = bench.now.advanced(bySeconds: -3_600)
        bench.seat?.engine.observe(Ticker(bid: 229, ask: 231, last: nil, at: old), of: "btc_usd")
        _ = try #require(bench.desk).takeDirectly(at: bench.now) {
            try #require(bench.seat).observe(Ticker(bid: 229, ask: 231, last: 210, at: old), of: "btc_usd")
        }
        #expect(bench.desk?.orderInMemory(OrderID(2))?.status == .armed)
        _ = try #require(bench.desk).takeDirectly(at: bench.now) {
            try #require(bench.seat).observe(Ticker(bid: 229, ask: 231, last: 211, at: bench.now), of: "btc_usd")
        }
        #expect(bench.desk?.orderInMemory(OrderID(2))?.triggeredAt != nil)
    }

    @Test func `where the other is silent its last price is none of now`() throws {
        bench.exchange.isDeaf = true
        bench.pass(seconds: 120)
        _ = bench.takeTold()
        #expect(typed("buy 1 btc_usd at market").hasPrefix("! lossy has told no price"))
        try bench.restart()
        _ = bench.takeTold()
        #expect(typed("buy 1 btc_usd at 200").hasPrefix("! lossy has not told yet which pairs it trades"))
        bench.exchange.isDeaf = false
        bench.pass(seconds: 60)
        _ = bench.takeTold()
        #expect(typed("buy 1 btc_usd at 200") == "+ #1 buy 1 btc_usd at 200 on paper")
    }
}
