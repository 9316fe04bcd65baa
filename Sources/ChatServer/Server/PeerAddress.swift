import CLibwebsockets
import Glibc

/// Whether the text is an IPv4 or IPv6 address in digits.
func isNumericAddress(_ text: String) -> Bool {
    var storage = in6_addr()
    return inet_pton(AF_INET, text, &storage) == 1 || inet_pton(AF_INET6, text, &storage) == 1
}

/// The address at the other end of a connection, as digits without the port.
func peerAddress(of connection: OpaquePointer) -> String {
    var address = [CChar](repeating: 0, count: 64)
    lws_get_peer_simple(connection, &address, address.count)
    let text = String(decoding: address.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // An IPv4 peer of a socket that serves both is written ::ffff:192.0.2.1.
    return RequestHost.address(text) ?? text
}

/// The address of this machine that a connection has reached, as digits without the port; nil where the system has none.
func localAddress(of connection: OpaquePointer) -> String? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let isFound = withUnsafeMutablePointer(to: &storage) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            getsockname(lws_get_socket_fd(connection), address, &length) == 0
                && getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
        }
    }
    guard isFound else { return nil }
    let digits = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return RequestHost.address(digits)
}
