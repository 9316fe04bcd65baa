/// The headers of a request to become a WebSocket, as far as they matter here.
package struct Handshake: Hashable, Sendable {
    package var host: String?
    package var origin: String?
    package var protocols: String?
    package var key: String?
    package var version: String?
    package var connection: String?

    package init(
        host: String? = nil, origin: String? = nil, protocols: String? = nil, key: String? = nil,
        version: String? = nil, connection: String? = nil
    ) {
        self.host = host
        self.origin = origin
        self.protocols = protocols
        self.key = key
        self.version = version
        self.connection = connection
    }

    /// Bytes of the list of subprotocols: the library reads no more.
    static let protocolsBytesMax = 125

    package enum Verdict: Hashable, Sendable {
        case accepted
        case refused(status: Int, message: String)
    }

    package func judged(allowedOrigins: [String]) -> Verdict {
        guard host != nil, let key, !key.isEmpty else {
            return .refused(status: 400, message: "not a WebSocket handshake: Host or Sec-WebSocket-Key is missing")
        }
        guard connection?.lowercased().contains("upgrade") == true, connection?.utf8.count ?? 0 < 127 else {
            return .refused(status: 400, message: "not a WebSocket handshake: the Connection header has no Upgrade")
        }
        guard key.utf8.count < 128 else { return .refused(status: 400, message: "Sec-WebSocket-Key is too long") }
        guard version == "13" else {
            return .refused(status: 426, message: "WebSocket version \(version ?? "none"); expected 13 (RFC 6455)")
        }
        guard isOriginAllowed(allowedOrigins) else {
            return .refused(status: 403, message: "a web page of another origin may not connect here")
        }
        guard knowsSubprotocol else {
            let known = WireFormat.allCases.map(\.rawValue).joined(separator: ", ")
            return .refused(status: 400, message: "unknown subprotocol; expected one of \(known), or none")
        }
        return .accepted
    }

    /// No origin (no browser), the server's own, or one on the list. Hosts ignore case and a port that the scheme implies.
    private func isOriginAllowed(_ allowed: [String]) -> Bool {
        guard let origin, !origin.isEmpty else { return true }
        let asked = normalized(origin)
        if allowed.contains(where: { normalized($0) == asked }) { return true }
        guard let host else { return false }
        return ["http://", "https://"].contains { asked == normalized($0 + host) }
    }

    private func normalized(_ origin: String) -> String {
        var text = origin.lowercased()
        if text.hasSuffix("/") { text.removeLast() }
        for (scheme, port) in [("http://", ":80"), ("https://", ":443")]
        where text.hasPrefix(scheme) && text.hasSuffix(port) {
            text.removeLast(port.count)
        }
        return text
    }

    /// Whether one of those asked for is spoken here. None asked for is well, an empty or overlong list is not.
    private var knowsSubprotocol: Bool {
        guard let protocols else { return true }
        guard protocols.utf8.count <= Handshake.protocolsBytesMax else { return false }
        return protocols.split(separator: ",").contains { name in
            WireFormat(rawValue: name.filter { $0 != " " && $0 != "\t" }) != nil
        }
    }
}

/// The token of `Authorization: Bearer TOKEN`; the scheme ignores case (RFC 9110 §11.1).
package func bearerToken(authorization: String?) -> String? {
    guard let parts = authorization?.split(separator: " ", maxSplits: 1), parts.count == 2,
        parts[0].lowercased() == "bearer"
    else { return nil }
    let token = parts[1].filter { $0 != " " }
    return token.isEmpty ? nil : token
}

/// The address that a proxy on this machine says it forwards for: the last hop, the only one that the proxy has seen.
package func forwardedAddress(_ forwardedFor: String?, by peer: String, isAddress: (String) -> Bool) -> String? {
    guard peer == "::1" || peer.hasPrefix("127."), let last = forwardedFor?.split(separator: ",").last else {
        return nil
    }
    let address = String(last.filter { $0 != " " && $0 != "\t" })
    return isAddress(address) ? address : nil
}
