import GRDB
import OrderEngine
import Testing
import Trading

@testable import Ledger

/// Marks of what was pruned, and the deleting of it, without a desk.
@Suite struct PruningTests {
    private static let account = AccountID(1)

    /// Ten orders that are over and ten that are open, each with a fill and a record, and ten notifications.
    private func fill(_ ledger: Ledger) throws {
        try ledger.transaction { transaction in
            for id in 1...20 as ClosedRange<UInt64> {
                let order = Samples.order(id, status: id <= 10 ? .filled : .open, closedAt: id <= 10 ? 5 : nil)
                _ = try transaction.append(.orderPlaced(order), of: .paper)
                try transaction.project(order)
                try transaction.project(fill: Samples.fill(id), of: order)
                if id <= 10 {
                    _ = try transaction.appendNotification(
                        PruningTests.account, at: Samples.time, event: "filled", order: OrderID(id), text: "* \(id)",
                        json: "{}")
                }
            }
        }
    }

    private func mark(_ ledger: Ledger, _ orders: ClosedRange<UInt64>, notifications: UInt64) throws {
        let base = LedgerBase(record: try ledger.recordHead(), at: Samples.time, snapshots: [Samples.snapshot])
        try ledger.transaction { transaction in
            try transaction.setBase(base, heads: [Samples.snapshot], at: base.record)
            try transaction.markPruned(PrunedRun(PruningTests.account, orders, remains: .rowsAndRecords))
            try transaction.notePruned(
                PrunedHistory(notifications: notifications, begins: Samples.time), of: PruningTests.account)
        }
    }

    private func sweep(_ ledger: Ledger, _ limit: Int = 100) throws -> Int {
        var steps = 1
        while try ledger.transaction({ try $0.sweepPruned(limit: limit) }) { steps += 1 }
        return steps
    }

    @Test func `numbers go on after everything was pruned, over a restart too`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try fill(ledger)
        try mark(ledger, 1...20, notifications: 10)
        _ = try sweep(ledger)
        #expect(try ledger.projectedRows() == [])
        #expect(try ledger.notifications(PruningTests.account, from: 0, limit: 100).isEmpty)
        try ledger.close()
        let again = try scratch.open()
        #expect(try again.recordHead() == RecordNumber(20))
        #expect(try again.notificationHead(PruningTests.account) == 10)
        try again.transaction { transaction in
            #expect(try transaction.append(.orderPlaced(Samples.simple), of: .paper) == RecordNumber(21))
            let seq = try transaction.appendNotification(
                PruningTests.account, at: Samples.time, event: "opened", order: nil, text: "* x", json: "{}")
            #expect(seq == 11)
        }
        #expect(try again.lastMoment() ?? Timestamp(nanoseconds: 0) >= Samples.time)
    }

    @Test func `what is deleted is what was marked, in steps of any size, each order counted once`() throws {
        for limit in [1, 2, 3, 7, 1_000] {
            let scratch = try Scratch()
            let ledger = try scratch.open()
            try fill(ledger)
            let before = try ledger.projectedRows()
            let finished = try ledger.finishedByKind(PruningTests.account)
            try mark(ledger, 1...10, notifications: 4)
            let steps = try sweep(ledger, limit)
            #expect(limit > 34 ? steps == 1 : steps >= 34 / limit)
            #expect(try ledger.projectedRows() == before.filter { row in !(1...10).contains(number(in: row)) })
            #expect(try ledger.finishedByKind(PruningTests.account) == finished)
            #expect(try (1...10).allSatisfy { try ledger.history(of: OrderID($0)).isEmpty })
            #expect(try (11...20).allSatisfy { try ledger.history(of: OrderID($0)).count == 1 })
            #expect(
                try ledger.notifications(PruningTests.account, from: 0, limit: 100).map(\.seq) == [5, 6, 7, 8, 9, 10])
            #expect(try ledger.prunedRuns() == [PrunedRun(PruningTests.account, 1...10, remains: .nothing)])
        }
    }

    /// Of a row of orders or fills; the number of its order stands first.
    private func number(in row: String) -> Int {
        row.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    @Test func `runs say of each number whether it was pruned, in whatever order they were marked`() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            var state = seed
            func next(_ bound: UInt64) -> UInt64 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return (state >> 33) % bound
            }
            let scratch = try Scratch()
            let ledger = try scratch.open(.tool)
            var known: [Int64: Set<UInt64>] = [:]
            for _ in 1...30 {
                let (account, first) = (Int64(next(2) + 1), next(60) + 1)
                let last = first + next(6)
                known[account, default: []].formUnion(first...last)
                try ledger.transaction { transaction in
                    try transaction.markPruned(
                        PrunedRun(AccountID(account), first...last, remains: next(2) == 0 ? .rows : .rowsAndRecords))
                    if next(3) == 0 { try transaction.sweepPruned(limit: Int(next(5)) + 1) }
                }
            }
            for isSwept in [false, true] {
                if isSwept { _ = try sweep(ledger) }
                for account in [1, 2] as [Int64] {
                    let found = try (1...70 as ClosedRange<UInt64>).filter {
                        try ledger.isPruned(OrderID($0), of: AccountID(account))
                    }
                    #expect(Set(found) == known[account] ?? [], "seed \(seed), account \(account)")
                }
                let runs = try ledger.prunedRuns()
                for (one, next) in zip(runs, runs.dropFirst()) where one.account == next.account {
                    #expect(one.orders.upperBound < next.orders.lowerBound)
                    if isSwept {
                        #expect(one.orders.upperBound + 1 < next.orders.lowerBound, "runs that touch are one")
                    }
                }
            }
        }
    }

    @Test func `without a snapshot a ledger is started from what stands for the pruned records`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try fill(ledger)
        try mark(ledger, 1...10, notifications: 4)
        let head = try ledger.recordHead()
        _ = try ledger.transaction { try $0.append(.orderPlaced(Samples.simple), of: .paper) }
        try ledger.read { try $0.execute(sql: "DELETE FROM snapshots") }
        #expect(try ledger.load() == LoadedState(snapshots: [Samples.snapshot], number: head, passedOver: []))
        // Such a snapshot has nothing behind it any more.
        try ledger.saveSnapshots([Samples.snapshot], at: RecordNumber(3))
        #expect(try ledger.load().number == head)
        try ledger.read { try $0.execute(sql: "UPDATE base SET body = x'03'") }
        #expect(throws: LedgerError.self) { try ledger.load() }
    }
}
