import ChatServer
import Conversation
import Foundation
import Glibc
import Testing
import Trading

@Suite struct `What is refused over real sockets` {
    @Test(arguments: [
        (["Origin: https://evil.example"], 403),
        (["Origin: null"], 403),
        (["Origin: https://" + String(repeating: "a", count: 2_000)], 403),
        (["Sec-WebSocket-Protocol: other.v1"], 400),
        (["Sec-WebSocket-Protocol: " + String(repeating: "a", count: 300)], 400),
        (["Sec-WebSocket-Protocol: outcry.json.v1"], 101),
        (["Origin: https://Desk.example"], 101),
    ])
    func `a handshake gets an answer in HTTP`(headers: [String], status: Int) throws {
        let desk = EchoDesk()
        let server = try desk.serve { $0.allowedOrigins = ["https://desk.example"] }
        defer { server.shutDown() }
        let port = try #require(server.port)
        let client = try RawWebSocket(port: port)
        try client.handshake(port: port, headers: headers)
        #expect(client.status == status)
        if status != 101 { #expect(try !client.body().isEmpty) }
    }

    @Test func `the server's own origin is let in`() throws {
        let server = try EchoDesk().serve()
        defer { server.shutDown() }
        let port = try #require(server.port)
        _ = try RawWebSocket.open(port: port, headers: ["Origin: http://127.0.0.1:\(port)"])
    }

    @Test func `a session too many is refused with 503`() throws {
        let desk = EchoDesk()
        let server = try desk.serve { $0.limits.sessions = 1 }
        defer { server.shutDown() }
        let port = try #require(server.port)
        let first = try RawWebSocket.open(port: port)
        try desk.wait { !$0.isEmpty }
        server.note(desk.sessions[0], isLoggedIn: true)
        let second = try RawWebSocket(port: port)
        try second.handshake(port: port)
        #expect(second.status == 503)
        try first.send("still here")
        #expect(try first.text() == "= still here")
    }

    @Test func `bytes that are not UTF-8 close with 1007`() throws {
        let server = try EchoDesk().serve()
        defer { server.shutDown() }
        let client = try RawWebSocket.open(port: #require(server.port))
        try client.send(frame: 1, [0x62, 0xC3, 0x28])
        #expect(try client.closeCode() == 1_007)
    }

    @Test func `a message that is too long closes with 1009`() throws {
        let server = try EchoDesk().serve()
        defer { server.shutDown() }
        let client = try RawWebSocket.open(port: #require(server.port))
        try client.send(frame: 1, [UInt8](repeating: 0x61, count: 65_537))
        #expect(try client.closeCode() == 1_009)
    }

    @Test func `a binary message closes with 1003`() throws {
        let server = try EchoDesk().serve()
        defer { server.shutDown() }
        let client = try RawWebSocket.open(port: #require(server.port))
        try client.send(frame: 2, [1, 2, 3])
        #expect(try client.closeCode() == 1_003)
    }

    @Test func `a line that is too long is refused and the next is answered`() throws {
        let server = try EchoDesk().serve()
        defer { server.shutDown() }
        let client = try RawWebSocket.open(port: #require(server.port))
        try client.send("[k9] " + String(repeating: "a", count: 1_020))
        #expect(try client.text() == "[k9] ! the line has 1025 bytes; at most 1024")
        try client.send(String(repeating: "a", count: 1_024))
        #expect(try client.text().hasPrefix("= aaa"))
    }

    @Test func `a flood is refused in its order and cancel still gets through`() throws {
        let desk = EchoDesk(answers: false)
        let server = try desk.serve {
            $0.limits.lineBurst = 3
            $0.limits.lineRate = 1
            $0.limits.urgentBurst = 1
            $0.limits.urgentRate = 1
        }
        defer { server.shutDown() }
        let client = try RawWebSocket.open(port: #require(server.port))
        try client.send("1\n2\n3\n[t4] 4\nCancel all")
        try desk.wait { $0.count >= 3 }
        let session = desk.sessions[0]
        #expect(
            Array(desk.events.dropFirst()) == [
                .lines(session, [IncomingLine(text: "1"), IncomingLine(text: "2"), IncomingLine(text: "3")]),
                .lines(session, [IncomingLine(text: "Cancel all")]),
            ])
        // The refusal of the fourth waits for the answers to the three before it.
        let lines = ["1", "2", "3", "Cancel all"].map { IncomingLine(text: $0) }
        server.send([(session, .written(text: "* pushed", json: ""))])
        server.send(lines.map { (session, EchoDesk.answer($0)) })
        #expect(try client.text() == "* pushed")
        #expect(try [client.text(), client.text(), client.text()] == ["= 1", "= 2", "= 3"])
        let refusal = try client.text()
        #expect(refusal.hasPrefix("[t4] ! too fast: try again in "))
        #expect(try client.text() == "= Cancel all")
        #expect(server.metrics.linesRefused == 1)
    }

    @Test func `a line that needs no answer makes way for the refusals after it`() throws {
        let desk = EchoDesk(answers: false)
        let server = try desk.serve {
            $0.limits.lineBurst = 1
            $0.limits.lineRate = 1
        }
        defer { server.shutDown() }
        let client = try RawWebSocket.open(port: #require(server.port))
        try client.send("1\n2")
        try desk.wait { $0.count == 2 }
        server.send([(desk.sessions[0], .noReply)])
        #expect(try client.text().hasPrefix("! too fast: try again in "))
    }

    @Test func `a full desk refuses lines with too_many_waiting`() throws {
        let server = try EchoDesk(isFull: true).serve()
        defer { server.shutDown() }
        let client = try RawWebSocket.open(
            port: #require(server.port), headers: ["Sec-WebSocket-Protocol: outcry.json.v1"])
        try client.send(#"{"id":"a","line":"buy"}"#)
        let answer = try client.text()
        #expect(answer.contains(#""id":"a","ok":false"#))
        #expect(answer.contains(#""code":"too_many_waiting""#))
    }

    @Test func `a slow reader is closed and the desk told`() throws {
        let desk = EchoDesk()
        let server = try desk.serve()
        defer { server.shutDown() }
        let client = try RawWebSocket.open(port: #require(server.port), receiveBufferBytes: 4_096)
        let reader = try RawWebSocket.open(port: #require(server.port))
        try desk.wait { $0.count >= 2 }
        let text = String(repeating: "x", count: 10_000)
        var sent = 0
        while server.metrics.slowReadersClosed == 0, sent < 10_000 {
            server.send([(desk.sessions[0], .written(text: text, json: text))])
            sent += 1
            if sent % 16 == 0 { usleep(1_000) }
        }
        try desk.waitForClose()
        #expect(server.metrics.slowReadersClosed == 1)
        // Nobody else is held up.
        try reader.send("hello")
        #expect(try reader.text() == "= hello")
        // What had been handed to the socket arrives whole, then the close frame, although the client goes on sending.
        for _ in 0..<50 { try client.send("still here") }
        #expect(try client.closeCode() == 1_013)
    }

    @Test(arguments: [
        ("GET", "/", 200), ("HEAD", "/", 200), ("GET", "/health", 200), ("GET", "/nothing", 404),
        ("POST", "/", 405), ("DELETE", "/health", 405),
    ])
    func `plain HTTP is answered`(method: String, path: String, status: Int) throws {
        let server = try EchoDesk().serve()
        defer { server.shutDown() }
        let client = try RawWebSocket(port: #require(server.port))
        try client.request(
            ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1"] + (method == "POST" ? ["Content-Length: 0"] : []))
        #expect(client.status == status)
        if method == "GET", path == "/health" { #expect(try client.body() == "{\"up\":true,\"orders\":3}\n") }
    }

    @Test func `two requests on one connection are both answered`() throws {
        let server = try EchoDesk().serve()
        defer { server.shutDown() }
        let client = try RawWebSocket(port: #require(server.port))
        for _ in 0..<2 {
            try client.request(["HEAD /health HTTP/1.1", "Host: 127.0.0.1"])
            #expect(client.status == 200)
        }
    }

    @Test func `a proxy's word on the address is taken only where told`() throws {
        for trusts in [false, true] {
            let desk = EchoDesk()
            let server = try desk.serve { $0.trustsForwardedFor = trusts }
            defer { server.shutDown() }
            _ = try RawWebSocket.open(
                port: #require(server.port), headers: ["X-Forwarded-For: 10.0.0.1, 192.0.2.7"])
            try desk.wait { !$0.isEmpty }
            guard case .opened(_, let peer) = desk.events[0] else { return }
            #expect(peer.address == (trusts ? "192.0.2.7" : "127.0.0.1"))
        }
    }
}
