import Exchange
import Ledger
import Testing
import Trading

@testable import Desk

/// Alerts where prices come over a wire, late or never. `commands/alert.md` has what a trader sees on paper.
@Suite struct AlertTests {
    private func waiting(_ line: String = "alert btc_usd below 220") throws -> WireBench {
        let bench = try WireBench()
        bench.reconcile()
        bench.pass(seconds: 60)
        bench.type(line)
        bench.pass(seconds: 40)
        _ = bench.takeTold()
        return bench
    }

    private func print(_ bench: WireBench, at price: String, secondsAgo: Int64) {
        bench.exchange.say(
            .trade(
                MarketTrade(
                    pair: "btc_usd", price: d(price), quantity: 1, takerSide: .sell,
                    at: bench.now.advanced(bySeconds: -secondsAgo))), at: bench.now)
        bench.pass(seconds: 1)
    }

    private func fired(_ bench: WireBench) -> [String] { bench.takeTold().filter { $0.hasPrefix("* alert") } }

    @Test(arguments: [("219.9", true), ("220", true), ("220.001", false)])
    func `it fires at its price and beyond, and not before`(price: String, fires: Bool) throws {
        let bench = try waiting()
        print(bench, at: price, secondsAgo: 0)
        #expect(fired(bench).count == (fires ? 1 : 0))
    }

    @Test(arguments: [(0, true), (25, true), (35, false), (90, false)])
    func `a price that is stale when it is heard, or older than the alert, does not fire it`(
        secondsAgo: Int64, fires: Bool
    ) throws {
        let bench = try waiting()
        print(bench, at: "219", secondsAgo: secondsAgo)
        #expect(fired(bench).count == (fires ? 1 : 0))
    }

    @Test func `a ticker that is asked for fires it`() throws {
        let bench = try waiting()
        bench.exchange.books.ticker = Ticker(bid: d("218"), ask: d("221"), last: d("219.5"), at: bench.now)
        bench.pass(seconds: 10)
        #expect(fired(bench) == ["* alert 1: btc_usd traded at 219.5 (below 220)"])
        #expect(bench.desk?.firstSeat.alerts.count(of: bench.account) == 0)
    }

    @Test func `at each death of the process it is told once: before it is kept, and after`() throws {
        for outputs in 0...3 {
            let bench = try waiting()
            bench.diesAfterOutputs = outputs
            print(bench, at: "219", secondsAgo: 0)
            if bench.desk != nil { bench.diesAfterOutputs = nil }
            try bench.restart()
            bench.reconcile()
            bench.pass(seconds: 5)
            print(bench, at: "219", secondsAgo: 0)
            print(bench, at: "218", secondsAgo: 0)
            bench.type("inbox 100")
            let inbox = try #require(bench.takeTold().last { $0.hasPrefix("= the last") })
            let times = inbox.split(separator: "\n").count { $0.contains("alert 1: btc_usd traded") }
            #expect(times == 1, "\(outputs)")
        }
    }

    @Test func `of a thousand prices those in the way fire, each once, and the others stay`() throws {
        var book = AlertBook()
        var random = SplitMix64(seed: 17)
        let now = Timestamp(seconds: 1)
        for number in 1...1_000 as ClosedRange<UInt64> {
            book.insert(
                Alert(
                    account: AccountID(Int64(number % 7)), number: number, exchange: .paper,
                    pair: number % 2 == 0 ? "btc_usd" : "ltc_usd",
                    direction: random.percent(50) ? .above : .below, price: ExactDecimal(1 + random.below(1_000)),
                    createdAt: now))
        }
        let all = (0..<7).flatMap { (id: Int64) -> [Alert] in book.alerts(of: AccountID(id)) }
        let due = all.filter { $0.pair == "btc_usd" && $0.direction.isReached(by: 500, $0.price) }
        var fired: [Alert] = []
        while let alert = book.firstDue(on: "btc_usd", at: 500, madeBy: now) {
            fired.append(alert)
            book.remove(alert)
        }
        #expect(Set(fired) == Set(due) && fired.count == due.count && !due.isEmpty)
        let left: Int = (0..<7).map { (id: Int64) -> Int in book.count(of: AccountID(id)) }.reduce(0, +)
        #expect(left == 1_000 - due.count)
    }

    @Test func `more than the limit of an account are refused, and a number is not used again`() throws {
        let bench = try WireBench()
        bench.configuration.limits.alertsMax = 2
        try bench.restart()
        bench.reconcile()
        bench.pass(seconds: 5)
        for line in ["alert btc_usd above 300", "alert btc_usd above 301", "alert btc_usd above 302", "alert drop 2"] {
            bench.type(line)
        }
        try bench.restart()
        bench.reconcile()
        bench.type("alert btc_usd above 303")
        let told = bench.takeTold()
        #expect(told.contains("! 2 alerts are waiting, the maximum; alert drop N removes one"))
        #expect(told.contains { $0.hasPrefix("+ alert 3: btc_usd above 303") })
    }
}
