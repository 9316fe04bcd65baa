import Conversation
import Ledger
import OrderEngine
import Trading

/// The rows of a file, some at a time.
extension DeskCore {
    static let tradeColumns = [
        "id", "exchange", "at", "pair", "side", "quantity", "price", "value", "fee", "fee_currency", "liquidity",
        "order",
    ]
    static let transactionColumns = ["id", "exchange", "at", "type", "amount", "coin", "status"]
    static let orderColumns = [
        "id", "parent", "kind", "exchange", "pair", "side", "quantity", "filled", "price", "average_price", "fee",
        "fee_currency",
        "status", "time_in_force", "expire_time", "trigger_price", "created_at", "closed_at", "line",
    ]
    /// Orders with all that is under each that are read at a time.
    private static let rootsAtATime = 50

    /// Adds the next rows. True where none are left.
    func addTrades(to export: inout Exports.Making, atMost rowsMax: Int) throws -> Bool {
        let rows = try ledgerTransaction()
            .fills(export.account, behind: export.position.fill, since: export.since, limit: rowsMax)
        for row in rows { export.file.append(row.json) }
        export.position.fill = rows.last ?? export.position.fill
        return rows.count < rowsMax
    }

    func addTransactions(to export: inout Exports.Making, atMost rowsMax: Int) throws -> Bool {
        let next = export.position.transaction.map { RecordNumber($0.rawValue + 1) }
        let rows = try ledgerTransaction().adjustments(
            export.account, AdjustmentFilter(since: export.since, from: next, limit: rowsMax, oldestFirst: true))
        for row in rows { export.file.append(Transaction(row).json) }
        export.position.transaction = rows.last?.number ?? export.position.transaction
        return rows.count < rowsMax
    }

    /// Finished orders first, as they finished, then the open ones; each with those under it behind it.
    func addOrders(to export: inout Exports.Making, atMost rowsMax: Int) throws -> Bool {
        try flushTables()
        let transaction = try ledgerTransaction()
        let before = export.file.rows
        while !export.position.isFinishedDone {
            let roots = try transaction.finishedRoots(
                export.account, behind: export.position.root, since: export.since, limit: DeskCore.rootsAtATime)
            for root in roots {
                guard export.file.rows - before < rowsMax else { return false }
                try addFamily(root, to: &export)
                export.position.root = root
            }
            export.position.isFinishedDone = roots.count < DeskCore.rootsAtATime
        }
        for root in sight(of: export.account).openOrders where root.parent == nil {
            guard export.file.rows < configuration.limits.downloadRows else { return false }
            try addFamily(root, to: &export)
        }
        return true
    }

    private func addFamily(_ root: Order, to export: inout Exports.Making) throws {
        let sight = sight(of: export.account)
        for order in [root] + (try sight.children(of: root)) {
            var object = order.json
            object.append("line", .string(order.line == Order.lineOfParent ? root.line : order.line))
            export.file.append(object)
        }
    }
}
