package import Conversation

/// The headers of a request to become a WebSocket, as far as they matter here (RFC 6455 §4.2.1).
package struct Handshake: Hashable, Sendable {
    package var method = "GET"
    /// 0 of HTTP/1.0, 1 of HTTP/1.1.
    package var minorVersion = 1
    package var host: String?
    package var origin: String?
    package var protocols: String?
    package var key: String?
    package var version: String?
    package var connection: String?
    package var upgrade: String?

    package init(
        method: String = "GET", minorVersion: Int = 1, host: String? = nil, origin: String? = nil,
        protocols: String? = nil, key: String? = nil, version: String? = nil, connection: String? = nil,
        upgrade: String? = nil
    ) {
        self.method = method
        self.minorVersion = minorVersion
        self.host = host
        self.origin = origin
        self.protocols = protocols
        self.key = key
        self.version = version
        self.connection = connection
        self.upgrade = upgrade
    }

    package enum Verdict: Hashable, Sendable {
        /// With the subprotocol that was asked for first of those that are spoken here; nil where none was asked for.
        case accepted(subprotocol: WireFormat?)
        case refused(status: Int, message: String)
    }

    package func judged(allowedOrigins: [String]) -> Verdict {
        func notWhole(_ what: String) -> Verdict {
            .refused(status: 400, message: "not a WebSocket handshake: \(what)")
        }
        guard method == "GET" else { return notWhole("the method is not GET") }
        guard minorVersion >= 1 else { return notWhole("HTTP/1.0; expected HTTP/1.1") }
        guard host != nil else { return notWhole("Host is missing") }
        guard has("websocket", in: upgrade) else { return notWhole("the Upgrade header has no websocket") }
        guard has("upgrade", in: connection) else { return notWhole("the Connection header has no Upgrade") }
        guard let key, isKey(key) else { return notWhole("Sec-WebSocket-Key is not 16 bytes in base64") }
        guard let version, version.utf8.elementsEqual("13".utf8) else {
            return .refused(
                status: 426,
                message: "WebSocket version \(version.map { $0.prefix(8) } ?? "none"); expected 13 (RFC 6455)")
        }
        guard isOriginAllowed(allowedOrigins) else {
            return .refused(status: 403, message: "a web page of another origin may not connect here")
        }
        guard protocols != nil else { return .accepted(subprotocol: nil) }
        guard let chosen = list(protocols).lazy.compactMap({ WireFormat(bytes: $0) }).first else {
            let known = WireFormat.allCases.map(\.rawValue).joined(separator: ", ")
            return .refused(status: 400, message: "unknown subprotocol; expected one of \(known), or none")
        }
        return .accepted(subprotocol: chosen)
    }

    /// No origin (no browser), the server's own, or one on the list. Hosts ignore case and a port that the scheme implies.
    private func isOriginAllowed(_ allowed: [String]) -> Bool {
        guard let origin, !origin.isEmpty else { return true }
        let asked = WebOrigin.normalized(origin)
        if allowed.contains(where: { WebOrigin.normalized($0) == asked }) { return true }
        guard let host else { return false }
        return ["http://", "https://"].contains { asked == WebOrigin.normalized($0 + host) }
    }

    /// 16 bytes in base64 are 22 of its characters, the last of which has four bits to spare, and two of padding.
    private func isKey(_ key: String) -> Bool {
        guard key.utf8.count == 24, key.hasSuffix("=="), let last = key.dropLast(2).last else { return false }
        return "AQgw".contains(last)
            && key.utf8.dropLast(2).allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                    true
                default: false
                }
            }
    }

    private func list(_ value: String?) -> [Substring] {
        (value ?? "").utf8.split(separator: UInt8(ascii: ",")).map { RequestHead.trimmed(Substring($0)) }
    }

    /// Whether a list has a word in it, in any case. Bytes are compared: strings would be in a Unicode normal form.
    private func has(_ word: String, in value: String?) -> Bool {
        list(value).contains { $0.lowercased().utf8.elementsEqual(word.utf8) }
    }
}

extension WireFormat {
    fileprivate init?(bytes name: Substring) {
        guard let found = WireFormat.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else {
            return nil
        }
        self = found
    }
}

extension Handshake {
    package init(_ head: RequestHead) {
        self.init(
            method: head.method, minorVersion: head.minorVersion, host: head["host"], origin: head["origin"],
            protocols: head["sec-websocket-protocol"], key: head["sec-websocket-key"],
            version: head["sec-websocket-version"], connection: head["connection"], upgrade: head["upgrade"])
    }
}

/// The token of `Authorization: Bearer TOKEN`; the scheme ignores case (RFC 9110 §11.1).
package func bearerToken(authorization: String?) -> String? {
    guard let parts = authorization?.split(separator: " ", maxSplits: 1), parts.count == 2,
        parts[0].lowercased().utf8.elementsEqual("bearer".utf8)
    else { return nil }
    let token = parts[1].filter { $0 != " " }
    return token.isEmpty ? nil : token
}

/// Where the server is, as the client itself has named it: `https://desk.example`; nil where that is no host and port. The
/// host must be one that `AllowedHosts` knows: links are built from it.
package func siteAddress(host: String, isTLS: Bool) -> String? {
    let isHost =
        !host.isEmpty
        && host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"),
                UInt8(ascii: "["), UInt8(ascii: "]"):
                true
            default: false
            }
        }
    return isHost ? "\(isTLS ? "https" : "http")://\(host)" : nil
}

/// The address that a proxy on this machine says it forwards for: the last hop, the only one that the proxy has seen.
package func forwardedAddress(_ forwardedFor: String?, by peer: String, isAddress: (String) -> Bool) -> String? {
    guard peer == "::1" || peer.hasPrefix("127."),
        let last = forwardedFor?.utf8.split(separator: UInt8(ascii: ",")).last
    else {
        return nil
    }
    let address = String(RequestHead.trimmed(Substring(last)))
    return isAddress(address) ? address : nil
}
