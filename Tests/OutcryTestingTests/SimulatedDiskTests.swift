import Foundation
import GRDB
import Testing
import Trading

@testable import SimulatedDisk

@Suite struct `A simulated disk` {
    static let models: [CrashModel] = [
        CrashModel(survival: .prefix, tearing: .never), CrashModel(survival: .prefix, tearing: .betweenSectors),
        CrashModel(survival: .prefix, tearing: .anywhere), CrashModel(survival: .anySectors, tearing: .betweenSectors),
        .worst,
    ]

    @Test func `is gone with all its files when nobody has it, also where somebody closes after it`() throws {
        weak var file: SimulatedFile?
        do {
            var disk: SimulatedDisk? = SimulatedDisk(seed: 1)
            let database = try SmallDatabase(on: try #require(disk))
            file = disk?.directory.names["/small.db"]
            #expect(file?.openFiles.isEmpty == false)
            disk = nil
            withExtendedLifetime(database) {}
        }
        #expect(file == nil)
    }

    @Test(arguments: models, [512, 4_096])
    func `keeps what was synced, whatever the power takes, and the database is whole`(
        model: CrashModel, sectorBytes: Int
    ) throws {
        var losses = CrashLosses()
        for seed in 0..<UInt64(10) {
            var chance = SplitMix64(seed: diskSeed(seed))
            var configuration = SimulatedDisk.Configuration()
            configuration.sectorBytes = sectorBytes
            configuration.isPowersafe = seed % 2 == 1
            let disk = SimulatedDisk(seed: seed, configuration)
            var committed = 0
            // Some lives on one disk, each ended by the power going at some operation of it.
            for _ in 0..<3 {
                disk.faults = [
                    DiskFault(
                        .powerFails,
                        at: .operation(
                            disk.counts.total
                                + Int.random(in: 1...(Bool.random(using: &chance) ? 250 : 30), using: &chance)))
                ]
                var attempted = committed
                do {
                    let database = try SmallDatabase(on: disk)
                    for _ in 0..<40 {
                        let rows = Int.random(in: 1...5, using: &chance)
                        attempted = committed + rows
                        try database.write(committed..<attempted, bytes: Int.random(in: 1...5_000, using: &chance))
                        committed = attempted
                    }
                } catch let error as DatabaseError {
                    #expect([.SQLITE_IOERR, .SQLITE_CANTOPEN].contains(error.resultCode), "seed \(seed): \(error)")
                    #expect(disk.isPowerless)
                }
                disk.faults = []
                losses.add(disk.crash(using: &chance, model: model))
                let found = try SmallDatabase(on: disk).read()
                #expect(found == committed || found == attempted, "seed \(seed)")
                committed = found
            }
        }
        // Crashes that cost nothing would show nothing.
        #expect(losses.unsynced > losses.survived + losses.torn)
        #expect(losses.survived > 0)
        #expect((losses.torn > 0) == (model.tearing != .never))
        #expect(losses.unsyncedNames > losses.survivedNames)
    }

    @Test func `answers a connection from before the crash with errors, and lets it go without harm`() throws {
        var chance = SplitMix64(seed: 1)
        let disk = SimulatedDisk(seed: 1)
        var old: SmallDatabase? = try SmallDatabase(on: disk)
        try old?.write(0..<3, bytes: 100)
        disk.crash(using: &chance)
        let new = try SmallDatabase(on: disk)
        try new.write(3..<5, bytes: 100)
        #expect(throws: DatabaseError.self) { try old?.write(3..<4, bytes: 100) }
        #expect(throws: DatabaseError.self) { try old?.read() }
        old = nil
        try new.write(5..<6, bytes: 100)
        #expect(try new.read() == 6)
        #expect(try SmallDatabase(on: disk).read() == 6)
    }

    @Test func `outlives no connection: one that is left over is answered with errors`() throws {
        var disk: SimulatedDisk? = SimulatedDisk(seed: 1)
        let database = try SmallDatabase(on: #require(disk))
        disk = nil
        #expect(throws: DatabaseError.self) { try database.write(0..<1, bytes: 1) }
    }

    @Test func `keeps writers apart, and lets a reader see what was when it began`() throws {
        let disk = SimulatedDisk(seed: 1)
        let writer = try SmallDatabase(on: disk)
        let reader = try SmallDatabase(on: disk, busyMilliseconds: 10_000)
        try writer.write(0..<2, bytes: 10)
        try reader.queue.inDatabase { database in
            try database.execute(sql: "BEGIN")
            #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM facts") == 2)
            try writer.write(2..<3, bytes: 10)
            #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM facts") == 2)
            try database.execute(sql: "COMMIT")
            #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM facts") == 3)
        }
        try writer.queue.inDatabase { database in
            try database.execute(sql: "BEGIN IMMEDIATE")
            // It waits for ten seconds of the disk's own clock, which take no time.
            let error = #expect(throws: DatabaseError.self) {
                try reader.queue.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
            }
            #expect(error?.resultCode == .SQLITE_BUSY)
            try database.execute(sql: "COMMIT")
        }
        #expect(disk.microsecondsSlept >= 9_000_000)
    }

    @Test func `keeps readers and writers apart where there is no log`() throws {
        let disk = SimulatedDisk(seed: 1)
        var configuration = Configuration()
        configuration.busyMode = .immediateError
        let queues = try (0..<2).map { _ in
            try DatabaseQueue(path: "file:/plain.db?vfs=\(disk.name)", configuration: configuration)
        }
        try queues[0].write { try $0.execute(sql: "CREATE TABLE t (x); INSERT INTO t VALUES (1)") }
        try queues[0].inDatabase { first in
            try first.execute(sql: "BEGIN; SELECT * FROM t")
            _ = try Int.fetchOne(first, sql: "SELECT x FROM t")
            try queues[1].inDatabase { second in
                try second.execute(sql: "BEGIN IMMEDIATE; INSERT INTO t VALUES (2)")
                // The reader is still there.
                #expect(throws: DatabaseError.self) { try second.execute(sql: "COMMIT") }
                try first.execute(sql: "COMMIT")
                // Nobody new gets in before the writer that waits.
                #expect(throws: DatabaseError.self) { try Int.fetchOne(first, sql: "SELECT x FROM t") }
                try second.execute(sql: "COMMIT")
            }
            #expect(try Int.fetchOne(first, sql: "SELECT count(*) FROM t") == 2)
        }
    }

    @Test func `is full at so many bytes, and goes on when there is room again`() throws {
        let disk = SimulatedDisk(seed: 1)
        let database = try SmallDatabase(on: disk)
        disk.capacityBytes = disk.usedBytes + 200_000
        var written = 0
        let error = #expect(throws: DatabaseError.self) {
            while written < 1_000 {
                try database.write(written..<written + 1, bytes: 5_000)
                written += 1
            }
        }
        #expect(error?.resultCode == .SQLITE_FULL)
        #expect(written > 5)
        #expect(disk.usedBytes <= disk.capacityBytes ?? 0)
        #expect(try database.read() == written)
        disk.capacityBytes = nil
        try database.write(written..<written + 1, bytes: 5_000)
        #expect(try database.read() == written + 1)
    }

