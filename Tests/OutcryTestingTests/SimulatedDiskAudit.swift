import Accounts
import GRDB
import Ledger
import OrderEngine
import Trading

@testable import SimulatedDisk

/// What a database holds, and whether it is all that it must be: without a desk, from the ledger alone.
struct DiskAudit {
    struct FillKey: Hashable {
        let order: OrderID
        let fill: Fill
    }

    private(set) var orders: [Order] = []
    private(set) var funds: [EngineSnapshot.FundsRow] = []
    private(set) var fills: [FillKey] = []
    /// What is wrong, in words.
    private(set) var faults: [String] = []

    /// Reads the database on the disk, beside a desk or without one.
    init(of disk: SimulatedDisk, having said: Said) throws {
        let ledger = try Ledger(path: DiskStory.path, options: DiskStory.options(disk, .tool)) {
            AccountStore.registerMigrations(in: &$0)
        }
        try readRecords(ledger)
        try comparePromises(said, ledger)
        let answer = try ledger.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } ?? "no answer"
        if answer != "ok" { faults.append("integrity_check: \(answer)") }
        try ledger.close()
    }

    /// The tables must be what the records make.
    private mutating func readRecords(_ ledger: Ledger) throws {
        var engine = OrderEngine(exchange: .paper)
        var fillsByRecords: [OrderID: [Fill]] = [:]
        try ledger.forEachRecord { numbered in
            let record = numbered.record
            engine.replay(record)
            if case .orderFilled(let id, let fill, _, _) = record { fillsByRecords[id, default: []].append(fill) }
        }
        let state = engine.snapshot()
        orders = state.orders.map(\.order)
        funds = state.funds
        for order in orders {
            if try ledger.order(order.id) != order {
                faults.append("\(order.id) in the table is not what the records make it")
            }
            let rows = try ledger.fills(of: order.id).map(\.fill)
            let told = fillsByRecords[order.id, default: []].sorted { $0.id < $1.id }
            if rows != told {
                faults.append("\(order.id) has \(rows.count) fills in the table, \(told.count) in the records")
            }
            fills += rows.map { FillKey(order: order.id, fill: $0) }
        }
        let stored = try ledger.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM orders") }
        if stored != orders.count {
            faults.append("\(stored ?? 0) orders in the table, \(orders.count) in the records")
        }
        for trader in DiskStory.Trader.allCases {
            let rows = try ledger.funds(trader.account)
            let made = funds.filter { $0.account == trader.account }
            if rows.map(\.coin) != made.map(\.coin) || rows.map(\.funds) != made.map(\.funds) {
                faults.append("\(trader) has \(rows) by the table, \(made) by the records")
            }
        }
        let loaded = try ledger.load()
        if let snapshot = loaded.snapshots.first {
            var restored = OrderEngine(restoring: snapshot)
            try ledger.forEachRecord(after: loaded.number) { restored.replay($0.record) }
            if restored.snapshot() != state {
                faults.append("the snapshot after record \(loaded.number) leads elsewhere")
            }
        }
        faults += loaded.passedOver
    }

    private mutating func comparePromises(_ said: Said, _ ledger: Ledger) throws {
        for trader in DiskStory.Trader.allCases {
            let rows = try ledger.notifications(trader.account, from: 0, limit: .max)
            if rows.map(\.seq) != rows.indices.map({ UInt64($0 + 1) }) {
                faults.append("\(trader)'s notifications are numbered \(rows.map(\.seq))")
            }
            let stored = Dictionary(uniqueKeysWithValues: rows.map { ($0.seq, $0.json) })
            for (seq, json) in said.notices[trader.account, default: [:]] where stored[seq] != json {
                faults.append("\(trader) was told \(json), and \(stored[seq] ?? "nothing") is there")
            }
            for (tag, reply) in said.replies[trader.account, default: [:]] {
                let kept = try ledger.tag(trader.account, tag)?.reply
                if kept?.text != reply.text || kept?.json != reply.json {
                    faults.append("\(trader) was answered \(reply.text), and \(kept?.text ?? "nothing") is there")
                }
            }
        }
    }
}
