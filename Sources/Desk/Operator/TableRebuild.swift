import Accounts
package import Ledger
import OrderEngine
import Trading

extension OperatorDesk {
    /// Makes the tables that reports read again from the records, which are the truth, and returns how many there were.
    ///
    /// For a database that no server has open: throws `LedgerError.locked` otherwise. All or nothing.
    public static func rebuildTables(database path: String) throws -> Int {
        let ledger = try Ledger(path: path, options: .serve) { AccountStore.registerMigrations(in: &$0) }
        let count = try rebuildTables(of: ledger)
        try ledger.transaction { transaction in
            try AccountStore(transaction.database).auditOperator(.rebuilt(count), nil, at: SystemClock.now)
        }
        try ledger.close()
        return count
    }

    /// The same of a ledger that is open.
    package static func rebuildTables(of ledger: Ledger) throws -> Int {
        var engine = OrderEngine()
        var count = 0
        try ledger.transaction { transaction in
            try transaction.clearTables()
            try transaction.forEachRecord { _, record in
                count += 1
                let touched = engine.replayTouching(record)
                if case .orderFilled(let id, let fill, _, _) = record, let order = engine.order(id) {
                    try transaction.project(fill: fill, of: order)
                }
                for id in touched.touchedOrders {
                    if let order = engine.order(id) { try transaction.project(order) }
                }
                for one in touched.touchedFunds {
                    try transaction.project(one.account, one.coin, funds: engine.funds(of: one.account, in: one.coin))
                }
            }
        }
        return count
    }
}
