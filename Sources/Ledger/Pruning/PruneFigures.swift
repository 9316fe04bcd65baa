import GRDB
public import Trading

/// How much there is of what may be pruned. Read whole tables, for the operator's command alone.
extension Ledger {
    /// How many rows a run of orders has in the tables of orders, fills and records; of the last those up to a record.
    public func rows(of run: PrunedRun, recordsThrough end: RecordNumber) throws(LedgerError) -> PrunedRows {
        try read { database in
            func count(_ table: String, _ column: String, _ more: String = "") throws -> Int {
                try Int.fetchOne(
                    database, sql: "SELECT count(*) FROM \(table) WHERE \(column) >= ? AND \(column) <= ?" + more,
                    arguments: [
                        Int64(bitPattern: run.orders.lowerBound), Int64(bitPattern: run.orders.upperBound),
                    ]) ?? 0
            }
            return PrunedRows(
                orders: try count("orders", "id"), fills: try count("fills", "order_id"),
                records: try count("records", "order_id", " AND number <= \(end.rawValue)"))
        }
    }

    /// For each account that has any, the last of its notifications before the first that is as young as a moment, and how many there are
    /// up to it. They go by their numbers, so that what is left is without gaps.
    public func notifications(
        before moment: Timestamp
    ) throws(LedgerError) -> [(account: AccountID, last: UInt64, count: Int)] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT n.account, max(n.seq), count(*)
                    FROM notifications n LEFT JOIN
                        (SELECT account, min(seq) AS first FROM notifications WHERE at >= ? GROUP BY account) young
                        ON young.account = n.account
                    WHERE young.first IS NULL OR n.seq < young.first
                    GROUP BY n.account ORDER BY n.account
                    """, arguments: [moment.nanoseconds]
            ).map { row in
                (
                    account: AccountID(row[0] as Int64), last: UInt64(bitPattern: row[1] as Int64),
                    count: row[2] as Int
                )
            }
        }
    }

    /// For each account that has any, how many trades that were not made here are from before a moment.
    public func foreignFills(before moment: Timestamp) throws(LedgerError) -> [(account: AccountID, count: Int)] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT account, count(*) FROM foreign_fills WHERE at < ? GROUP BY account ORDER BY account",
                arguments: [moment.nanoseconds]
            ).map { (account: AccountID($0[0] as Int64), count: $0[1] as Int) }
        }
    }

    /// How large the database's file is, and how much of that is free, in bytes.
    public func fileBytes() throws(LedgerError) -> (all: Int64, free: Int64) {
        try read { database in
            let page = try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0
            let pages = try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            let free = try Int64.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
            return (pages * page, free * page)
        }
    }

    /// What came of `giveBackSpace`.
    public enum SpaceGivenBack: Hashable, Sendable {
        case done
        /// There is no room to write anew what is left, which is so many bytes: once beside the database and once among the system's
        /// temporary files.
        case noRoom(bytes: Int64)
        /// Somebody else has the database open.
        case inUse
    }

    /// Writes the database anew without its free pages, so that their room is the disk's again. All of it is in the log first, and synced,
    /// before the file is touched: whoever is killed meanwhile has the database as it was, or as it is meant to be. Not inside a transaction.
    public func giveBackSpace() throws(LedgerError) -> SpaceGivenBack {
        try emptyLog()
        let (all, free) = try fileBytes()
        if options.vfs == nil, !Ledger.hasRoom(beside: path, bytes: all - free) { return .noRoom(bytes: all - free) }
        do throws(LedgerError) {
            try onConnection { try $0.database.execute(sql: "VACUUM") }
        } catch {
            switch error {
            case .diskFull: return .noRoom(bytes: all - free)
            case .busy: return .inUse
            default: throw error
            }
        }
        try emptyLog()
        return .done
    }
}

/// Rows that go with pruned orders.
public struct PrunedRows: Hashable, Sendable {
    public var orders = 0
    public var fills = 0
    public var records = 0

    public init(orders: Int = 0, fills: Int = 0, records: Int = 0) {
        self.orders = orders
        self.fills = fills
        self.records = records
    }

    public static func += (left: inout PrunedRows, right: PrunedRows) {
        left.orders += right.orders
        left.fills += right.fills
        left.records += right.records
    }
}
