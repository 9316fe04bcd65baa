import GRDB

extension Schema {
    /// Fills had numbers; now they have whatever an exchange names them by. `ANY` keeps a number a number and a text a text, and sorts all
    /// numbers before all texts, as `FillID` does.
    static func registerNamesOfFills(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("ledger-15-names-of-fills") { database in
            try database.execute(sql: namesOfFills)
        }
    }

    private static let namesOfFills = """
        CREATE TABLE named_fills (
            order_id INTEGER NOT NULL,
            fill_id ANY NOT NULL,
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
            exchange TEXT NOT NULL,
            PRIMARY KEY (order_id, fill_id)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO named_fills SELECT * FROM fills ORDER BY order_id, fill_id;
        DROP TABLE fills;
        ALTER TABLE named_fills RENAME TO fills;
        CREATE INDEX fills_by_time ON fills (account, at, fill_id);
        CREATE INDEX fills_by_pair ON fills (account, pair, at, fill_id);
        CREATE INDEX fills_by_id ON fills (account, fill_id);

        CREATE TABLE named_foreign_fills (
            account INTEGER NOT NULL,
            exchange TEXT NOT NULL,
            pair TEXT NOT NULL,
            fill ANY NOT NULL,
            exchange_order TEXT NOT NULL,
            side TEXT NOT NULL,
            price TEXT NOT NULL,
            quantity TEXT NOT NULL,
            fee TEXT NOT NULL,
            fee_currency TEXT NOT NULL,
            liquidity TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (account, exchange, pair, fill)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO named_foreign_fills SELECT * FROM foreign_fills ORDER BY account, exchange, pair, fill;
        DROP TABLE foreign_fills;
        ALTER TABLE named_foreign_fills RENAME TO foreign_fills;
        CREATE INDEX foreign_fills_by_time ON foreign_fills (account, at, fill, exchange, pair);
        CREATE INDEX foreign_fills_by_pair ON foreign_fills (account, pair, at, fill, exchange);
        CREATE INDEX foreign_fills_by_number ON foreign_fills (account, fill, exchange, pair);
        """
}
