public import GRDB
import Trading

/// People and what is theirs, in tables of the desk's own database.
///
/// A view of a GRDB `Database` that the caller holds: the caller opens the connection and the transaction, and ends
/// both. Nothing here hashes a password, so nothing here is slow. Times are nanoseconds since 1970, in 64 bits.
///
/// Functions throw `Refusal` for what the trader can mend, `Unreadable` for a row that this version cannot read, and
/// GRDB's `DatabaseError` for the rest. None of them holds a password, a token or a hash.
public struct AccountStore {
    let database: Database

    /// Valid for as long as the caller's access to `database` is.
    public init(_ database: Database) {
        self.database = database
    }

    /// A row that no version up to this one has written: a newer one has, or it is damaged.
    public struct Unreadable: Error, Hashable, Sendable, CustomStringConvertible {
        public let table: String
        public let column: String
        public let row: Int64

        public var description: String { "table \(table), row \(row): \(column) cannot be read" }
    }

    /// Adds this room's migrations, all named `accounts-...`, in their order.
    public static func registerMigrations(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("accounts-1") { database in
            try database.execute(sql: version1)
        }
        migrator.registerMigration("accounts-2-exchange-keys") { database in
            try database.execute(sql: version2)
        }
        migrator.registerMigration("accounts-3-login-subjects") { database in
            try migrateLoginSubjects(database)
        }
        migrator.registerMigration("accounts-4-one-time-secrets") { database in
            try database.execute(sql: version4)
        }
        migrator.registerMigration("accounts-5-audit") { database in
            try database.execute(sql: auditTable)
        }
        // Accounts whose names are free again: their numbers stay, for orders and the books.
        migrator.registerMigration("accounts-6-deleted") { database in
            try database.execute(sql: "ALTER TABLE accounts ADD COLUMN deleted_at INTEGER")
        }
    }

    /// What two-factor codes are made with. `master` names the master key that `sealed` is under.
    private static let version4 = """
        CREATE TABLE one_time_secrets (
            account INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            master TEXT NOT NULL,
            sealed BLOB NOT NULL
        ) STRICT;
        """

    /// `key_start` is shown, `fingerprint` is the SHA-256 of the key, `master` names the master key that `sealed` is under.
    private static let version2 = """
        CREATE TABLE exchange_keys (
            account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
            exchange TEXT NOT NULL,
            key_start TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            can_info INTEGER NOT NULL,
            can_trade INTEGER NOT NULL,
            can_withdraw INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            master TEXT NOT NULL,
            sealed BLOB NOT NULL,
            PRIMARY KEY (account, exchange),
            UNIQUE (exchange, fingerprint)
        ) STRICT, WITHOUT ROWID;
        """

    /// Published: never edit it, add another instead.
    private static let version1 = """
        CREATE TABLE accounts (
            -- AUTOINCREMENT, so that the number of somebody who is gone is nobody else's.
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL COLLATE NOCASE UNIQUE,
            role TEXT NOT NULL,
            password_hash BLOB NOT NULL,
            password_salt BLOB NOT NULL,
            scrypt_n INTEGER NOT NULL,
            scrypt_r INTEGER NOT NULL,
            scrypt_p INTEGER NOT NULL,
            disabled_at INTEGER,
            created_at INTEGER NOT NULL,
            last_login_at INTEGER,
            email TEXT
        ) STRICT;

        CREATE TABLE tokens (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
            name TEXT NOT NULL COLLATE NOCASE,
            scope TEXT NOT NULL,
            hash BLOB NOT NULL UNIQUE,
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            last_used_at INTEGER,
            UNIQUE (account, name)
        ) STRICT;

        CREATE TABLE settings (
            account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (account, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE login_failures (
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            failures INTEGER NOT NULL,
            last_attempt_at INTEGER NOT NULL,
            PRIMARY KEY (kind, subject)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE operator_requests (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
            coin TEXT,
            amount TEXT,
            created_at INTEGER NOT NULL,
            done_at INTEGER
        ) STRICT;

        CREATE INDEX operator_requests_pending ON operator_requests (id) WHERE done_at IS NULL;
        """
}
