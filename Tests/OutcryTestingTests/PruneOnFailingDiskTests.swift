import Accounts
import Desk
import Ledger
import OrderEngine
import Testing
import Trading

@testable import SimulatedDisk

/// `outcry prune` on a disk whose power goes at each of its writes and syncs.
@Suite struct PruneOnFailingDiskTests {
    private struct State: Equatable {
        var rows: [String]
        var funds: [EngineSnapshot.FundsRow]
        var open: [OrderEntry]
        var head: RecordNumber
        var notices: [UInt64]
        var next: OrderID
    }

    private static let cut = DiskStory.moment(of: DiskStory.steps.count).advanced(bySeconds: 1)

    private func prune(_ disk: SimulatedDisk, _ isGivingBackSpace: Bool) throws -> Pruned {
        try OperatorDesk.prune(
            database: DiskStory.path, before: Self.cut, at: Self.cut, ledger: DiskStory.options(disk),
            givingBackSpace: isGivingBackSpace)
    }

    private func state(_ disk: SimulatedDisk) throws -> State {
        let ledger = try Ledger(path: DiskStory.path, options: DiskStory.options(disk)) {
            AccountStore.registerMigrations(in: &$0)
        }
        let loaded = try ledger.load()
        var engine = loaded.snapshots.first.map { OrderEngine(restoring: $0) } ?? OrderEngine(exchange: .paper)
        try ledger.forEachRecord(after: loaded.number) { engine.replay($0.record) }
        let snapshot = engine.snapshot()
        let state = State(
            rows: try ledger.projectedRows(), funds: snapshot.funds,
            open: snapshot.orders.filter { $0.order.closedAt == nil }, head: try ledger.recordHead(),
            notices: try DiskStory.Trader.allCases.map { try ledger.notificationHead($0.account) },
            next: snapshot.nextOrderID)
        try ledger.close()
        return state
    }

    @Test(arguments: [false, true])
    func `the database is the one before, or one that the next prune goes on with, and no number or balance differs`(
        isGivingBackSpace: Bool
    ) throws {
        let disk = SimulatedDisk(seed: 7)
        try DiskStory.withAccounts(on: disk)
        do {
            let story = try DiskStory(on: disk)
            #expect(story.tell() == nil)
        }
        let before = try state(disk)
        let whole = disk.copy(seed: 7)
        let counts = whole.counts
        #expect(try prune(whole, isGivingBackSpace).rows.orders > 5)
        let after = try state(whole)
        #expect(after.rows.count < before.rows.count)
        let trials = [DiskOperation.Kind.write, .sync].flatMap { kind in
            let count = whole.counts[kind] - counts[kind]
            return stride(from: 1, through: count, by: max(1, count / 40)).map { (kind, $0) }
        }
        #expect(trials.count > 10)
        var interrupted = 0
        for (kind, number) in trials {
            let failing = disk.copy(seed: UInt64(number))
            failing.faults = [DiskFault(.powerFails, at: .nth(kind, failing.counts[kind] + number))]
            if (try? prune(failing, isGivingBackSpace)) == nil { interrupted += 1 }
            var chance = SplitMix64(seed: UInt64(number))
            failing.crash(using: &chance, model: .worst)
            failing.faults = []
            var found = try state(failing)
            #expect(Set(after.rows).isSubset(of: found.rows), "\(kind) \(number)")
            found.rows = before.rows
            #expect(found == before, "\(kind) \(number)")
            _ = try prune(failing, isGivingBackSpace)
            #expect(try state(failing) == after, "\(kind) \(number)")
        }
        #expect(interrupted > 10)
    }
}
