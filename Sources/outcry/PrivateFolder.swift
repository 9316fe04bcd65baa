import Glibc

/// Folders that are their owner's alone.
enum PrivateFolder {
    /// Makes a folder and those above it that are not there, each with mode 0700 whatever the process's mask. What is there
    /// already keeps its mode, as the XDG Base Directory Specification has it. False where one cannot be made; `errno` says why.
    static func make(_ path: String) -> Bool {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o700) == 0 {
                // A mask may have taken rights from the owner as well.
                guard chmod(made, 0o700) == 0 else { return false }
            } else if errno != EEXIST {
                return false
            }
        }
        var status = stat()
        guard stat(made, &status) == 0 else { return false }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            errno = ENOTDIR
            return false
        }
        return true
    }
}
