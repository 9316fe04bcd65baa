public import GRDB
import Glibc

/// What was made of a damaged database.
public struct Salvaged: Hashable, Sendable {
    /// Where the damaged file is kept.
    public let damaged: String
    /// Tables that could not be read, and what that means.
    public let leftOut: [String]
}

extension Ledger {
    /// Makes a new database of what is whole in a damaged one, and puts it in its place; the damaged one stays beside it.
    ///
    /// What cannot be made again has to be read whole: the records, accounts, notifications, the paper exchange's books. What is
    /// made of the records is not read at all, and made again by `rebuild`, which is given the new ledger. For a database that
    /// nobody serves: throws `locked` otherwise, and `corrupt` where something is damaged that cannot be made again; then
    /// nothing has changed. `trustingPages` reads pages whose checksums do not match, where SQLite finds no fault in any: for a
    /// file that another program has written to.
    public static func salvage(
        path: String, trustingPages: Bool = false, registerMigrations: (inout DatabaseMigrator) -> Void,
        rebuild: (Ledger) throws -> Void
    ) throws -> Salvaged {
        let lock = try ServingLock(database: path)
        defer { withExtendedLifetime(lock) {} }
        let mark = ServingMark.read(beside: path)
        try checkLog(path, .serve)
        let unfinished = path + ".rebuilt"
        removeFiles(of: unfinished)
        defer { removeFiles(of: unfinished) }
        var migrator = DatabaseMigrator()
        Schema.register(in: &migrator)
        registerMigrations(&migrator)
        let postponed = try migrationsLeft(of: path, trustingPages: trustingPages, besides: migrator, unfinished)
        let asItWas = try Ledger(
            path: unfinished, options: .tool, applicationID: Schema.applicationID, migrator, postponed: postponed)
        let leftOut = try asItWas.copyTables(of: path, trustingPages: trustingPages)
        try asItWas.close()
        let new = try Ledger(path: unfinished, options: .tool, registerMigrations: registerMigrations)
        let head = try new.recordHead()
        if let mark, mark.records > head {
            throw LedgerError.recordsLost(path: path, found: head, committed: mark.records)
        }
        try rebuild(new)
        try new.emptyLog()
        try new.close()
        guard LogSalts(beside: unfinished) == nil else {
            throw LedgerError.corrupt(detail: "the log of the new file \(unfinished) was not copied into it")
        }
        let damaged = path + ".damaged"
        // The log goes first: it must never be beside another database under its name.
        for suffix in ["-wal", "-shm", ""] {
            guard rename(path + suffix, damaged + suffix) == 0 || (errno == ENOENT && !suffix.isEmpty) else {
                throw LedgerError(systemError: errno, path: path)
            }
        }
        guard rename(unfinished, path) == 0 else { throw LedgerError(systemError: errno, path: path) }
        try syncFolder(of: path)
        return Salvaged(damaged: damaged, leftOut: leftOut)
    }

    private static func removeFiles(of path: String) {
        for suffix in ["", "-wal", "-shm", ".lock"] { unlink(path + suffix) }
    }

    /// Tables that are made again from the records.
    private static let remade: Set<String> = ["orders", "fills", "funds", "snapshots", "grdb_migrations"]

    /// Tables that a desk can do without, and what it is without them.
    private static let dispensable: [String: String] = [
        "alerts": "alerts have to be set again", "funds_points": "charts of funds begin anew",
        "prices": "charts of prices begin anew",
        "clock": "the desk begins at what the machine's clock shows, or at the last record",
        "trades_left": "a trade that was firing stops when the desk ended fires no more of them",
        "written_bytes": "what accounts may write in a day begins anew",
        "exchange_transactions": "they are read from the exchanges again",
        "foreign_fills": "trades that were not made here are read from the exchanges again",
        "tags": "a tagged line that was done before is done again where it is sent again",
    ]

    /// Tables that are read from the exchanges, from the cursors that are kept in their books.
    private static let isRead: Set<String> = ["exchange_transactions", "foreign_fills"]

    /// How the keys of those cursors begin, in `exchange_books`. The account follows.
    public static let historyKeys = (transactions: "transactions of ", trades: "trades of ")

