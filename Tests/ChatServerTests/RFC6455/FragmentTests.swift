import Testing

private let most = ConformanceServer.messageBytes

private func stars(_ count: Int) -> String { String(repeating: "*", count: count) }

/// RFC 6455 §5.4.
private let fragments: [ProtocolCase] = [
    ProtocolCase("two fragments", [text("buy", isFinal: false), continuation(" btc")], comes: [.echo("buy btc")]),
    ProtocolCase(
        "two fragments byte by byte", pieces(of: 1, text("buy", isFinal: false) + continuation(" btc")),
        comes: [.echo("buy btc")]),
    ProtocolCase(
        "two fragments in one piece", [text("buy", isFinal: false) + continuation(" btc")], comes: [.echo("buy btc")]),
    ProtocolCase(
        "empty fragments around one", [text("", isFinal: false) + continuation("a", isFinal: false) + continuation("")],
        comes: [.echo("a")]),
    ProtocolCase(
        "nothing but empty fragments",
        [text("", isFinal: false) + continuation("", isFinal: false) + continuation("")]),
    ProtocolCase(
        "a thousand fragments of a byte",
        [
            text("*", isFinal: false) + (2..<1_000).flatMap { _ in continuation("*", isFinal: false) }
                + continuation("*")
        ], comes: [.echo(stars(1_000))]),
    ProtocolCase(
        "a thousand empty fragments",
        [text("a", isFinal: false) + (0..<1_000).flatMap { _ in continuation("", isFinal: false) } + continuation("b")],
        comes: [.echo("ab")]),
    ProtocolCase(
        "a ping between fragments", [text("a", isFinal: false) + ping("p") + continuation("b")],
        comes: [.pong([0x70]), .echo("ab")]),
    ProtocolCase(
        "a pong between fragments", [text("a", isFinal: false) + frame(10, [1]) + continuation("b")],
        comes: [.echo("ab")]),
    ProtocolCase(
        "pings between many fragments",
        [text("0", isFinal: false)]
            + (1...9).map { ping("p\($0)") + continuation("\($0)", isFinal: false) } + [continuation("!")],
        comes: (1...9).map { .pong(Array("p\($0)".utf8)) } + [.echo("0123456789!")]),
    ProtocolCase(
        "pings between fragments byte by byte",
        pieces(
            of: 1,
            text("a", isFinal: false) + ping("p") + continuation("b", isFinal: false) + ping("q") + continuation("c")),
        comes: [.pong([0x70]), .pong([0x71]), .echo("abc")]),
    ProtocolCase("a last continuation of nothing", [continuation("a")], closes: 1_002),
    ProtocolCase("a continuation of nothing that goes on", [continuation("a", isFinal: false)], closes: 1_002),
    ProtocolCase("an empty continuation of nothing", [continuation("")], closes: 1_002),
    ProtocolCase(
        "a continuation after a whole message", [text("a")], comes: [.echo("a")], then: [continuation("b")],
        closes: 1_002),
    ProtocolCase(
        "a continuation after a fragmented message",
        [text("a", isFinal: false) + continuation("b")],
        comes: [.echo("ab")], then: [continuation("c")], closes: 1_002),
    ProtocolCase(
        "a continuation of a ping", [ping("a") + continuation("b")], comes: [.pong([0x61])], closes: 1_002),
    ProtocolCase("a message inside a message", [text("a", isFinal: false) + text("b")], closes: 1_002),
    ProtocolCase(
        "a fragmented message inside a message", [text("a", isFinal: false) + text("b", isFinal: false)], closes: 1_002),
    ProtocolCase("a binary message inside a message", [text("a", isFinal: false) + frame(2, [1])], closes: 1_002),
    ProtocolCase("a fragmented binary message", [frame(2, [1], isFinal: false), frame(0, [2])], closes: 1_003),
]

/// docs/wire.md, Limits: a message has a most, as one frame and as many.
private let sizes: [ProtocolCase] = [
    ProtocolCase("the longest message", [text(stars(most))], comes: [.echo(stars(most))]),
    ProtocolCase(
        "the longest message in fragments",
        [text("*", isFinal: false)]
            + pieces(of: 8_191, Array(stars(most - 1).utf8)).map { frame(0, $0, isFinal: false) }
            + [continuation("")], comes: [.echo(stars(most))]),
    ProtocolCase("a byte too many", [text(stars(most + 1))], closes: 1_009),
    ProtocolCase(
        "too long by its header, and nothing behind it", [header(1, length: UInt64(most + 1), lengthBytes: 8)],
        closes: 1_009),
    ProtocolCase(
        "a byte too many in the last fragment", [text(stars(most), isFinal: false), continuation("*")], closes: 1_009),
    ProtocolCase(
        "too long in equal fragments", [text(stars(40_000), isFinal: false), continuation(stars(40_000))],
        closes: 1_009),
    ProtocolCase(
        "too long in a fragment that is not the last",
        [text(stars(most), isFinal: false), continuation("*", isFinal: false)], closes: 1_009),
    ProtocolCase(
        "a ping between fragments of the longest message",
        [text(stars(most - 1), isFinal: false), ping(stars(125)), continuation("*")],
        comes: [.pong(Array(stars(125).utf8)), .echo(stars(most))]),
]

@Suite struct `RFC 6455, messages` {
    @Test(arguments: fragments) func `fragments make one message`(_ one: ProtocolCase) throws {
        try one.check(on: ConformanceServer.port())
    }

    @Test(arguments: sizes) func `a message has a greatest length`(_ one: ProtocolCase) throws {
        try one.check(on: ConformanceServer.port())
    }
}
