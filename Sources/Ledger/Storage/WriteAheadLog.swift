import CSQLite
import GRDB
import GRDBSQLite

/// Copies the write-ahead log into the database, by our own hand.
///
/// SQLite's automatic checkpoint throws its own errors away, and a checkpoint is made once more when a connection is closed.
/// After a sync that failed neither may be: the kernel may have dropped the pages that it could not write, and says nothing
/// of it when it is asked to sync again. So the ledger makes the checkpoints where it sees what comes of them, and a ledger
/// that has failed is closed without one.
final class WriteAheadLog {
    private let database: Database
    private let pagesMax: Int
    /// As of the last commit of this connection.
    private var pages: Int32 = 0

    /// Takes the checkpoints over from SQLite.
    init(of database: Database, pagesMax: Int) {
        self.database = database
        self.pagesMax = pagesMax
        let context = Unmanaged.passUnretained(self).toOpaque()
        // The hook takes the place of SQLite's own, which is its automatic checkpoint.
        sqlite3_wal_hook(
            database.sqliteConnection,
            { context, _, _, pages in
                if let context { Unmanaged<WriteAheadLog>.fromOpaque(context).takeUnretainedValue().pages = pages }
                return SQLITE_OK
            }, context)
    }

    deinit { detach() }

    func detach() {
        if database.sqliteConnection != nil { sqlite3_wal_hook(database.sqliteConnection, nil, nil) }
    }

    /// Makes a checkpoint where the log has become long. Where another connection is at it, that one does.
    func checkpointIfDue() throws {
        guard Int(pages) >= pagesMax else { return }
        do {
            _ = try database.checkpoint(.passive)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            return
        }
    }

    /// Whether the last connection copies the log into the database when it is closed, and deletes it. Until told, it does.
    static func setCheckpointOnClose(_ isOn: Bool, _ database: Database) {
        guard let connection = database.sqliteConnection else { return }
        _ = outcry_sqlite_checkpoint_on_close(connection, isOn ? 1 : 0)
    }
}
