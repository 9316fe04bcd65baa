import CLibwebsockets
import Glibc

/// A host as digits, found and tried out before the library is asked: it only says that it could not.
struct ListenAddress: Hashable, Sendable {
    /// nil: all of this machine's.
    var digits: String?
    var isIPv6: Bool

    /// Finds the address and binds a socket of its own to it for a moment.
    init(host: String, port: UInt16) throws(ChatServerError) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let error = getaddrinfo(host, String(port), &hints, &found)
        defer { if let found { freeaddrinfo(found) } }
        guard error == 0, let first = found?.pointee else {
            throw .cannotListen(host: host, port: port, reason: String(cString: gai_strerror(error)))
        }
        isIPv6 = first.ai_family == AF_INET6
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard
            getnameinfo(first.ai_addr, first.ai_addrlen, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST) == 0
        else { throw .cannotListen(host: host, port: port, reason: "no numeric address") }
        let digits = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.digits = digits == "0.0.0.0" || digits == "::" ? nil : digits

        let socket = Glibc.socket(first.ai_family, first.ai_socktype, 0)
        defer { if socket >= 0 { Glibc.close(socket) } }
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(socket, first.ai_addr, first.ai_addrlen) == 0, port == 0 || listen(socket, 1) == 0 else {
            let failure = errno
            if failure == EADDRINUSE { throw .addressInUse(host: host, port: port) }
            throw .cannotListen(host: host, port: port, reason: String(cString: strerror(failure)))
        }
    }
}
