import Glibc

/// Files that are their owner's alone (mode 0600), whatever the process's mask (umask) and the mode that a copy came with.
enum PrivateFile {
    private static let mode: mode_t = 0o600
    /// What SQLite keeps beside a database. It gives a new one the mode that the database has.
    private static let besideDatabase = ["-wal", "-shm", "-journal"]

    /// Makes an empty file that only its owner may read, from the first byte on. False where the name is taken, a link included,
    /// or the file cannot be made; then `errno` says why.
    static func create(_ path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // A mask may have taken rights from the owner as well.
        return fchmod(descriptor, mode) == 0
    }

    /// Makes a database's file where there is none. Takes everybody else's rights from one that is there, and from the files
    /// beside it: a backup of an older version, or a copy, may be readable by all.
    static func make(database path: String) {
        guard !create(path) else { return }
        for file in [path] + besideDatabase.map({ path + $0 }) { takeFromOthers(file) }
    }

    /// By its name: a process that opens a database's file once more and closes it loses SQLite's locks on it (SQLite, "How To
    /// Corrupt", 2.2). Leaves alone what is somebody else's, and what is no plain file.
    private static func takeFromOthers(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
            status.st_mode & (S_IRWXG | S_IRWXO) != 0
        else { return }
        _ = chmod(path, status.st_mode & S_IRWXU)
    }
}
