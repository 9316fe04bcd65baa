/// Where a WebSocket client connects: `ws://HOST[:PORT][/PATH]` or `wss://...`.
public struct WebSocketAddress: Hashable, Sendable, CustomStringConvertible {
    public var isSecure: Bool
    /// A name or an address, without the brackets of IPv6.
    public var host: String
    public var port: UInt16
    /// With its leading slash, and the query where there is one.
    public var path: String

    public init(isSecure: Bool = false, host: String, port: UInt16, path: String = "/") {
        self.isSecure = isSecure
        self.host = host
        self.port = port
        self.path = path
    }

    /// Reads a URL (RFC 6455 §3): no user, no fragment; port 80 or 443 where none is given. nil for anything else.
    public init?(_ url: String) {
        let rest: Substring
        if url.hasPrefix("ws://") {
            isSecure = false
            rest = url.dropFirst(5)
        } else if url.hasPrefix("wss://") {
            isSecure = true
            rest = url.dropFirst(6)
        } else {
            return nil
        }
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !rest.contains("#"), !rest.contains("@") else {
            return nil
        }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        var authority = rest[..<end]
        path = rest[end...].hasPrefix("/") ? String(rest[end...]) : "/" + rest[end...]
        port = isSecure ? 443 : 80
        let hostEnd = authority.hasPrefix("[") ? authority.firstIndex(of: "]") : authority.startIndex
        guard let hostEnd else { return nil }
        if let colon = authority[hostEnd...].firstIndex(of: ":") {
            guard let number = UInt16(authority[authority.index(after: colon)...]) else { return nil }
            port = number
            authority = authority[..<colon]
        }
        if authority.hasPrefix("["), authority.hasSuffix("]") { authority = authority.dropFirst().dropLast() }
        // Brackets stand around an IPv6 address and nowhere else.
        guard !authority.isEmpty, !authority.contains(where: { $0 == "[" || $0 == "]" }) else { return nil }
        host = String(authority)
    }

    public var description: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(isSecure ? "wss" : "ws")://\(name):\(port)\(path)"
    }
}
