import ChatServer
import CommandGrammar
import Conversation
import ExactJSON
import Exchange
import Testing
import Trading

@testable import BtceExchange

/// What reads from outside costs no more than what was sent: eight times the bytes, about eight times the time, whatever they are.
@Suite(.serialized) struct `The cost of reading` {
    // MARK: Bytes that are dear

    /// Different names of three Hangul jamo each, which Unicode's normal forms join to one syllable.
    private static func jamoNames(_ count: Int) -> [String] {
        (0..<count).map { number in
            let scalars = [0x1100 + number % 19, 0x1161 + number / 19 % 21, 0x11A8 + number / 399 % 27]
            return String(String.UnicodeScalarView(scalars.compactMap { Unicode.Scalar($0) })) + "\(number / 10_773)"
        }
    }

    /// One letter with very many marks on it, in an order that a normal form has to sort.
    private static func marks(_ bytes: Int) -> String {
        "e" + String(repeating: "\u{301}\u{316}", count: bytes / 4)
    }

    private static func object(_ names: [String]) -> String {
        "{" + names.map { "\"\($0)\":1" }.joined(separator: ",") + "}"
    }

    private static func expect<Input>(
        _ what: String, limit: Input, eighth: Input, most: Double = CostRatio.most, _ read: (Input) throws -> Void,
        sourceLocation: SourceLocation = #_sourceLocation
    ) rethrows {
        let ratio = try CostRatio.measure(limit: limit, eighth: eighth, most: most, read)
        #expect(ratio < most, "\(what)", sourceLocation: sourceLocation)
    }

    // MARK: The socket thread

    @Test func `a client's message costs its bytes`() {
        let limits = ChatLimits()
        let reader = MessageReader()
        let size = limits.messageBytes
        let inputs: [(String, (Int) -> String)] = [
            ("names of jamo", { Self.object(Self.jamoNames($0 / 14)) }),
            ("one long name", { "{\"\(Self.marks($0 - 8))\":1}" }),
            ("one long line", { "{\"line\":\"\(Self.marks($0 - 12))\"}" }),
            ("escapes", { "{\"line\":\"" + String(repeating: "\\u0301", count: $0 / 6) + "\"}" }),
            ("an array", { "{\"line\":" + String(repeating: "[1],", count: $0 / 4) + "}" }),
            ("spaces", { "{" + String(repeating: " ", count: $0 - 2) + "}" }),
            ("an id of marks", { "{\"id\":\"\(Self.marks($0 - 12))\"}" }),
        ]
        for (name, make) in inputs {
            Self.expect(name, limit: make(size), eighth: make(size / 8)) { _ = reader.read($0, as: .json) }
        }
        let lines: [(String, (Int) -> String)] = [
            ("line breaks", { String(repeating: "\n", count: $0) }),
            (
                "lines",
                { Array(repeating: String(repeating: "x", count: $0 / 100 - 1), count: 100).joined(separator: "\n") }
            ),
            ("tags", { "[" + String(repeating: "a", count: $0 - 1) }),
            ("marks", { Self.marks($0) }),
        ]
        for (name, make) in lines {
            Self.expect(name, limit: make(size), eighth: make(size / 8)) { _ = reader.read($0, as: .text) }
        }
    }

    @Test func `frames cost their bytes, however small they are`() {
        func frames(_ count: Int, _ payload: Int) -> [UInt8] {
            (0..<count).flatMap { number -> [UInt8] in
                [number == 0 ? 1 : 0, 0x80 | UInt8(payload), 1, 2, 3, 4] + Array(repeating: 0x60, count: payload)
            }
        }
        for payload in [0, 1, 100] {
            let count = 4_000 / max(1, payload / 4)
            Self.expect("fragments of \(payload)", limit: frames(count, payload), eighth: frames(count / 8, payload)) {
                var reader = FrameReader(messageBytesMax: 65_536)
                var input = $0[...]
                while let found = try? reader.next(in: &input) { _ = found }
            }
        }
        Self.expect("UTF-8", limit: Array(Self.marks(65_536).utf8), eighth: Array(Self.marks(8_192).utf8)) {
            _ = UTF8Check.isText($0)
        }
    }

