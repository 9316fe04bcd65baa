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
    private(set) var pages: Int32 = 0

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

    /// Makes a checkpoint where the log has become long; whether it did. Where another connection is at it, that one does.
    func checkpointIfDue() throws -> Bool {
        guard Int(pages) >= pagesMax else { return false }
        do {
            _ = try database.checkpoint(.passive)
            return true
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            return false
        }
    }

    /// Whether the last connection copies the log into the database when it is closed, and deletes it. Until told, it does.
    static func setCheckpointOnClose(_ isOn: Bool, _ database: Database) {
        guard let connection = database.sqliteConnection else { return }
        _ = outcry_sqlite_checkpoint_on_close(connection, isOn ? 1 : 0)
    }

    /// Brings to the disk all that is read of the log, by writing its bytes over themselves and syncing them.
    ///
    /// When a process dies of a sync that failed, the next one finds in the system's cache what that sync was to write,
    /// reads it as any other part of the log, and appends behind it. But the system may have marked it as written, and no
    /// sync brings it to the disk any more: after a power failure the log would end there, with everything behind it lost.
    static func makeDurable(_ database: Database) throws {
        // Nobody else may write the log meanwhile.
        var isSafeToAppend = true
        try database.inTransaction(.immediate) {
            isSafeToAppend = try rewrite(database)
            return .commit
        }
        if !isSafeToAppend { try empty(database) }
    }

    /// Copies all of the log into the database, so that the next transaction is written where nothing is that counts.
    ///
    /// After the power has gone the log may end within a sector: SQLite fills the last one up with each commit, but what does that
    /// may have been lost. What is then appended shares its sector with the end of a transaction that was synced, and where the
    /// power goes again while that sector is written, both are lost.
    private static func empty(_ database: Database) throws {
        do {
            _ = try database.checkpoint(.truncate)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            // Whoever reads beside us has had it open since before the power went, or has done this.
        }
    }

    /// Whether what is appended to the log can harm nothing that is in it.
    private static func rewrite(_ database: Database) throws -> Bool {
        var found: UnsafeMutablePointer<sqlite3_file>?
        guard
            sqlite3_file_control(database.sqliteConnection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &found) == SQLITE_OK,
            let file = found, let methods = file.pointee.pMethods?.pointee
        else { return true }
        var size: sqlite3_int64 = 0
        try check(methods.xFileSize(file, &size))
        guard size > 0 else { return true }
        // Where the power's going can harm bytes beside those that are being written, or leave them as neither old nor new,
        // writing over what is on the disk already would risk it. Unix disks are taken to be better than that, as SQLite does.
        let isPowersafe = methods.xDeviceCharacteristics(file) & SQLITE_IOCAP_POWERSAFE_OVERWRITE != 0
        if isPowersafe { try writeOver(file, methods, size) }
        // What a sync that failed has left waiting is brought there by this one in any case.
        try check(methods.xSync(file, SQLITE_SYNC_FULL))
        return isPowersafe
    }

    private static func writeOver(
        _ file: UnsafeMutablePointer<sqlite3_file>, _ methods: sqlite3_io_methods, _ size: sqlite3_int64
    ) throws {
        var bytes = [UInt8](repeating: 0, count: rewriteBytes)
        var offset: sqlite3_int64 = 0
        while offset < size {
            let count = Int32(min(sqlite3_int64(rewriteBytes), size - offset))
            try bytes.withUnsafeMutableBytes { buffer in
                try check(methods.xRead(file, buffer.baseAddress, count, offset))
                try check(methods.xWrite(file, buffer.baseAddress, count, offset))
            }
            offset += sqlite3_int64(count)
        }
    }

    private static let rewriteBytes = 65_536

    static func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }
}
