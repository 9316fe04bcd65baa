import GRDB
import Glibc

// MARK: Backup

extension Ledger {
    /// Copies the database, as it is at this moment, to a new file. The copy has its name only once it is whole.
    ///
    /// Not inside a transaction. Takes as long as the disk takes: a server that must keep answering leaves it to a tool.
    public func backup(to target: String) throws(LedgerError) {
        precondition(!isInTransaction, "a backup inside a transaction")
        guard access(target, F_OK) != 0 else {
            throw .cannotOpen(path: target, detail: "there is a file already")
        }
        let unfinished = target + ".unfinished"
        // What a backup that was killed has left.
        unlink(unfinished)
        unlink(unfinished + "-journal")
        // Before SQLite opens it: it gives the journal beside it the same mode.
        guard PrivateFile.create(unfinished) else {
            throw .cannotOpen(path: target, detail: String(cString: strerror(errno)))
        }
        do {
            // On the machine's own files, wherever the database is.
            let vfs = try Ledger.summedVFS(LedgerOptions())
            let copy = try withExtendedLifetime(vfs) {
                try DatabaseQueue(path: Ledger.location(unfinished, vfs: vfs.name))
            }
            // The copy is more than SQLite's cache holds: it writes pages before the first one, and each has to find a head that
            // says that pages have sums.
            let pageBytes = try queue.read { try Int64.fetchOne($0, sql: "PRAGMA page_size") } ?? 4_096
            try copy.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA page_size = \(pageBytes)")
                try PageSums.reserve(on: database)
                try database.execute(sql: "PRAGMA user_version = \(PageSums.userVersion)")
            }
            try queue.backup(to: copy)
            try copy.close()
        } catch {
            throw LedgerError(error, path: target, busyMilliseconds: options.busyMillisecondsMax)
        }
        guard rename(unfinished, target) == 0 else {
            throw .cannotOpen(path: target, detail: String(cString: strerror(errno)))
        }
        try Ledger.syncFolder(of: target)
    }

    /// A name in a folder is on the disk when the folder is: before that a loss of power may take the backup away again.
    static func syncFolder(of path: String) throws(LedgerError) {
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "."
        let descriptor = Glibc.open(String(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, detail: String(cString: strerror(errno))) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .cannotOpen(path: path, detail: String(cString: strerror(errno))) }
    }
}
