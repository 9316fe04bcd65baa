import GRDB

extension Schema {
    /// What exchanges say of their accounts that no record here explains: their lists of money that came and went, and the trades that
    /// were not made here. Read from the exchange, and readable again: no projection of the records.
    static func registerExchangeHistory(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("ledger-13-exchange-history") { database in
            try database.execute(sql: exchangeHistory)
        }
    }

    /// `number` is the id where that is a number that a table can have, and 0 where it is none; `status` is `TransactionStatus`'s number;
    /// `place` is the row's cursor, which only the exchange's adapter understands. A row with an `exchange_order` books an order's money.
    /// `fill` is `FillID`'s number. The day's figures of a price are nil where the exchange did not say them.
    private static let exchangeHistory = """
        CREATE TABLE exchange_transactions (
            account INTEGER NOT NULL,
            exchange TEXT NOT NULL,
            id TEXT NOT NULL,
            number INTEGER NOT NULL,
            kind TEXT NOT NULL,
            status INTEGER NOT NULL,
            coin TEXT NOT NULL,
            amount TEXT NOT NULL,
            description TEXT NOT NULL,
            exchange_order TEXT,
            at INTEGER NOT NULL,
            place TEXT NOT NULL,
            PRIMARY KEY (account, exchange, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX exchange_transactions_by_time
            ON exchange_transactions (account, at, exchange, number, id);
        CREATE INDEX exchange_money_by_time
            ON exchange_transactions (account, at, exchange, number, id) WHERE exchange_order IS NULL;
        CREATE INDEX exchange_money_by_number
            ON exchange_transactions (account, number, exchange, id) WHERE exchange_order IS NULL;
        CREATE INDEX exchange_transactions_unsettled
            ON exchange_transactions (account, exchange, id) WHERE status IN (1, 3);

        CREATE TABLE foreign_fills (
            account INTEGER NOT NULL,
            exchange TEXT NOT NULL,
            pair TEXT NOT NULL,
            fill INTEGER NOT NULL,
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
        CREATE INDEX foreign_fills_by_time ON foreign_fills (account, at, fill, exchange, pair);
        CREATE INDEX foreign_fills_by_pair ON foreign_fills (account, pair, at, fill, exchange);
        CREATE INDEX foreign_fills_by_number ON foreign_fills (account, fill, exchange, pair);

        ALTER TABLE prices ADD COLUMN high TEXT;
        ALTER TABLE prices ADD COLUMN low TEXT;
        ALTER TABLE prices ADD COLUMN average TEXT;
        ALTER TABLE prices ADD COLUMN volume TEXT;
        ALTER TABLE prices ADD COLUMN value TEXT;
        """
}
