import CLibwebsockets
import Glibc

/// Asks the system to connect, only to hear why it would not: the library tells no error numbers.
enum ConnectProbe {
    /// Milliseconds that one address is waited for.
    static let millisecondsMax: Int32 = 1_500
    /// Addresses of a name that are tried.
    static let addressesMax = 4

    /// The system's words for why nobody can be connected to; nil where somebody takes the connection.
    static func error(host: String, port: UInt16) -> String? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let found = getaddrinfo(host, String(port), &hints, &list)
        guard found == 0 else {
            return "no address for the name \(host) (\(String(cString: gai_strerror(found))))"
        }
        defer { freeaddrinfo(list) }
        var words: String?
        var next = list
        for _ in 0..<addressesMax {
            guard let address = next?.pointee else { break }
            next = address.ai_next
            guard let number = errorNumber(address) else { return nil }
            words = words ?? self.words(number)
        }
        return words
    }

    private static func words(_ number: Int32) -> String {
        number == ECONNREFUSED
            ? "connection refused: no server listens there; is it running?"
            : String(cString: strerror(number)).lowercased()
    }

    /// nil where the connection is taken.
    private static func errorNumber(_ address: addrinfo) -> Int32? {
        let socket = Glibc.socket(
            address.ai_family, address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue),
            address.ai_protocol)
        guard socket >= 0 else { return errno }
        defer { close(socket) }
        if Glibc.connect(socket, address.ai_addr, address.ai_addrlen) == 0 { return nil }
        guard errno == EINPROGRESS else { return errno }
        var wait = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
        guard poll(&wait, 1, millisecondsMax) > 0 else { return ETIMEDOUT }
        var number: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(socket, SOL_SOCKET, SO_ERROR, &number, &size) == 0 else { return errno }
        return number == 0 ? nil : number
    }
}
