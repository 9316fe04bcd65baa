import Foundation
import GRDB
import Testing
import Trading

@testable import Ledger

/// What a damaged database is answered with: the books as they were, or a refusal in words. Never other figures.
@Suite struct DamageTests {
    private let pageBytes = 4_096

    /// A ledger that was closed, one that was killed with much in its log, and what both have to answer.
    private struct Kept {
        let closed: DatabaseFiles
        let killed: DatabaseFiles
        /// The log as it was some transactions before.
        let olderLog: [UInt8]
        let answers: [String]
    }

    private func keep(_ scratch: Scratch) throws -> Kept {
        var ledger = try scratch.open()
        try SmallLedger.fill(ledger)
        let answers = try SmallLedger.answers(ledger)
        try ledger.close()
        let closed = try DatabaseFiles(of: scratch.path)
        for suffix in DatabaseFiles.suffixes { try? FileManager.default.removeItem(atPath: scratch.path + suffix) }

        ledger = try scratch.open()
        let early = try DatabaseFiles(of: scratch.path).bytes["-wal"] ?? []
        try SmallLedger.fill(ledger)
        // The files of a process that is killed now.
        let killed = try DatabaseFiles(of: scratch.path)
        try ledger.close()
        return Kept(closed: closed, killed: killed, olderLog: early, answers: answers)
    }

