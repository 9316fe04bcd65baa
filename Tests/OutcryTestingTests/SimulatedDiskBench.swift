import Foundation
import GRDB
import SimulatedDisk
import Testing

/// A seed of its own for each test that wants one; `OUTCRY_SEED` takes its place.
func diskSeed(_ usual: UInt64) -> UInt64 {
    ProcessInfo.processInfo.environment["OUTCRY_SEED"].flatMap { UInt64($0) } ?? usual
}

/// A small database on a simulated disk, as the ledger opens one: WAL, FULL.
final class SmallDatabase {
    let queue: DatabaseQueue

    init(on disk: SimulatedDisk, checkpointPages: Int = 20, busyMilliseconds: Int = 0) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(Double(busyMilliseconds) / 1_000)
        queue = try DatabaseQueue(path: "file:/small.db?vfs=\(disk.name)", configuration: configuration)
        try queue.writeWithoutTransaction { database in
            _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
            try database.execute(sql: "PRAGMA synchronous = FULL")
            _ = try Int.fetchOne(database, sql: "PRAGMA wal_autocheckpoint = \(checkpointPages)")
            _ = try Int.fetchOne(database, sql: "PRAGMA journal_size_limit = 16384")
            try database.execute(sql: "CREATE TABLE IF NOT EXISTS facts (id INTEGER PRIMARY KEY, what BLOB NOT NULL)")
        }
    }

    /// Writes some rows in one transaction.
    func write(_ ids: Range<Int>, bytes: Int) throws {
        try queue.write { database in
            for id in ids {
                try database.execute(
                    sql: "INSERT INTO facts VALUES (?, ?)", arguments: [id, SmallDatabase.blob(of: id, bytes: bytes)])
            }
        }
    }

    /// Every row, checked; their numbers must be 0, 1, 2, ...
    func read() throws -> Int {
        try queue.read { database in
            #expect(try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok")
            let rows = try Row.fetchAll(database, sql: "SELECT id, what FROM facts ORDER BY id")
            for (index, row) in rows.enumerated() {
                let blob: Data = row[1]
                #expect(row[0] == index)
                #expect(blob == SmallDatabase.blob(of: index, bytes: blob.count))
            }
            return rows.count
        }
    }

    private static func blob(of id: Int, bytes: Int) -> Data {
        Data(repeating: UInt8(truncatingIfNeeded: id &* 31 &+ 7), count: bytes)
    }
}
