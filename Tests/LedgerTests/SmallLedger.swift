import Foundation
import OrderEngine
import Trading

@testable import Ledger

/// A small ledger with something in every table, and everything that can be asked of it.
enum SmallLedger {
    static let account = AccountID(1)

    static func fill(_ ledger: Ledger) throws {
        try ledger.transaction { transaction in
            for (_, record) in Samples.records { try transaction.append(record, of: .paper) }
            for id in 1...20 as ClosedRange<UInt64> {
                let order = Samples.order(id, status: id % 2 == 0 ? .open : .filled, closedAt: id % 2 == 0 ? nil : 5)
                try transaction.project(order)
                try transaction.project(fill: Samples.fill(id), of: order)
            }
            try transaction.project(account, "usd", at: .paper, funds: Funds(total: 1_000, reserved: 230))
            try transaction.project(account, "btc", at: .paper, funds: Funds(total: 2, reserved: 0))
            for number in 1...10 as ClosedRange<UInt64> {
                _ = try transaction.appendNotification(
                    account, at: Samples.time, event: "filled", order: OrderID(number),
                    text: "order \(number) is filled",
                    json: "{}")
            }
            try transaction.setInboxSeen(account, 4)
            try transaction.rememberTag(account, "t1", line: "buy 1 btc_usd at 230", at: Samples.time)
            try transaction.completeTag(account, "t1", RememberedReply(text: "+ order 1", json: "{}"))
            try transaction.putBook("paper", key: [1, 2], value: [3, 4, 5])
            try transaction.store(
                PricePoint(
                    at: Samples.time, bid: 229, ask: 231, last: 230,
                    day: TickerDay(high: 240, low: 220, average: 230, volume: 12, value: 2_760)), of: "btc_usd",
                at: .paper)
            try transaction.store(
                FundsPoint(account: account, at: Samples.time, exchange: .paper, coin: "usd", total: 1_000, usd: 1_000))
            try transaction.add(
                Alert(
                    account: account, number: 1, exchange: .paper, pair: "btc_usd", direction: .above, price: 250,
                    createdAt: Samples.time))
            for row in [Samples.listed(11, "a wire"), Samples.listed(12, "an order", order: "7")] {
                try transaction.keep(row)
            }
            try transaction.keep(Samples.foreign(501))
            try prune(transaction)
        }
        try ledger.saveSnapshots([Samples.snapshot], at: try ledger.recordHead())
        // The mark counts records: the last transaction has one.
        _ = try ledger.transaction { try $0.append(Samples.records[0].record, of: .paper) }
    }

    private static let pruned: ClosedRange<UInt64> = 0x1122_3344...0x1122_3355

    /// Two orders that are pruned and gone, and a run of others that is still to be swept.
    private static func prune(_ transaction: LedgerTransaction) throws {
        for id in 21...22 as ClosedRange<UInt64> {
            try transaction.project(Samples.order(id, status: .filled, closedAt: 6))
        }
        try transaction.markPruned(PrunedRun(account, 21...22, remains: .rows))
        while try transaction.sweepPruned(limit: 10) {}
        try transaction.setBase(
            LedgerBase(record: RecordNumber(2), at: Samples.time, snapshots: [Samples.snapshot]),
            heads: [Samples.snapshot], at: RecordNumber(2))
        try transaction.markPruned(PrunedRun(account, pruned, remains: .rowsAndRecords))
        try transaction.notePruned(PrunedHistory(notifications: 3, begins: Samples.time), of: account)
    }

    /// Tags, or one of the tables with rows in a small ledger; each with a text that is in a row of it.
    static let rows: [(table: String, bytes: [UInt8])] = [
        ("orders", Array("a line".utf8)), ("fills", Array("btc_usdbuy2300.2".utf8)),
        ("funds", Array("usd1000230".utf8)),
        ("notifications", Array("filled".utf8)), ("tags", Array("t1buy 1 btc_usd at 230".utf8)),
        ("exchange_books", [1, 2, 3, 4, 5]), ("prices", Array("229231230240220230122760".utf8)),
        ("funds_points", Array("usd10001000".utf8)),
        ("alerts", Array("btc_usdabove250".utf8)), ("snapshots", Array("buy 0.5 btc_usd at 230".utf8)),
        ("records", Array("funds_adjusted".utf8)),
        ("base", Array("buy 0.5 btc_usd at 230".utf8)),
        ("pruned_orders", [pruned.lowerBound, pruned.upperBound].flatMap { bigEndian($0).suffix(4) }),
        ("pruned_history", [3] + bigEndian(UInt64(Samples.time.nanoseconds))),
        ("exchange_transactions", Array("paper11".utf8) + [11] + Array("depositusd50a wire".utf8)),
        ("foreign_fills", Array("7buy2300.2".utf8)),
        ("pruned_counts", Array("simple".utf8) + [2]),
    ]