    private func expectSameOrRefusal(_ files: DatabaseFiles, _ answers: [String], _ what: String) throws -> Bool {
        let scratch = try Scratch()
        try files.lay(at: scratch.path)
        do {
            let ledger = try scratch.open()
            let found = try SmallLedger.answers(ledger)
            if let place = zip(found, answers).first(where: { $0 != $1 }) {
                Issue.record("\(what): \(place.0.prefix(300)) and not \(place.1.prefix(300))")
            }
            #expect(found.count == answers.count, "\(what)")
            return true
        } catch let error as LedgerError {
            let words = "\(error)"
            #expect(words.unicodeScalars.allSatisfy { (0x20...0x7E).contains($0.value) }, "\(what): \(words)")
            #expect(words.count < 700 && words.contains(" "), "\(what): \(words)")
            // What to do is part of it.
            #expect(
                ["backup", "outcry rebuild", "--accept-loss", "--database", "chmod", "newer version"].contains {
                    words.contains($0)
                }, "\(what): \(words)")
            return false
        }
    }

    @Test func `a database that is damaged in any of 80 ways has the same books or is refused in words`() throws {
        let scratch = try Scratch()
        let kept = try keep(scratch)
        #expect(try expectSameOrRefusal(kept.closed, kept.answers, "nothing, closed"))
        #expect(try expectSameOrRefusal(kept.killed, kept.answers, "nothing, killed"))
        var ways = 0
        var refused = 0
        func damage(_ files: DatabaseFiles, _ what: String, _ body: (inout [String: [UInt8]]) -> Void) throws {
            var damaged = files
            body(&damaged.bytes)
            ways += 1
            if try !expectSameOrRefusal(damaged, kept.answers, what) { refused += 1 }
        }
        let file = try #require(kept.closed.bytes[""])
        let pages = file.count / pageBytes
        for size in [
            0, 1, 16, 99, 100, 511, 512, pageBytes - 1, pageBytes, pageBytes + 1, file.count / 2,
            file.count - pageBytes,
            file.count - 1,
        ] {
            try damage(kept.closed, "cut to \(size)") { $0["", default: []].removeLast(file.count - size) }
        }
        for page in stride(from: 0, to: pages, by: 4) {
            try damage(kept.closed, "page \(page) of zeros") { bytes in
                for index in 0..<pageBytes { bytes["", default: []][page * pageBytes + index] = 0 }
            }
        }
        for page in stride(from: 1, to: pages - 1, by: 8) {
            try damage(kept.closed, "pages \(page) and the next swapped") { bytes in
                for index in 0..<pageBytes {
                    bytes["", default: []].swapAt(page * pageBytes + index, (page + 1) * pageBytes + index)
                }
            }
        }
        for offset in stride(from: 0, to: 100, by: 5) {
            try damage(kept.closed, "byte \(offset) of the head flipped") { $0["", default: []][offset] ^= 0x11 }
        }
        try damage(kept.closed, "byte 20 of the head flipped") { $0["", default: []][20] ^= 0x08 }
        for page in stride(from: 0, to: pages, by: 3) {
            let offset = page * pageBytes + pageBytes - 9 - (page * 37) % 900
            try damage(kept.closed, "byte \(offset) flipped") { $0["", default: []][offset] ^= 0x40 }
        }

        let log = try #require(kept.killed.bytes["-wal"])
        let frame = pageBytes + 24
        for size in [
            0, 1, 31, 32, 33, 56, 32 + frame - 1, 32 + frame, log.count / 2, log.count - frame, log.count - frame + 24,
            log.count - 1,
        ] {
            try damage(kept.killed, "the log cut to \(size)") { $0["-wal", default: []].removeLast(log.count - size) }
        }
        for offset in stride(from: 0, to: 32, by: 4) {
            try damage(kept.killed, "byte \(offset) of the log's head flipped") {
                $0["-wal", default: []][offset] ^= 0x11
            }
        }
        for offset in [36, 40, 48, 60, 32 + frame * 3 + 100, log.count / 2, log.count - 2_000, log.count - frame + 5] {
            try damage(kept.killed, "byte \(offset) of the log flipped") { $0["-wal", default: []][offset] ^= 0x11 }
        }
        try damage(kept.killed, "no log") { $0["-wal"] = nil }
        try damage(kept.killed, "an older log") { $0["-wal"] = kept.olderLog }
        try damage(kept.killed, "no shared memory") { $0["-shm"] = nil }
        try damage(kept.killed, "shared memory of zeros") { $0["-shm"] = [UInt8](repeating: 0, count: 32_768) }
        try damage(kept.killed, "shared memory of nonsense") { $0["-shm"] = [UInt8](repeating: 0xA5, count: 32_768) }
        try damage(kept.killed, "no mark") { $0["-served"] = nil }
        try damage(kept.killed, "half a mark") { $0["-served", default: []].removeLast(20) }
        try damage(kept.killed, "a mark of nonsense") { $0["-served", default: []][30] ^= 1 }
        try damage(kept.killed, "no database") { $0[""] = nil }
        try damage(kept.killed, "an empty database") { $0[""] = [] }
        try damage(kept.closed, "no database, closed") { $0[""] = nil }

        // Another desk, with books of its own.
        let other = try Scratch()
        let ledger = try other.open()
        try ledger.transaction { try $0.project(Samples.order(7, account: 1, status: .open)) }
        let others = try DatabaseFiles(of: other.path)
        try ledger.close()
        try damage(kept.killed, "another's log") { $0["-wal"] = others.bytes["-wal"] }
        try damage(kept.closed, "another's log beside one that was closed") { $0["-wal"] = others.bytes["-wal"] }
        try damage(kept.killed, "another's database") { $0[""] = others.bytes[""] }
        #expect(ways >= 80 && refused > ways / 2, "\(ways) ways, \(refused) refused")
    }

    @Test(arguments: SmallLedger.rows.map(\.table))
    func `a byte that changed in a stored row is an error and never another figure`(table: String) throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try SmallLedger.fill(ledger)
        try ledger.close()
        let files = try DatabaseFiles(of: scratch.path)
        let bytes = try #require(files.bytes[""])
        let row = try #require(SmallLedger.rows.first { $0.table == table }).bytes
        let places = bytes.indices.filter { bytes[$0...].starts(with: row) }
        #expect(!places.isEmpty, "no such row in the file")
        for place in places.prefix(1) {
            for offset in stride(from: place, to: place + row.count, by: 3) {
                var damaged = files
                damaged.bytes["", default: []][offset] ^= 0x01
                try damaged.lay(at: scratch.path)
                // As a tool opens it: without a check of all pages, so that it is the question that finds the damage.
                let error = #expect(throws: LedgerError.self) { try SmallLedger.answers(scratch.open(.tool)) }
                #expect(error?.isDamage == true && "\(error.map { "\($0)" } ?? "")".contains("outcry rebuild"))
            }
        }
    }

    @Test func `each byte of a page is in its checksum, and its place too`() {
        var page = (0..<pageBytes).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        page.withUnsafeMutableBytes { PageSums.seal($0, at: 8_192) }
        func isWhole(_ page: [UInt8], at offset: Int64 = 8_192) -> Bool {
            page.withUnsafeBytes { PageSums.isWhole($0, at: offset) }
        }
        #expect(isWhole(page))
        #expect(!isWhole(page, at: 12_288))
        for index in page.indices {
            var damaged = page
            damaged[index] ^= UInt8(1 << (index % 8))
            if isWhole(damaged) { Issue.record("byte \(index) may change unseen") }
        }
        #expect(!isWhole([UInt8](repeating: 0, count: pageBytes)))
    }

    @Test func `a database of before the checksums is given them, with the same books`() throws {
        let scratch = try Scratch()
        var ledger = try scratch.open()
        try SmallLedger.fill(ledger)
        let answers = try SmallLedger.answers(ledger)
        try ledger.close()
        // As it was made then: nothing reserved in the pages, no mark, no name.
        let old = scratch.folder + "/old.sqlite"
        try FileManager.default.moveItem(atPath: scratch.path, toPath: old)
        try FileManager.default.removeItem(atPath: scratch.path + "-served")
        let queue = try DatabaseQueue(path: scratch.path)
        try queue.writeWithoutTransaction { database in
            try database.execute(
                sql: "PRAGMA journal_mode = WAL; PRAGMA application_id = \(Schema.applicationID); ATTACH ? AS new",
                arguments: [old])
            let made = try Row.fetchAll(
                database,
                sql: """
                    SELECT type, name, sql FROM new.sqlite_master WHERE sql IS NOT NULL AND name <> 'identity'
                    ORDER BY type DESC
                    """)
            for row in made {
                let (type, name, sql): (String, String, String) = (row[0], row[1], row[2])
                try database.execute(sql: sql)
                if type == "table" { try database.execute(sql: "INSERT INTO main.\(name) SELECT * FROM new.\(name)") }
            }
            try database.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = 'ledger-8-identity'; DETACH new")
        }
        try queue.close()
        #expect(try DatabaseFiles(of: scratch.path).bytes[""]?[20] == 0)

        ledger = try scratch.open(.tool)
        #expect(try SmallLedger.answers(ledger) == answers)
        try ledger.close()
        ledger = try scratch.open()
        #expect(ledger.sumsNotice == nil)
        #expect(try SmallLedger.answers(ledger) == answers)
        try ledger.close()
        #expect(try DatabaseFiles(of: scratch.path).bytes[""]?[20] == PageSums.reservedBytes)
    }

    @Test func `a backup of more than a cache holds, of pages that are still in the log, is whole`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try ledger.transaction { transaction in
            try transaction.database.execute(sql: "CREATE TABLE notes (number INTEGER PRIMARY KEY, text TEXT)")
            for number in 0..<4_000 {
                try transaction.database.execute(
                    sql: "INSERT INTO notes VALUES (?, ?)", arguments: [number, String(repeating: "n", count: 1_000)])
            }
        }
        _ = try ledger.read { try $0.checkpoint(.truncate) }
        // Each page is in the log now, and its bytes for the sum are those of before.
        try ledger.transaction { try $0.database.execute(sql: "UPDATE notes SET text = 'm' || substr(text, 2)") }
        let copy = scratch.folder + "/copy.sqlite"
        try ledger.backup(to: copy)
        let backup = try Ledger(path: copy)
        #expect(try backup.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
        #expect(
            try backup.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM notes WHERE text LIKE 'm%'") } == 4_000)
    }

    @Test func `a backup has checksums too, and its damage is seen`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try SmallLedger.fill(ledger)
        let copy = scratch.folder + "/copy.sqlite"
        try ledger.backup(to: copy)
        let backup = try Ledger(path: copy)
        #expect(try SmallLedger.answers(backup) == SmallLedger.answers(ledger))
        try backup.close()
        var files = try DatabaseFiles(of: copy)
        files.bytes["", default: []][pageBytes * 9 + 77] ^= 1
        try files.lay(at: copy)
        #expect(throws: LedgerError.corrupt(detail: "the checksum of page 10 does not match")) {
            try Ledger(path: copy)
        }
    }
}
