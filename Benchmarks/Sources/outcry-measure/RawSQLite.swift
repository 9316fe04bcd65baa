import GRDB
import OutcryMeasuring

/// What the desk is held against: rows of 100 bytes put one by one through GRDB into one table without an index, synced
/// with every transaction like the desk's own.
final class RawSQLite {
    private let queue: DatabaseQueue
    private let body = String(repeating: "x", count: 100)
    private var next: Int64 = 1

    init(_ path: String) throws {
        queue = try DatabaseQueue(path: path)
        let synchronous = try queue.writeWithoutTransaction { database in
            _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
            // GRDB sets NORMAL by itself where it turns WAL on: set after opening, and read back.
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "CREATE TABLE raw (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
            return try Int.fetchOne(database, sql: "PRAGMA synchronous")
        }
        guard synchronous == 2 else { throw MeasureError("synchronous is \(synchronous ?? -1), not 2") }
    }

    /// One transaction of so many rows, on the disk when this returns.
    func write(rows: Int) throws {
        try queue.write { database in
            let statement = try database.cachedStatement(sql: "INSERT INTO raw VALUES (?, ?)")
            for _ in 0..<rows {
                try statement.execute(arguments: [next, body])
                next += 1
            }
        }
    }
}
