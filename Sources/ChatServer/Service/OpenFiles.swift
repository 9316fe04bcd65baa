import Glibc

/// How many files, sockets among them, this process may have open. Where a socket too many comes, the system neither
/// takes it nor forgets it, and the loop turns idly over it; so the server has to stay below.
enum OpenFiles {
    /// Files that are not connections: the database, the log, the loop's own.
    static let reserve = 64

    /// Raises the limit of this process to what is wanted, or as far as the system allows. Answers where it stands then.
    static func allow(_ wanted: Int) -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0 else { return wanted }
        if limit.rlim_cur < rlim_t(wanted) {
            var raised = limit
            raised.rlim_cur = min(limit.rlim_max, rlim_t(wanted))
            if setrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