    @Test(arguments: [DiskFault.Effect.syncForgets, .syncDiscards])
    func `loses what a failed sync was to write, though the next sync succeeds`(effect: DiskFault.Effect) throws {
        var chance = SplitMix64(seed: 1)
        // Without this SQLite pads its log beyond what it has just synced, and would miss the padding itself.
        var configuration = SimulatedDisk.Configuration()
        configuration.isPowersafe = true
        let disk = SimulatedDisk(seed: 1, configuration)
        let database = try SmallDatabase(on: disk, checkpointPages: 0)
        try database.write(0..<1, bytes: 10)
        disk.faults = [DiskFault(effect, at: .nth(.sync, disk.counts[.sync] + 1))]
        #expect(throws: DatabaseError.self) { try database.write(1..<2, bytes: 10) }
        // A program that tries again believes that it worked.
        try database.write(1..<2, bytes: 10)
        try database.write(2..<3, bytes: 10)
        #expect(try database.read() == 3)
        disk.crash(using: &chance)
        let found = try SmallDatabase(on: disk).read()
        #expect(found == 3 || found == 1)
    }

    @Test func `makes the same operations from the same seed, and counts them`() throws {
        func story(_ seed: UInt64) throws -> (log: [DiskOperation], counts: DiskCounts, files: [String: Int?]) {
            var chance = SplitMix64(seed: seed)
            let disk = SimulatedDisk(seed: seed)
            disk.isLogging = true
            for life in 0..<3 {
                let database = try SmallDatabase(on: disk)
                let first = try database.read()
                for id in first..<first + 10 { try database.write(id..<id + 1, bytes: 1_000 * life + 1) }
                disk.crash(using: &chance, model: .worst)
            }
            return (
                disk.log, disk.counts,
                Dictionary(uniqueKeysWithValues: disk.paths.map { ($0, disk.contents($0)?.count) })
            )
        }
        let first = try story(3)
        let second = try story(3)
        #expect(first.log == second.log)
        #expect(first.files == second.files)
        #expect(first.counts == second.counts)
        #expect(first.log.count == first.counts.total)
        for kind in DiskOperation.Kind.allCases {
            #expect(first.counts[kind] == first.log.count { $0.kind == kind })
            #expect(first.counts[kind] > 0, "\(kind)")
        }
        #expect(first.log.map(\.number) == Array(1...first.counts.total))
    }

