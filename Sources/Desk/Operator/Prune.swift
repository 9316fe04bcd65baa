import Accounts
public import Ledger
import OrderEngine
public import Trading

/// What `outcry prune` has removed, or would remove.
public struct Pruned: Hashable, Sendable {
    /// Orders with their fills and records.
    public var rows = PrunedRows()
    public var notifications = 0
    /// Trades of accounts that were not made here.
    public var foreignTrades = 0
    /// Accounts of which something goes.
    public var accounts = 0
    /// Orders that were taken on before the cut and stay: they are open, or something happened to them since.
    public var ordersKept = 0
    /// The last record that is not applied any more at a start.
    public var base = RecordNumber.none
    /// The size of the file before and after, in bytes.
    public var bytesBefore: Int64 = 0
    public var bytesAfter: Int64 = 0
    /// What came of giving the room back to the disk; nil where there was nothing to give back.
    public var space: Ledger.SpaceGivenBack?

    public init() {}

    /// Whether nothing is old enough.
    public var isEmpty: Bool { rows == PrunedRows() && notifications == 0 && foreignTrades == 0 }
}

extension OperatorDesk {
    /// The youngest that anything may be that is pruned, in seconds: an account's day, by which `set daily` counts, is over by then in
    /// every time zone, and so is the memory of tags, which is 24 h where no limit says otherwise.
    public static let prunedSecondsMin: Int64 = 2 * 86_400

    /// Rows that one transaction deletes.
    private static let rowsAtATime = 5_000

    /// Removes what was over before a moment: orders, with all that belongs to them, that were finished by then and that no later
    /// record names; their fills and records; and notifications from before. What stands for the records is kept as the base: the
    /// engine after the last of them. With `isTrial` nothing is removed, only told.
    ///
    /// For a database that no desk has open: throws `LedgerError.locked` otherwise. First the marks are written, in one transaction; then
    /// what they name is deleted, some thousand rows at a time; then the file is written anew without it. A database of which this was
    /// cut off anywhere is whole: it is the one before, or the rest is done by the next prune, or by the desk that opens it. Throws
    /// `DeskError`, with nothing changed, where the base and the records after it would not come to what the desk has.
    public static func prune(
        database path: String, before cut: Timestamp, at now: Timestamp, isTrial: Bool = false,
        ledger options: LedgerOptions = .serve, givingBackSpace: Bool = true
    ) throws -> Pruned {
        let ledger = try Ledger(path: path, options: options) { AccountStore.registerMigrations(in: &$0) }
        var pruned = try prune(ledger, before: cut, at: now, isTrial: isTrial)
        pruned.bytesBefore = try ledger.fileBytes().all
        if !isTrial {
            try sweep(ledger)
            try forgetForeignTrades(ledger, before: cut)
            let (all, free) = try ledger.fileBytes()
            // Also what a prune before has left, that was killed or had no room.
            if givingBackSpace, !pruned.isEmpty || free > all / 8 { pruned.space = try ledger.giveBackSpace() }
        }
        pruned.bytesAfter = try ledger.fileBytes().all
        try ledger.close()
        return pruned
    }

    /// Deletes all that is marked.
    package static func sweep(_ ledger: Ledger) throws {
        while try ledger.transaction({ try $0.sweepPruned(limit: rowsAtATime) }) {}
    }

    /// Deletes the trades of before that were not made here. Where this is cut off, the next prune goes on with it.
    private static func forgetForeignTrades(_ ledger: Ledger, before cut: Timestamp) throws {
        let last: (at: Timestamp, id: FillID?) = (cut.advanced(byNanoseconds: -1), nil)
        for (account, _) in try ledger.foreignFills(before: cut) {
            while try ledger.transaction({ try $0.forgetForeignFills(account, through: last, limit: rowsAtATime) })
                == rowsAtATime
            {}
        }
    }

