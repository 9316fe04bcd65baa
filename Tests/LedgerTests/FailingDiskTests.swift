import GRDB
import Ledger
import OrderEngine
import OutcryTesting
import Testing

/// What the ledger does where the disk, or SQLite, will not.
@Suite struct FailingDiskTests {
    private func open(_ disk: SimulatedDisk, checkpointPages: Int = 10) throws -> Ledger {
        try Ledger(path: "/desk.db", options: LedgerOptions(checkpointPages: checkpointPages, vfs: disk.name))
    }

    @Test func `what is written after the database has rolled back by itself is not written`() throws {
        let disk = SimulatedDisk(seed: 1)
        let ledger = try open(disk)
        #expect(throws: LedgerError.self) {
            try ledger.transaction { transaction in
                try transaction.append(.orderPlaced(Samples.simple))
                let database = try transaction.database
                try database.execute(sql: "CREATE TABLE once (x INTEGER PRIMARY KEY); INSERT INTO once VALUES (1)")
                // As an I/O error does, this ends the transaction; and the caller takes no notice.
                try? database.execute(sql: "INSERT OR ROLLBACK INTO once VALUES (1)")
                _ = try? transaction.append(.orderPlaced(Samples.full))
                _ = try? transaction.append(.orderPlaced(Samples.full))
            }
        }
        #expect(ledger.failure != nil)
        #expect(try ledger.recordHead() == .none)
    }

    @Test func `a checkpoint that fails stops the ledger, after the transaction that it followed`() throws {
        for kind in [DiskOperation.Kind.write, .sync] {
            let disk = SimulatedDisk(seed: 1)
            let ledger = try open(disk)
            try ledger.transaction { _ = try $0.append(.orderPlaced(Samples.simple)) }
            // The first of its kind that is the database's and not the log's.
            let copy = disk.copy(seed: 1)
            let trial = try open(copy)
            copy.isLogging = true
            let before = copy.counts[kind]
            try trial.transaction { _ = try $0.append(.orderPlaced(Samples.full)) }
            while !copy.log.contains(where: { $0.kind == kind && $0.file == "/desk.db" }) {
                try trial.transaction { _ = try $0.append(.orderPlaced(Samples.full)) }
            }
            let ofKind = copy.log.filter { $0.kind == kind }
            let place = try #require(ofKind.firstIndex { $0.file == "/desk.db" })
            let failing = disk.copy(seed: 1)
            let second = try open(failing)
            failing.faults = [DiskFault(.fails, at: .nth(kind, before + place + 1))]
            var written = 1
            while second.failure == nil {
                try second.transaction { _ = try $0.append(.orderPlaced(Samples.full)) }
                written += 1
                try #require(written < 1_000)
            }
            #expect(failing.firstFault?.file == "/desk.db")
            let syncs = failing.counts[.sync]
            #expect(throws: LedgerError.poisoned(try #require(second.failure))) {
                try second.transaction { _ = try $0.append(.orderPlaced(Samples.full)) }
            }
            try second.close()
            #expect(failing.counts[.sync] == syncs, "it was closed as if nothing had happened")
            var chance = SystemRandomNumberGenerator()
            failing.crash(using: &chance, model: .worst)
            #expect(try open(failing).recordHead().rawValue == Int64(written))
        }
    }

    @Test func `a page that cannot be read on opening is the disk's fault, not damage`() throws {
        let disk = SimulatedDisk(seed: 1)
        try open(disk).close()
        let reads = { (disk: SimulatedDisk) in disk.counts[.read] }
        let healthy = disk.copy(seed: 1)
        try open(healthy).close()
        #expect(reads(healthy) > 20)
        for number in 1...reads(healthy) {
            let failing = disk.copy(seed: 1)
            failing.faults = [DiskFault(.fails, at: .nth(.read, number))]
            do {
                try open(failing).close()
            } catch LedgerError.corrupt(let detail) {
                Issue.record("read \(number): \(detail)")
            } catch {}
        }
    }
}
