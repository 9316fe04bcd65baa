import GRDB

extension Schema {
    /// A notification is known by its account and its number there: that is its key, by which all are read.
    static func registerKeyOfNotifications(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("ledger-14-key-of-notifications") { database in
            try database.execute(
                sql: """
                    CREATE TABLE keyed_notifications (
                        account INTEGER NOT NULL,
                        seq INTEGER NOT NULL,
                        at INTEGER NOT NULL,
                        event TEXT NOT NULL,
                        order_id INTEGER,
                        text TEXT NOT NULL,
                        json TEXT NOT NULL,
                        PRIMARY KEY (account, seq)
                    ) STRICT, WITHOUT ROWID;
                    INSERT INTO keyed_notifications SELECT * FROM notifications ORDER BY account, seq;
                    DROP TABLE notifications;
                    ALTER TABLE keyed_notifications RENAME TO notifications;
                    """)
        }
    }
}
