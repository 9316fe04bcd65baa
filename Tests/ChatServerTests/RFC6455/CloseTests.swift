import ChatServer
import Conversation
import Testing

private let reason123 = [UInt8](repeating: UInt8(ascii: "r"), count: 123)

private func code(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }

/// RFC 6455 §5.5.1 and §7.4, and the codes that IANA has registered since.
private let closes: [ProtocolCase] =
    [
        ProtocolCase("no code is answered with none", [frame(8)], answers: .empty),
        ProtocolCase("half a code", [frame(8, [3])], closes: 1_002),
        ProtocolCase("a code with a reason", [close(1_000, Array("good bye".utf8))], closes: 1_000),
        ProtocolCase("a reason that is no ASCII", [close(1_000, Array("até já €".utf8))], closes: 1_000),
        ProtocolCase("a reason of 123 bytes", [close(1_000, reason123)], closes: 1_000),
        ProtocolCase("a reason of 124 bytes", [close(1_000, reason123 + [0x72])], closes: 1_002),
        ProtocolCase("a reason that is no text", [close(1_000, [0x61, 0xED, 0xA0, 0x80])], closes: 1_007),
        ProtocolCase("a reason cut within a character", [close(1_000, [0xE2, 0x82])], closes: 1_007),
        ProtocolCase("byte by byte", pieces(of: 1, close(3_000, Array("bye".utf8))), closes: 3_000),
        ProtocolCase(
            "after a line, which is answered first", [text("a")], comes: [.echo("a")], then: [close(1_000)],
            closes: 1_000),
        ProtocolCase(
            "after a ping, which is answered first", [ping("a") + close(1_000)], comes: [.pong([0x61])], closes: 1_000),
        ProtocolCase("a line behind it is not answered", [close(1_000) + text("a")], closes: 1_000),
        ProtocolCase("a ping behind it is not answered", [close(1_000) + ping()], closes: 1_000),
        ProtocolCase("a second close behind it is not answered", [close(1_000) + close(1_001)], closes: 1_000),
        ProtocolCase(
            "much behind it, which is thrown away", [close(1_000) + Array(repeating: 0x41, count: 60_000)],
            closes: 1_000),
        ProtocolCase("nonsense behind it does not change the code", [close(1_000) + [0xFF, 0xFF]], closes: 1_000),
        ProtocolCase("inside a message, which is lost", [text("a", isFinal: false) + close(1_000)], closes: 1_000),
        ProtocolCase(
            "inside a message whose rest comes behind it",
            [text("a", isFinal: false) + close(1_000) + continuation("b")],
            closes: 1_000),
        ProtocolCase(
            "a wrong code and text that is wrong too", [close(1_005, [0xFF])], closes: 1_002),
    ]
    + [1_000, 1_001, 1_002, 1_003, 1_007, 1_008, 1_009, 1_010, 1_011, 1_012, 1_013, 1_014, 3_000, 3_999, 4_000, 4_999]
    .map { number in ProtocolCase("code \(number) is answered in kind", [close(number)], closes: number) }
    + [
        0, 1, 999, 1_004, 1_005, 1_006, 1_015, 1_016, 1_100, 1_999, 2_000, 2_999, 5_000, 5_001, 9_999, 32_768, 65_535,
    ].flatMap { number in
        [
            ProtocolCase("code \(number) may not be sent", [close(number)], closes: 1_002),
            ProtocolCase(
                "code \(number) may not be sent, with a reason", [close(number, Array("why".utf8))], closes: 1_002),
        ]
    }

@Suite struct `RFC 6455, closing` {
    @Test(arguments: closes) func `a close frame`(_ one: ProtocolCase) throws {
        try one.check(on: ConformanceServer.port())
    }

    @Test func `the server answers no frame once it has sent its own close`() throws {
        let desk = EchoDesk()
        let server = try desk.serve()
        defer { server.shutDown() }
        let client = try RawWebSocket.open(port: #require(server.port))
        try desk.wait { !$0.isEmpty }
        server.close(desk.sessions[0], code: 4_001, reason: "logged out")
        #expect(try client.receive()?.code == 4_001)
        // The client has not answered yet: whatever it sends is for nobody.
        try client.send(bytes: text("a") + ping("p"))
        try client.send(bytes: close(4_001))
        #expect(try client.receive() == nil)
        try desk.waitForClose()
        #expect(!desk.events.contains { if case .lines = $0 { true } else { false } })
    }

    @Test func `a close frame is read to its end although the client goes on sending`() throws {
        let server = try EchoDesk().serve()
        defer { server.shutDown() }
        for _ in 0..<20 {
            let client = try RawWebSocket.open(port: #require(server.port))
            try client.send(bytes: frame(1, [0xFF]))
            // With these unread the system would throw the close frame away if the server hung up at once.
            for _ in 0..<20 { try? client.send(bytes: text(String(repeating: "*", count: 4_000))) }
            #expect(try client.receive()?.code == 1_007)
        }
    }
}