    @Test func `fails the operation that it is told to, once or from then on`() throws {
        for isLasting in [false, true] {
            let disk = SimulatedDisk(seed: 1)
            let database = try SmallDatabase(on: disk)
            let writes = disk.counts[.write]
            disk.isLogging = true
            disk.faults = [DiskFault(.cutShort, at: .nth(.write, writes + 2), isLasting: isLasting)]
            #expect(throws: DatabaseError.self) { try database.write(0..<1, bytes: 10_000) }
            if isLasting {
                #expect(throws: DatabaseError.self) { try database.write(0..<1, bytes: 10) }
            } else {
                try database.write(0..<1, bytes: 10)
            }
            #expect(disk.firstFault?.kind == .write)
            #expect(disk.firstFault?.outcome == .cutShort)
            let failed = disk.log.filter { $0.outcome == .cutShort }
            #expect(failed.first == disk.firstFault)
            #expect((failed.count > 1) == isLasting)
        }
    }

    @Test func `keeps what is in the cache when only the process dies, until the power goes too`() throws {
        var chance = SplitMix64(seed: 1)
        let disk = SimulatedDisk(seed: 1)
        let database = try SmallDatabase(on: disk)
        try database.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = OFF") }
        try database.write(0..<5, bytes: 10)
        disk.killProcess()
        #expect(throws: DatabaseError.self) { try database.read() }
        let restarted = disk.copy(seed: 0)
        #expect(try SmallDatabase(on: restarted).read() == 5)
        var found = Set<Int>()
        for seed in 0..<30 {
            let copy = disk.copy(seed: UInt64(seed))
            copy.crash(using: &chance)
            found.insert(try SmallDatabase(on: copy).read())
        }
        #expect(found == [0, 5])
    }

    @Test func `gives a torn log to SQLite, which sees by its checksums where it ends`() throws {
        let disk = SimulatedDisk(seed: 1)
        let database = try SmallDatabase(on: disk, checkpointPages: 0)
        for id in 0..<6 { try database.write(id..<id + 1, bytes: 10) }
        let log = try #require(disk.contents("/small.db-wal"))
        disk.killProcess()
        var found: [Int] = []
        for damaged in stride(from: log.count - 1, to: 100, by: -512) {
            let copy = disk.copy(seed: 1)
            copy.overwrite("/small.db-wal", at: damaged, with: [log[damaged] ^ 0x40])
            let queue = try DatabaseQueue(path: "file:/small.db?vfs=\(copy.name)")
            found.append(
                try queue.read { database in
                    #expect(try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok")
                    guard try database.tableExists("facts") else { return 0 }
                    return try Int.fetchOne(database, sql: "SELECT count(*) FROM facts") ?? -1
                })
        }
        // The earlier the damage, the less is left; everything after it is gone.
        #expect(found == found.sorted(by: >))
        #expect(Set(found).isSuperset(of: [0, 1, 5]))
    }
}

extension CrashLosses {
    fileprivate mutating func add(_ other: CrashLosses) {
        unsynced += other.unsynced
        survived += other.survived
        torn += other.torn
        unsyncedNames += other.unsyncedNames
        survivedNames += other.survivedNames
    }
}
