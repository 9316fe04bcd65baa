import Desk
import Ledger

/// The tables against those that `outcry rebuild` would make of the records. Makes them, so it comes last.
extension Simulation {
    func checkRebuild(_ ledger: Ledger) throws {
        let before = try ledger.projectedRows()
        _ = try OperatorDesk.rebuildTables(of: ledger)
        let after = try ledger.projectedRows()
        for (index, row) in after.enumerated() where index >= before.count || before[index] != row {
            throw Violation(
                .tablesAreTheRecords, expected: row, found: index < before.count ? before[index] : "nothing",
                "row \(index + 1) of the tables")
        }
        guard before.count == after.count else {
            throw Violation(.tablesAreTheRecords, expected: after.count, found: before.count, "rows of the tables")
        }
    }
}
