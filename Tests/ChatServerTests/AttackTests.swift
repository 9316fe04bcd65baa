import Conversation
import Foundation
import Testing
import Trading

@testable import ChatServer

/// What somebody without an account, or with one, may try against the socket thread.
@Suite struct `Attacks over real sockets` {
    private static let json = ["Sec-WebSocket-Protocol: outcry.json.v1"]

    /// 65 KB of JSON: one object with 4,642 different names, each of three Hangul jamo.
    private static let jamo: String = {
        let names = (0..<4_642).map { number -> String in
            let scalars = [0x1100 + number % 19, 0x1161 + number / 19 % 21, 0x11A8 + number / 399 % 27]
            return "\"" + String(String.UnicodeScalarView(scalars.compactMap { Unicode.Scalar($0) })) + "\":1"
        }
        return "{" + names.joined(separator: ",") + "}"
    }()

    // MARK: Messages

    @Test func `a message of thousands of names is refused at the first, and the next unread`() throws {
        let desk = EchoDesk()
        let server = try desk.serve {
            $0.limits.lineRate = 1
            $0.limits.readRateBytes = 100_000_000
        }
        defer { server.shutDown() }
        let port = try #require(server.port)
        let attackers = try (0..<10).map { _ in try RawWebSocket.open(port: port, headers: Self.json) }
        let trader = try RawWebSocket.open(port: port, headers: Self.json)
        #expect(Self.jamo.utf8.count > 60_000)
        for attacker in attackers { for _ in 0..<4 { try attacker.send(Self.jamo) } }
        for number in 0..<5 {
            try trader.send("{\"id\":\"k\(number)\",\"line\":\"time\"}")
            #expect(try trader.text().contains("\"id\":\"k\(number)\",\"ok\":true"))
        }
        for attacker in attackers {
            #expect(try attacker.text().contains("unknown name \\\"\u{1100}\u{1161}\u{11A8}\\\"; expected id and line"))
            for _ in 0..<3 { #expect(try attacker.text().contains("\"code\":\"too_fast\"")) }
        }
        // Of each session one message was read, which cost all that it had.
        #expect(server.metrics.messagesUnread == 30)
        #expect(server.metrics.linesRefused == 40)
        #expect(server.metrics.linesReceived == 5)
    }

    @Test func `a long message of text is refused unread where its bytes cost more than is left`() throws {
        let desk = EchoDesk()
        let server = try desk.serve {
            $0.limits.lineRate = 1
            $0.limits.readRateBytes = 100_000_000
        }
        defer { server.shutDown() }
        let client = try RawWebSocket.open(port: #require(server.port))
        let message = Array(repeating: String(repeating: "x", count: 1_000), count: 60).joined(separator: "\n")
        try client.send(message)
        for _ in 0..<20 { #expect(try client.text().hasPrefix("= xxx")) }
        for _ in 0..<40 { #expect(try client.text().hasPrefix("! too fast: try again in ")) }
        try client.send(message)
        #expect(try client.text().hasSuffix("\n  the message of 60059 bytes was not read"))
        // What is short is read all the same, so that its refusal has its tag; and there is still a way out.
        try client.send("[k7] buy")
        #expect(try client.text().hasPrefix("[k7] ! too fast"))
        try client.send("cancel all")
        #expect(try client.text() == "= cancel all")
        #expect(server.metrics.messagesUnread == 1)
        #expect(server.metrics.linesReceived == 21)
    }

    // MARK: Unfinished messages

    @Test func `unfinished messages are bounded in total, and the largest is given up`() throws {
        let desk = EchoDesk()
        let server = try desk.serve { $0.limits.unfinishedBytes = 200_000 }
        defer { server.shutDown() }
        let port = try #require(server.port)
        let trader = try RawWebSocket.open(port: port)
        try desk.wait { !$0.isEmpty }
        server.note(desk.sessions[0], isLoggedIn: true)
        // The first half of a long line, which is the trader's to finish.
        try trader.send(frame: 1, Array("hel".utf8), isFinal: false)
        let small = try RawWebSocket.open(port: port)
        try small.send(frame: 1, [UInt8](repeating: 0x61, count: 10_000), isFinal: false)
        let attackers = try (0..<12).map { _ in try RawWebSocket.open(port: port) }
        for attacker in attackers {
            try? attacker.send(frame: 1, [UInt8](repeating: 0x61, count: 60_000), isFinal: false)
        }
        let deadline = Date().addingTimeInterval(Double(RawWebSocket.patience))
        while server.metrics.unfinishedEnded < 9, Date() < deadline { usleep(1_000) }
        #expect(server.metrics.unfinishedEnded >= 9)
        #expect(server.metrics.bytesUnfinished <= 200_000)
        #expect(try attackers[0].closeCode() == 1_013)
        try trader.send(frame: 0, Array("lo".utf8))
        #expect(try trader.text() == "= hello")
        try small.send(frame: 0, [])
        #expect(try small.text().contains("the line has 10000 bytes"))
    }

    @Test func `unfinished requests count too`() throws {
        let server = try EchoDesk().serve {
            $0.limits.unfinishedBytes = 50_000
            $0.limits.handshakeSeconds = 100
        }
        defer { server.shutDown() }
        let port = try #require(server.port)
        let request = Array(("GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 8_000)).utf8)
        let deadline = Date().addingTimeInterval(Double(RawWebSocket.patience))
        var attackers: [RawWebSocket] = []
        for number in 1...7 {
            attackers.append(try RawWebSocket(port: port))
            try attackers[number - 1].send(bytes: request)
            while server.metrics.bytesUnfinished < number * request.count, server.metrics.unfinishedEnded == 0,
                Date() < deadline
            { usleep(1_000) }
        }
        // All are as large, so the oldest make room: down to an eighth below the limit.
        for attacker in attackers.prefix(2) {
            try attacker.readResponse()
            #expect(attacker.status == 503)
        }
        #expect(server.metrics.unfinishedEnded == 2)
        #expect(server.metrics.bytesUnfinished <= 50_000)
        _ = try RawWebSocket.open(port: port)
    }

    // MARK: Places

    @Test func `connections that never log in keep no trader out`() throws {
        let desk = EchoDesk()
        let server = try desk.serve { $0.limits.sessions = 10 }
        defer { server.shutDown() }
        let port = try #require(server.port)
        let trader = try RawWebSocket.open(port: port)
        try desk.wait { !$0.isEmpty }
        server.note(desk.sessions[0], isLoggedIn: true)
        let strangers = try (0..<30).map { _ in try RawWebSocket.open(port: port) }
        try desk.wait { events in events.count { if case .opened = $0 { true } else { false } } == 31 }
        #expect(try strangers[0].closeCode() == 1_013)
        #expect(server.metrics.sessions == 10)
        #expect(server.metrics.sessionsReplaced == 21)
        let another = try RawWebSocket.open(port: port)
        for client in [trader, another] {
            try client.send("still here")
            #expect(try client.text() == "= still here")
        }
        try strangers[29].send("and I")
        #expect(try strangers[29].text() == "= and I")
    }

    @Test func `where all are logged in, another is refused and a token is not`() throws {
        let desk = EchoDesk()
        let server = try desk.serve {
            $0.limits.sessions = 10
            $0.trustsForwardedFor = true
        }
        defer { server.shutDown() }
        let port = try #require(server.port)
        let traders = try (0..<9).map { _ in
            try RawWebSocket.open(port: port, headers: ["X-Forwarded-For: 192.0.2.1"])
        }
        try desk.wait { $0.count == 9 }
        for session in desk.sessions { server.note(session, isLoggedIn: true) }
        let stranger = try RawWebSocket(port: port)
        try stranger.handshake(port: port, headers: ["X-Forwarded-For: 198.51.100.7"])
        #expect(stranger.status == 503)
        let known = try RawWebSocket.open(
            port: port, headers: ["X-Forwarded-For: 198.51.100.7", "Authorization: Bearer abc"])
        try known.send("hello")
        #expect(try known.text() == "= hello")
        withExtendedLifetime(traders) {}
    }

    @Test func `addresses of one IPv6 network count as one`() throws {
        let server = try EchoDesk().serve {
            $0.limits.addressSessions = 2
            $0.trustsForwardedFor = true
        }
        defer { server.shutDown() }
        let port = try #require(server.port)
        let first = try (1...3).map { number in
            try RawWebSocket.open(port: port, headers: ["X-Forwarded-For: 2001:db8:0:1:\(number)::1"])
        }
        #expect(try first[0].closeCode() == 1_013)
        _ = try RawWebSocket.open(port: port, headers: ["X-Forwarded-For: 2001:db8:0:2::1"])
        #expect(server.metrics.sessionsReplaced == 1)
        withExtendedLifetime(first) {}
    }

    // MARK: Slow readers

    @Test func `a burst far above outgoing_bytes reaches whoever reads, in its order`() throws {
        let desk = EchoDesk()
        let server = try desk.serve { $0.limits.outgoingBytes = 50_000 }
        defer { server.shutDown() }
        let client = try RawWebSocket.open(port: #require(server.port))
        try desk.wait { !$0.isEmpty }
        let session = desk.sessions[0]
        let long = String(repeating: "x", count: 1_000_000)
        let text = String(repeating: "y", count: 1_000)
        let messages =
            [OutgoingMessage.written(text: long, json: "")]
            + (0..<2_000).map { .written(text: "\($0) \(text)", json: "") }
        server.send(messages.map { (session, $0) })
        #expect(try client.text() == long)
        for number in 0..<2_000 { #expect(try client.text() == "\(number) \(text)") }
        #expect(server.metrics.slowReadersClosed == 0)
    }

    @Test func `who takes nothing for stall_s is closed, and holds no more than outgoing_bytes_max`() throws {
        let desk = EchoDesk()
        let server = try desk.serve {
            $0.limits.outgoingBytes = 50_000
            $0.limits.outgoingBytesMax = 2_000_000
            $0.limits.socketBytes = 8_192
            $0.limits.stallSeconds = 1
        }
        defer { server.shutDown() }
        let port = try #require(server.port)
        let clients = try (0..<2).map { _ in try RawWebSocket.open(port: port, receiveBufferBytes: 4_096) }
        try desk.wait { $0.count == 2 }
        // The first has less than may wait at most, the second more.
        let text = String(repeating: "x", count: 1_000_000)
        for (session, count) in zip(desk.sessions, [1, 4]) {
            server.send((0..<count).map { _ in (session, .written(text: text, json: "")) })
        }
        try desk.wait { events in events.count { if case .closed = $0 { true } else { false } } == 2 }
        #expect(server.metrics.slowReadersClosed == 2)
        #expect(server.metrics.bytesWaiting < 2_000_000)
        withExtendedLifetime(clients) {}
    }

    @Test func `what waits for all sessions is bounded, and who has had most of it for longest is closed`() throws {
        let desk = EchoDesk()
        let server = try desk.serve {
            $0.limits.outgoingBytesMax = 1_000_000
            $0.limits.outgoingTotalBytes = 2_000_000
            $0.limits.socketBytes = 8_192
        }
        defer { server.shutDown() }
        let port = try #require(server.port)
        let reader = try RawWebSocket.open(port: port)
        let clients = try (0..<6).map { _ in try RawWebSocket.open(port: port, receiveBufferBytes: 4_096) }
        try desk.wait { $0.count == 7 }
        let text = String(repeating: "x", count: 20_000)
        for _ in 0..<30 {
            server.send(desk.sessions.map { ($0, .written(text: text, json: "")) })
            #expect(try reader.text() == text)
        }
        try desk.waitForClose()
        #expect(server.metrics.slowReadersClosed >= 2)
        #expect(server.metrics.bytesWaiting <= 2_000_000)
        try reader.send("hello")
        #expect(try reader.text() == "= hello")
        withExtendedLifetime(clients) {}
    }
}
