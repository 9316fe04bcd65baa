import Foundation
import Testing
import Trading

@testable import Ledger

/// A log that has gone is noticed, and a process that was killed is not taken for one.
@Suite struct ServingMarkTests {
    private func append(_ ledger: Ledger) throws {
        _ = try ledger.transaction { try $0.append(Samples.records[0].record, of: .paper) }
    }

    @Test func `a killed server's database opens without a word, however often`() throws {
        let scratch = try Scratch()
        var ledger = try scratch.open()
        for round in 1...5 as ClosedRange<Int64> {
            for _ in 1...3 { try append(ledger) }
            let files = try DatabaseFiles(of: scratch.path)
            try ledger.close()
            try files.lay(at: scratch.path)
            ledger = try scratch.open()
            #expect(try ledger.recordHead() == RecordNumber(round * 3))
        }
    }

    @Test func `records that are gone with the log are told, and left alone until that is accepted`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try append(ledger)
        try ledger.close()
        let served = try scratch.open()
        try append(served)
        try append(served)
        var files = try DatabaseFiles(of: scratch.path)
        try served.close()
        files.bytes["-wal"] = nil
        try files.lay(at: scratch.path)
        for _ in 1...2 {
            #expect(
                throws: LedgerError.recordsLost(path: scratch.path, found: RecordNumber(1), committed: RecordNumber(3))
            ) {
                try scratch.open()
            }
        }
        var options = LedgerOptions.serve
        options.acceptsLoss = true
        let left = try scratch.open(options)
        #expect(try left.recordHead() == RecordNumber(1))
        try left.close()
        try scratch.open().close()
    }

    @Test func `a tool that closes a killed server's database loses nothing`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try append(ledger)
        let files = try DatabaseFiles(of: scratch.path)
        try ledger.close()
        try files.lay(at: scratch.path)
        // The last to close it copies the log into it and deletes that.
        try scratch.open(.tool).close()
        #expect(!FileManager.default.fileExists(atPath: scratch.path + "-wal"))
        #expect(try scratch.open().recordHead() == RecordNumber(1))
    }

    @Test func `another's log is left aside where that is accepted, and not lost`() throws {
        let (scratch, other) = (try Scratch(), try Scratch())
        let ledger = try scratch.open()
        try append(ledger)
        var files = try DatabaseFiles(of: scratch.path)
        try ledger.close()
        let another = try other.open()
        try append(another)
        files.bytes["-wal"] = try DatabaseFiles(of: other.path).bytes["-wal"]
        try another.close()
        try files.lay(at: scratch.path)
        #expect(throws: LedgerError.foreignLog(path: scratch.path + "-wal")) { try scratch.open() }
        var options = LedgerOptions.serve
        options.acceptsLoss = true
        #expect(throws: Never.self) { try scratch.open(options).close() }
        #expect(FileManager.default.contents(atPath: scratch.path + "-wal.set-aside") != nil)
    }
}
