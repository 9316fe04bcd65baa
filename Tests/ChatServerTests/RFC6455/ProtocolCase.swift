import ChatServer
import Conversation
import Testing

/// One case of RFC 6455: what a client sends once it is a WebSocket, and all that must come of it.
struct ProtocolCase: Sendable, CustomTestStringConvertible {
    typealias Frame = RawWebSocket.Frame

    /// What it is called, in the words of the rule.
    let name: String
    /// Bytes, each piece sent by itself.
    let sends: [[UInt8]]
    /// Frames that come, in this order.
    let comes: [Frame]
    /// What is sent once these have come.
    let then: [[UInt8]]
    /// The close code that comes behind them, after which the server hangs up. nil: the session lives on, and answers.
    let closes: CloseFrameThatComes?

    /// What a close frame that comes says.
    enum CloseFrameThatComes: Hashable, Sendable {
        case code(Int)
        /// A frame without a code: the answer to one.
        case empty
    }

    var testDescription: String { name }

    init(
        _ name: String, _ sends: [[UInt8]], comes: [Frame] = [], then: [[UInt8]] = [], closes code: Int? = nil
    ) {
        self.init(name, sends, comes: comes, then: then, answers: code.map { .code($0) })
    }

    init(
        _ name: String, _ sends: [[UInt8]], comes: [Frame] = [], then: [[UInt8]] = [],
        answers closes: CloseFrameThatComes?
    ) {
        self.name = name
        self.sends = sends
        self.comes = comes
        self.then = then
        self.closes = closes
    }

    /// Plays the case against a server, then asks that server from another connection.
    func check(on port: UInt16) throws {
        let client = try RawWebSocket.open(port: port)
        for piece in sends { try client.send(bytes: piece) }
        // Whatever the case did, this comes right behind what it must bring, where the session lives.
        if closes == nil { try client.send("and then") }
        for expected in comes { #expect(try client.receive() == expected) }
        for piece in then { try client.send(bytes: piece) }
        let last = try client.receive()
        switch closes {
        case nil: #expect(last == .echo("and then"))
        case .code(let code): #expect(last?.opcode == 8 && last?.code == code, "\(String(describing: last))")
        case .empty: #expect(last == Frame(opcode: 8, payload: []))
        }
        if closes != nil { #expect(try client.receive() == nil, "something came behind the close frame") }
        let other = try RawWebSocket.open(port: port)
        try other.send("still there?")
        #expect(try other.text() == "= still there?")
    }
}

extension RawWebSocket.Frame {
    /// What the echo desk says to a line.
    static func echo(_ line: String) -> Self { Self(opcode: 1, payload: Array("= \(line)".utf8)) }
    static func pong(_ payload: [UInt8]) -> Self { Self(opcode: 10, payload: payload) }
}

/// A frame from a client, with whatever is wrong about it. `lengthBytes` asks for a longer length than is needed.
func frame(
    _ opcode: UInt8, _ payload: [UInt8] = [], isFinal: Bool = true, reserved: UInt8 = 0,
    mask: [UInt8]? = [0xA1, 0x5C, 0x07, 0xE3], lengthBytes: Int? = nil
) -> [UInt8] {
    let needed = payload.count < 126 ? 0 : payload.count < 65_536 ? 2 : 8
    return header(
        opcode, length: UInt64(payload.count), isFinal: isFinal, reserved: reserved, mask: mask,
        lengthBytes: lengthBytes ?? needed)
        + payload.enumerated().map { index, byte in mask.map { byte ^ $0[index % 4] } ?? byte }
}

/// The header of a frame whose payload may never come.
func header(
    _ opcode: UInt8, length: UInt64, isFinal: Bool = true, reserved: UInt8 = 0,
    mask: [UInt8]? = [0xA1, 0x5C, 0x07, 0xE3], lengthBytes: Int
) -> [UInt8] {
    let maskBit: UInt8 = mask == nil ? 0 : 0x80
    var bytes = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
    switch lengthBytes {
    case 0: bytes.append(maskBit | UInt8(length))
    case 2: bytes += [maskBit | 126, UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF)]
    default:
        bytes.append(maskBit | 127)
        bytes += stride(from: 56, through: 0, by: -8).map { UInt8(length >> $0 & 0xFF) }
    }
    return bytes + (mask ?? [])
}

func text(_ line: String, isFinal: Bool = true) -> [UInt8] { frame(1, Array(line.utf8), isFinal: isFinal) }

func continuation(_ line: String, isFinal: Bool = true) -> [UInt8] { frame(0, Array(line.utf8), isFinal: isFinal) }

func ping(_ payload: String = "") -> [UInt8] { frame(9, Array(payload.utf8)) }

func close(_ code: Int, _ reason: [UInt8] = []) -> [UInt8] {
    frame(8, [UInt8(code >> 8), UInt8(code & 0xFF)] + reason)
}

/// The same bytes in pieces of so many.
func pieces(of count: Int, _ bytes: [UInt8]) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: count).map { Array(bytes[$0..<min($0 + count, bytes.count)]) }
}

/// The server that all cases are played against: each must leave it as it was.
enum ConformanceServer {
    /// Bytes of a message at most, as the server has it at first.
    static let messageBytes = ChatLimits().messageBytes

    private static let started = Result {
        try EchoDesk().serve { configuration in
            configuration.allowedOrigins = ["https://desk.example"]
            configuration.hosts = ["desk.example", "a"]
            // All cases come from one address.
            configuration.limits.httpBurst = 1_000_000
            configuration.limits.lineBytes = 1_000_000
            configuration.limits.lineBurst = 1_000_000
            configuration.limits.lineRate = 1_000_000
        }
    }

    static func port() throws -> UInt16 { try #require(started.get().port) }
}
