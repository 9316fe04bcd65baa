import GRDB

/// The one connection and the statements held on it. What is on it is the ledger's own.
public final class LedgerConnection {
    let database: Database
    let log: WriteAheadLog
    private var held: [HeldStatement?]
    /// Used again for every row, so that a row costs no allocation.
    private var values = RowValues()
    /// Statements run and rows looked at, since it was opened: what the work on it has cost.
    private(set) var rowCount = 0
    /// Bytes of texts and blobs that statements were given so far.
    private(set) var boundBytes = 0

    init(_ database: Database, checkpointPages: Int) {
        self.database = database
        log = WriteAheadLog(of: database, pagesMax: checkpointPages)
        held = Array(repeating: nil, count: LedgerStatement.allCases.count)
    }

    /// Runs a statement with what `fill` puts into its places.
    func run(
        _ statement: LedgerStatement, _ fill: (inout RowValues) -> Void = { _ in },
        each: (RowColumns) throws -> Bool = { _ in true }
    ) throws {
        let prepared = try held(statement)
        fill(&values)
        boundBytes += values.writer.count
        rowCount += 1
        try prepared.run(&values) { row in
            rowCount += 1
            return try each(row)
        }
    }

    /// Rows that the last statement which changes any has changed.
    var changedRows: Int { database.changesCount }

    private func held(_ statement: LedgerStatement) throws -> HeldStatement {
        if let known = held[statement.rawValue] { return known }
        let new = try HeldStatement(statement.sql, on: database)
        held[statement.rawValue] = new
        return new
    }

    func close() {
        for index in held.indices { held[index] = nil }
        log.detach()
    }
}
