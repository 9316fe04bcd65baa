import ChatServer
import Conversation
import Foundation
import Glibc
import Testing
import Trading

@Suite struct `Sessions over real sockets` {
    @Test func `a line is answered in text without a subprotocol`() throws {
        let desk = EchoDesk()
        let server = try desk.serve()
        defer { server.shutDown() }
        let client = try RawWebSocket.open(
            port: #require(server.port), headers: ["Authorization: Bearer s3cret", "User-Agent: raw"])
        #expect(client.response.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
        #expect(!client.response.lowercased().contains("sec-websocket-protocol"))
        try client.send("[k7] whoami")
        #expect(try client.text() == "= [k7] whoami")
        let session = desk.sessions[0]
        #expect(
            desk.events == [
                .opened(
                    session,
                    Peer(
                        address: "127.0.0.1", format: .text, bearerToken: "s3cret", userAgent: "raw",
                        site: "http://127.0.0.1:\(try #require(server.port))")),
                .lines(session, [IncomingLine(text: "[k7] whoami")]),
            ])
    }

    @Test func `a message of several lines is answered line by line in order`() throws {
        let desk = EchoDesk()
        let server = try desk.serve()
        defer { server.shutDown() }
        let client = try RawWebSocket.open(
            port: #require(server.port), headers: ["Sec-WebSocket-Protocol: outcry.text.v1"])
        #expect(client.response.contains("outcry.text.v1"))
        try client.send("one\r\n\n// nothing\n  \ntwo\nthree")
        #expect(try [client.text(), client.text(), client.text()] == ["= one", "= two", "= three"])
    }

    @Test func `the json subprotocol answers in objects`() throws {
        let desk = EchoDesk()
        let server = try desk.serve()
        defer { server.shutDown() }
        let client = try RawWebSocket.open(
            port: #require(server.port), headers: ["Sec-WebSocket-Protocol: other.v1, outcry.json.v1"])
        #expect(client.response.contains("outcry.json.v1"))
        try client.send(#"{"id":"k7","line":"price \"x\""}"#)
        #expect(
            try client.text()
                == #"{"type":"reply","id":"k7","ok":true,"verb":"echo","text":"= price \"x\""}"#)
        try client.send("bare")
        #expect(try client.text() == #"{"type":"reply","id":null,"ok":true,"verb":"echo","text":"= bare"}"#)
        try client.send(#"{"line":5}"#)
        #expect(
            try client.text()
                == #"{"type":"reply","id":null,"ok":false,"text":"! the line is a number; expected a string","error":{"code":"bad_message","message":"the line is a number; expected a string"}}"#
        )
    }

    @Test(arguments: [1, 2, 7, 4_096, 60_000])
    func `fragments become one message`(fragmentBytes: Int) throws {
        let desk = EchoDesk()
        let server = try desk.serve { $0.limits.lineBytes = 65_536 }
        defer { server.shutDown() }
        let client = try RawWebSocket.open(port: #require(server.port))
        let line = String(repeating: "é€x", count: fragmentBytes > 100 ? 10_000 : 10)
        let bytes = Array(line.utf8)
        var start = 0
        while start < bytes.count {
            let end = min(start + fragmentBytes, bytes.count)
            try client.send(frame: start == 0 ? 1 : 0, Array(bytes[start..<end]), isFinal: false)
            // A control frame may come between fragments.
            if start == 0 { try client.send(frame: 9, Array("hello".utf8)) }
            start = end
        }
        try client.send(frame: 0, [], isFinal: true)
        let pong = try client.receive()
        #expect(pong == RawWebSocket.Frame(opcode: 10, payload: Array("hello".utf8)))
        #expect(try client.text() == "= \(line)")
    }

    @Test func `what threads send arrives in the order of each`() throws {
        let desk = EchoDesk()
        let server = try desk.serve { $0.limits.outgoingBytes = 10_000_000 }
        defer { server.shutDown() }
        let client = try RawWebSocket.open(port: #require(server.port))
        try desk.wait { !$0.isEmpty }
        let session = desk.sessions[0]
        for thread in 0..<4 {
            Thread.detachNewThread {
                for number in 0..<2_000 {
                    let text = "\(thread) \(number)"
                    server.send([(session, .written(text: text, json: text))])
                }
            }
        }
        var next = [0, 0, 0, 0]
        for _ in 0..<8_000 {
            let parts = try client.text().split(separator: " ").compactMap { Int($0) }
            #expect(next[parts[0]] == parts[1])
            next[parts[0]] += 1
        }
        #expect(next == [2_000, 2_000, 2_000, 2_000])
    }

    @Test func `two hundred sessions are answered and closed with 1001`() throws {
        let desk = EchoDesk()
        let server = try desk.serve()
        let clients = try (0..<200).map { _ in try RawWebSocket.open(port: #require(server.port)) }
        for (number, client) in clients.enumerated() { try client.send("line \(number)") }
        for (number, client) in clients.enumerated() { #expect(try client.text() == "= line \(number)") }
        #expect(server.metrics.sessions == 200)
        let last = desk.sessions[7]
        server.send([(last, .written(text: "* last words", json: ""))])
        let stopping = Thread { server.shutDown() }
        stopping.start()
        for (number, client) in clients.enumerated() {
            if number == 7 { #expect(try client.text() == "* last words") }
            #expect(try client.closeCode() == 1_001)
        }
        server.shutDown()
        #expect(server.metrics.sessions == 0)
        let closed = desk.events.count { if case .closed = $0 { true } else { false } }
        #expect(closed == 200)
    }

    @Test func `shutting down ends in time although a client neither reads nor answers`() throws {
        let desk = EchoDesk()
        let server = try desk.serve { $0.limits.shutdownSeconds = 1 }
        let client = try RawWebSocket.open(port: #require(server.port))
        try desk.wait { !$0.isEmpty }
        server.shutDown()
        #expect(server.port == nil)
        try desk.waitForClose()
        #expect(try client.closeCode() == 1_001)
    }

    @Test func `the desk closes a session with its own code after what waits`() throws {
        let desk = EchoDesk()
        let server = try desk.serve()
        defer { server.shutDown() }
        let client = try RawWebSocket.open(port: #require(server.port))
        try desk.wait { !$0.isEmpty }
        server.send([(desk.sessions[0], .written(text: "good bye", json: ""))])
        server.close(desk.sessions[0], code: 4_001, reason: "logged out")
        #expect(try client.text() == "good bye")
        #expect(
            try client.receive() == RawWebSocket.Frame(opcode: 8, payload: [0x0F, 0xA1] + Array("logged out".utf8)))
        try client.send(frame: 8, [0x0F, 0xA1])
        try desk.waitForClose()
        #expect(desk.events.last == .closed(desk.sessions[0]))
    }

    @Test func `a client that goes away is closed once`() throws {
        let desk = EchoDesk()
        let server = try desk.serve()
        defer { server.shutDown() }
        do { _ = try RawWebSocket.open(port: #require(server.port)) }
        try desk.waitForClose()
        server.shutDown()
        #expect(desk.events.count == 2)
    }

    @Test func `a taken port is told as such`() throws {
        let desk = EchoDesk()
        let server = try desk.serve()
        defer { server.shutDown() }
        let port = try #require(server.port)
        #expect(throws: ChatServerError.addressInUse(host: "127.0.0.1", port: port)) {
            try EchoDesk().serve { $0.port = port }
        }
    }

    @Test func `a silent client is pinged and then cut off`() throws {
        let desk = EchoDesk()
        let server = try desk.serve {
            $0.limits.pingIntervalSeconds = 1
            $0.limits.pongTimeoutSeconds = 1
        }
        defer { server.shutDown() }
        let client = try RawWebSocket.open(port: #require(server.port))
        #expect(try client.receive()?.opcode == 9)
        try desk.waitForClose()
    }
}
