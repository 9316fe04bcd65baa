import ChatServer
import Conversation
import Foundation
import Testing

/// One opening handshake, and what is answered to it (RFC 6455 §4.2; RFC 9112 for the HTTP around it).
struct OpeningCase: Sendable, CustomTestStringConvertible {
    let name: String
    let request: [UInt8]
    let status: Int
    /// What must be, and what must not be, among the headers of the answer.
    var has: [String] = []
    var hasNot: [String] = []

    var testDescription: String { name }

    static let requestLine = "GET /chat HTTP/1.1"
    static let upgrade = "Upgrade: websocket"
    static let connection = "Connection: Upgrade"
    static let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    static let version = "Sec-WebSocket-Version: 13"
    static let acceptance = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    /// A handshake in which each of these lines may be another, several, or none.
    init(
        _ name: String, _ status: Int, line: String = requestLine, host: String? = "Host: desk.example",
        upgrade: String? = upgrade, connection: String? = connection, key: String? = key, version: String? = version,
        and more: [String] = [], has: [String] = [], hasNot: [String] = []
    ) {
        let lines = [line] + [host, upgrade, connection, key, version].compactMap { $0 } + more
        self.init(
            name, status, bytes: Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8), has: has, hasNot: hasNot)
    }

    init(_ name: String, _ status: Int, bytes: [UInt8], has: [String] = [], hasNot: [String] = []) {
        self.name = name
        self.status = status
        self.request = bytes
        self.has = status == 101 ? has + ["HTTP/1.1 101 ", OpeningCase.acceptance] : has + ["Connection: "]
        self.hasNot = hasNot
    }
}

private func key(_ value: String) -> String { "Sec-WebSocket-Key: \(value)" }

private func headers(bytes: Int) -> [String] {
    let line = "X-Padding: " + String(repeating: "p", count: 87)
    return Array(repeating: line, count: bytes / 100)
}

private let accepted: [OpeningCase] = [
    OpeningCase("as the RFC has it", 101, hasNot: ["Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"]),
    OpeningCase(
        "names and words in other cases", 101, upgrade: "uPGRADE: WebSocket", connection: "CONNECTION: UPGRADE"),
    OpeningCase("Connection with more in it", 101, connection: "Connection: keep-alive, Upgrade"),
    OpeningCase("Connection in two headers", 101, connection: "Connection: keep-alive\r\nConnection: Upgrade"),
    OpeningCase("Upgrade with more in it", 101, upgrade: "Upgrade: h2c, websocket"),
    OpeningCase(
        "spaces and tabs around values", 101, upgrade: "Upgrade:\t websocket \t", version: "Sec-WebSocket-Version:13"),
    OpeningCase("another path, with a query", 101, line: "GET /any?x=1 HTTP/1.1"),
    OpeningCase("headers of 8,000 bytes", 101, and: headers(bytes: 7_700)),
    OpeningCase(
        "the json subprotocol", 101, and: ["Sec-WebSocket-Protocol: outcry.json.v1"],
        has: ["Sec-WebSocket-Protocol: outcry.json.v1"]),
    OpeningCase(
        "the first known of several subprotocols", 101,
        and: ["Sec-WebSocket-Protocol: v9.x,outcry.text.v1 , outcry.json.v1"],
        has: ["Sec-WebSocket-Protocol: outcry.text.v1\r\n"]),
    OpeningCase(
        "subprotocols in two headers", 101,
        and: ["Sec-WebSocket-Protocol: x", "Sec-WebSocket-Protocol: outcry.json.v1"],
        has: ["Sec-WebSocket-Protocol: outcry.json.v1"]),
    OpeningCase(
        "compression offered is not taken", 101,
        and: ["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"],
        hasNot: ["Sec-WebSocket-Extensions"]),
    OpeningCase(
        "compression offered wrongly is not taken either", 101,
        and: ["Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99; x=;;,"],
        hasNot: ["Sec-WebSocket-Extensions"]),
    OpeningCase("a Host with a port", 101, host: "Host: desk.example:8443"),
    OpeningCase("a Host in capitals, with a last dot", 101, host: "Host: DESK.Example."),
    OpeningCase("a Host that is the IPv6 loopback address", 101, host: "Host: [::1]:7015"),
    OpeningCase("a Host that is another loopback address", 101, host: "Host: 127.8.9.10"),
    OpeningCase("a target that is a whole URL", 101, line: "GET http://desk.example/chat HTTP/1.1"),
    OpeningCase("an origin on the list", 101, and: ["Origin: https://desk.example"]),
]

