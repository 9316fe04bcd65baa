import Testing
import Trading

@testable import Desk

@Suite struct TradesLeftTests {
    private func trades(_ prices: ClosedRange<Int>) -> [MarketTrade] {
        prices.map {
            MarketTrade(
                pair: "btc_usd", price: ExactDecimal($0), quantity: 1, takerSide: nil, at: Timestamp(seconds: Int64($0))
            )
        }
    }

    @Test func `trades go from the front and come at the end, and keep their numbers`() {
        var left = TradesLeft()
        let first = left.become(trades(1...3))
        #expect(first.firstKept == nil)
        #expect(first.added.map(\.number) == [1, 2, 3])
        let second = left.become(trades(2...5))
        #expect(second.firstKept == 2)
        #expect(second.added.map(\.number) == [4, 5])
        let third = left.become(trades(2...5))
        #expect(third.firstKept == nil && third.added.isEmpty)
        let last = left.become([])
        #expect(last.firstKept == 6 && last.added.isEmpty)
        let again = left.become(trades(1...1))
        #expect(again.firstKept == nil && again.added.map(\.number) == [6])
    }

    @Test func `what was stored goes on under its numbers`() {
        let stored = zip(7..., trades(1...2)).map { (number: Int64($0), trade: $1) }
        var left = TradesLeft(stored)
        #expect(left.kept.count == 2)
        let change = left.become(trades(2...3))
        #expect(change.firstKept == 8)
        #expect(change.added.map(\.number) == [9])
    }

    @Test func `of trades that are left out in the middle, those behind are kept anew`() {
        var left = TradesLeft()
        _ = left.become(trades(1...4))
        let change = left.become([trades(1...1)[0], trades(4...4)[0]])
        #expect(change.firstKept == 5)
        #expect(change.added.map(\.number) == [5, 6])
    }
}
