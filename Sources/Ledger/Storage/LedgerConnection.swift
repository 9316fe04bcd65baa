import CSQLite
import GRDB

/// The one connection and the statements held on it. What is on it is the ledger's own.
public final class LedgerConnection {
    let database: Database
    private var held: [HeldStatement?]
    /// Used again for every row, so that a row costs no allocation.
    private var values = RowValues()

    init(_ database: Database) {
        self.database = database
        held = Array(repeating: nil, count: LedgerStatement.allCases.count)
    }

    /// Runs a statement with what `fill` puts into its places.
    func run(
        _ statement: LedgerStatement, _ fill: (inout RowValues) -> Void = { _ in },
        each: (RowColumns) throws -> Bool = { _ in true }
    ) throws {
        let prepared = try held(statement)
        fill(&values)
        try prepared.run(&values, each: each)
    }

    private func held(_ statement: LedgerStatement) throws -> HeldStatement {
        if let known = held[statement.rawValue] { return known }
        let new = try HeldStatement(statement.sql, on: database)
        held[statement.rawValue] = new
        return new
    }

    /// From now on the write-ahead log stays as it is when the connection closes.
    ///
    /// After a sync that failed the system may have thrown away what it was to write, in the log too, while SQLite still
    /// holds it for written. Closing would copy such pages into the database and delete the log that has them right. The
    /// next start reads the log from its beginning, by its checksums.
    func leaveLogOnClose() {
        _ = outcry_sqlite3_no_checkpoint_on_close(database.sqliteConnection)
    }

    func close() {
        for index in held.indices { held[index] = nil }
    }
}
