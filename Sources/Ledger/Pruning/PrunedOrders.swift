public import Trading

/// Numbers of an account's orders that were pruned, with none of anybody else's between them.
public struct PrunedRun: Hashable, Sendable {
    /// What of them is still to be deleted. The numbers are stored.
    public enum Remains: Int64, Hashable, Sendable, Comparable {
        case nothing = 0
        /// Orders and fills. Their records stay until a base stands for them.
        case rows = 1
        /// Records too, up to the base.
        case rowsAndRecords = 2

        public static func < (left: Remains, right: Remains) -> Bool { left.rawValue < right.rawValue }
    }

    public let account: AccountID
    public let orders: ClosedRange<UInt64>
    public let remains: Remains

    public init(_ account: AccountID, _ orders: ClosedRange<UInt64>, remains: Remains) {
        self.account = account
        self.orders = orders
        self.remains = remains
    }
}

/// How far back the history of an account goes.
public struct PrunedHistory: Hashable, Sendable {
    /// The last notification that was pruned; 0 where none was.
    public var notifications: UInt64
    /// All trades and finished orders from this moment on are there; nil where none were pruned.
    public var begins: Timestamp?

    public init(notifications: UInt64 = 0, begins: Timestamp? = nil) {
        self.notifications = notifications
        self.begins = begins
    }
}

extension LedgerReading {
    /// Whether an order of the account was there and has been pruned. Another's is not.
    public func isPruned(_ order: OrderID, of account: AccountID) throws(LedgerError) -> Bool {
        try prunedRun(of: account, upTo: order.rawValue)?.orders.contains(order.rawValue) ?? false
    }

    /// The last run of an account that begins at or before a number.
    func prunedRun(of account: AccountID, upTo number: UInt64) throws(LedgerError) -> PrunedRun? {
        try onConnection { connection in
            var run: PrunedRun?
            try connection.run(
                .prunedRunUpTo,
                { row in
                    row.append(account.rawValue)
                    row.append(Int64(clamping: number))
                }
            ) { row in
                run = try decoded(account, row.integer(0), row.integer(1), row.integer(2))
                return false
            }
            return run
        }
    }

    /// All runs, by account and number.
    public func prunedRuns() throws(LedgerError) -> [PrunedRun] { try runs(.prunedRuns) }

    /// A run that is not deleted yet.
    func unsweptRun() throws(LedgerError) -> PrunedRun? { try runs(.unsweptRun).first }

    private func runs(_ statement: LedgerStatement) throws(LedgerError) -> [PrunedRun] {
        try onConnection { connection in
            var runs: [PrunedRun] = []
            try connection.run(
                statement,
                each: { row in
                    runs.append(
                        try decoded(AccountID(row.integer(0)), row.integer(1), row.integer(2), row.integer(3)))
                    return true
                })
            return runs
        }
    }

    /// How far back the history of an account goes.
    public func prunedHistory(of account: AccountID) throws(LedgerError) -> PrunedHistory {
        try onConnection { connection in
            var history = PrunedHistory()
            try connection.run(.prunedHistory, { $0.append(account.rawValue) }) { row in
                history.notifications = UInt64(bitPattern: row.integer(0))
                history.begins = row.integer(1) == 0 ? nil : Timestamp(nanoseconds: row.integer(1))
                return false
            }
            return history
        }
    }

    /// The newest of an account's finished orders but so many, and when it was closed; nil where it has no more. Orders that are
    /// another's children do not count; of those that were closed in one moment the higher number is the newer. Reads as many
    /// entries of an index.
    public func finished(
        behindNewest count: Int, of account: AccountID
    ) throws(LedgerError) -> (closedAt: Timestamp, id: OrderID)? {
        try onConnection { connection in
            var found: (closedAt: Timestamp, id: OrderID)?
            try connection.run(
                .finishedBehindNewest,
                { row in
                    row.append(account.rawValue)
                    row.append(Int64(count))
                }
            ) { row in
                found = (Timestamp(nanoseconds: row.integer(0)), OrderID(UInt64(bitPattern: row.integer(1))))
                return false
            }
            return found
        }
    }
}

private func decoded(_ account: AccountID, _ first: Int64, _ last: Int64, _ remains: Int64) throws -> PrunedRun {
    guard first >= 0, first <= last, let remains = PrunedRun.Remains(rawValue: remains) else {
        throw LedgerError.badRow(table: "pruned_orders", detail: "\(first) to \(last) is no run")
    }
    return PrunedRun(account, UInt64(first)...UInt64(last), remains: remains)
}

extension LedgerTransaction {
    /// Notes that orders were pruned. What it overlaps becomes one run with it, and is deleted once more: that finds what is left.
    public func markPruned(_ run: PrunedRun) throws(LedgerError) {
        try insert(run) { $0.orders.overlaps($1) }
    }

    /// The same, joined with the runs beside it that nothing is left of.
    func closePruned(_ run: PrunedRun) throws(LedgerError) {
        try insert(PrunedRun(run.account, run.orders, remains: .nothing)) { other, orders in
            other.orders.overlaps(orders)
                || other.remains == .nothing
                    && (other.orders.upperBound &+ 1 == orders.lowerBound
                        || orders.upperBound &+ 1 == other.orders.lowerBound)
        }
    }

    private func insert(
        _ run: PrunedRun, joining: (PrunedRun, ClosedRange<UInt64>) -> Bool
    ) throws(LedgerError) {
        var orders = run.orders
        func join(_ other: PrunedRun) throws(LedgerError) {
            orders = min(orders.lowerBound, other.orders.lowerBound)...max(orders.upperBound, other.orders.upperBound)
            try delete(other)
        }
        while let other = try prunedRun(of: run.account, upTo: orders.upperBound), joining(other, orders) {
            try join(other)
        }
        if let next = try prunedRun(of: run.account, upTo: orders.upperBound + 1), joining(next, orders) {
            try join(next)
        }
        try write { connection in
            try connection.run(.insertPrunedRun) { row in
                row.append(run.account.rawValue)
                row.append(Int64(bitPattern: orders.lowerBound))
                row.append(Int64(bitPattern: orders.upperBound))
                row.append(run.remains.rawValue)
            }
        }
    }

    private func delete(_ run: PrunedRun) throws(LedgerError) {
        try write { connection in
            try connection.run(.deletePrunedRun) { row in
                row.append(run.account.rawValue)
                row.append(Int64(bitPattern: run.orders.lowerBound))
            }
        }
    }

    /// Notes up to which notification an account's were pruned, and from which moment on its trades are there. Neither goes back.
    public func notePruned(_ history: PrunedHistory, of account: AccountID) throws(LedgerError) {
        try write { connection in
            try connection.run(.upsertPrunedHistory) { row in
                row.append(account.rawValue)
                row.append(Int64(bitPattern: history.notifications))
                row.append(history.begins?.nanoseconds ?? 0)
                row.append(history.notifications > 0)
            }
        }
    }
}
