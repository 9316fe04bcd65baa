import Exchange
import Testing
import Trading

@testable import Desk

/// Prices that the wire brings late.
@Suite struct LateTradeTests {
    private func armed() throws -> WireBench {
        let bench = try WireBench()
        bench.reconcile()
        bench.pass(seconds: 30)
        bench.type("stop sell 1 btc_usd at 220")
        bench.pass(seconds: 10)
        _ = bench.takeTold()
        return bench
    }

    private func print(_ bench: WireBench, secondsAgo: Int64) {
        bench.exchange.say(
            .trade(
                MarketTrade(
                    pair: "btc_usd", price: d("219"), quantity: 1, takerSide: .sell,
                    at: bench.now.advanced(bySeconds: -secondsAgo))), at: bench.now)
        bench.pass(seconds: 1)
    }

    @Test(arguments: [(30, false), (13, false), (12, true), (5, true), (0, true)])
    func `a print of before a stop does not fire it, however late it comes`(secondsAgo: Int64, fires: Bool) throws {
        let bench = try armed()
        print(bench, secondsAgo: secondsAgo)
        #expect(bench.takeTold().contains { $0.contains("#1 triggered") } == fires)
        #expect((bench.order(2) != nil) == fires)
    }

    @Test func `what was passed over is passed over after a restart as well, and the next print fires`() throws {
        let bench = try armed()
        print(bench, secondsAgo: 30)
        try bench.restart()
        bench.reconcile()
        #expect(bench.order(1)?.status == .armed)
        print(bench, secondsAgo: 60)
        #expect(bench.order(1)?.status == .armed)
        print(bench, secondsAgo: 0)
        #expect(bench.order(2)?.parent == bench.order(1)?.id)
        #expect(bench.differences() == [])
    }

    @Test(arguments: [(33, false), (28, true)])
    func `a print that is stale when it is heard fires no stop, and the next one does`(
        secondsAgo: Int64, fires: Bool
    ) throws {
        let bench = try armed()
        bench.pass(seconds: 60)
        print(bench, secondsAgo: secondsAgo)
        #expect(bench.takeTold().contains { $0.contains("#1 triggered") } == fires)
        print(bench, secondsAgo: 0)
        #expect(bench.order(2)?.parent == bench.order(1)?.id)
    }

    @Test(arguments: [(40, false), (20, true)])
    func `a price that is asked for and stale fires no stop`(secondsAgo: Int64, fires: Bool) throws {
        let bench = try armed()
        bench.pass(seconds: 60)
        bench.exchange.books.ticker = Ticker(
            bid: d("219"), ask: d("221"), last: d("219"), at: bench.now.advanced(bySeconds: -secondsAgo))
        bench.pass(seconds: 3)
        #expect((bench.order(2) != nil) == fires)
    }

    @Test(arguments: [false, true])
    func `a price that is asked for fires by its own time`(isOfBefore: Bool) throws {
        let bench = try WireBench()
        // The first price that is told comes after the stop: the feed says nothing until then.
        bench.exchange.books.ticker = Ticker(at: bench.now)
        bench.reconcile()
        bench.pass(seconds: 30)
        let before = bench.now
        bench.pass(seconds: 10)
        bench.type("stop sell 1 btc_usd at 220")
        bench.exchange.books.ticker = Ticker(
            bid: d("219"), ask: d("221"), last: d("219"), at: isOfBefore ? before : bench.now)
        bench.pass(seconds: 10)
        #expect((bench.order(2) == nil) == isOfBefore)
        #expect(bench.order(1) != nil)
    }
}
