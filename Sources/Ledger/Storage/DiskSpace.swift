import GRDB
import Glibc

/// The room that a database has on its disk, and what it can give back.
extension Ledger {
    /// Copies the log into the database, and gives its room back to the disk. Not inside a transaction; where somebody else reads
    /// an earlier state, as much as may be.
    public func emptyLog() throws(LedgerError) {
        precondition(!isInTransaction, "a checkpoint inside a transaction")
        do {
            _ = try queue.unsafeReentrantWrite { try $0.checkpoint(.truncate) }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            return
        } catch {
            throw failed(error)
        }
    }

    /// Whether a file beside the database can be as large as its log and this much larger, as the system sees it: there is room
    /// on the disk, and no limit on files or on the user's part of the disk is in the way.
    public static func hasRoom(beside database: String, bytes: Int64) -> Bool {
        roomError(beside: database, bytes: bytes) == 0
    }

    /// What the system says to such a file: an error number, or 0.
    private static func roomError(beside database: String, bytes: Int64) -> Int32 {
        var status = stat()
        let log = stat(database + "-wal", &status) == 0 ? Int64(status.st_size) : 0
        let path = database + "-room"
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return errno }
        defer {
            Glibc.close(descriptor)
            unlink(path)
        }
        return posix_fallocate(descriptor, off_t(log), off_t(bytes))
    }

    /// Whether a write that failed found no room. SQLite calls one that the system refused for a limit (EFBIG, EDQUOT) a failure
    /// of the disk, and only ENOSPC a full one.
    var hasNoRoom: Bool {
        options.vfs == nil
            && [ENOSPC, EDQUOT, EFBIG].contains(Ledger.roomError(beside: path, bytes: Ledger.roomBytesMin))
    }

    /// Less than this beside the log is none.
    private static let roomBytesMin: Int64 = 1 << 20

    /// How many bytes a process without privileges may still write to the disk of a database; nil where the system does not say.
    public static func freeBytes(beside database: String) -> Int64? {
        var status = statvfs()
        guard statvfs(database, &status) == 0 else { return nil }
        return Int64(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
    }
}
