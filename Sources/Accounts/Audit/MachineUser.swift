import Glibc

extension AuditActor {
    /// Whoever runs this process.
    public static var thisProcess: AuditActor {
        .operatorOfMachine(user: getuid(), loginUser: loginUser)
    }

    /// `/proc/self/loginuid` (proc(5)): set when somebody logs in to the machine and kept over `su` and `sudo`; all ones where
    /// nobody has.
    private static var loginUser: UInt32? {
        let descriptor = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var digits = [UInt8](repeating: 0, count: 16)
        let count = read(descriptor, &digits, digits.count)
        guard count > 0, let user = UInt32(String(decoding: digits.prefix(count), as: UTF8.self).filter(\.isNumber))
        else { return nil }
        return user == .max ? nil : user
    }
}
