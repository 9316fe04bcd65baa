import Conversation
import Ledger
import OrderEngine
import Trading

/// The rows of a file, some at a time.
extension DeskCore {
    static let tradeColumns = [
        "id", "exchange", "at", "pair", "side", "quantity", "price", "value", "fee", "fee_currency", "liquidity",
        "order", "foreign", "exchange_order_id",
    ]
    static let transactionColumns = [
        "id", "exchange", "at", "type", "amount", "coin", "status", "description", "exchange_order_id",
    ]
    static let orderColumns = [
        "id", "parent", "kind", "exchange", "pair", "side", "quantity", "filled", "price", "average_price", "fee",
        "fee_currency",
        "status", "time_in_force", "expire_time", "trigger_price", "created_at", "closed_at", "line",
    ]
    /// Orders with all that is under each that are read at a time.
    private static let rootsAtATime = 50

    /// Adds the next rows. True where none are left.
    func addTrades(to export: inout Exports.Making, atMost rowsMax: Int) throws -> Bool {
        let transaction = try ledgerTransaction()
        let ours = try transaction.fills(
            export.account, behind: export.position.fill, since: export.since, limit: rowsMax)
        let foreign = try transaction.foreignFills(
            export.account, behind: export.position.foreign, since: export.since, limit: rowsMax)
        let rows = ours.map { ExportedTrade.ours($0) }.merged(
            with: foreign.map { ExportedTrade.foreign($0) }, atMost: rowsMax
        ) { ($0.fill.at, $0.fill.id) < ($1.fill.at, $1.fill.id) }
        for row in rows {
            switch row {
            case .ours(let row):
                export.append(TradeRow(row))
                export.position.fill = row
            case .foreign(let row):
                export.append(TradeRow(row))
                export.position.foreign = row
            }
        }
        return rows.count < rowsMax
    }

    func addTransactions(to export: inout Exports.Making, atMost rowsMax: Int) throws -> Bool {
        let next = export.position.transaction.map { RecordNumber($0.rawValue + 1) }
        let ours = try ledgerTransaction().adjustments(
            export.account,
            AdjustmentFilter(
                exchange: export.exchange, except: view.exchangesListing(export.account), since: export.since,
                from: next,
                limit: rowsMax, oldestFirst: true))
        let listed = try ledgerTransaction().listedTransactions(
            export.account, behind: export.position.listed, since: export.since, limit: rowsMax)
        let rows = ours.map { ExportedTransaction.ours($0) }.merged(
            with: listed.map { ExportedTransaction.listed($0) }, atMost: rowsMax
        ) { $0.at < $1.at }
        for row in rows {
            switch row {
            case .ours(let row):
                export.file.append(Transaction(row).json)
                export.position.transaction = row.number
            case .listed(let row):
                if export.has(row.exchange) { export.file.append(Transaction(row).json) }
                export.position.listed = row
            }
        }
        return rows.count < rowsMax
    }

    /// Finished orders first, as they finished, then the open ones; each with those under it behind it.
    func addOrders(to export: inout Exports.Making, atMost rowsMax: Int) throws -> Bool {
        try flushTables()
        let transaction = try ledgerTransaction()
        let before = export.file.rows
        // Of one exchange among several most may have to be passed over.
        var looked = 0
        while !export.position.isFinishedDone {
            guard looked <= rowsMax else { return false }
            let roots = try transaction.finishedRoots(
                export.account, behind: export.position.root, since: export.since, limit: DeskCore.rootsAtATime)
            for root in roots {
                guard export.file.rows - before < rowsMax else { return false }
                if export.has(root.exchange) { try addFamily(root, to: &export) }
                export.position.root = root
            }
            looked += roots.count
            export.position.isFinishedDone = roots.count < DeskCore.rootsAtATime
        }
        for root in sight(of: export.account).openOrders where root.parent == nil && export.has(root.exchange) {
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

extension Exports.Making {
    /// Writes a trade, where it is one that was asked for.
    fileprivate mutating func append(_ row: TradeRow) {
        guard has(row.exchange) else { return }
        file.append(row.json)
        position.lastTradeAt = row.fill.at
    }
}

/// A trade of a file, from one of two tables: both are read on from where the file has come to.
private enum ExportedTrade {
    case ours(FillRow)
    case foreign(ForeignFill)

    var fill: Fill {
        switch self {
        case .ours(let row): row.fill
        case .foreign(let row): row.fill
        }
    }
}

/// The same of a transaction.
private enum ExportedTransaction {
    case ours(AdjustmentRow)
    case listed(ListedTransaction)

    var at: Timestamp {
        switch self {
        case .ours(let row): row.adjustment.at
        case .listed(let row): row.at
        }
    }
}
