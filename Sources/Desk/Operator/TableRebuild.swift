import Accounts
import Exchange
package import Ledger
import OrderEngine
import Threads
import Trading

extension OperatorDesk {
    /// Makes the tables that reports read again from the records, which are the truth, and returns how many there were.
    ///
    /// For a database that no server has open: throws `LedgerError.locked` otherwise. All or nothing.
    ///
    /// Where the file is damaged, a new one is made of what is whole in it. `report` is told what there is to know beyond the
    /// number of records.
    public static func rebuildTables(
        database path: String, trustingPages: Bool = false, report: (String) -> Void = { _ in }
    ) throws -> Int {
        do {
            let ledger = try Ledger(path: path, options: .serve) { AccountStore.registerMigrations(in: &$0) }
            let count = try rebuildAndNote(ledger)
            for line in try mendBooks(of: ledger) { report(line) }
            try ledger.close()
            return count
        } catch let error as LedgerError {
            guard case .corrupt = error else { throw error }
            do {
                return try rebuildDamaged(path, trustingPages, report)
            } catch LedgerError.corrupt(let detail) where !trustingPages {
                throw LedgerError.beyondRebuild(detail: detail)
            }
        }
    }

    private static func rebuildDamaged(
        _ path: String, _ trustsPages: Bool, _ report: (String) -> Void
    ) throws -> Int {
        var count = 0
        var mended: [String] = []
        let salvaged = try Ledger.salvage(
            path: path, trustingPages: trustsPages,
            registerMigrations: { AccountStore.registerMigrations(in: &$0) },
            rebuild: { ledger in
                count = try rebuildAndNote(ledger)
                mended = try mendBooks(of: ledger)
            })
        report("the file was damaged; it is kept as \(salvaged.damaged)")
        for table in salvaged.leftOut { report(table) }
        for line in mended { report(line) }
        return count
    }

    /// Makes the paper exchange's books say what the records say, where they differ; what was changed, a line each.
    private static func mendBooks(of ledger: Ledger) throws -> [String] {
        let rows = try ledger.books("paper")
        guard !rows.isEmpty else { return [] }
        let paper = try PaperExchange(
            restoring: rows.map { BookEntry(key: String(decoding: $0.key, as: UTF8.self), value: $0.value) })
        _ = paper.drainBookChanges()
        var replay = RecordReplay(from: try ledger.base())
        try replay.replay(of: ledger)
        let engine = replay.engines.engines[.paper] ?? OrderEngine(exchange: .paper)
        let differences = BooksDifference.all(of: engine, paper)
        guard !differences.isEmpty else { return [] }
        for sent in engine.ordersSent() {
            paper.forgetFills(of: sent.clientOrderID, sent.account, besides: sent.countedFills)
        }
        var lines: [String] = []
        for one in differences {
            let canceled = paper.correct(one.account, one.coin, total: one.recorded)
            lines.append("the books differed: \(one); the records count")
            lines += canceled.map { "order \($0) of \(one.account) comes off the book: what it held is not there" }
        }
        try ledger.transaction { transaction in
            for entry in paper.drainBookChanges() {
                if let value = entry.value {
                    try transaction.putBook("paper", key: Array(entry.key.utf8), value: value)
                } else {
                    try transaction.deleteBook("paper", key: Array(entry.key.utf8))
                }
            }
        }
        return lines
    }

    private static func rebuildAndNote(_ ledger: Ledger) throws -> Int {
        let count = try rebuildTables(of: ledger)
        try ledger.transaction { transaction in
            try AccountStore(transaction.database).auditOperator(.rebuilt(count), nil, at: MachineClock.wall)
        }
        return count
    }

    /// The same of a ledger that is open. Where records were pruned, the tables are made of what stands for them and of the records
    /// after it; orders that were pruned stay away.
    package static func rebuildTables(of ledger: Ledger) throws -> Int {
        var count = 0
        // What a prune that was cut off has left is counted before it goes.
        try sweep(ledger)
        let base = try ledger.base()
        try ledger.transaction { transaction in
            try transaction.clearTables()
            if let base { try project(base, in: transaction) }
            var replay = RecordReplay(from: base)
            try replay.replay(of: transaction) { numbered, touched, engines in
                count += 1
                if case .orderFilled(let id, let fill, _, _) = numbered.record, let order = engines.order(id) {
                    try transaction.project(fill: fill, of: order)
                }
                for id in touched.touchedOrders {
                    if let order = engines.order(id) { try transaction.project(order) }
                }
                for one in touched.touchedFunds {
                    let funds = engines.engines[numbered.exchange]?.funds(of: one.account, in: one.coin) ?? Funds()
                    try transaction.project(one.account, one.coin, at: numbered.exchange, funds: funds)
                }
            }
            try transaction.clearPruned()
        }
        return count
    }

    /// Makes the rows of the state that pruned records had come to. The records of its orders are there, and so are their fills.
    private static func project(_ base: LedgerBase, in transaction: LedgerTransaction) throws {
        let engines = EngineReplay(base.snapshots, at: base.record, limits: EngineLimits(finishedOrdersKept: .max))
        for snapshot in base.snapshots {
            for entry in snapshot.orders { try transaction.project(entry.order) }
            for row in snapshot.funds {
                try transaction.project(row.account, row.coin, at: snapshot.exchange, funds: row.funds)
            }
        }
        try transaction.forEachFillRecord(through: base.record) { id, fill in
            if let order = engines.order(id) { try transaction.project(fill: fill, of: order) }
        }
    }
}