    @Test func `a request's head costs its bytes`() {
        func head(_ lines: [String]) -> [UInt8] {
            let rest = [
                "Host: a", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ]
            return Array((["GET / HTTP/1.1"] + lines + rest).joined(separator: "\r\n").utf8)
        }
        let size = ChatLimits().handshakeBytes
        let inputs: [(String, (Int) -> [UInt8])] = [
            ("one header, often", { head(Array(repeating: "a:b", count: $0 / 5)) }),
            ("words of a list", { head(["Connection: " + String(repeating: "a,", count: $0 / 2)]) }),
            ("marks in a list", { head(["Connection: " + Self.marks($0)]) }),
            ("an Upgrade of marks", { head(["Upgrade: " + Self.marks($0)]) }),
            ("a subprotocol of marks", { head(["Sec-WebSocket-Protocol: " + Self.marks($0)]) }),
            ("an Origin of marks", { head(["Origin: https://" + Self.marks($0)]) }),
            ("addresses", { head(["X-Forwarded-For: " + String(repeating: "::1, ", count: $0 / 5)]) }),
            ("an address of marks", { head(["X-Forwarded-For: " + Self.marks($0)]) }),
            ("a token", { head(["Authorization: Bearer " + String(repeating: " a", count: $0 / 2)]) }),
            ("line ends", { head(Array(repeating: "", count: $0 / 2)) }),
            ("different headers", { size in head((0..<(size / 8)).map { "a\(10_000 + $0):" }) }),
        ]
        for (name, make) in inputs {
            Self.expect(name, limit: make(size), eighth: make(size / 8)) { bytes in
                guard let head = try? RequestHead(bytes) else { return }
                _ = head.list("connection", has: "close")
                _ = Handshake(head).judged(allowedOrigins: ["https://desk.example"])
                _ = forwardedAddress(head["x-forwarded-for"], by: "127.0.0.1") { AddressGroup($0).text.isEmpty }
                _ = bearerToken(authorization: head["authorization"])
            }
        }
        Self.expect("an address", limit: Self.marks(8_192), eighth: Self.marks(1_024)) { _ = AddressGroup($0) }
    }

    @Test func `what waits to be sent costs its bytes`() {
        for (bytes, eighth) in [(1, 4_096), (20_000, 6), (100_000, 2)] {
            let payload = [UInt8](repeating: 7, count: bytes)
            // Large messages are memory that the system has to give first: up to three times what the bytes cost.
            Self.expect("messages of \(bytes)", limit: 8 * eighth, eighth: eighth, most: 45) { count in
                var queue = OutgoingQueue()
                for _ in 0..<count { queue.append(payload) }
                while queue.next() != nil {}
            }
        }
    }

    // MARK: The client's side

    @Test func `a server's message costs its bytes`() {
        func message(_ bytes: Int) -> String {
            "{\"type\":\"event\",\"text\":\"*\",\"more\":" + Self.object(Self.jamoNames(bytes / 14)) + "}"
        }
        Self.expect("names of jamo", limit: message(65_536), eighth: message(8_192)) { _ = try? ServerMessage($0) }
        let marks = [Self.marks(65_536), Self.marks(32_768)].map { "{\"type\":\"x\",\"text\":\"\",\"\($0)\":1}" }
        Self.expect("a name of marks", limit: marks[0], eighth: marks[1]) { _ = try? ServerMessage($0) }
    }

    // MARK: The desk's thread

    private static let parser = CommandParser(
        vocabulary: Vocabulary(pairs: PairRules.paperDefaults.map(\.pair), quote: "usd"))

    @Test(arguments: [
        ("", "a"), ("", "a "), ("", "[a"), ("[", "a"), ("", "? "), ("", "e\u{301}\u{316}"),
        ("", "\u{1100}\u{1161}\u{11A8}"),
        ("", "👩‍👩‍👧"), ("", "🇪🇸"), ("", "\r\n"), ("buy ", "9"), ("buy 1 btc_usd at ", "9."), ("buy ", "1 "),
        ("slice buy 1 btc ", "1.."),
        ("cancel ", "#1 "), ("cancel ", "1,"), ("watch ", "btc_usd "), ("set pairs ", "btc_usd "), ("help ", "b"),
        ("alias b = ", "buy "), ("buy 1 btc_usd at 1 until ", "18:00 "), ("buy 1 btc_usdd at 1 ", "x "),
        ("trades ", "last 1 "),
        ("set timezone ", "Europe/"), ("login ", "a "), ("buy 1 btc_usd at 230 // ", "x "),
    ])
    func `a line costs its bytes`(start: String, more: String) {
        func line(_ bytes: Int) -> String {
            start + String(repeating: more, count: (bytes - start.utf8.count) / more.utf8.count)
        }
        Self.expect("\(start)\(more)...", limit: line(1_024), eighth: line(128)) { line in
            let parsed = Self.parser.parse(line)
            _ = parsed.refusal?.text(over: line)
        }
    }

    // MARK: What exchanges send

    @Test func `an exchange's answer costs its bytes`() throws {
        func answer(_ bytes: Int) -> [UInt8] { Array(Self.object(Self.jamoNames(bytes / 14)).utf8) }
        func nested(_ bytes: Int) -> [UInt8] {
            let members = (0..<(bytes / 40)).map { "\"\($0)\":1" }.joined(separator: ",")
            return Array(("{\"" + String(repeating: "a", count: bytes / 2) + "\":{" + members + "}}").utf8)
        }
        for (name, make) in [("names of jamo", answer), ("values under a long name", nested)] {
            try Self.expect(name, limit: make(65_536), eighth: make(8_192)) { bytes in
                let place = JSONPlace(try ExchangeJSONReader.read(bytes))
                for (_, inner) in try place.members() { _ = try? inner.members() }
                _ = try place.optional("return")
            }
        }
        let marks = [65_536, 8_192].map { Array("{\"\(Self.marks($0))\":\"\(Self.marks($0))\"}".utf8) }
        try Self.expect("marks", limit: marks[0], eighth: marks[1]) { bytes in
            let place = JSONPlace(try ExchangeJSONReader.read(bytes))
            for (_, inner) in try place.members() { _ = try? inner.decimal() }
            _ = try place.optional("return")
        }
    }
}
