import Conversation
import Testing

@testable import ChatServer

/// Why a client could not connect, and when the server wants to be asked again.
func failure(of options: WebSocketClient.Options) async -> (reason: String, seconds: Int?)? {
    let (client, events) = WebSocketClient.connect(options)
    defer { client.close() }
    for await event in events {
        if case .failed(let reason, let seconds) = event { return (reason, seconds) }
        client.close()
    }
    return nil
}

@Suite struct `Why a client cannot connect` {
    @Test(arguments: [
        ("403 Forbidden", "Content-Length: 5\r\n\r\nnope\n", "answered 403: nope; the desk's operator allows"),
        ("404 Not Found", "Content-Length: 0\r\n\r\n", "answered 404: Not Found; no desk at /"),
        ("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n\r\nlog in\n", "answered 401: log in; "),
        ("421 Misdirected Request", "\r\nnot desk.example\n", "421: not desk.example; the server is not told"),
        ("429 Too Many Requests", "Retry-After: 7\r\n\r\nslow down\n", "429: slow down; try again in 7 s"),
        ("503 Service Unavailable", "\r\nback at noon\n", "503: back at noon; try again later"),
        ("502 Bad Gateway", "Content-Type: text/html\r\n\r\n<html>\n", "502: Bad Gateway; a proxy answers"),
        ("302 Found", "Location: wss://other.example/\r\n\r\n", "302: Found; it points to wss://other.example/: give"),
        ("200 OK", "Content-Type: text/html\r\n\r\n<html>", "200: OK; that is a web page"),
        ("500", "\r\n\u{1B}[2Jboom\n", "answered 500: [2Jboom"),
    ])
    func `the server's reason is told, with what helps`(status: String, rest: String, words: String) async throws {
        let text = "HTTP/1.1 \(status)\r\n\(rest)"
        let end = try #require(text.firstRange(of: "\r\n\r\n")?.upperBound)
        // In one packet, with the body behind, and with a head in pieces. The library reads what has come by then, which may
        // be more than was there a moment before: so often.
        let line = try #require(text.firstRange(of: "\r\n")?.upperBound)
        let pieces = [
            [text], [String(text[..<end]), String(text[end...])], [String(text[..<line]), String(text[line...])],
        ]
        for parts in [pieces[0]] + Array(repeating: pieces[1], count: 20) + [pieces[2]] {
            let server = try AnswerServer(parts.map { Array($0.utf8) })
            let address = WebSocketAddress(host: "127.0.0.1", port: server.port)
            let found = await failure(of: .init(address: address))
            #expect(found?.reason.contains(words) == true, "\(found?.reason ?? "it was open")")
            #expect(found?.seconds == (status.hasPrefix("429") ? 7 : nil))
        }
    }

    @Test(arguments: [
        ("", "took the connection and closed it without an answer; a server with TLS is wss://127.0.0.1:"),
        ("\u{15}\u{03}\u{03}", "speaks TLS; connect to wss://127.0.0.1:"),
        ("SSH-2.0-OpenSSH\r\n", "is not a WebSocket server"),
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "answered 101"),
    ])
    func `what is no WebSocket server is told`(said: String, words: String) async throws {
        let server = try AnswerServer(said)
        let found = await failure(of: .init(address: WebSocketAddress(host: "127.0.0.1", port: server.port)))
        #expect(found?.reason.contains(words) == true, "\(found?.reason ?? "it was open")")
    }

    @Test func `nobody who listens, and a name that nobody has, are told`() async throws {
        let server = try EchoDesk().serve()
        let port = try #require(server.port)
        server.shutDown()
        let refused = await failure(of: .init(address: WebSocketAddress(host: "127.0.0.1", port: port)))
        #expect(refused?.reason.contains("127.0.0.1:\(port): connection refused: no server listens there") == true)
        let unknown = await failure(of: .init(address: WebSocketAddress(host: "desk.invalid", port: 80)))
        #expect(unknown?.reason.contains("no address for the name desk.invalid") == true)
    }

    @Test(.oneTLSTestAtATime) func `a certificate that is not accepted is told, with the option that helps`()
        async throws
    {
        guard let certificate = try TestCertificate() else { return }
        let files = certificate.files
        let server = try EchoDesk().serve {
            $0.tls = files
            $0.hosts = ["127.0.0.1"]
        }
        let port = try #require(server.port)
        var options = WebSocketClient.Options(address: .init(isSecure: true, host: "localhost", port: port))
        let untrusted = await failure(of: options)
        #expect(untrusted?.reason.contains("certificate is not trusted (self-signed certificate); ") == true)
        #expect(untrusted?.reason.contains("--trust FILE") == true)
        options.trustedCertificates = files.certificatePath
        options.address.host = "127.0.0.1"
        let misnamed = await failure(of: options)
        #expect(
            misnamed?.reason
                == "the server's certificate is for localhost, not for 127.0.0.1; connect to wss://localhost:\(port)/")
        options.address.isSecure = false
        let plain = await failure(of: options)
        #expect(plain?.reason == "the server answered 400: this port speaks TLS: wss:// or https://")
        server.shutDown()
        let open = try EchoDesk().serve()
        options.address = try WebSocketAddress(isSecure: true, host: "localhost", port: #require(open.port))
        // Which waits for the rest of a request.
        options.limits.connectSeconds = 1
        let secure = await failure(of: options)
        #expect(
            secure?.reason.contains("a server without TLS is ws://localhost:") == true,
            "\(secure?.reason ?? "it was open")")
        open.shutDown()
    }

    @Test func `an answer is read whatever it lacks`() {
        #expect(HandshakeAnswer(Array("HTTP/1.1 503\r\n".utf8)) == nil)
        #expect(HandshakeAnswer(Array("nonsense\r\n\r\n".utf8)) == nil)
        #expect(HandshakeAnswer(Array("HTTP/1.1 503\n\nx".utf8))?.reason == "x")
        let dated = HandshakeAnswer(Array("HTTP/1.1 503 A  B\r\nRetry-After: Fri, 1 Jan\r\nX\r\n\r\n\r\n".utf8))
        #expect(dated?.retryAfterSeconds == nil && dated?.reason == "A  B")
        let long = HandshakeAnswer(Array(("HTTP/1.1 500 x\r\n\r\n" + String(repeating: "y", count: 900)).utf8))
        #expect(long?.reason.count == HandshakeAnswer.reasonCharactersMax + 3)
        for count in 0..<60 {
            let text = "HTTP/1.1 429 Too Many\r\nContent-Length: 2\r\n\r\nab"
            let answer = HandshakeAnswer(Array(text.utf8.prefix(count)))
            #expect((answer != nil) == (count >= text.utf8.count - 2))
            #expect(HandshakeAnswer.refuses(Array(text.utf8.prefix(count))) == (count >= "HTTP/1.1 429".utf8.count))
        }
    }
}

