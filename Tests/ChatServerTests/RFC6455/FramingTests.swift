import Testing

private func line(_ count: Int) -> String { String(repeating: "*", count: count) }

private let lengths = [1, 125, 126, 127, 128, 65_535, 65_536]

/// RFC 6455 §5.2: lengths, their encoding, and frames that come in pieces.
private let framing: [ProtocolCase] =
    [
        ProtocolCase("an empty text message is no line", [text("")]),
        ProtocolCase("a thousand empty messages", [Array(repeating: text(""), count: 1_000).flatMap { $0 }]),
        ProtocolCase("a mask of zeroes", [frame(1, Array("help".utf8), mask: [0, 0, 0, 0])], comes: [.echo("help")]),
        ProtocolCase(
            "a mask of ones", [frame(1, Array("help".utf8), mask: [255, 255, 255, 255])], comes: [.echo("help")]),
        ProtocolCase(
            "a mask of its own for each frame",
            (0..<50).map { frame(1, Array("n\($0)".utf8), mask: [$0, $0 &* 3, 255 - $0, 7]) },
            comes: (0..<50).map { .echo("n\($0)") }),
        ProtocolCase("a binary message of no bytes", [frame(2)], closes: 1_003),
        ProtocolCase(
            "a length of 64 bits with the highest set", [header(1, length: 1 << 63, lengthBytes: 8)], closes: 1_002),
        ProtocolCase("the greatest length of 63 bits", [header(1, length: 1 << 63 - 1, lengthBytes: 8)], closes: 1_009),
    ]
    + lengths.flatMap { length in
        [
            ProtocolCase("text of \(length) bytes", [text(line(length))], comes: [.echo(line(length))]),
            ProtocolCase(
                "text of \(length) bytes in pieces of 997", pieces(of: 997, text(line(length))),
                comes: [.echo(line(length))]),
            ProtocolCase("a binary message of \(length) bytes", [frame(2, Array(line(length).utf8))], closes: 1_003),
        ]
    }
    + [1, 125, 126, 127, 128].map { length in
        ProtocolCase(
            "text of \(length) bytes byte by byte", pieces(of: 1, text(line(length))), comes: [.echo(line(length))])
    }
    + ([(0, 2), (1, 2), (125, 2), (0, 8), (125, 8), (126, 8), (65_535, 8)] as [(Int, Int)]).map { length, lengthBytes in
        ProtocolCase(
            "a length of \(length) in \(lengthBytes) bytes",
            [frame(1, Array(line(length).utf8), lengthBytes: lengthBytes)], closes: 1_002)
    }

/// RFC 6455 §5.5.2, §5.5.3.
private let pings: [ProtocolCase] =
    [
        ProtocolCase("an empty ping", [ping()], comes: [.pong([])]),
        ProtocolCase("a ping with text", [ping("Hello, world!")], comes: [.pong(Array("Hello, world!".utf8))]),
        ProtocolCase(
            "a ping with bytes that are no text", [frame(9, [0, 0xFF, 0xFE, 0xC0, 0])],
            comes: [.pong([0, 0xFF, 0xFE, 0xC0, 0])]),
        ProtocolCase("a ping of 125 bytes", [ping(line(125))], comes: [.pong(Array(line(125).utf8))]),
        ProtocolCase(
            "a ping of 125 bytes byte by byte", pieces(of: 1, ping(line(125))), comes: [.pong(Array(line(125).utf8))]),
        ProtocolCase("a ping of 126 bytes", [ping(line(126))], closes: 1_002),
        ProtocolCase("a ping with a length of 64 bits", [header(9, length: 65_536, lengthBytes: 8)], closes: 1_002),
        ProtocolCase("a pong of 126 bytes", [frame(10, Array(line(126).utf8))], closes: 1_002),
        ProtocolCase("an empty pong that nobody asked for", [frame(10)]),
        ProtocolCase("a pong with payload that nobody asked for", [frame(10, [1, 2, 3])]),
        ProtocolCase("a pong that nobody asked for, then a ping", [frame(10, [1]) + ping("2")], comes: [.pong([0x32])]),
        ProtocolCase(
            "ten pings", [(0..<10).flatMap { ping("\($0)") }], comes: (0..<10).map { .pong(Array("\($0)".utf8)) }),
        ProtocolCase(
            "ten pings byte by byte", pieces(of: 1, (0..<10).flatMap { ping("\($0)") }),
            comes: (0..<10).map { .pong(Array("\($0)".utf8)) }),
        ProtocolCase("a ping in fragments", [frame(9, [1], isFinal: false), frame(0, [2])], closes: 1_002),
        ProtocolCase("a pong in fragments", [frame(10, [1], isFinal: false), frame(0, [2])], closes: 1_002),
        ProtocolCase("a close in fragments", [frame(8, [3], isFinal: false), frame(0, [0xE8])], closes: 1_002),
    ]

