import Foundation
import GRDB

/// A copy of a database file as it lies there, with its log, in a folder of its own. Gone with the value.
final class DatabaseCopy {
    let path: String
    private let folder: URL

    /// Of a database that no server has open, or of a backup.
    init(of database: String) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("outcry-copy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appendingPathComponent("copy.db").path
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: database + suffix) {
            try FileManager.default.copyItem(atPath: database + suffix, toPath: path + suffix)
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        // A writer would copy the log into the file when it closes, without the checksums of its pages.
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        return try queue.read(body)
    }

    /// SQLite reads every page and every index, and finds nothing wrong.
    func expectIntegrity() throws {
        let answer = try read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
        guard answer == ["ok"] else { throw Contradiction("integrity_check: \(answer)") }
    }

    /// The tables that reports read, row by row.
    func tables() throws -> [String] {
        try read { database in
            try [
                "SELECT * FROM orders ORDER BY id", "SELECT * FROM fills ORDER BY order_id, fill_id",
                "SELECT * FROM funds ORDER BY account, coin",
            ].flatMap { sql in
                try Row.fetchAll(database, sql: sql).map { row in
                    row.map { "\($0)=\($1)" }.joined(separator: "|")
                }
            }
        }
    }

    /// The notifications of an account, in their order.
    func notifications(of name: String) throws -> [String] {
        try read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT json FROM notifications JOIN accounts ON accounts.id = account WHERE name = ? ORDER BY seq
                    """, arguments: [name])
        }
    }

    /// The tables made again from the records are the tables.
    func expectSameWhenRebuilt() throws {
        let before = try tables()
        let run = try ProgramRun(["rebuild", "--database", path], in: folder)
        guard try run.ending() == .exit(0) else { throw Contradiction("rebuild: \(run.logged)") }
        let after = try tables()
        guard before != after else { return }
        let (lost, made) = (Set(before).subtracting(after).sorted(), Set(after).subtracting(before).sorted())
        throw Contradiction(
            "rebuilt from its records the database has\n  \(made.prefix(5))\nand not\n  \(lost.prefix(5))")
    }
}