private let refused: [OpeningCase] = [
    OpeningCase("no Upgrade", 400, upgrade: nil),
    OpeningCase("an Upgrade to something else", 400, upgrade: "Upgrade: h2c"),
    OpeningCase("an Upgrade that only begins like it", 400, upgrade: "Upgrade: websockets"),
    OpeningCase("no Connection", 400, connection: nil),
    OpeningCase("a Connection without Upgrade", 400, connection: "Connection: keep-alive"),
    OpeningCase("a Connection with a word that has upgrade in it", 400, connection: "Connection: no-upgrade"),
    OpeningCase("no key", 400, key: nil),
    OpeningCase("an empty key", 400, key: key("")),
    OpeningCase("a key of 15 bytes", 400, key: key("dGhlIHNhbXBsZSBub25j")),
    OpeningCase("a key of 17 bytes", 400, key: key("dGhlIHNhbXBsZSBub25jZSE=")),
    OpeningCase("a key that is no base64", 400, key: key("dGhlIHNhbXBsZSBub25j*Q==")),
    OpeningCase("a key with bits to spare that are set", 400, key: key("dGhlIHNhbXBsZSBub25jZR==")),
    OpeningCase("a key of 4,000 characters", 400, key: key(String(repeating: "A", count: 4_000))),
    OpeningCase("two keys", 400, key: OpeningCase.key + "\r\n" + OpeningCase.key),
    OpeningCase("no version", 426, version: nil, has: ["Sec-WebSocket-Version: 13", "Upgrade: websocket"]),
    OpeningCase("version 8", 426, version: "Sec-WebSocket-Version: 8", has: ["Sec-WebSocket-Version: 13"]),
    OpeningCase("version 14", 426, version: "Sec-WebSocket-Version: 14", has: ["Sec-WebSocket-Version: 13"]),
    OpeningCase("version 013", 426, version: "Sec-WebSocket-Version: 013", has: ["Sec-WebSocket-Version: 13"]),
    OpeningCase("version 13, 8", 426, version: "Sec-WebSocket-Version: 13, 8", has: ["Sec-WebSocket-Version: 13"]),
    OpeningCase("two versions", 400, version: "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 13"),
    OpeningCase("no Host", 400, host: nil),
    OpeningCase("two Hosts", 400, host: "Host: a\r\nHost: b"),
    OpeningCase("a Host that is no name of this server", 421, host: "Host: evil.example"),
    OpeningCase("a Host that only begins like one of this server", 421, host: "Host: localhost.evil.example"),
    OpeningCase("a Host that only ends like one of this server", 421, host: "Host: evil-localhost"),
    OpeningCase("a Host that is an address of another machine", 421, host: "Host: 192.0.2.7"),
    OpeningCase("a Host with a user", 400, host: "Host: localhost@evil.example"),
    OpeningCase("a Host with a path", 400, host: "Host: localhost/evil"),
    OpeningCase("a Host with two names", 400, host: "Host: localhost, evil.example"),
    OpeningCase("an empty Host", 400, host: "Host:"),
    OpeningCase("a target at another host", 421, line: "GET http://evil.example/ HTTP/1.1", host: "Host: evil.example"),
    OpeningCase("a target and a Host that differ", 400, line: "GET http://localhost/ HTTP/1.1"),
    OpeningCase("a target with a user", 400, line: "GET http://a@desk.example/ HTTP/1.1"),
    OpeningCase("a target of another scheme", 400, line: "GET httpx://desk.example/ HTTP/1.1"),
    OpeningCase("HTTP/1.0", 400, line: "GET /chat HTTP/1.0"),
    OpeningCase("HTTP/0.9", 505, line: "GET /chat HTTP/0.9"),
    OpeningCase("HTTP/2.0", 505, line: "GET /chat HTTP/2.0"),
    OpeningCase("http in lower case", 400, line: "GET /chat http/1.1"),
    OpeningCase("POST", 400, line: "POST /chat HTTP/1.1"),
    OpeningCase("no path", 400, line: "GET HTTP/1.1"),
    OpeningCase("a path with a space in it", 400, line: "GET /a b HTTP/1.1"),
    OpeningCase("a path that does not begin with a slash", 400, line: "GET chat HTTP/1.1"),
    OpeningCase("a body", 400, and: ["Content-Length: 5"]),
    OpeningCase("a body in chunks", 400, and: ["Transfer-Encoding: chunked"]),
    OpeningCase("an unknown subprotocol", 400, and: ["Sec-WebSocket-Protocol: chat"]),
    OpeningCase("a subprotocol in another case", 400, and: ["Sec-WebSocket-Protocol: OUTCRY.JSON.V1"]),
    OpeningCase("a page of another origin", 403, and: ["Origin: https://evil.example"]),
    OpeningCase("a header without a colon", 400, and: ["Nonsense"]),
    OpeningCase("a header with a space before its colon", 400, and: ["X-Space : 1"]),
    OpeningCase("a header that is folded", 400, and: ["X-Long: 1", "  2"]),
    OpeningCase("a header with a zero in it", 400, and: ["X-Zero: a\0b"]),
    OpeningCase("a header with a line feed in it", 400, and: ["X-Feed: a\nb: c"]),
    OpeningCase("headers of 9,000 bytes", 431, and: headers(bytes: 9_000)),
    OpeningCase("a header of 100,000 bytes", 431, and: ["X: " + String(repeating: "x", count: 100_000)]),
    OpeningCase("a line without an end", 431, bytes: Array(repeating: UInt8(ascii: "G"), count: 20_000)),
    OpeningCase("what is no HTTP", 400, bytes: Array("help\r\n\r\n".utf8)),
    OpeningCase("what is no text", 400, bytes: [0x16, 3, 1, 0xFF, 0xC0] + RequestHeadEnd.bytes),
    OpeningCase("nothing but an end", 400, bytes: RequestHeadEnd.bytes),
    OpeningCase("an HTTP/2 preface", 505, bytes: Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)),
]