@Suite struct `Which proxy is meant` {
    @Test(
        arguments: [
            ("ws://desk.example", ["http_proxy": "http://p:3128"], "p:3128"),
            ("ws://desk.example", ["http_proxy": "p:3128/"], "p:3128"),
            ("ws://desk.example", ["http_proxy": "http://u:w@p"], "u:w@p:1080"),
            ("wss://desk.example", ["http_proxy": "p:1"], nil), ("wss://desk.example", ["https_proxy": "p:2"], "p:2"),
            ("wss://desk.example", ["HTTPS_PROXY": "p:2"], "p:2"), ("ws://desk.example", ["HTTP_PROXY": "p:1"], nil),
            ("ws://desk.example", ["ALL_PROXY": "p:3"], "p:3"),
            ("ws://desk.example", ["http_proxy": "p:1", "no_proxy": "*"], nil),
            ("ws://desk.example", ["http_proxy": "p:1", "no_proxy": "a, .example"], nil),
            ("ws://desk.example", ["http_proxy": "p:1", "NO_PROXY": "example"], nil),
            ("ws://desk.example", ["http_proxy": "p:1", "no_proxy": "ample"], "p:1"),
            ("ws://desk.example:99", ["http_proxy": "p:1", "no_proxy": "desk.example:98"], "p:1"),
            ("ws://desk.example:99", ["http_proxy": "p:1", "no_proxy": "DESK.example.:99"], nil),
            ("ws://desk.example:99", ["http_proxy": "p:1", "no_proxy": "DESK.example:99"], nil),
            ("ws://10.1.2.3", ["http_proxy": "p:1", "no_proxy": "10.0.0.0/8"], nil),
            ("ws://11.1.2.3", ["http_proxy": "p:1", "no_proxy": "10.0.0.0/8"], "p:1"),
            ("ws://127.0.0.1", ["http_proxy": "p:1"], nil), ("ws://127.9.9.9:7015", ["http_proxy": "p:1"], nil),
            ("ws://localhost", ["http_proxy": "p:1"], nil), ("ws://LOCALHOST.", ["all_proxy": "p:1"], nil),
            ("wss://desk.localhost", ["https_proxy": "p:1"], nil), ("ws://[::1]:7015", ["http_proxy": "p:1"], nil),
            ("ws://[::ffff:127.0.0.1]", ["http_proxy": "p:1"], nil), ("ws://127.example", ["http_proxy": "p:1"], "p:1"),
            ("ws://128.0.0.1", ["http_proxy": "p:1"], "p:1"), ("ws://desk.example", ["http_proxy": ""], nil),
        ] as [(String, [String: String], String?)])
    func `as curl has it, and never to this machine`(
        url: String, environment: [String: String], proxy: String?
    ) throws {
        let address = try #require(WebSocketAddress(url))
        #expect(try ProxyChoice.inEnvironment(environment, for: address)?.libraryText == proxy)
    }

    @Test(arguments: [
        "socks5://p:1", "https://p:1", "", "http://", "http://p:0", "http://p:x", "http://p:70000", "http://[::1]:1",
        "http://a b:1", "http://p:1/path",
    ])
    func `what cannot be used is refused`(url: String) {
        #expect(throws: ProxyChoice.Fault.self) { try ProxyChoice(url) }
    }
}
