import Exchange
import Ledger
import OrderEngine
import TestSupport
import Testing
import Trading

@testable import Desk

/// Orders of all kinds at two exchanges, one of them through a bad wire, with the process dying at any step.
@Suite struct TwoExchangesStoriesTests {
    static let seeds = TestExtent.some(of: Array(1...30 as ClosedRange<UInt64>), every: 5)

    @Test(arguments: seeds) func `whatever happens at one, the books of both are right`(seed: UInt64) throws {
        let bench = try WireBench(seed: seed, isBesidePaper: true)
        var chance = SplitMix64(seed: seed &+ 7_000)
        bench.reconcile()
        for action in [PaperAction.deposit(bench.account, 100_000, "usd"), .deposit(bench.account, 100, "btc")] {
            _ = try #require(bench.desk).perform(action, at: bench.now)
        }
        bench.exchange.habits = LossyExchange.Habits(
            delayMillisecondsMax: chance.pick([100, 1_000, 4_000]), lossPercent: chance.pick([0, 10, 30]),
            repeatPercent: chance.pick([0, 20]))
        for _ in 0..<120 {
            try step(bench, &chance)
            bench.pass(seconds: Int64(chance.below(8)))
            if bench.desk == nil { try bench.restart(afterSeconds: Int64(chance.below(20))) }
        }
        bench.diesAfterOutputs = nil
        bench.exchange.habits = LossyExchange.Habits()
        bench.exchange.isDeaf = false
        bench.pass(seconds: 60)
        bench.exchange.say(
            .balanceChanged(account: bench.account, coin: "usd", by: 1, reason: .credit), at: bench.now)
        bench.pass(seconds: 300)
        #expect(bench.differences() == [], "seed \(seed)")
        try checkBooks(bench, seed)
        let live = try #require(bench.desk).engineStates
        try bench.restart()
        #expect(try #require(bench.desk).engineStates == live, "seed \(seed)")
    }

    private func step(_ bench: WireBench, _ chance: inout SplitMix64) throws {
        let place = chance.pick(["", " on lossy", " on paper", " on lossy"])
        let price = ExactDecimal(200 + chance.below(60))
        switch chance.below(12) {
        case 0...4: bench.type(StoryLines.line(&chance) + place)
        case 5:
            bench.type(chance.pick(["cancel all" + place, "cancel \(chance.below(30) + 1) \(chance.below(30) + 1)"]))
        case 6 where chance.percent(15): bench.type(chance.pick(["panic", "undo"]))
        case 6 where chance.percent(30): bench.type("resume")
        case 6: bench.type(chance.pick([StoryLines.move(&chance), "use lossy", "use paper"]))
        case 7: bench.exchange.fillAny(at: bench.now)
        case 8: bench.exchange.books.ticker = Ticker(bid: price - 1, ask: price + 1, last: price, at: bench.now)
        case 9:
            let trade = MarketTrade(pair: "btc_usd", price: price, quantity: 1, takerSide: nil, at: bench.now)
            bench.process([.paper(.trade(trade))])
        case 10: bench.process([.paper(.quote("btc_usd", bid: price - 1, ask: price + 1))])
        default:
            if chance.percent(40) { bench.diesAfterOutputs = chance.below(4) }
            if chance.percent(30) { bench.exchange.books.deposit(100, "usd") }
            if chance.percent(20) { bench.exchange.isDeaf.toggle() }
        }
    }

    private func checkBooks(_ bench: WireBench, _ seed: UInt64) throws {
        let desk = try #require(bench.desk)
        let paper = try #require(desk.seat(.paper))
        let books = try #require(paper.paper)
        #expect(BooksDifference.all(of: paper.engine, books).map(\.description) == [], "seed \(seed)")
        var numbers: [OrderID] = []
        try desk.ledger.forEachRecord { numbered in
            guard case .orderPlaced(let order) = numbered.record else { return }
            #expect(order.exchange == numbered.exchange, "seed \(seed): \(order.id)")
            numbers.append(order.id)
            guard order.parent == nil else { return }
            for seat in desk.seats where order.line.hasSuffix(" on \(seat.name)") {
                #expect(order.exchange == seat.id, "seed \(seed): \(order.line) is on \(order.exchange)")
            }
        }
        #expect(Set(numbers).count == numbers.count, "seed \(seed): a number was given twice")
        // A child is where its whole is, and what is in an engine is that exchange's.
        for seat in desk.seats {
            for entry in seat.engine.snapshot().orders {
                #expect(entry.order.exchange == seat.id, "seed \(seed)")
                guard let parent = entry.order.parent, let whole = desk.orderInMemory(parent) else { continue }
                #expect(whole.exchange == seat.id, "seed \(seed): \(entry.order.id)")
            }
        }
        let told = try desk.ledger.notifications(bench.account, from: 1, limit: 100_000).map(\.seq)
        #expect(told == Array(1...UInt64(told.count)), "seed \(seed)")
    }
}
