import Threads
import Trading

/// Which pairs an exchange trades and at what prices, as far as it has said so, and when it is asked again.
struct MarketFeed {
    private(set) var pairsDueAt: Timestamp?
    private var tickersDueAt = Deadlines<Pair>()
    /// When each pair's price was last told.
    private var toldAt: [Pair: Timestamp] = [:]
    private(set) var hasPairs = false
    private var failures = 0
    let startedAt: Timestamp

    init(at now: Timestamp) {
        startedAt = now
        pairsDueAt = now
    }

    var next: Timestamp? { [pairsDueAt, tickersDueAt.next].compactMap(\.self).min() }

    // MARK: Pairs

    mutating func askedPairs() { pairsDueAt = nil }

    mutating func pairsTold(_ pairs: [Pair], nextAt time: Timestamp, now: Timestamp) {
        hasPairs = true
        failures = 0
        pairsDueAt = time
        for pair in pairs where toldAt[pair] == nil && tickersDueAt.time(of: pair) == nil {
            tickersDueAt.set(pair, to: now)
        }
    }

    mutating func pairsLost(at now: Timestamp, most: Int64) {
        pairsDueAt = now.advanced(bySeconds: Backoff(first: 1, longest: max(most, 1)).wait(failures: failures + 1))
        failures += 1
    }

    // MARK: Tickers

    mutating func popTicker(by now: Timestamp) -> Pair? { tickersDueAt.popDue(by: now) }

    mutating func tickerTold(_ pair: Pair, at now: Timestamp) { toldAt[pair] = now }

    /// After an answer, and after none: prices are asked for all the time.
    mutating func askTicker(_ pair: Pair, at time: Timestamp) { tickersDueAt.set(pair, to: time) }

    /// When a pair's price was last told; nil where it never was.
    func lastTold(_ pair: Pair) -> Timestamp? { toldAt[pair] }
}
