import Trading

/// The trades of the market as the public pages tell them: the last 24 hours, and at least the last 2,000 of each pair.
struct MarketTape {
    /// The most trades that one answer has.
    static let tradesMax = 2_000
    static let dayNanoseconds: Int64 = 86_400_000_000_000

    struct Trade {
        /// Counts all trades of the venue, from 1.
        let number: UInt64
        let print: MarketTrade
    }

    /// What has traded in a day.
    struct Day {
        var high = ExactDecimal.zero
        var low = ExactDecimal.zero
        /// In the base coin.
        var amount = ExactDecimal.zero
        /// In the quote coin.
        var value = ExactDecimal.zero

        /// Halfway between the highest and the lowest.
        var average: ExactDecimal { ExactDecimal(units: (high.units + low.units) / 2) }
    }

    private var trades: [Pair: [Trade]] = [:]
    /// Where what is still told begins; what is before goes when it is more than half.
    private var starts: [Pair: Int] = [:]
    private var count: UInt64 = 0

    mutating func add(_ print: MarketTrade) {
        count += 1
        trades[print.pair, default: []].append(Trade(number: count, print: print))
        forget(print.pair, at: print.at)
    }

    private mutating func forget(_ pair: Pair, at now: Timestamp) {
        guard let list = trades[pair] else { return }
        var start = starts[pair] ?? 0
        let oldest = now.advanced(byNanoseconds: -MarketTape.dayNanoseconds)
        while list.count - start > MarketTape.tradesMax, list[start].print.at < oldest { start += 1 }
        if start > MarketTape.tradesMax, start > list.count / 2 {
            trades[pair]?.removeFirst(start)
            start = 0
        }
        starts[pair] = start
    }

    /// Newest first.
    func newest(_ limit: Int, of pair: Pair) -> some Sequence<Trade> {
        (trades[pair] ?? []).reversed().prefix(limit)
    }

    /// All that are kept, oldest first.
    func all(of pair: Pair) -> [MarketTrade] { (trades[pair] ?? []).map(\.print) }

    func day(of pair: Pair, before now: Timestamp) -> Day {
        var day = Day()
        let oldest = now.advanced(byNanoseconds: -MarketTape.dayNanoseconds)
        for trade in (trades[pair] ?? []).reversed() {
            guard trade.print.at >= oldest else { break }
            let (price, quantity) = (trade.print.price, trade.print.quantity)
            day.high = max(day.high, price)
            day.low = day.low.isZero ? price : min(day.low, price)
            day.amount += quantity
            day.value += ExactDecimal(units: exactProduct(price.units, quantity.units))
        }
        return day
    }
}