private enum RequestHeadEnd { static let bytes: [UInt8] = [13, 10, 13, 10] }

@Suite struct `RFC 6455, opening` {
    private func play(_ one: OpeningCase, piece: Int?) throws -> RawWebSocket {
        let client = try RawWebSocket(port: ConformanceServer.port())
        for bytes in piece.map({ pieces(of: $0, one.request) }) ?? [one.request] { try client.send(bytes: bytes) }
        try client.readResponse()
        #expect(client.status == one.status, "\(client.response)")
        for header in one.has { #expect(client.response.contains(header), "\(client.response)") }
        for header in one.hasNot { #expect(!client.response.contains(header), "\(client.response)") }
        return client
    }

    @Test(arguments: accepted) func `a handshake that is let in`(_ one: OpeningCase) throws {
        let client = try play(one, piece: nil)
        try client.send("whoami")
        #expect(try client.text().contains("= whoami"))
    }

    @Test(arguments: accepted.prefix(8)) func `a handshake byte by byte`(_ one: OpeningCase) throws {
        let client = try play(one, piece: one.request.count > 1_000 ? 100 : 1)
        try client.send("whoami")
        #expect(try client.text() == "= whoami")
    }

    @Test(arguments: refused) func `a handshake that is refused, in HTTP, with a reason`(_ one: OpeningCase) throws {
        let client = try play(one, piece: nil)
        #expect(try !client.body().isEmpty)
        // Nothing comes behind the answer, and the server has hung up.
        #expect(try client.receive() == nil)
        _ = try RawWebSocket.open(port: ConformanceServer.port())
    }

    @Test func `lines sent behind the handshake, before its answer, are read as any`() throws {
        let client = try RawWebSocket(port: ConformanceServer.port())
        try client.send(bytes: OpeningCase("", 101).request + text("early"))
        try client.readResponse()
        #expect(client.status == 101)
        #expect(try client.receive() == .echo("early"))
    }

    @Test func `a breach behind the handshake is seen through`() throws {
        let client = try RawWebSocket(port: ConformanceServer.port())
        try client.send(bytes: OpeningCase("", 101).request + frame(1, [0x61], mask: nil))
        try client.readResponse()
        #expect(client.status == 101)
        #expect(try client.receive()?.code == 1_002)
        #expect(try client.receive() == nil)
    }

    @Test func `an HTTP request and then a handshake on one connection`() throws {
        let client = try RawWebSocket(port: ConformanceServer.port())
        try client.request(["HEAD / HTTP/1.1", "Host: a"])
        #expect(client.status == 200)
        try client.send(bytes: OpeningCase("", 101).request)
        try client.readResponse()
        #expect(client.status == 101)
    }

    @Test(.oneTLSTestAtATime) func `plain HTTP on a port that speaks TLS is told so`() throws {
        guard let certificate = try TestCertificate() else { return }
        let server = try EchoDesk().serve { $0.tls = certificate.files }
        defer { server.shutDown() }
        for request in [OpeningCase("", 101).request, Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)] {
            let client = try RawWebSocket(port: #require(server.port))
            try client.send(bytes: request)
            try client.readResponse()
            #expect(client.status == 400)
            #expect(try client.body().contains("speaks TLS"))
            #expect(try client.receive() == nil)
        }
    }

    @Test func `a handshake that never ends is cut in its time, and holds up nobody`() throws {
        let server = try EchoDesk().serve { $0.limits.handshakeSeconds = 1 }
        defer { server.shutDown() }
        let port = try #require(server.port)
        let slow = try RawWebSocket(port: port)
        try slow.send(bytes: Array("GET / HTTP/1.1\r\nHost: ".utf8))
        let other = try RawWebSocket.open(port: port)
        #expect(throws: RawWebSocket.Failure.self) { try slow.readResponse() }
        try other.send("a")
        #expect(try other.text() == "= a")
    }
}
