import Ledger
import OrderEngine
import Trading

/// Keeps what every account has, four times a day, and what it is worth: each for some months, one a day for some years, one a
/// week for ever.
struct FundsStoring {
    /// When the next round begins.
    var dueAt: Timestamp
    /// The round under way: its moment, and the last account that is in it.
    var round: (at: Timestamp, account: AccountID)?
    var thinningDueAt: Timestamp

    /// Goes on from the round that was stored last.
    init(last: Timestamp?, intervalSeconds: Int64, now: Timestamp) {
        dueAt = last.map { FundsStoring.next(after: $0, intervalSeconds) } ?? now
        thinningDueAt = now
    }

    /// The next multiple of the interval since 1970: whenever the desk was started, rounds are at the same times of the day.
    static func next(after moment: Timestamp, _ intervalSeconds: Int64) -> Timestamp {
        Timestamp(seconds: (moment.seconds / intervalSeconds + 1) * intervalSeconds)
    }
}

extension DeskCore {
    /// Seconds between two looks for points that are too old.
    static let fundsThinningSeconds: Int64 = 86_400

    /// Stores some accounts' funds where a round is due or under way.
    func storeFundsIfDue() throws {
        let interval = Int64(configuration.limits.fundsStoreSeconds)
        if fundsStoring.round == nil, now >= fundsStoring.dueAt {
            fundsStoring.round = (now, AccountID(0))
            fundsStoring.dueAt = FundsStoring.next(after: now, interval)
        }
        if let round = fundsStoring.round { try perform(.fundsStore) { try storeFunds(of: round) } }
        if now >= fundsStoring.thinningDueAt {
            fundsStoring.thinningDueAt = now.advanced(bySeconds: DeskCore.fundsThinningSeconds)
            try perform(.fundsThinning, thinFunds)
        }
    }

    private func storeFunds(of round: (at: Timestamp, account: AccountID)) throws {
        try flushTables()
        let transaction = try ledgerTransaction()
        let limit = configuration.limits.fundsStoreBurst
        var rows = try transaction.funds(behind: round.account, limit: limit)
        let isLast = rows.count < limit
        // The last account may have more coins than were read; it comes whole the next time, unless it is all there is.
        if !isLast, let last = rows.last?.account, rows.first?.account != last {
            rows.removeAll { $0.account == last }
        }
        for row in rows {
            try transaction.store(
                FundsPoint(
                    account: row.account, at: round.at, exchange: row.exchange, coin: row.coin, total: row.funds.total,
                    usd: seat(row.exchange)?.usd(row.funds.total, row.coin)))
        }
        fundsStoring.round = isLast ? nil : (round.at, rows.last?.account ?? round.account)
    }

    private func thinFunds() throws {
        let limits = configuration.limits
        let transaction = try ledgerTransaction()
        for (grain, days) in [(FundsGrain.point, limits.fundsPointsDays), (.day, limits.fundsDaysDays)] {
            try transaction.forgetFundsPoints(grain, before: now.advanced(bySeconds: -86_400 * Int64(days)))
        }
    }
}