    /// Finds what goes, and marks it.
    package static func prune(
        _ ledger: Ledger, before cut: Timestamp, at now: Timestamp, isTrial: Bool
    ) throws -> Pruned {
        var pruned = Pruned()
        let old = try ledger.base()
        var replay = RecordReplay(from: old)
        let end = try ledger.lastRecord(before: cut, after: replay.last)
        if end > replay.last {
            try replay.replay(of: ledger, through: end)
            try replay.forgetFinished(in: ledger)
        }
        let base = LedgerBase(record: end, at: cut, snapshots: replay.engines.snapshots)
        let notifications = try ledger.notifications(before: cut)
        let foreign = try ledger.foreignFills(before: cut)
        pruned.foreignTrades = foreign.reduce(0) { $0 + $1.count }
        pruned.base = end
        pruned.ordersKept = base.snapshots.reduce(0) { $0 + $1.orders.count }
        pruned.notifications = notifications.reduce(0) { $0 + $1.count }
        let forgotten = replay.forgotten
        pruned.accounts = Set(notifications.map(\.account) + foreign.map(\.account)).union(forgotten.keys).count
        let runs = forgotten.keys.sorted().flatMap { account in
            (forgotten[account] ?? RangeSet()).ranges.map { range in
                PrunedRun(account, range.lowerBound...range.upperBound - 1, remains: .rowsAndRecords)
            }
        }
        for run in runs { pruned.rows += try ledger.rows(of: run, recordsThrough: end) }
        let hasRecords = end > old?.record ?? RecordNumber.none
        let heads = try newHeads(of: ledger, without: forgotten, &replay)
        guard !isTrial, !pruned.isEmpty || hasRecords else { return pruned }
        try ledger.transaction { transaction in
            if hasRecords { try transaction.setBase(base, heads: heads.snapshots, at: heads.number) }
            for run in runs { try transaction.markPruned(run) }
            for account in Set(foreign.map(\.account)).union(forgotten.keys).sorted() {
                try transaction.notePruned(PrunedHistory(begins: cut), of: account)
            }
            for one in notifications {
                try transaction.notePruned(PrunedHistory(notifications: one.last), of: one.account)
            }
            try AccountStore(transaction.database).auditOperator(.pruned(pruned, before: cut), nil, at: now)
        }
        return pruned
    }

    /// The engines after the last record, without some orders. They are made in two ways, of what the desk would start from
    /// and of the base and the records after it, which `replay` is at; all that is open, all funds and the next number have to be
    /// the same in both.
    private static func newHeads(
        of ledger: Ledger, without forgotten: [AccountID: RangeSet<UInt64>], _ replay: inout RecordReplay
    ) throws -> (snapshots: [EngineSnapshot], number: RecordNumber) {
        var live = RecordReplay(from: try ledger.load())
        try live.replay(of: ledger)
        try replay.replay(of: ledger)
        let (before, after) = (live.engines.snapshots, replay.engines.snapshots)
        guard before.stateToKeep == after.stateToKeep, live.last == replay.last else {
            throw DeskError.cannotOpen(
                """
                what the records come to without the old ones is not what the desk has; nothing was pruned. Run outcry \
                rebuild, or restore a backup
                """)
        }
        var engines = live.engines
        var gone: Set<OrderID> = []
        for entry in before.flatMap(\.orders) where entry.order.closedAt != nil {
            if forgotten[entry.order.account]?.contains(entry.order.id.rawValue) ?? false {
                gone.insert(entry.order.id)
            }
        }
        engines.forget(gone)
        return (engines.snapshots, live.last)
    }
}

extension EngineSnapshot {
    /// What of it has to be the same whatever was pruned.
    fileprivate var withoutFinished: EngineSnapshot {
        var open = self
        open.orders.removeAll { $0.order.closedAt != nil }
        open.finished = []
        return open
    }
}

extension [EngineSnapshot] {
    /// What pruning changes nothing of: all that is open, all funds and the next numbers. A seat that no record has been made of yet is
    /// in the desk's snapshots, and in none that is made of records.
    fileprivate var stateToKeep: [EngineSnapshot] {
        map(\.withoutFinished).filter { $0 != OrderEngine(exchange: $0.exchange).snapshot() }
    }
}
