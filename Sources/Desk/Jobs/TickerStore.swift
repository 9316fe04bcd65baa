import Ledger
import OrderEngine
import Trading

/// Keeps what pairs trade at, for charts and for what an account was worth: each few minutes for some days, each hour for some
/// weeks, each day for ever.
extension DeskCore {
    /// Stores the prices of now where that is due, and lets go of those that have become too fine for their age.
    func storeTickersIfDue() throws {
        guard now >= upkeep.nextTickerStore else { return }
        upkeep.nextTickerStore = DeskCore.nextTickerStore(after: now, configuration.limits)
        try perform(.tickerStore) { try storeTickers() }
        if now >= upkeep.nextTickerThinning {
            upkeep.nextTickerThinning = now.advanced(bySeconds: Upkeep.tickerThinningSeconds)
            try perform(.tickerThinning) { try thinTickers() }
        }
    }

    /// On the interval's multiples since 1970, whenever the desk was started.
    static func nextTickerStore(after now: Timestamp, _ limits: DeskLimits) -> Timestamp {
        let interval = Int64(limits.tickerStoreSeconds)
        return Timestamp(seconds: (now.seconds / interval + 1) * interval)
    }

    private func storeTickers() throws {
        let transaction = try ledgerTransaction()
        for seat in seats {
            for pair in seat.pairs {
                // A price that nobody has heard for long would be stored as one of now.
                guard seat.isFresh(pair), let ticker = seat.engine.market[pair] else { continue }
                let point = PricePoint(at: now, bid: ticker.bid, ask: ticker.ask, last: ticker.last, day: ticker.day)
                if !point.isEmpty { try transaction.store(point, of: pair, at: seat.id) }
            }
        }
    }

    private func thinTickers() throws {
        let limits = configuration.limits
        let transaction = try ledgerTransaction()
        for (grain, days) in [(PriceGrain.point, limits.tickerPointsDays), (.hour, limits.tickerHoursDays)] {
            try transaction.forgetPrices(grain, before: now.advanced(bySeconds: -86_400 * Int64(days)))
        }
    }
}
