import GRDB
import Trading

/// The ledger's tables. A migration once released is never changed, only followed by another.
enum Schema {
    /// In the file's head: "OUTC", so that no other program's database is taken for ours.
    static let applicationID: Int64 = 0x4F55_5443

    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("ledger-1") { database in
            try database.execute(sql: first)
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        }
        // What a tagged line has set going, so that it can be answered after a restart.
        migrator.registerMigration("ledger-2-tag-work") { database in
            try database.execute(sql: "ALTER TABLE tags ADD COLUMN work TEXT")
        }
        // Observations, not a projection of the records: `grain` is `PriceGrain`'s.
        migrator.registerMigration("ledger-3-prices") { database in
            try database.execute(
                sql: """
                    CREATE TABLE prices (
                        grain INTEGER NOT NULL,
                        pair TEXT NOT NULL,
                        at INTEGER NOT NULL,
                        bid TEXT,
                        ask TEXT,
                        last TEXT,
                        PRIMARY KEY (grain, pair, at)
                    ) STRICT, WITHOUT ROWID
                    """)
        }
        // Money that came or went, by account: the list of transactions is read from the records themselves.
        migrator.registerMigration("ledger-4-records-of-funds") { database in
            try database.execute(
                sql: "CREATE INDEX records_of_funds ON records (account) WHERE kind = 'funds_adjusted'")
        }
        // Neither records nor a projection of them: an alert changes no order and no money.
        migrator.registerMigration("ledger-5-alerts") { database in
            try database.execute(
                sql: """
                    CREATE TABLE alerts (
                        account INTEGER NOT NULL,
                        number INTEGER NOT NULL,
                        pair TEXT NOT NULL,
                        direction TEXT NOT NULL,
                        price TEXT NOT NULL,
                        created_at INTEGER NOT NULL,
                        ended_at INTEGER,
                        PRIMARY KEY (account, number)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX alerts_waiting ON alerts (account, number) WHERE ended_at IS NULL;
                    """)
        }
        // What every account had, four times a day: observations, since what it was worth depended on the prices then.
        migrator.registerMigration("ledger-6-funds-points") { database in
            try database.execute(
                sql: """
                    CREATE TABLE funds_points (
                        grain INTEGER NOT NULL,
                        account INTEGER NOT NULL,
                        stretch INTEGER NOT NULL,
                        coin TEXT NOT NULL,
                        total TEXT NOT NULL,
                        usd TEXT,
                        at INTEGER NOT NULL,
                        PRIMARY KEY (grain, account, stretch, coin)
                    ) STRICT, WITHOUT ROWID
                    """)
        }
        // How much an account has made the desk write on its last day, so that a restart does not give the allowance anew.
        migrator.registerMigration("ledger-7-written-bytes") { database in
            try database.execute(
                sql: """
                    CREATE TABLE written_bytes (
                        account INTEGER PRIMARY KEY,
                        day INTEGER NOT NULL,
                        bytes INTEGER NOT NULL
                    ) STRICT
                    """)
        }
        registerLater(in: &migrator)
    }

    private static func registerLater(in migrator: inout DatabaseMigrator) {
        // A name of the database's own, so that neither another one nor another's log is taken for it.
        migrator.registerMigration("ledger-8-identity") { database in
            try database.execute(
                sql: """
                    CREATE TABLE identity (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        name TEXT NOT NULL
                    ) STRICT;
                    INSERT INTO identity VALUES (1, lower(hex(randomblob(\(ServingMark.identityBytes / 2)))));
                    """)
        }
        // Trades that have not fired all that waits for them: a restart goes on with them.
        migrator.registerMigration("ledger-9-trades-left") { database in
            try database.execute(
                sql: """
                    CREATE TABLE trades_left (
                        number INTEGER PRIMARY KEY,
                        pair TEXT NOT NULL,
                        price TEXT NOT NULL,
                        quantity TEXT NOT NULL,
                        taker_side TEXT,
                        at INTEGER NOT NULL
                    ) STRICT
                    """)
        }
        // The last moment that is known to have been, so that a restart does not go back before it where the machine's clock was
        // set back meanwhile.
        migrator.registerMigration("ledger-10-clock") { database in
            try database.execute(
                sql: """
                    CREATE TABLE clock (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        at INTEGER NOT NULL
                    ) STRICT
                    """)
        }
        // What stands for records that were pruned, and what is left to say about them. See `Pruning`.
        migrator.registerMigration("ledger-11-pruning") { database in
            try database.execute(sql: pruning)
        }
        // A desk with several exchanges: every row says which. What was there before is the one exchange's that the desk had.
        migrator.registerMigration("ledger-12-exchanges") { database in
            let known = try String.fetchOne(
                database, sql: "SELECT exchange FROM exchange_books ORDER BY exchange <> 'paper', exchange LIMIT 1")
            guard let exchange = known.map({ ExchangeID($0) }) ?? .paper else {
                throw LedgerError.corrupt(
                    detail: "exchange_books names an exchange \(known ?? ""), which is no name of one")
            }
            try database.execute(sql: exchanges(of: exchange))
        }
        registerExchangeHistory(in: &migrator)
        registerKeyOfNotifications(in: &migrator)
        registerNamesOfFills(in: &migrator)
    }

    /// A column with a default is added without writing a row anew; where it is part of the key, the table is made again. `engines` is how
    /// many rows stand for one moment: where one of them is missing, none counts.
    private static func exchanges(of only: ExchangeID) -> String {
        """
        ALTER TABLE records ADD COLUMN exchange TEXT NOT NULL DEFAULT '\(only)';
        ALTER TABLE orders ADD COLUMN exchange TEXT NOT NULL DEFAULT '\(only)';
        ALTER TABLE fills ADD COLUMN exchange TEXT NOT NULL DEFAULT '\(only)';
        ALTER TABLE alerts ADD COLUMN exchange TEXT NOT NULL DEFAULT '\(only)';
        ALTER TABLE trades_left ADD COLUMN exchange TEXT NOT NULL DEFAULT '\(only)';

        CREATE TABLE snapshots_of_exchanges (
            record INTEGER NOT NULL,
            exchange TEXT NOT NULL,
            engines INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (record, exchange)
        ) STRICT;
        INSERT INTO snapshots_of_exchanges SELECT record, '\(only)', 1, body FROM snapshots;
        DROP TABLE snapshots;
        ALTER TABLE snapshots_of_exchanges RENAME TO snapshots;

        CREATE TABLE base_of_exchanges (
            exchange TEXT PRIMARY KEY,
            record INTEGER NOT NULL,
            at INTEGER NOT NULL,
            engines INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        INSERT INTO base_of_exchanges SELECT '\(only)', record, at, 1, body FROM base;
        DROP TABLE base;
        ALTER TABLE base_of_exchanges RENAME TO base;

        CREATE TABLE funds_of_exchanges (
            account INTEGER NOT NULL,
            exchange TEXT NOT NULL,
            coin TEXT NOT NULL,
            total TEXT NOT NULL,
            reserved TEXT NOT NULL,
            PRIMARY KEY (account, exchange, coin)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO funds_of_exchanges SELECT account, '\(only)', coin, total, reserved FROM funds;
        DROP TABLE funds;
        ALTER TABLE funds_of_exchanges RENAME TO funds;

        CREATE TABLE prices_of_exchanges (
            grain INTEGER NOT NULL,
            exchange TEXT NOT NULL,
            pair TEXT NOT NULL,
            at INTEGER NOT NULL,
            bid TEXT,
            ask TEXT,
            last TEXT,
            PRIMARY KEY (grain, exchange, pair, at)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO prices_of_exchanges SELECT grain, '\(only)', pair, at, bid, ask, last FROM prices;
        DROP TABLE prices;
        ALTER TABLE prices_of_exchanges RENAME TO prices;

        CREATE TABLE points_of_exchanges (
            grain INTEGER NOT NULL,
            account INTEGER NOT NULL,
            stretch INTEGER NOT NULL,
            exchange TEXT NOT NULL,
            coin TEXT NOT NULL,
            total TEXT NOT NULL,
            usd TEXT,
            at INTEGER NOT NULL,
            PRIMARY KEY (grain, account, stretch, exchange, coin)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO points_of_exchanges
            SELECT grain, account, stretch, '\(only)', coin, total, usd, at FROM funds_points;
        DROP TABLE funds_points;
        ALTER TABLE points_of_exchanges RENAME TO funds_points;
        """
    }

    /// `base` is the engine after the last record of those that were pruned: later records are applied to it. `pruned_orders` has the
    /// numbers of an account's pruned orders as runs; `remains` is `PrunedRun.Remains`. `pruned_history` has, for an account, the last
    /// notification that was pruned and the moment from which on its trades are complete; `remains` is 1 while notifications are still to
    /// be deleted. `pruned_counts` counts the pruned orders that were no other's children, by kind.
    private static let pruning = """
        CREATE TABLE base (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            record INTEGER NOT NULL,
            at INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT;

        CREATE TABLE pruned_orders (
            account INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            remains INTEGER NOT NULL,
            PRIMARY KEY (account, first)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX pruned_orders_unswept ON pruned_orders (account, first) WHERE remains > 0;

        CREATE TABLE pruned_history (
            account INTEGER PRIMARY KEY,
            seq INTEGER NOT NULL,
            begins INTEGER NOT NULL,
            remains INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX pruned_history_unswept ON pruned_history (account) WHERE remains > 0;

        CREATE TABLE pruned_counts (
            account INTEGER NOT NULL,
            kind TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (account, kind)
        ) STRICT, WITHOUT ROWID;
        """

    // Times are nanoseconds since 1970; amounts and prices are exact decimals as text. The tables of orders, fills and funds
    // are a projection of the records and have no foreign keys: what they refer to was checked when it was decided.
    private static let first = """
        CREATE TABLE records (
            number INTEGER PRIMARY KEY,
            version INTEGER NOT NULL,
            kind TEXT NOT NULL,
            order_id INTEGER,
            account INTEGER,
            at INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        CREATE INDEX records_by_order ON records (order_id) WHERE order_id IS NOT NULL;

        CREATE TABLE snapshots (
            record INTEGER PRIMARY KEY,
            body BLOB NOT NULL
        ) STRICT;

        CREATE TABLE orders (
            id INTEGER PRIMARY KEY,
            account INTEGER NOT NULL,
            pair TEXT NOT NULL,
            side TEXT NOT NULL,
            kind TEXT NOT NULL,
            parent INTEGER,
            is_root INTEGER NOT NULL,
            status TEXT NOT NULL,
            quantity TEXT NOT NULL,
            price TEXT,
            filled TEXT NOT NULL,
            filled_value TEXT NOT NULL,
            fee TEXT NOT NULL,
            fee_currency TEXT NOT NULL,
            time_in_force TEXT NOT NULL,
            expire_at INTEGER,
            created_at INTEGER NOT NULL,
            closed_at INTEGER,
            body BLOB NOT NULL
        ) STRICT;
        CREATE INDEX orders_by_parent ON orders (parent) WHERE parent IS NOT NULL;
        CREATE INDEX orders_open ON orders (account) WHERE closed_at IS NULL;
        CREATE INDEX orders_finished ON orders (account, closed_at) WHERE closed_at IS NOT NULL AND is_root = 1;
        CREATE INDEX orders_finished_by_kind ON orders (account, kind, closed_at)
            WHERE closed_at IS NOT NULL AND is_root = 1;

        CREATE TABLE fills (
            order_id INTEGER NOT NULL,
            fill_id INTEGER NOT NULL,
            account INTEGER NOT NULL,
            pair TEXT NOT NULL,
            side TEXT NOT NULL,
            price TEXT NOT NULL,
            quantity TEXT NOT NULL,
            value TEXT NOT NULL,
            fee TEXT NOT NULL,
            fee_currency TEXT NOT NULL,
            liquidity TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (order_id, fill_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX fills_by_time ON fills (account, at, fill_id);
        CREATE INDEX fills_by_pair ON fills (account, pair, at, fill_id);
        CREATE INDEX fills_by_id ON fills (account, fill_id);

        CREATE TABLE funds (
            account INTEGER NOT NULL,
            coin TEXT NOT NULL,
            total TEXT NOT NULL,
            reserved TEXT NOT NULL,
            PRIMARY KEY (account, coin)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE notifications (
            account INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            at INTEGER NOT NULL,
            event TEXT NOT NULL,
            order_id INTEGER,
            text TEXT NOT NULL,
            json TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX notifications_by_seq ON notifications (account, seq);

        CREATE TABLE inbox_seen (
            account INTEGER PRIMARY KEY,
            seq INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE tags (
            account INTEGER NOT NULL,
            tag TEXT NOT NULL,
            line TEXT NOT NULL,
            at INTEGER NOT NULL,
            reply_text TEXT,
            reply_json TEXT,
            PRIMARY KEY (account, tag)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX tags_by_time ON tags (at);

        CREATE TABLE exchange_books (
            exchange TEXT NOT NULL,
            key BLOB NOT NULL,
            value BLOB NOT NULL,
            PRIMARY KEY (exchange, key)
        ) STRICT, WITHOUT ROWID;
        """
}