    private static func bigEndian(_ number: UInt64) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }

    /// Everything that is asked of a ledger by the desk, as text.
    static func answers(_ ledger: Ledger) throws -> [String] {
        var all = try ledger.projectedRows()
        try ledger.forEachRecord { all.append("\($0.number) \($0.record)") }
        let loaded = try ledger.load()
        all.append(
            "\(loaded.number) \(loaded.passedOver) \(loaded.snapshots.first.map { SnapshotCoder.encode($0) } ?? [])")
        for id in 1...20 as ClosedRange<UInt64> {
            all.append("\(try ledger.history(of: OrderID(id)).map(\.number)) \(try ledger.fills(of: OrderID(id)))")
        }
        all.append("\(try ledger.openOrders(account, includingChildren: true))")
        all.append("\(try ledger.finishedRoots(account, limit: 100))")
        all.append("\(try ledger.fills(account, FillFilter(limit: 100)))")
        all.append("\(try ledger.fills(account, FillFilter(pair: "btc_usd", limit: 100)))")
        all.append("\(try ledger.fills(account, FillFilter(fromID: FillID(1), limit: 100)))")
        all.append("\(try ledger.pairsOfFills(account)) \(try ledger.finishedByKind(account).map { "\($0)" }.sorted())")
        all.append("\(try ledger.funds(account)) \(try ledger.funds(behind: AccountID(0), limit: 10))")
        all.append("\(try ledger.adjustments(AccountID(7), AdjustmentFilter(limit: 100)))")
        all.append("\(try ledger.notifications(account, from: 0, limit: 100)) \(try ledger.notificationHead(account))")
        all.append("\(try ledger.inboxSeen(account)) \(try ledger.tag(account, "t1").debugDescription)")
        all.append("\(try ledger.books("paper")) \(try ledger.waitingAlerts()) \(try ledger.lastAlert(account))")
        let base = try ledger.base()
        all.append("\(base?.record ?? .none) \(base?.snapshots.first.map { SnapshotCoder.encode($0) } ?? [])")
        all.append("\(try ledger.prunedRuns())")
        all.append("\(try ledger.prunedHistory(of: account)) \(try ledger.isPruned(OrderID(21), of: account))")
        all.append("\(try ledger.listedTransactions(account, ListedFilter(limit: 100)))")
        all.append("\(try ledger.listedTransactions(account, ListedFilter(from: 1, limit: 100)))")
        all.append("\(try ledger.listedTransactions(account, behind: nil, since: nil, limit: 100))")
        all.append("\(try ledger.unsettledTransactions(account, at: .paper, limit: 100))")
        all.append("\(try ledger.foreignFills(account, FillFilter(limit: 100)))")
        all.append("\(try ledger.foreignFills(account, FillFilter(pair: "btc_usd", limit: 100)))")
        all.append("\(try ledger.foreignFills(account, FillFilter(fromID: FillID(1), limit: 100)))")
        all.append("\(try ledger.foreignFills(account, behind: nil, since: nil, limit: 100))")
        all.append("\(try ledger.pairsOfForeignFills(account))")
        let (since, until) = (Timestamp(nanoseconds: 0), Timestamp(nanoseconds: .max))
        all.append("\(try ledger.prices(of: "btc_usd", at: .paper, since: since, until: until))")
        all.append("\(try ledger.fundsPoints(account, since: since, until: until))")
        return all
    }
}

/// The files of a database, held in memory, to be damaged and laid down again.
struct DatabaseFiles {
    static let suffixes = ["", "-wal", "-shm", "-served"]
    var bytes: [String: [UInt8]] = [:]

    init(of path: String) throws {
        for suffix in DatabaseFiles.suffixes {
            if let data = FileManager.default.contents(atPath: path + suffix) { bytes[suffix] = [UInt8](data) }
        }
    }

    func lay(at path: String) throws {
        for suffix in DatabaseFiles.suffixes {
            try? FileManager.default.removeItem(atPath: path + suffix)
            if let bytes = bytes[suffix] { try Data(bytes).write(to: URL(fileURLWithPath: path + suffix)) }
        }
    }
}
