import Foundation
import GRDB
import Ledger
import Testing
import Trading

@Suite struct OpeningTests {
    @Test func `every commit is synced: WAL, synchronous FULL, read back from the connection`() throws {
        let scratch = try Scratch()
        for options in [LedgerOptions.serve, .tool] {
            let ledger = try scratch.open(options)
            #expect(try ledger.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
            #expect(try ledger.read { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
            #expect(try ledger.read { try Int.fetchOne($0, sql: "PRAGMA busy_timeout") } == 5_000)
            try ledger.close()
        }
    }

    @Test func `a second server is refused, a tool is not`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        #expect(throws: LedgerError.locked(path: scratch.path)) { try scratch.open() }
        let tool = try scratch.open(.tool)
        try tool.close()
        try ledger.close()
        try scratch.open().close()
    }

    @Test func `a database of a newer version is refused and named`() throws {
        let scratch = try Scratch()
        try Ledger(path: scratch.path) { migrator in
            migrator.registerMigration("ledger-9") { _ in }
        }.close()
        #expect(throws: LedgerError.newerVersion(path: scratch.path, unknownMigrations: ["ledger-9"])) {
            try scratch.open()
        }
    }

    @Test func `a tool with newer tables does not change them under a server`() throws {
        let scratch = try Scratch()
        let server = try scratch.open()
        #expect(throws: LedgerError.locked(path: scratch.path)) {
            try Ledger(path: scratch.path, options: .tool) { $0.registerMigration("accounts-2") { _ in } }
        }
        try server.close()
        try Ledger(path: scratch.path, options: .tool) { $0.registerMigration("accounts-2") { _ in } }.close()
    }

    @Test func `a file that is no database is refused`() throws {
        let scratch = try Scratch()
        try Data(repeating: UInt8(ascii: "x"), count: 10_000).write(to: URL(fileURLWithPath: scratch.path))
        #expect(throws: LedgerError.notADatabase(path: scratch.path)) { try scratch.open() }
    }

    @Test func `another program's database is refused and left as it was`() throws {
        let scratch = try Scratch()
        let other = try DatabaseQueue(path: scratch.path)
        try other.write { try $0.execute(sql: "CREATE TABLE songs (name TEXT)") }
        try other.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: scratch.path))
        #expect(throws: LedgerError.foreignDatabase(path: scratch.path)) { try scratch.open() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.path)) == before)
    }

    @Test func `a folder that is not there is refused`() throws {
        let scratch = try Scratch()
        #expect {
            try Ledger(path: scratch.folder + "/none/outcry.sqlite", options: .serve)
        } throws: { error in
            guard case .cannotOpen? = error as? LedgerError else { return false }
            return true
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
    func `a folder that may not be written to is refused`() throws {
        let scratch = try Scratch()
        try scratch.open().close()
        let manager = FileManager.default
        try manager.setAttributes([.posixPermissions: 0o500], ofItemAtPath: scratch.folder)
        defer { try? manager.setAttributes([.posixPermissions: 0o700], ofItemAtPath: scratch.folder) }
        #expect(throws: LedgerError.self) { try scratch.open(.tool) }
    }

    @Test func `a damaged page is found on opening`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try ledger.transaction { transaction in
            for id in 1...2_000 { try transaction.project(Samples.order(UInt64(id))) }
        }
        try ledger.close()
        let file = try #require(FileHandle(forUpdatingAtPath: scratch.path))
        let size = try file.seekToEnd()
        for page in stride(from: UInt64(20), to: size / 4_096, by: 7) {
            try file.seek(toOffset: page * 4_096)
            try file.write(contentsOf: Data(repeating: 0xA5, count: 200))
        }
        try file.close()
        #expect {
            try scratch.open()
        } throws: { error in
            guard case .corrupt? = error as? LedgerError else { return false }
            return true
        }
    }

    @Test func `a damaged head is found on opening`() throws {
        let scratch = try Scratch()
        try scratch.open().close()
        let file = try #require(FileHandle(forUpdatingAtPath: scratch.path))
        try file.write(contentsOf: Data(repeating: 0, count: 40))
        try file.close()
        #expect(throws: LedgerError.notADatabase(path: scratch.path)) { try scratch.open() }
    }

    @Test func `a backup is whole, opens, and never overwrites`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try ledger.transaction { transaction in
            for (_, record) in Samples.records { try transaction.append(record, of: .paper) }
        }
        let copy = scratch.folder + "/copy.sqlite"
        try ledger.backup(to: copy)
        #expect(throws: LedgerError.self) { try ledger.backup(to: copy) }
        let restored = try Ledger(path: copy)
        var records: [NumberedRecordPair] = []
        try restored.forEachRecord { records.append(.init(number: $0.number.rawValue, kind: $0.record.kind)) }
        #expect(records.count == Samples.records.count)
    }
}

private struct NumberedRecordPair {
    let number: Int64
    let kind: RecordKind
}
