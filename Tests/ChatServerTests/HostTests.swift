import Conversation
import Testing

@testable import ChatServer

/// Which server a request means, and whether that is this one.
@Suite struct `Hosts` {
    @Test(
        arguments: [
            ("localhost", "localhost", nil), ("LOCALHOST:7015", "localhost", 7_015),
            ("desk.example.", "desk.example", nil),
            ("desk.example:", "desk.example", nil), ("127.0.0.1:80", "127.0.0.1", 80), ("[::1]", "::1", nil),
            ("[0:0:0:0:0:0:0:1]:9", "::1", 9), ("[2001:DB8::1]", "2001:db8::1", nil),
            ("[::ffff:127.0.0.1]", "127.0.0.1", nil),
            ("my_desk", "my_desk", nil),
        ] as [(String, String, UInt16?)])
    func `a host is read with its port`(text: String, name: String, port: UInt16?) {
        let host = RequestHost(text)
        #expect(host?.name == name)
        #expect(host?.port == port)
    }

    @Test(arguments: [
        "", ":7015", ".", "a b", "a/b", "a?b", "a#b", "user@a", "a,b", "a..b", "a:b", "a:70000", "a:-1", "a:1:2", "::1",
        "[::1", "[127.0.0.1]", "[::1]x", "[::1%lo]", "127.1", "0177.0.0.1.5", "2130706433", "1.2.3.4.5", "desk.1",
        "dësk",
        "a\u{0}", String(repeating: "a", count: 254),
    ])
    func `what is no host is refused`(text: String) { #expect(RequestHost(text) == nil) }

    @Test(
        arguments: [
            ("localhost", true), ("127.0.0.1", true), ("127.255.0.9:1", true), ("[::1]", true), ("desk.example", true),
            ("10.0.0.7", true), ("[2001:db8::7]", true), ("192.0.2.1", true), ("evil.example", false),
            ("localhost.evil.example", false), ("sub.localhost", false), ("192.0.2.2", false), ("[::]", false),
            ("0.0.0.0", false), ("[::7f00:1]", false),
        ])
    func `loopback names, the listened address, the reached one and the list are allowed`(text: String, isAllowed: Bool)
        throws
    {
        let allowed = AllowedHosts(listening: "10.0.0.7", names: ["Desk.Example", "2001:db8::7"])
        #expect(allowed.allows(try #require(RequestHost(text)), localAddress: "192.0.2.1") == isAllowed)
    }

    @Test(
        arguments: [
            ("desk.example", nil), ("192.0.2.7", nil), ("2001:db8::7", nil), ("[2001:db8::7]", nil),
            ("https://desk.example", "is no host"), ("desk.example:443", "has a port"), ("*", "is no host"),
            ("*.example", "is no host"), ("", "is no host"), ("dësk.example", "xn--"),
        ] as [(String, String?)])
    func `a name of --host that can never match is told`(name: String, words: String?) {
        let problem = AllowedHosts.problem(with: name)
        #expect((problem == nil) == (words == nil))
        if let words { #expect(problem?.contains(words) == true, "\(problem ?? "")") }
    }

    @Test(
        arguments: [
            ("https://desk.example", nil), ("https://desk.example/", nil), ("http://127.0.0.1:3000", nil),
            ("http://[::1]:3000", nil), ("chrome-extension://abcdefgh", nil), ("HTTPS://Desk.example", nil),
            ("*", "every web page"), ("null", "sandboxed"), ("desk.example", "no origin"),
            ("https://*.example", "more than"),
            ("https://desk.example/app", "more than"), ("https://desk.example?x", "more than"), ("https://", "no host"),
            ("https://u@desk.example", "more than"), ("https://desk.example:0", "no port"),
            ("https://desk.example:x", "no host"),
            ("https://dësk.example", "xn--"), ("", "no origin"), ("://desk.example", "no origin"),
        ] as [(String, String?)])
    func `an origin of --allow-origin that can never match is told`(origin: String, words: String?) {
        let problem = WebOrigin.problem(with: origin)
        #expect((problem == nil) == (words == nil), "\(problem ?? "")")
        if let words { #expect(problem?.contains(words) == true, "\(problem ?? "")") }
    }

    @Test(arguments: [
        ("GET /health HTTP/1.1", "Host: evil.example", 421), ("GET / HTTP/1.1", "Host: evil.example", 421),
        ("GET /nothing HTTP/1.1", "Host: evil.example", 421), ("POST / HTTP/1.1", "Host: evil.example", 421),
        ("HEAD / HTTP/1.1", "Host: evil.example:80", 421), ("GET /export/a-word HTTP/1.1", "Host: evil.example", 421),
        ("GET http://evil.example/health HTTP/1.1", "Host: evil.example", 421),
        ("GET http://evil.example/health HTTP/1.1", "Host: localhost", 400),
        ("GET http://localhost/health HTTP/1.1", "Host: localhost", 200),
        ("GET HTTP://LOCALHOST HTTP/1.1", "Host: localhost", 200),
        ("GET /health HTTP/1.1", "X-No-Host: 1", 400), ("GET /health HTTP/1.1", "Host: a\r\nHost: a", 400),
        ("GET /health HTTP/1.0", "X-No-Host: 1", 200), ("GET /health HTTP/1.0", "Host: evil.example", 421),
        ("GET http://evil.example/health HTTP/1.0", "X-No-Host: 1", 421),
        ("GET /export/a-word HTTP/1.1", "Host: localhost", 200),
    ])
    func `a page's own name that leads here gets nothing`(line: String, host: String, status: Int) throws {
        let desk = EchoDesk(downloads: [
            "a-word": Download(fileName: "trades.csv", type: "text/csv", bytes: Array("secret".utf8))
        ])
        let server = try desk.serve()
        defer { server.shutDown() }
        let client = try RawWebSocket(port: #require(server.port))
        try client.request([line, host])
        #expect(client.status == status, "\(client.response)")
        guard status == 421, !line.hasPrefix("HEAD") else { return }
        #expect(try client.body().contains("--host"))
        #expect(server.metrics.hostsRefused == 1)
    }

    @Test func `the desk is told of refused hosts and origins, bounded in length and in number`() throws {
        let desk = EchoDesk()
        let server = try desk.serve {
            $0.limits.refusalBurst = 2
            $0.limits.refusalRate = 1
        }
        defer { server.shutDown() }
        let port = try #require(server.port)
        let long = String(repeating: "a", count: 250)
        try RawWebSocket(port: port).request(["GET / HTTP/1.1", "Host: \(long)"])
        try RawWebSocket(port: port).handshake(port: port, headers: ["Origin: http://evil.example"])
        for _ in 0..<5 { try RawWebSocket(port: port).request(["GET / HTTP/1.1", "Host: evil.example"]) }
        let told = desk.events.compactMap { if case .refused(let request) = $0 { request } else { nil } }
        #expect(
            told.prefix(2) == [
                RefusedRequest(address: "127.0.0.1", header: .host, value: String(repeating: "a", count: 200)),
                RefusedRequest(address: "127.0.0.1", header: .origin, value: "http://evil.example"),
            ])
        #expect(told.count < 7)
        #expect(server.metrics.hostsRefused == 6 && server.metrics.originsRefused == 1)
    }
}
