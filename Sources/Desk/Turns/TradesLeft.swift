import DequeModule
import Ledger
import OrderEngine
import Trading

/// The trades of one exchange's market that are left to a later turn, as the ledger has them, each under its number.
struct TradesLeft {
    /// In the order in which they were told.
    private(set) var kept: Deque<TradeLeft> = []

    init(_ stored: [TradeLeft] = []) { kept = Deque(stored) }

    /// What the ledger has to do, so that it has these. Trades go from the front and come at the end, under numbers from `next` on.
    mutating func become(
        _ left: [MarketTrade], at exchange: ExchangeID, from next: inout Int64
    ) -> (gone: [TradeLeft], added: [TradeLeft]) {
        guard !kept.isEmpty || !left.isEmpty else { return ([], []) }
        var gone: [TradeLeft] = []
        while !left.starts(with: kept.lazy.map(\.trade)) { gone.append(kept.removeFirst()) }
        let added = left.dropFirst(kept.count).map { trade in
            defer { next += 1 }
            return TradeLeft(number: next, exchange: exchange, trade: trade)
        }
        kept.append(contentsOf: added)
        return (gone, added)
    }
}

extension DeskCore {
    /// Keeps what is left of trades, in the batch that leaves it: their triggers fire once, whoever dies in between.
    func flushTradesLeft() throws {
        for seat in seats {
            let change = seat.backlog.tradesLeft.become(
                waiting.turns.tradesLeft(seat.id), at: seat.id, from: &recorded.nextTradeLeft)
            guard !change.gone.isEmpty || !change.added.isEmpty else { continue }
            let transaction = try ledgerTransaction()
            for trade in change.gone { try transaction.forget(trade) }
            for trade in change.added { try transaction.add(trade) }
        }
    }
}

extension Seat {
    /// Takes up the trades that the process before has left. Over the wire those that are too old by now fire nothing, as
    /// if they were told only now.
    func takeUpTrades() {
        for left in backlog.tradesLeft.kept where !isStale(left.trade) {
            desk.waiting.turns.add(work(.marketTrade(left.trade)), of: .market(id))
        }
    }
}
