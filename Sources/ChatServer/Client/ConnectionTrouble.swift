/// Why a connection was never open, and what helps: the words of `WebSocketClient.Event.failed`.
struct ConnectionTrouble: Hashable, Sendable {
    var address: WebSocketAddress
    /// `HOST:PORT` of the proxy that was asked to connect.
    var proxy: String?
    /// The library's own words, for want of better ones.
    var libraryText: String?
    /// What is wrong with the server's certificate.
    var certificate: CertificateFault?
    /// Whether the handshake was sent: somebody has taken the connection, and TLS where that is spoken.
    var hasAsked = false
    /// What came back after that.
    var answered: [UInt8] = []
    /// What the system said when it was asked to connect; nil where it does connect.
    var connectError: String?

    /// One line without a full stop.
    var reason: String {
        if let certificate { return certificate.reason(connectingTo: address) }
        let text = libraryText ?? ""
        if hasAsked, let answer = HandshakeAnswer(answered) { return ConnectionTrouble.words(answer, address) }
        // The library parses a proxy's answer itself, and tells its status alone.
        if text.hasPrefix("ERROR proxy") || text.hasPrefix("proxy") || text.contains("proxy:") {
            return "the proxy \(proxy ?? "") does not connect to \(place): \(text)"
        }
        if hasAsked { return silence(text) }
        if let connectError {
            return proxy.map { "cannot connect to the proxy \($0): \(connectError)" }
                ?? "cannot connect to \(place): \(connectError)"
        }
        let isLate = text.containsInAnyCase("timed out") || text.containsInAnyCase("timeout")
        if address.isSecure {
            var plain = address
            plain.isSecure = false
            let what = isLate ? "no answer from \(place) in time" : "\(place) does not speak TLS as this client does"
            return "\(what); a server without TLS is \(plain)"
        }
        if isLate { return "no answer from \(place) in time" }
        return "cannot connect to \(place)\(text.isEmpty ? "" : ": \(text)")"
    }

    private var place: String {
        "\(address.host.contains(":") ? "[\(address.host)]" : address.host):\(address.port)"
    }

    /// The handshake was sent, and what came back is no HTTP.
    private func silence(_ text: String) -> String {
        var secure = address
        secure.isSecure = true
        // A TLS record: an alert or a handshake (RFC 8446 §5.1).
        if !address.isSecure, let first = answered.first, first == 0x15 || first == 0x16 {
            return "\(place) speaks TLS; connect to \(secure)"
        }
        if text.containsInAnyCase("timed out") || text.containsInAnyCase("timeout") {
            return "\(place) took the connection and did not answer the handshake in time"
        }
        if !answered.isEmpty { return "what answers at \(place) is not a WebSocket server" }
        return "\(place) took the connection and closed it without an answer"
            + (address.isSecure ? "" : "; a server with TLS is \(secure)")
    }

    /// The server's reason, and the option or the act that helps.
    private static func words(_ answer: HandshakeAnswer, _ address: WebSocketAddress) -> String {
        let said = answer.reason
        let refusal = "the server answered \(answer.status)\(said.isEmpty ? "" : ": \(said)")"
        return advice(answer, address).map { "\(refusal); \($0)" } ?? refusal
    }

    private static func advice(_ answer: HandshakeAnswer, _ address: WebSocketAddress) -> String? {
        switch answer.status {
        case 101: return "but not with the WebSocket handshake that was asked for"
        case 200...299: return "that is a web page and not a desk: is \(address.path) the right path?"
        case 300...399: return "it points to \(answer["location"] ?? "another address"): give that address"
        case 401:
            return "it wants a login of its own before the desk's: --token-file FILE sends a token with the handshake"
        case 403:
            return
                "the desk's operator allows web pages with --allow-origin; a proxy before the desk has rules of its own"
        case 404: return "no desk at \(address.path): give the path, \(address.isSecure ? "wss" : "ws")://HOST/PATH"
        case 407: return "the proxy wants a login: --proxy http://USER:PASSWORD@HOST:PORT"
        case 421:
            return "the server is not told that it is called \(address.host): its operator adds --host \(address.host)"
        case 426: return "the server wants another version of WebSocket"
        case 429: return answer.retryAfterSeconds.map { "try again in \($0) s" } ?? "try again later"
        case 502, 504: return "a proxy answers, and the desk behind it does not: is it running?"
        case 503: return answer.retryAfterSeconds.map { "try again in \($0) s" } ?? "try again later"
        default: return nil
        }
    }
}

extension String {
    /// Whether a text in any case stands in it. For the library's English words.
    fileprivate func containsInAnyCase(_ text: String) -> Bool { lowercased().contains(text.lowercased()) }
}
