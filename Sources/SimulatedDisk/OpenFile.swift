import GRDBSQLite

/// One handle on a file, from `xOpen` to `xClose`.
final class OpenFile {
    /// Keeps SQLite's view of the disk in memory for as long as a handle needs it, also after a crash.
    let registration: VFSRegistration
    let file: SimulatedFile
    /// Empty for a temporary file, which has no name on the disk.
    let path: String
    let deletesOnClose: Bool
    /// It is a log or journal that was made by being opened: SQLite's own Unix layer syncs the directory with such a
    /// file's first sync, and so do we.
    var owesDirectorySync: Bool

    /// One of `SQLITE_LOCK_...`.
    private(set) var lock = SQLITE_LOCK_NONE
    var sharedMemory: SharedMemory?

    init(
        _ file: SimulatedFile, path: String, registration: VFSRegistration, deletesOnClose: Bool,
        owesDirectorySync: Bool
    ) {
        self.file = file
        self.path = path
        self.registration = registration
        self.deletesOnClose = deletesOnClose
        self.owesDirectorySync = owesDirectorySync
    }

    // MARK: Locks

    private func isLockedByAnother(atLeast level: Int32) -> Bool {
        file.openFiles.contains { $0 !== self && $0.lock >= level }
    }

    /// Whether anybody intends to write.
    var isReserved: Bool { lock >= SQLITE_LOCK_RESERVED || isLockedByAnother(atLeast: SQLITE_LOCK_RESERVED) }

    /// SQLite's five states, as its documentation "File Locking And Concurrency In SQLite Version 3" has them.
    func takeLock(_ wanted: Int32) -> Int32 {
        guard wanted > lock else { return SQLITE_OK }
        switch wanted {
        case SQLITE_LOCK_SHARED:
            // A writer that waits for its readers to leave lets nobody new in.
            guard !isLockedByAnother(atLeast: SQLITE_LOCK_PENDING) else { return SQLITE_BUSY }
        case SQLITE_LOCK_RESERVED:
            guard !isLockedByAnother(atLeast: SQLITE_LOCK_RESERVED) else { return SQLITE_BUSY }
        default:
            guard !isLockedByAnother(atLeast: SQLITE_LOCK_RESERVED) else { return SQLITE_BUSY }
            guard !isLockedByAnother(atLeast: SQLITE_LOCK_SHARED) else {
                lock = max(lock, SQLITE_LOCK_PENDING)
                return SQLITE_BUSY
            }
        }
        lock = wanted
        return SQLITE_OK
    }

    func releaseLock(to level: Int32) { lock = min(lock, level) }
}
