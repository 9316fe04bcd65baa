import DequeModule
import Ledger
import OrderEngine
import Trading

/// The trades of the market that are left to a later turn, as the ledger has them.
struct TradesLeft {
    /// In the order in which they were told.
    private(set) var kept: Deque<MarketTrade> = []
    /// The number of the first of them.
    private(set) var first: Int64 = 1

    init(_ stored: [(number: Int64, trade: MarketTrade)] = []) {
        first = stored.first?.number ?? 1
        kept = Deque(stored.map(\.trade))
    }

    /// What the ledger has to do, so that it has these. Trades go from the front and come at the end.
    mutating func become(_ left: [MarketTrade]) -> (firstKept: Int64?, added: [(number: Int64, trade: MarketTrade)]) {
        guard !kept.isEmpty || !left.isEmpty else { return (nil, []) }
        var gone = 0
        while !left.starts(with: kept) {
            kept.removeFirst()
            gone += 1
        }
        first += Int64(gone)
        let added = left.dropFirst(kept.count).enumerated().map { (first + Int64(kept.count + $0.offset), $0.element) }
        kept.append(contentsOf: left.dropFirst(kept.count))
        return (gone > 0 ? first : nil, added)
    }
}

extension DeskCore {
    /// Keeps what is left of trades, in the batch that leaves it: their triggers fire once, whoever dies in between.
    func flushTradesLeft() throws {
        let change = tradesLeft.become(turns.tradesLeft)
        if let first = change.firstKept { try ledgerTransaction().forgetTradesLeft(below: first) }
        for (number, trade) in change.added { try ledgerTransaction().add(tradeLeft: trade, number: number) }
    }

    /// Takes up the trades that the process before has left. Over the wire those that are too old by now fire nothing, as
    /// if they were told only now.
    func takeUpTrades() {
        for trade in tradesLeft.kept where !isStale(trade) { turns.add(.marketTrade(trade), of: .market) }
    }
}
