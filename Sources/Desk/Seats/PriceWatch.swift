import Conversation
import OrderEngine
import Trading

/// Who watches the prices of an exchange's pairs, and what is still to be told of them.
struct PriceWatch {
    private var watchers: [Pair: [SessionID]] = [:]
    private var toldAt: [Pair: Timestamp] = [:]
    /// Pairs whose price has changed and has not been told since.
    private var toTell: [Pair] = []

    func watchers(of pair: Pair) -> [SessionID] { watchers[pair] ?? [] }

    mutating func watch(_ pair: Pair, _ session: SessionID) { watchers[pair, default: []].append(session) }

    mutating func stopWatching(_ pair: Pair, _ session: SessionID) {
        watchers[pair]?.removeAll { $0 == session }
        if watchers[pair]?.isEmpty == true { watchers[pair] = nil }
    }

    /// A price has changed: whoever watches it is to be told.
    mutating func changed(_ pair: Pair) {
        if watchers[pair] != nil, !toTell.contains(pair) { toTell.append(pair) }
    }

    /// When the next one may be told, if one waits.
    func next(intervalNanoseconds: Int64, now: Timestamp) -> Timestamp? {
        toTell.compactMap { pair in toldAt[pair].map { $0.advanced(byNanoseconds: intervalNanoseconds) } ?? now }.min()
    }

    /// The pairs whose price may be told now; each is told at once, and then at most once an interval.
    mutating func takeDue(intervalNanoseconds: Int64, now: Timestamp) -> [Pair] {
        guard !toTell.isEmpty else { return [] }
        var due: [Pair] = []
        var later: [Pair] = []
        for pair in toTell where watchers[pair] != nil {
            if let last = toldAt[pair], now < last.advanced(byNanoseconds: intervalNanoseconds) {
                later.append(pair)
            } else {
                due.append(pair)
                toldAt[pair] = now
            }
        }
        toTell = later
        return due
    }
}

extension Seat {
    private var watchIntervalNanoseconds: Int64 { Int64(limits.watchIntervalMilliseconds) * 1_000_000 }

    /// When the next price notification may be sent, if one waits.
    var nextPriceNotice: Timestamp? { market.watch.next(intervalNanoseconds: watchIntervalNanoseconds, now: now) }

    /// Tells those who watch a pair its newest price.
    func tellPrices() throws {
        for pair in market.watch.takeDue(intervalNanoseconds: watchIntervalNanoseconds, now: now) {
            guard let ticker = engine.market[pair] else { continue }
            let last = ticker.last?.description ?? "none"
            let place = desk.seats.count > 1 ? " on \(name)" : ""
            let text =
                "* price \(pair)\(place) \(last) (bid \(ticker.bid?.description ?? "none"), ask \(ticker.ask?.description ?? "none"))"
            let notice = Notice(
                sequence: nil, at: now, event: "price", text: text,
                fields: ["price": .object(json(ticker, of: pair))])
            for session in market.watch.watchers(of: pair) { desk.send(.notice(notice), to: session) }
        }
    }

    func json(_ ticker: Ticker, of pair: Pair) -> JSONObject {
        [
            "exchange": .string(name), "pair": .string(pair.description), "last": ticker.last.json,
            "bid": ticker.bid.json, "ask": ticker.ask.json, "at": ticker.at.json,
        ]
    }
}
