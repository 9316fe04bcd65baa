import GRDB

extension LedgerReading {
    /// Every row of the tables that are made of the records, as SQL writes it, in the order of their keys: to see whether two
    /// states of them are the same, to the last column.
    package func projectedRows() throws(LedgerError) -> [String] {
        try onConnection { connection in
            try ["orders", "fills", "funds"].flatMap { table in
                let columns = try connection.database.columns(in: table).map(\.name)
                let key = try connection.database.primaryKey(table).columns
                let texts = columns.map { "quote(\($0))" }.joined(separator: " || ' ' || ")
                return try String.fetchAll(
                    connection.database,
                    sql: "SELECT '\(table) ' || \(texts) FROM \(table) ORDER BY \(key.joined(separator: ", "))")
            }
        }
    }
}
