import Foundation
import GRDB
import Ledger
import Testing
import Trading

/// What is taken out of the file for good, and who may read the file.
@Suite struct ErasingTests {
    private let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

    private func bytes(_ scratch: Scratch) throws -> Data {
        var all = Data()
        for suffix in ["", "-wal"] {
            guard FileManager.default.fileExists(atPath: scratch.path + suffix) else { continue }
            all += try Data(contentsOf: URL(fileURLWithPath: scratch.path + suffix))
        }
        return all
    }

    /// A ledger with a row that has been deleted by a SQLite that leaves it in free space, in the file and in its log.
    private func leftOver(_ scratch: Scratch) throws -> Ledger {
        let ledger = try Ledger(path: scratch.path) { migrator in
            migrator.registerMigration("notes-1") {
                try $0.execute(sql: "CREATE TABLE notes (number INTEGER PRIMARY KEY, text TEXT)")
            }
        }
        try ledger.read { _ = try Int.fetchOne($0, sql: "PRAGMA secure_delete = OFF") }
        // So long that the rows that go are whole pages, which SQLite leaves as they are.
        let padding = String(repeating: ".", count: 400)
        try ledger.transaction { transaction in
            for number in 0..<2_000 {
                try transaction.database.execute(
                    sql: "INSERT INTO notes VALUES (?, ?)",
                    arguments: [number, (number == 700 ? secret : "note \(number)") + padding])
            }
        }
        try ledger.read { _ = try $0.checkpoint(.passive) }
        try ledger.transaction { try $0.database.execute(sql: "DELETE FROM notes WHERE number BETWEEN 600 AND 800") }
        #expect(try bytes(scratch).range(of: Data(secret.utf8)) != nil)
        return ledger
    }

    @Test func `what is erased is nowhere in the file or its log, and the rest is there`() throws {
        let scratch = try Scratch()
        let ledger = try leftOver(scratch)
        #expect(try ledger.erase([secret]) == .done)
        #expect(try bytes(scratch).range(of: Data(secret.utf8)) == nil)
        #expect(try ledger.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM notes") } == 1_799)
        #expect(try ledger.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
        try ledger.transaction { try $0.database.execute(sql: "INSERT INTO notes VALUES (700, 'again')") }
        try ledger.close()
        let again = try Ledger(path: scratch.path) { $0.registerMigration("notes-1") { _ in } }
        #expect(try again.read { try String.fetchOne($0, sql: "SELECT text FROM notes WHERE number = 700") } == "again")
        #expect(try again.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
    }

    @Test func `a file without it is not written anew`() throws {
        let scratch = try Scratch()
        let ledger = try leftOver(scratch)
        let pages = try ledger.read { try Int.fetchOne($0, sql: "PRAGMA freelist_count") }
        #expect(try ledger.erase(["something that was never there"]) == .done)
        #expect(try ledger.read { try Int.fetchOne($0, sql: "PRAGMA freelist_count") } == pages)
        #expect(try bytes(scratch).range(of: Data(secret.utf8)) != nil)
        // What cannot be looked for is written over all the same.
        #expect(try ledger.erase([], mayHide: true) == .done)
        #expect(try bytes(scratch).range(of: Data(secret.utf8)) == nil)
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func `a database that others may read is its owner's alone once it has been opened`() throws {
        let scratch = try Scratch()
        try scratch.open().close()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: scratch.path)
        let ledger = try scratch.open()
        try ledger.transaction { transaction in
            for (_, record) in Samples.records { try transaction.append(record, of: .paper) }
        }
        for suffix in ["", "-wal", "-shm", ".lock"] {
            #expect(try mode(scratch.path + suffix) == 0o600, "\(suffix)")
        }
        let copy = scratch.folder + "/copy.sqlite"
        try ledger.backup(to: copy)
        #expect(try mode(copy) == 0o600)
    }

    @Test func `a backup follows no link that somebody has put where it is made`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        let (copy, other) = (scratch.folder + "/copy.sqlite", scratch.folder + "/other")
        try Data("theirs".utf8).write(to: URL(fileURLWithPath: other))
        try FileManager.default.createSymbolicLink(atPath: copy + ".unfinished", withDestinationPath: other)
        try ledger.backup(to: copy)
        #expect(try String(contentsOfFile: other, encoding: .utf8) == "theirs")
        #expect(try mode(copy) == 0o600)
    }
}
