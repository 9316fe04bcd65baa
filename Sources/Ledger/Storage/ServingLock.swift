import Glibc

/// The right to be the one server of a database: an advisory lock on a file beside it.
///
/// The system lets go of it when the process ends, however it ends. The file stays; it is empty and means nothing.
final class ServingLock {
    private let descriptor: Int32

    /// Takes the lock, or throws `locked` at once.
    init(database path: String) throws(LedgerError) {
        descriptor = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LedgerError(systemError: errno, path: path) }
        // Also where a mask took rights from the owner.
        _ = fchmod(descriptor, 0o600)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            close(descriptor)
            throw code == EWOULDBLOCK
                ? .locked(path: path) : .cannotOpen(path: path, detail: String(cString: strerror(code)))
        }
    }

    deinit { close(descriptor) }
}
