import Glibc
import Threads

/// What systemd is told of the server, where the server is a service of `Type=notify` (sd_notify(3)).
///
/// A datagram of `NAME=VALUE` lines to the socket that `NOTIFY_SOCKET` names: a path, or a name in the abstract namespace after `@`.
/// Where there is none, or nobody reads, nothing happens: a server is not to end for want of somebody to talk to.
struct ServiceManager: Sendable {
    private let socketName: String?

    init(socketName: String? = getenv("NOTIFY_SOCKET").map { String(cString: $0) }) {
        self.socketName = socketName.flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
    }

    /// The server takes connections; `status` is what `systemctl status` shows.
    func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }

    /// It reads the certificate again. `ready` has to follow.
    func reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=\(MonotonicClock.nanoseconds / 1_000)\nSTATUS=reading the certificate again")
    }

    /// It is going down.
    func stopping() { send("STOPPING=1\nSTATUS=going down") }

    func status(_ status: String) { send("STATUS=\(status)") }

    private func send(_ state: String) {
        guard let socketName else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(socketName.utf8)
        let isAbstract = name.first == UInt8(ascii: "@")
        if isAbstract { name[0] = 0 }
        let room = MemoryLayout.size(ofValue: address.sun_path)
        // A path ends with a zero, an abstract name with its length.
        guard name.count + (isAbstract ? 0 : 1) <= room else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = MemoryLayout<sockaddr_un>.offset(of: \.sun_path).map { $0 + name.count + (isAbstract ? 0 : 1) }
        guard let length else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array(state.utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), pointer, socklen_t(length))
            }
        }
    }
}
