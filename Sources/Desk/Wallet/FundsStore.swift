import Ledger
import OrderEngine
import Threads
import Trading

/// Keeps what every account has, four times a day, and what it is worth: each for some months, one a day for some years, one a
/// week for ever.
struct FundsStoring {
    /// When the next round begins.
    var dueAt: Timestamp
    /// The round under way: its moment, and the last account that is in it.
    var round: (at: Timestamp, account: AccountID)?
    var thinningDueAt: Timestamp
    /// Accounts of this round of which an exchange has not told since the start what they have, or what it is worth: a value made of
    /// what is known of them would be a false one.
    private(set) var late: Set<AccountID> = []
    private var lateDueAt: Timestamp?
    private var lateLooks = 0

    /// The most seconds between two looks whether late accounts are known.
    private static let lateSecondsMax: Int64 = 60

    /// Goes on from the round that was stored last.
    init(last: Timestamp?, intervalSeconds: Int64, now: Timestamp) {
        dueAt = last.map { FundsStoring.next(after: $0, intervalSeconds) } ?? now
        thinningDueAt = now
    }

    /// When the next round begins, or late accounts are looked at again.
    var nextDue: Timestamp { min(dueAt, lateDueAt ?? dueAt) }

    mutating func begin(at now: Timestamp, intervalSeconds: Int64) {
        round = (now, AccountID(0))
        dueAt = FundsStoring.next(after: now, intervalSeconds)
        late.removeAll()
        lateDueAt = nil
        lateLooks = 0
    }

    mutating func isLate(_ account: AccountID, at now: Timestamp) {
        late.insert(account)
        lateDueAt = lateDueAt ?? now.advanced(bySeconds: 1)
    }

    /// Whether late accounts are to be looked at now.
    mutating func takeLateLook(at now: Timestamp) -> Bool {
        guard let due = lateDueAt, due <= now else { return false }
        lateLooks += 1
        let waits = Backoff(first: 1, longest: FundsStoring.lateSecondsMax)
        lateDueAt = now.advanced(bySeconds: waits.wait(failures: lateLooks))
        return true
    }

    mutating func isStored(_ account: AccountID) {
        late.remove(account)
        if late.isEmpty { lateDueAt = nil }
    }

    /// The next multiple of the interval since 1970: whenever the desk was started, rounds are at the same times of the day.
    static func next(after moment: Timestamp, _ intervalSeconds: Int64) -> Timestamp {
        Timestamp(seconds: (moment.seconds / intervalSeconds + 1) * intervalSeconds)
    }
}

extension DeskCore {
    /// Stores some accounts' funds where a round is due or under way.
    func storeFundsIfDue() throws {
        let interval = Int64(configuration.limits.fundsStoreSeconds)
        if upkeep.fundsStoring.round == nil, now >= upkeep.fundsStoring.dueAt {
            upkeep.fundsStoring.begin(at: now, intervalSeconds: interval)
        }
        if let round = upkeep.fundsStoring.round { try perform(.fundsStore) { try storeFunds(of: round) } }
        if upkeep.fundsStoring.takeLateLook(at: now) { try perform(.fundsStore, storeLateFunds) }
        if now >= upkeep.fundsStoring.thinningDueAt {
            upkeep.fundsStoring.thinningDueAt = now.advanced(bySeconds: Upkeep.fundsThinningSeconds)
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
            if isValued(row.account) {
                try store(row.account, row.exchange, row.coin, row.funds, at: round.at)
            } else {
                upkeep.fundsStoring.isLate(row.account, at: now)
            }
        }
        upkeep.fundsStoring.round = isLast ? nil : (round.at, rows.last?.account ?? round.account)
    }

    /// Stores what late accounts have that are known by now, at this moment.
    private func storeLateFunds() throws {
        try flushTables()
        let transaction = try ledgerTransaction()
        for account in upkeep.fundsStoring.late.filter(isValued).sorted().prefix(configuration.limits.fundsStoreBurst) {
            for row in try transaction.funds(account) {
                try store(account, row.exchange, row.coin, row.funds, at: now)
            }
            upkeep.fundsStoring.isStored(account)
        }
    }

    private func store(
        _ account: AccountID, _ exchange: ExchangeID, _ coin: Coin, _ funds: Funds, at moment: Timestamp
    ) throws {
        try ledgerTransaction().store(
            FundsPoint(
                account: account, at: moment, exchange: exchange, coin: coin, total: funds.total,
                usd: seat(exchange)?.usd(funds.total, coin)))
    }

    /// Whether every exchange has told since the start what an account has there and what it is worth.
    func isValued(_ account: AccountID) -> Bool { seats.allSatisfy { $0.isValued(account) } }

    private func thinFunds() throws {
        let limits = configuration.limits
        let transaction = try ledgerTransaction()
        for (grain, days) in [(FundsGrain.point, limits.fundsPointsDays), (.day, limits.fundsDaysDays)] {
            try transaction.forgetFundsPoints(grain, before: now.advanced(bySeconds: -86_400 * Int64(days)))
        }
    }
}

extension Seat {
    /// Whether the exchange has told since the start what an account has here, and prices of it. A coin that it tells no price of is
    /// waited for until it has told those of all others, and no longer than `contradiction_s`.
    func isValued(_ account: AccountID) -> Bool {
        guard let wire else { return true }
        let coins = engine.coins(of: account)
        let isUnknown = wire.accounts[account].map { !$0.funds.check.isKnown } ?? !coins.isEmpty
        if isUnknown, !lacksKey(account) { return false }
        return coins.allSatisfy { coin in
            let total = engine.funds(of: account, in: coin).total
            return total.isZero || route(of: coin, in: "usd") != nil || hasToldPrices
        }
    }

    private var hasToldPrices: Bool {
        guard let feed = wire?.feed, feed.hasPairs else { return false }
        return now >= feed.startedAt.advanced(bySeconds: Int64(limits.contradictionSeconds))
            || pairs.allSatisfy { feed.lastTold($0) != nil }
    }
}
