import GRDB
import Synchronization

/// How far the nonces of each exchange key are spoken for, in a small database of its own beside the desk's.
///
/// Not in the desk's database: whoever sends requests reserves nonces on a thread of its own, and would wait there for the
/// desk's transactions, and the desk for its syncs. A loss of power costs what was reserved and not used: nonces are skipped,
/// never given twice.
///
/// It is opened as the ledger is: one server at a time, a write-ahead log that is synced with each transaction, and after the
/// first failure of the disk nothing more is reserved until a restart. It is not part of a backup, and need not be: where it
/// is older than the key's last request, or gone, the exchange refuses a nonce and says which it has, and that is kept here.
public final class NonceLedger: Sendable {
    /// "ONON": so that neither database is taken for the other.
    private static let applicationID: Int64 = 0x4F4E_4F4E
    /// There are few rows: the log need not grow longer than this.
    private static let checkpointPagesMax = 64

    private let ledger: Mutex<Ledger>

    /// The file of nonces that belongs to a desk's database.
    public static func path(beside database: String) -> String { database + ".nonces" }

    /// Opens or makes the file. Throws `locked` where another server has it.
    public init(path: String, options: LedgerOptions = .serve) throws(LedgerError) {
        var options = options
        options.checkpointPages = min(options.checkpointPages, NonceLedger.checkpointPagesMax)
        var migrator = DatabaseMigrator()
        NonceLedger.register(in: &migrator)
        ledger = Mutex(
            try Ledger(path: path, options: options, applicationID: NonceLedger.applicationID, migrator))
    }

    /// The highest nonce that was ever reserved under a name; nil for one that is new here.
    public func reserved(_ name: String) throws(LedgerError) -> UInt64? {
        try ledger.withLock { ledger throws(LedgerError) in
            try ledger.read { database in
                try Int64.fetchOne(database, sql: "SELECT reserved FROM nonces WHERE name = ?", arguments: [name])
                    .map { UInt64($0) }
            }
        }
    }

    /// Keeps that nonces up to `last` may have been used. On the disk when it returns; never goes back.
    public func reserve(through last: UInt64, _ name: String) throws(LedgerError) {
        try ledger.withLock { ledger throws(LedgerError) in
            try ledger.transaction { transaction in
                try transaction.database.execute(
                    sql: """
                        INSERT INTO nonces VALUES (?, ?)
                        ON CONFLICT (name) DO UPDATE SET reserved = max(reserved, excluded.reserved)
                        """, arguments: [name, Int64(clamping: last)])
            }
        }
    }

    /// Closes the file, for another server.
    public func close() throws(LedgerError) {
        try ledger.withLock { ledger throws(LedgerError) in try ledger.close() }
    }

    private static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("nonces-1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE nonces (
                        name TEXT PRIMARY KEY,
                        reserved INTEGER NOT NULL CHECK (reserved > 0)
                    ) STRICT, WITHOUT ROWID
                    """)
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        }
    }
}
