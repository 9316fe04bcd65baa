import GRDBSQLite

/// SQLite's view of a disk between two crashes: a `sqlite3_vfs` that is registered under the disk's name.
///
/// A crash takes it off SQLite's list and puts a new one there. The old one stays in memory until the last handle that was
/// opened through it is closed, and is only answered with errors: so a connection from before the crash can be let go of
/// whenever that suits, and can do no harm.
final class VFSRegistration {
    private let vfs: UnsafeMutablePointer<sqlite3_vfs>
    private let name: UnsafeMutablePointer<CChar>
    /// Nil once the power has gone, or the disk.
    private(set) weak var disk: SimulatedDisk?
    private var isRegistered = false

    init(name text: String, disk: SimulatedDisk) {
        self.disk = disk
        let characters = text.utf8CString
        name = .allocate(capacity: characters.count)
        _ = UnsafeMutableBufferPointer(start: name, count: characters.count).initialize(from: characters)
        vfs = .allocate(capacity: 1)
        vfs.initialize(to: SimulatedVFS.methods())
        vfs.pointee.zName = UnsafePointer(name)
        vfs.pointee.pAppData = Unmanaged.passUnretained(self).toOpaque()
        isRegistered = sqlite3_vfs_register(vfs, 0) == SQLITE_OK
    }

    deinit {
        end()
        vfs.deallocate()
        name.deallocate()
    }

    /// Nobody opens anything through it any more, and what is open is dead.
    func end() {
        disk = nil
        if isRegistered { sqlite3_vfs_unregister(vfs) }
        isRegistered = false
    }
}
