import Foundation
import Ledger
import SimulatedDisk
import Testing
import Trading

@Suite struct NonceLedgerTests {
    @Test func `what was reserved is there when the file is opened again, and never goes back`() throws {
        let scratch = try Scratch()
        let path = NonceLedger.path(beside: scratch.path)
        let nonces = try NonceLedger(path: path)
        #expect(try nonces.reserved("a") == nil)
        try nonces.reserve(through: 1_000, "a")
        try nonces.reserve(through: 4_294_967_294, "b")
        try nonces.reserve(through: 500, "a")
        #expect(try nonces.reserved("a") == 1_000)
        try nonces.close()
        let again = try NonceLedger(path: path)
        #expect(try again.reserved("a") == 1_000)
        #expect(try again.reserved("b") == 4_294_967_294)
        #expect(try again.reserved("c") == nil)
    }

    @Test func `a second server is refused while the first has the file`() throws {
        let scratch = try Scratch()
        let path = NonceLedger.path(beside: scratch.path)
        let first = try NonceLedger(path: path)
        #expect(throws: LedgerError.locked(path: path)) { _ = try NonceLedger(path: path) }
        try first.close()
        _ = try NonceLedger(path: path)
    }

    @Test func `neither database is taken for the other`() throws {
        let scratch = try Scratch()
        let path = NonceLedger.path(beside: scratch.path)
        try NonceLedger(path: path).close()
        #expect(throws: LedgerError.foreignDatabase(path: path)) { _ = try Ledger(path: path) }
        try scratch.open().close()
        #expect(throws: LedgerError.foreignDatabase(path: scratch.path)) { _ = try NonceLedger(path: scratch.path) }
    }

    @Test func `the file is its owner's alone`() throws {
        let scratch = try Scratch()
        let path = NonceLedger.path(beside: scratch.path)
        let nonces = try NonceLedger(path: path)
        try nonces.reserve(through: 1, "a")
        for name in try FileManager.default.contentsOfDirectory(atPath: scratch.folder) {
            let attributes = try FileManager.default.attributesOfItem(atPath: scratch.folder + "/" + name)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
    }

    // MARK: The disk

    private static let path = "/desk.db.nonces"
    /// Far enough for a checkpoint and the log from its beginning again.
    private static let blocks = 14

    private static func open(_ disk: SimulatedDisk) throws -> NonceLedger {
        try NonceLedger(path: path, options: LedgerOptions(busyMillisecondsMax: 0, checkpointPages: 6, vfs: disk.name))
    }

    /// Reserves block after block for two keys; how far each has been told that it may go when the disk fails.
    private static func story(on disk: SimulatedDisk) -> (given: [String: UInt64], isBroken: Bool) {
        var given: [String: UInt64] = [:]
        do {
            let nonces = try open(disk)
            for block in 1...UInt64(blocks) {
                let name = block % 3 == 0 ? "b" : "a"
                try nonces.reserve(through: block * 10, name)
                given[name] = block * 10
            }
        } catch {
            return (given, true)
        }
        return (given, false)
    }

    private static func operations() -> DiskCounts {
        let disk = SimulatedDisk(seed: 1)
        _ = story(on: disk)
        return disk.counts
    }

    @Test(arguments: [CrashModel(), .worst])
    func `whatever the power is lost at, no nonce that was given out is below what is kept`(model: CrashModel) throws {
        var chance = SplitMix64(seed: 1)
        let counts = Self.operations()
        // Between two changes of the disk one moment is as good as another.
        let moments = DiskOperation.Kind.allCases.filter(\.isMutation).flatMap { kind in
            (0..<counts[kind]).map { DiskFault.Moment.nth(kind, $0 + 1) }
        }
        #expect(moments.count > 80)
        var losses = 0
        for (number, moment) in moments.enumerated() {
            let disk = SimulatedDisk(seed: UInt64(number))
            disk.faults = [DiskFault(.powerFails, at: moment)]
            let (given, isBroken) = Self.story(on: disk)
            if isBroken { losses += 1 }
            _ = disk.crash(using: &chance, model: model)
            disk.faults = []
            let nonces = try Self.open(disk)
            for (name, last) in given {
                let kept = try nonces.reserved(name) ?? 0
                #expect(kept >= last, "\(name): \(kept) kept of \(last), power lost at \(moment)")
            }
        }
        #expect(losses > moments.count / 2)
    }

    @Test(arguments: [
        (DiskFault.Effect.fails, DiskOperation.Kind.write), (.full, .write), (.cutShort, .write), (.fails, .sync),
        (.syncForgets, .sync), (.syncDiscards, .sync),
    ])
    func `after an operation of the disk has failed nothing more is given out, and what was given is kept`(
        effect: DiskFault.Effect, kind: DiskOperation.Kind
    ) throws {
        var chance = SplitMix64(seed: 1)
        var configuration = SimulatedDisk.Configuration()
        // What a process that died of its disk has left can be brought to the disk on such a disk only.
        configuration.isPowersafe = true
        for operation in 1...Self.operations()[kind] {
            let disk = SimulatedDisk(seed: UInt64(operation), configuration)
            disk.faults = [DiskFault(effect, at: .nth(kind, operation))]
            let (given, _) = Self.story(on: disk)
            // The process ends, another one starts on the same machine, and then the power goes.
            disk.faults = []
            disk.killProcess()
            do {
                let second = try Self.open(disk)
                for (name, last) in given {
                    try second.reserve(through: last + 5, name)
                }
            }
            _ = disk.crash(using: &chance, model: .worst)
            let nonces = try Self.open(disk)
            for (name, last) in given {
                let kept = try nonces.reserved(name) ?? 0
                #expect(kept >= last + 5, "\(name): \(kept) kept of \(last + 5), \(effect) at \(kind) \(operation)")
            }
        }
    }

    @Test func `a store that has failed says so each time`() throws {
        let disk = SimulatedDisk(seed: 1)
        let nonces = try Self.open(disk)
        try nonces.reserve(through: 10, "a")
        disk.faults = [DiskFault(.fails, at: .nth(.sync, disk.counts[.sync] + 1))]
        #expect(throws: LedgerError.self) { try nonces.reserve(through: 20, "a") }
        disk.faults = []
        #expect(throws: LedgerError.self) { try nonces.reserve(through: 20, "a") }
    }
}