/// RFC 6455 §5.2: what is set aside for extensions, none of which is spoken here.
private let reserved: [ProtocolCase] =
    (1...7).flatMap { bits -> [ProtocolCase] in
        [
            ProtocolCase("reserved bits \(bits) on text", [frame(1, [0x61], reserved: UInt8(bits))], closes: 1_002),
            ProtocolCase("reserved bits \(bits) on a ping", [frame(9, reserved: UInt8(bits))], closes: 1_002),
            ProtocolCase(
                "reserved bits \(bits) on a close", [frame(8, [3, 0xE8], reserved: UInt8(bits))], closes: 1_002),
            ProtocolCase(
                "reserved bits \(bits) on a continuation",
                [text("a", isFinal: false), frame(0, [0x62], reserved: UInt8(bits))], closes: 1_002),
            ProtocolCase(
                "reserved bits \(bits) after a ping, with a ping behind",
                [ping("a") + frame(1, [0x62], reserved: UInt8(bits)) + ping()], comes: [.pong([0x61])], closes: 1_002),
        ]
    }
    + [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap { opcode -> [ProtocolCase] in
        [
            ProtocolCase("opcode \(opcode), empty", [frame(opcode)], closes: 1_002),
            ProtocolCase("opcode \(opcode), with payload", [frame(opcode, [1, 2, 3])], closes: 1_002),
            ProtocolCase(
                "opcode \(opcode) after a ping, with a ping behind", [ping("a") + frame(opcode) + ping()],
                comes: [.pong([0x61])], closes: 1_002),
            ProtocolCase(
                "opcode \(opcode) inside a message", [text("a", isFinal: false) + frame(opcode) + continuation("b")],
                closes: 1_002),
        ]
    }

/// RFC 6455 §5.1: a client masks every frame, wherever it stands.
private let masking: [ProtocolCase] = [
    ProtocolCase("the first frame, text", [frame(1, Array("help".utf8), mask: nil)], closes: 1_002),
    ProtocolCase("the first frame, empty", [frame(1, mask: nil)], closes: 1_002),
    ProtocolCase("the first frame, a ping", [frame(9, mask: nil)], closes: 1_002),
    ProtocolCase("the first frame, a pong", [frame(10, mask: nil)], closes: 1_002),
    ProtocolCase("the first frame, a close", [frame(8, [3, 0xE8], mask: nil)], closes: 1_002),
    ProtocolCase(
        "the second frame", [text("a")], comes: [.echo("a")], then: [frame(1, Array("b".utf8), mask: nil)],
        closes: 1_002),
    ProtocolCase(
        "the second frame, in one piece with the first", [ping("a") + frame(1, Array("b".utf8), mask: nil)],
        comes: [.pong([0x61])], closes: 1_002),
    ProtocolCase(
        "the hundredth frame", [(1..<100).flatMap { ping("\($0)") } + frame(1, Array("x".utf8), mask: nil)],
        comes: (1..<100).map { .pong(Array("\($0)".utf8)) }, closes: 1_002),
    ProtocolCase(
        "a continuation", [text("a", isFinal: false) + frame(0, Array("b".utf8), mask: nil)], closes: 1_002),
    ProtocolCase(
        "a ping inside a message", [text("a", isFinal: false) + frame(9, mask: nil) + continuation("b")],
        closes: 1_002),
    ProtocolCase(
        "a ping after a ping", [ping("1") + frame(9, mask: nil)], comes: [.pong([0x31])], closes: 1_002),
    ProtocolCase(
        "byte by byte", pieces(of: 1, ping("a") + frame(1, [0x62], mask: nil)), comes: [.pong([0x61])], closes: 1_002),
    ProtocolCase(
        "a close after a line", [text("a")], comes: [.echo("a")], then: [frame(8, [3, 0xE8], mask: nil)], closes: 1_002),
    ProtocolCase("a frame far too long", [header(1, length: 1 << 40, mask: nil, lengthBytes: 8)], closes: 1_002),
]

@Suite struct `RFC 6455, frames` {
    @Test(arguments: framing) func `frames of every length`(_ one: ProtocolCase) throws {
        try one.check(on: ConformanceServer.port())
    }

    @Test(arguments: pings) func `pings and pongs`(_ one: ProtocolCase) throws {
        try one.check(on: ConformanceServer.port())
    }

    @Test(arguments: reserved) func `reserved bits and opcodes`(_ one: ProtocolCase) throws {
        try one.check(on: ConformanceServer.port())
    }

    @Test(arguments: masking) func `a frame that is not masked`(_ one: ProtocolCase) throws {
        try one.check(on: ConformanceServer.port())
    }
}
