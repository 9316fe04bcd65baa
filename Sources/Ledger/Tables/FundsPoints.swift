public import OrderEngine
public import Trading

/// What an account had of a coin at one moment.
public struct FundsPoint: Hashable, Sendable {
    public let account: AccountID
    public let at: Timestamp
    public let exchange: ExchangeID
    public let coin: Coin
    public let total: ExactDecimal
    /// At the last price then; nil where none had been seen.
    public let usd: ExactDecimal?

    public init(
        account: AccountID, at: Timestamp, exchange: ExchangeID, coin: Coin, total: ExactDecimal, usd: ExactDecimal?
    ) {
        self.account = account
        self.at = at
        self.exchange = exchange
        self.coin = coin
        self.total = total
        self.usd = usd
    }
}

/// How fine a row of funds is. The numbers are stored.
public enum FundsGrain: Int64, Hashable, Sendable, CaseIterable {
    /// As it was stored.
    case point = 0
    /// The last of a day in UTC.
    case day = 1
    /// The last of seven days, counted from 1970 on.
    case week = 2

    /// The beginning of the stretch that a moment belongs to.
    func row(of moment: Timestamp) -> Timestamp {
        let seconds: Int64
        switch self {
        case .point: return moment
        case .day: seconds = 86_400
        case .week: seconds = 7 * 86_400
        }
        return Timestamp(seconds: moment.seconds / seconds * seconds)
    }
}

extension LedgerTransaction {
    /// Stores what an account has of a coin: by itself, and as the last so far of its day and its week.
    public func store(_ point: FundsPoint) throws(LedgerError) {
        for grain in FundsGrain.allCases {
            try write { connection in
                try connection.run(.upsertFundsPoint) { row in
                    row.append(grain.rawValue)
                    row.append(point.account.rawValue)
                    row.append(grain.row(of: point.at))
                    row.append(point.exchange)
                    row.append(point.coin)
                    row.append(point.total)
                    if let usd = point.usd { row.append(usd) } else { row.appendNull() }
                    row.append(point.at)
                }
            }
        }
    }

    /// Lets go of a grain's rows from before a moment.
    public func forgetFundsPoints(_ grain: FundsGrain, before moment: Timestamp) throws(LedgerError) {
        try write { connection in
            try connection.run(.forgetFundsPoints) { row in
                row.append(grain.rawValue)
                row.append(moment)
            }
        }
    }
}

extension LedgerReading {
    /// An account's points from `since` on and before `until`, oldest first, each stretch of time as fine as it is still kept.
    public func fundsPoints(
        _ account: AccountID, since: Timestamp, until: Timestamp
    ) throws(LedgerError) -> [FundsPoint] {
        var found: [FundsPoint] = []
        var end = until
        for grain in FundsGrain.allCases where since < end {
            let rows = try fundsPoints(grain, account, since: since, until: end)
            found = rows + found
            // A coarser row whose time reaches into what is there already would tell it twice.
            if let coarser = FundsGrain(rawValue: grain.rawValue + 1) {
                end = min(end, coarser.row(of: found.first?.at ?? end))
            }
        }
        return found
    }

    private func fundsPoints(
        _ grain: FundsGrain, _ account: AccountID, since: Timestamp, until: Timestamp
    ) throws(LedgerError) -> [FundsPoint] {
        try onConnection { connection in
            var points: [FundsPoint] = []
            try connection.run(
                .fundsPoints,
                { row in
                    row.append(grain.rawValue)
                    row.append(account.rawValue)
                    row.append(since)
                    row.append(until)
                }
            ) { row in
                points.append(
                    FundsPoint(
                        account: account, at: Timestamp(nanoseconds: row.integer(0)),
                        exchange: try row.exchange(1, "funds_points"),
                        coin: try value(Coin(row.text(2)), "funds_points", "coin", row.text(2)),
                        total: try row.decimal(3, "funds_points"),
                        usd: row.isNull(4) ? nil : try row.decimal(4, "funds_points")))
                return true
            }
            return points
        }
    }

    /// When the newest points were stored; nil where none ever were.
    public func lastFundsPoint() throws(LedgerError) -> Timestamp? {
        try onConnection { connection in
            var last: Timestamp?
            try connection.run(
                .lastFundsPoint,
                each: { row in
                    last = row.optionalInteger(0).map { Timestamp(nanoseconds: $0) }
                    return false
                })
            return last
        }
    }

    /// What accounts with higher numbers than `account` have, by account, exchange and coin: as many rows as told, and the rest of the last
    /// account only where it fits.
    public func funds(
        behind account: AccountID, limit: Int
    ) throws(LedgerError) -> [(account: AccountID, exchange: ExchangeID, coin: Coin, funds: Funds)] {
        try onConnection { connection in
            var rows: [(account: AccountID, exchange: ExchangeID, coin: Coin, funds: Funds)] = []
            try connection.run(
                .fundsOfAll,
                { row in
                    row.append(account.rawValue)
                    row.append(Int64(limit))
                }
            ) { row in
                let coin = try value(Coin(row.text(2)), "funds", "coin", row.text(2))
                let funds = Funds(total: try row.decimal(3, "funds"), reserved: try row.decimal(4, "funds"))
                rows.append((AccountID(row.integer(0)), try row.exchange(1, "funds"), coin, funds))
                return true
            }
            return rows
        }
    }

    /// How many orders that are no other's children have finished, by kind, the pruned ones included.
    public func finishedByKind(_ account: AccountID) throws(LedgerError) -> [OrderKind: Int] {
        try onConnection { connection in
            var counts: [OrderKind: Int] = [:]
            try connection.run(.finishedByKind, { $0.append(account.rawValue) }) { row in
                let kind = try value(OrderKind(rawValue: row.text(0)), "orders", "kind", row.text(0))
                counts[kind] = Int(row.integer(1))
                return true
            }
            try connection.run(.prunedCounts, { $0.append(account.rawValue) }) { row in
                let kind = try value(OrderKind(rawValue: row.text(0)), "pruned_counts", "kind", row.text(0))
                counts[kind, default: 0] += Int(row.integer(1))
                return true
            }
            return counts
        }
    }
}