    /// Forgets how far the exchanges' histories were read: what is gone of them is behind the cursors.
    private static func readHistoryAgain(_ database: Database) throws {
        try database.inTransaction(.immediate) {
            for prefix in [historyKeys.transactions, historyKeys.trades] {
                try database.execute(
                    sql: "DELETE FROM main.exchange_books WHERE substr(CAST(key AS TEXT), 1, ?) = ?",
                    arguments: [prefix.utf8.count, prefix])
            }
            return .commit
        }
    }

    /// Which migrations a damaged file has not had: what is in it is copied into tables as it has them, and brought up to date there, as
    /// when a whole one of its version is opened. None where its list of them cannot be read.
    private static func migrationsLeft(
        of path: String, trustingPages: Bool, besides migrator: DatabaseMigrator, _ scratch: String
    ) throws -> Set<String> {
        let ledger = try Ledger(
            path: scratch, options: .tool, applicationID: Schema.applicationID, migrator)
        defer { removeFiles(of: scratch) }
        let had = try? ledger.attaching(path, trustingPages: trustingPages) { database in
            try String.fetchSet(database, sql: "SELECT identifier FROM damaged.grdb_migrations")
        }
        try ledger.close()
        return had.map { Set(migrator.migrations).subtracting($0) } ?? []
    }

    /// With a damaged database as `damaged` beside this one.
    private func attaching<T>(_ path: String, trustingPages: Bool, _ body: (Database) throws -> T) throws -> T {
        let vfs = try Ledger.summedVFS(LedgerOptions())
        defer { withExtendedLifetime(vfs) {} }
        do {
            return try withoutTransaction { database in
                // The damaged file stays as it is.
                WriteAheadLog.setCheckpointOnClose(false, database)
                defer { WriteAheadLog.setCheckpointOnClose(true, database) }
                try database.execute(
                    sql: "ATTACH ? AS damaged",
                    arguments: [Ledger.location(path, vfs: trustingPages ? vfs.baseName : vfs.name)])
                defer { try? database.execute(sql: "DETACH damaged") }
                return try body(database)
            }
        } catch let error as DatabaseError {
            throw LedgerError(error, path: path, busyMilliseconds: 0)
        }
    }

    private func copyTables(of path: String, trustingPages: Bool) throws -> [String] {
        var leftOut: [String] = []
        var forgetsReading = false
        try attaching(path, trustingPages: trustingPages) { database in
            if trustingPages {
                // What another program wrote has no checksums, but SQLite's own check of every page and index holds.
                let answer = try String.fetchOne(database, sql: "PRAGMA damaged.integrity_check(1)") ?? "no answer"
                guard answer == "ok" else { throw LedgerError(quickCheck: answer) }
            }
            let tables = try String.fetchAll(
                database,
                sql: "SELECT name FROM damaged.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            for table in tables where !Ledger.remade.contains(table) {
                guard try database.tableExists(table) else {
                    throw LedgerError.newerVersion(path: path, unknownMigrations: ["with a table \(table)"])
                }
                do {
                    try Ledger.copy(table, database)
                } catch {
                    guard let loss = Ledger.dispensable[table] else { throw error }
                    forgetsReading = forgetsReading || Ledger.isRead.contains(table)
                    leftOut.append("the table \(table) could not be read and is empty now: \(loss)")
                }
            }
            if forgetsReading { try Ledger.readHistoryAgain(database) }
            // The numbers that were given out, also to what is gone.
            guard try database.tableExists("sqlite_sequence", in: "damaged") else { return }
            try database.inTransaction(.immediate) {
                try database.execute(
                    sql: """
                        DELETE FROM main.sqlite_sequence;
                        INSERT INTO main.sqlite_sequence (name, seq) SELECT name, seq FROM damaged.sqlite_sequence
                        """)
                return .commit
            }
        }
        return leftOut
    }

    /// Row by row, past the indexes of the damaged file, all or nothing.
    private static func copy(_ table: String, _ database: Database) throws {
        let columns = try String.fetchAll(
            database, sql: "SELECT name FROM pragma_table_info(?, 'damaged')", arguments: [table])
        let list = columns.map { "\"\($0)\"" }.joined(separator: ", ")
        try database.inTransaction(.immediate) {
            try database.execute(sql: "DELETE FROM main.\"\(table)\"")
            try database.execute(
                sql: "INSERT INTO main.\"\(table)\" (\(list)) SELECT \(list) FROM damaged.\"\(table)\" NOT INDEXED")
            return .commit
        }
    }
}
