import Ledger
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
        var next: Int64 = 1
        let first = left.become(trades(1...3), at: .paper, from: &next)
        #expect(first.gone.isEmpty)
        #expect(first.added.map(\.number) == [1, 2, 3])
        let second = left.become(trades(2...5), at: .paper, from: &next)
        #expect(second.gone.map(\.number) == [1])
        #expect(second.added.map(\.number) == [4, 5])
        let third = left.become(trades(2...5), at: .paper, from: &next)
        #expect(third.gone.isEmpty && third.added.isEmpty)
        let last = left.become([], at: .paper, from: &next)
        #expect(last.gone.map(\.number) == [2, 3, 4, 5] && last.added.isEmpty)
        let again = left.become(trades(1...1), at: .paper, from: &next)
        #expect(again.gone.isEmpty && again.added.map(\.number) == [6])
    }

    @Test func `what was stored goes on under its numbers`() {
        let stored = zip(7..., trades(1...2)).map { TradeLeft(number: $0, exchange: .paper, trade: $1) }
        var left = TradesLeft(stored)
        var next: Int64 = 9
        #expect(left.kept.count == 2)
        let change = left.become(trades(2...3), at: .paper, from: &next)
        #expect(change.gone.map(\.number) == [7])
        #expect(change.added.map(\.number) == [9])
    }

    @Test func `of trades that are left out in the middle, those behind are kept anew`() {
        var left = TradesLeft()
        var next: Int64 = 1
        _ = left.become(trades(1...4), at: .paper, from: &next)
        let change = left.become([trades(1...1)[0], trades(4...4)[0]], at: .paper, from: &next)
        #expect(change.gone.map(\.number) == [1, 2, 3, 4])
        #expect(change.added.map(\.number) == [5, 6])
    }

    @Test func `trades of two exchanges have numbers of one sequence`() {
        var (paper, other) = (TradesLeft(), TradesLeft())
        var next: Int64 = 1
        #expect(paper.become(trades(1...2), at: .paper, from: &next).added.map(\.number) == [1, 2])
        #expect(other.become(trades(1...2), at: "kraken", from: &next).added.map(\.number) == [3, 4])
        #expect(paper.become([], at: .paper, from: &next).gone.map(\.number) == [1, 2])
    }
}
