import Exchange
import Ledger
import Testing
import Trading

@testable import Desk

/// What an exchange says of a pair's last 24 hours.
@Suite struct DayFigureTests {
    private func bench() throws -> WireBench {
        let bench = try WireBench()
        bench.exchange.books.ticker.day = TickerDay(
            high: d("240.125"), low: d("218.5"), average: d("229.3125"), volume: d("1204.5"), value: d("276205.25"))
        bench.exchange.books.ticker.at = bench.now
        bench.reconcile()
        bench.pass(seconds: 5)
        _ = bench.takeTold()
        return bench
    }

    private func typed(_ line: String, _ bench: WireBench) -> String { bench.typed(line) }

    @Test func `price shows high, low and volume, within 80 columns`() throws {
        let bench = try bench()
        let told = typed("price", bench)
        #expect(
            told == """
                = prices of 1 pair
                  pair     last  bid  ask     high    low  volume  at
                  btc_usd   230  229  231  240.125  218.5  1204.5  2025-08-30 18:00
                """)
        #expect(told.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test func `a price without them keeps those of before, and a price that has none has no such columns`() throws {
        let bench = try bench()
        bench.exchange.books.ticker = Ticker(bid: 229, ask: 231, last: 231, at: bench.now)
        bench.pass(seconds: 3)
        #expect(typed("price", bench).contains("240.125"))
        let other = try WireBench()
        other.reconcile()
        other.pass(seconds: 5)
        _ = other.takeTold()
        #expect(!typed("price", other).contains("high"))
    }

    @Test func `they are stored with the price, and a chart says them`() throws {
        let bench = try bench()
        for _ in 0..<3 {
            bench.exchange.books.ticker.at = bench.now
            bench.pass(seconds: 240)
        }
        let points = try #require(
            try bench.desk?.ledger.prices(
                of: "btc_usd", at: "lossy", since: Timestamp(seconds: 0), until: bench.now.advanced(bySeconds: 1)))
        #expect(points.last?.day == bench.exchange.books.ticker.day)
        let chart = typed("chart btc_usd", bench)
        #expect(chart.contains(": high 240.125, low 218.5, volume 1204.5 btc"), "\(chart)")
        #expect(chart.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }
}
