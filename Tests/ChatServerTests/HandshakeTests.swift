import Conversation
import Testing

@testable import ChatServer

/// The key that RFC 6455 §1.3 has as its example.
private let sampleKey = "dGhlIHNhbXBsZSBub25jZQ=="

@Suite struct `Handshakes` {
    @Test(
        arguments: [
            (nil, "h:80", true), ("", "h", true), ("http://h:8080", "h:8080", true),
            ("https://H.example", "h.example", true),
            ("https://h.example:443", "h.example", true), ("http://h", "h:80", true), ("http://h:81", "h:80", false),
            ("https://h", "h:80", false), ("null", "h", false), ("file://", "h", false),
            ("http://h.evil.example", "h", false),
            ("https://allowed.example", "h", true), ("https://allowed.example/", "h", true),
            ("https://allowed.example:444", "h", false), ("http://allowed.example", "h", false),
        ] as [(String?, String, Bool)])
    func `an origin is the server's own or on the list`(origin: String?, host: String, isAllowed: Bool) {
        let handshake = Handshake(
            host: host, origin: origin, key: sampleKey, version: "13", connection: "Upgrade", upgrade: "websocket")
        let verdict = handshake.judged(allowedOrigins: ["https://allowed.example"])
        switch verdict {
        case .accepted: #expect(isAllowed)
        case .refused(let status, _): #expect(!isAllowed && status == 403)
        }
    }

    @Test(
        arguments: [
            (Handshake(host: "h", key: sampleKey, version: "13", connection: "Upgrade", upgrade: "websocket"), nil),
            (Handshake(host: nil, key: sampleKey, version: "13", connection: "Upgrade", upgrade: "websocket"), 400),
            (Handshake(host: "h", key: nil, version: "13", connection: "Upgrade", upgrade: "websocket"), 400),
            (
                Handshake(
                    host: "h", key: sampleKey, version: "13", connection: "keep-alive, upgrade", upgrade: "WebSocket"),
                nil
            ),
            (Handshake(host: "h", key: sampleKey, version: "13", connection: "keep-alive", upgrade: "websocket"), 400),
            (Handshake(host: "h", key: sampleKey, version: "8", connection: "Upgrade", upgrade: "websocket"), 426),
            (
                Handshake(
                    host: "h", protocols: "x , outcry.text.v1", key: sampleKey, version: "13", connection: "Upgrade",
                    upgrade: "websocket"),
                nil
            ),
            (
                Handshake(
                    host: "h", protocols: "outcry.text.v2", key: sampleKey, version: "13", connection: "Upgrade",
                    upgrade: "websocket"), 400
            ),
            (
                Handshake(
                    host: "h", protocols: "outcry ", key: sampleKey, version: "13", connection: "Upgrade",
                    upgrade: "websocket"), 400
            ),
        ] as [(Handshake, Int?)])
    func `a handshake is whole and asks for what is spoken here`(handshake: Handshake, status: Int?) {
        switch handshake.judged(allowedOrigins: []) {
        case .accepted: #expect(status == nil)
        case .refused(let refused, let message):
            #expect(refused == status)
            #expect(!message.isEmpty)
        }
    }

    @Test(
        arguments: [
            ("Bearer abc", "abc"), ("bearer  abc ", "abc"), ("Basic abc", nil), ("Bearer", nil), ("Bearer ", nil),
            (nil, nil),
        ] as [(String?, String?)])
    func `a bearer token is read`(authorization: String?, token: String?) {
        #expect(bearerToken(authorization: authorization) == token)
    }

    @Test(
        arguments: [
            ("10.0.0.1, 192.0.2.7", "127.0.0.1", "192.0.2.7"), ("2001:db8::1", "::1", "2001:db8::1"),
            ("192.0.2.7", "198.51.100.1", nil), ("unknown", "127.0.0.1", nil), (nil, "127.0.0.1", nil),
        ] as [(String?, String, String?)])
    func `only a proxy on this machine is believed, and only its last hop`(
        header: String?, peer: String, address: String?
    ) {
        #expect(forwardedAddress(header, by: peer, isAddress: isNumericAddress) == address)
    }

    @Test(
        arguments: [
            ("ws://h", WebSocketAddress(host: "h", port: 80)),
            (
                "wss://h.example:8443/chat?x=1",
                WebSocketAddress(isSecure: true, host: "h.example", port: 8_443, path: "/chat?x=1")
            ),
            ("ws://[::1]:9/", WebSocketAddress(host: "::1", port: 9)),
            ("ws://h?x", WebSocketAddress(host: "h", port: 80, path: "/?x")),
            ("http://h", nil), ("ws://", nil), ("ws://h:99999", nil), ("ws://u@h", nil), ("ws://h#f", nil),
            ("ws://h h", nil),
        ] as [(String, WebSocketAddress?)])
    func `a client's URL is read`(url: String, address: WebSocketAddress?) {
        #expect(WebSocketAddress(url) == address)
    }
}
