import GRDB
import Ledger
import OrderEngine
import SimulatedDisk
import Testing
import Trading

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
                try transaction.append(.orderPlaced(Samples.simple), of: .paper)
                let database = try transaction.database
                try database.execute(sql: "CREATE TABLE once (x INTEGER PRIMARY KEY); INSERT INTO once VALUES (1)")
                // As an I/O error does, this ends the transaction; and the caller takes no notice.
                try? database.execute(sql: "INSERT OR ROLLBACK INTO once VALUES (1)")
                _ = try? transaction.append(.orderPlaced(Samples.full), of: .paper)
                _ = try? transaction.append(.orderPlaced(Samples.full), of: .paper)
            }
        }
        #expect(ledger.failure != nil)
        #expect(try ledger.recordHead() == .none)
    }

    @Test func `a checkpoint that fails stops the ledger, after the transaction that it followed`() throws {
        for kind in [DiskOperation.Kind.write, .sync] {
            let disk = SimulatedDisk(seed: 1)
            let ledger = try open(disk)
            try ledger.transaction { _ = try $0.append(.orderPlaced(Samples.simple), of: .paper) }
            // The first of its kind that is the database's and not the log's.
            let copy = disk.copy(seed: 1)
            let trial = try open(copy)
            copy.isLogging = true
            let before = copy.counts[kind]
            try trial.transaction { _ = try $0.append(.orderPlaced(Samples.full), of: .paper) }
            while !copy.log.contains(where: { $0.kind == kind && $0.file == "/desk.db" }) {
                try trial.transaction { _ = try $0.append(.orderPlaced(Samples.full), of: .paper) }
            }
            let ofKind = copy.log.filter { $0.kind == kind }
            let place = try #require(ofKind.firstIndex { $0.file == "/desk.db" })
            let failing = disk.copy(seed: 1)
            let second = try open(failing)
            failing.faults = [DiskFault(.fails, at: .nth(kind, before + place + 1))]
            var written = 1
            while second.failure == nil {
                try second.transaction { _ = try $0.append(.orderPlaced(Samples.full), of: .paper) }
                written += 1
                try #require(written < 1_000)
            }
            #expect(failing.firstFault?.file == "/desk.db")
            let syncs = failing.counts[.sync]
            #expect(throws: LedgerError.poisoned(try #require(second.failure))) {
                try second.transaction { _ = try $0.append(.orderPlaced(Samples.full), of: .paper) }
            }
            try second.close()
            #expect(failing.counts[.sync] == syncs, "it was closed as if nothing had happened")
            var chance = SplitMix64(seed: 7)
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

    @Test func `a ledger that has failed is closed without a checkpoint`() throws {
        for effect in [DiskFault.Effect.fails, .syncForgets, .syncDiscards] {
            let disk = SimulatedDisk(seed: 1)
            let ledger = try open(disk, checkpointPages: 10_000)
            for _ in 1...5 { try ledger.transaction { _ = try $0.append(.orderPlaced(Samples.full), of: .paper) } }
            disk.faults = [DiskFault(effect, at: .nth(.sync, disk.counts[.sync] + 1))]
            #expect(throws: LedgerError.self) {
                try ledger.transaction { _ = try $0.append(.orderPlaced(Samples.full), of: .paper) }
            }
            disk.faults = []
            disk.isLogging = true
            try ledger.close()
            let touched = disk.log.filter(\.kind.isMutation).filter {
                $0.file == "/desk.db" || $0.file == "/desk.db-wal"
            }
            #expect(touched.isEmpty, "after \(effect): \(touched)")
            var chance = SplitMix64(seed: 1)
            disk.crash(using: &chance, model: .worst)
            #expect(try open(disk).recordHead().rawValue >= 5)
        }
    }

    /// The process dies of the sync, the machine lives on, and the next process reads from the system's cache what no sync will
    /// ever bring to the disk any more.
    @Test func `what is synced after a restart from a forgotten sync survives the power's going`() throws {
        for seed: UInt64 in 1...5 {
            var configuration = SimulatedDisk.Configuration()
            configuration.isPowersafe = true
            let disk = SimulatedDisk(seed: seed, configuration)
            let ledger = try open(disk, checkpointPages: 10_000)
            try ledger.transaction { _ = try $0.append(.orderPlaced(Samples.full), of: .paper) }
            disk.faults = [DiskFault(.syncForgets, at: .nth(.sync, disk.counts[.sync] + 1))]
            #expect(throws: LedgerError.self) {
                try ledger.transaction { _ = try $0.append(.orderPlaced(Samples.full), of: .paper) }
            }
            disk.faults = []
            disk.killProcess()
            let next = try open(disk, checkpointPages: 10_000)
            for _ in 1...4 { try next.transaction { _ = try $0.append(.orderPlaced(Samples.full), of: .paper) } }
            let synced = try next.recordHead()
            #expect(synced.rawValue >= 5)
            var chance = SplitMix64(seed: seed)
            disk.crash(using: &chance, model: .worst)
            #expect(try open(disk).recordHead() == synced)
        }
    }

    /// On a disk that is not safe to write over, too: what a sync that failed has left waiting is read by the next process, and
    /// what that one says of it must stay true.
    @Test(arguments: [false, true])
    func `what an opened ledger has read of a failed sync survives the power's going`(isPowersafe: Bool) throws {
        for seed: UInt64 in 1...5 {
            var configuration = SimulatedDisk.Configuration()
            configuration.isPowersafe = isPowersafe
            let disk = SimulatedDisk(seed: seed, configuration)
            let ledger = try open(disk, checkpointPages: 10_000)
            try ledger.transaction { _ = try $0.append(.orderPlaced(Samples.full), of: .paper) }
            disk.faults = [DiskFault(.fails, at: .nth(.sync, disk.counts[.sync] + 1))]
            #expect(throws: LedgerError.self) {
                try ledger.transaction { _ = try $0.append(.orderPlaced(Samples.full), of: .paper) }
            }
            disk.faults = []
            disk.killProcess()
            let read = try open(disk, checkpointPages: 10_000).recordHead()
            var chance = SplitMix64(seed: seed)
            disk.crash(using: &chance, model: .worst)
            #expect(try open(disk).recordHead() >= read)
        }
    }

    /// What fills the last sector up behind a commit may be lost with the power, and the next commit begins in that sector.
    @Test func `the power's going again in the first commit after a start loses nothing that was synced`() throws {
        for seed: UInt64 in 1...200 {
            let disk = SimulatedDisk(seed: seed)
            var chance = SplitMix64(seed: seed)
            let ledger = try open(disk, checkpointPages: 10_000)
            for _ in 1...3 { try ledger.transaction { _ = try $0.append(.orderPlaced(Samples.full), of: .paper) } }
            disk.crash(using: &chance)
            let next = try open(disk, checkpointPages: 10_000)
            #expect(try next.recordHead().rawValue == 3)
            disk.faults = [DiskFault(.fails, at: .nth(.sync, disk.counts[.sync] + 1))]
            #expect(throws: LedgerError.self) {
                try next.transaction { _ = try $0.append(.orderPlaced(Samples.full), of: .paper) }
            }
            disk.faults = []
            disk.crash(using: &chance)
            #expect(try open(disk).recordHead().rawValue >= 3, "seed \(seed)")
        }
    }

    /// Without it the clock would take the order off at another moment after a restart than before.
    @Test func `a snapshot keeps when a cancel that failed is to be repeated`() throws {
        var engine = OrderEngine(exchange: .paper)
        let end = Samples.time.advanced(bySeconds: 10)
        var order = Samples.order(1, time: .goodTillDate(end), status: .pending)
        order.reserved = 230
        engine.replay(.orderPlaced(order))
        engine.replay(.orderAccepted(order.id, exchangeOrderID: "7", at: Samples.time))
        engine.replay(.cancelRequested(order.id, .expiry, at: end))
        engine.replay(.cancelFailed(order.id, reason: "not now", at: end))
        let again = try #require(engine.nextExpiry)
        #expect(again > end)
        let disk = SimulatedDisk(seed: 1)
        let loaded = try withExtendedLifetime(disk) {
            let ledger = try open(disk)
            try ledger.saveSnapshots([engine.snapshot()], at: .none)
            return try #require(try ledger.load().snapshots.first)
        }
        #expect(loaded == engine.snapshot())
        #expect(OrderEngine(restoring: loaded).nextExpiry == again)
    }
}
