import Conversation
import Testing
import Trading

@testable import ChatServer

/// RFC 3629: the ends of each length, what lies beside the surrogates, and characters that are none by convention.
private let valid: [UInt32] = [
    0, 0x7F, 0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xCFFF, 0xD000, 0xD7FF, 0xE000, 0xFDD0, 0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF,
    0x10000, 0x1FFFE, 0x1FFFF, 0x3FFFF, 0x40000, 0xFFFFE, 0xFFFFF, 0x100000, 0x10FFFE, 0x10FFFF,
]

private let invalid: [(name: String, bytes: [UInt8])] = [
    ("a byte that only continues, 80", [0x80]), ("a byte that only continues, BF", [0xBF]),
    ("five bytes that only continue", [0x80, 0xBF, 0x80, 0xBF, 0x80]),
    ("a first byte of two and a letter", [0xC3, 0x28]), ("a first byte of three and a letter", [0xE2, 0x28, 0xA1]),
    ("a first byte of three, one that continues, a letter", [0xE2, 0x82, 0x28]),
    ("a first byte of four and a letter", [0xF0, 0x28, 0x8C, 0xBC]),
    ("a first byte of four, one that continues, a letter", [0xF0, 0x90, 0x28, 0xBC]),
    ("a first byte of four, two that continue, a letter", [0xF0, 0x9F, 0x98, 0x28]),
    ("a character and a byte too many", [0xC3, 0xA9, 0xA9]),
    ("first bytes alone, of two", [0xC3, 0x20, 0xC4, 0x20]), ("first bytes alone, of three", [0xE1, 0x20]),
    ("overlong, a slash in two", [0xC0, 0xAF]), ("overlong, a slash in three", [0xE0, 0x80, 0xAF]),
    ("overlong, a slash in four", [0xF0, 0x80, 0x80, 0xAF]),
    ("overlong, a slash in five", [0xF8, 0x80, 0x80, 0x80, 0xAF]),
    ("overlong, a slash in six", [0xFC, 0x80, 0x80, 0x80, 0x80, 0xAF]),
    ("overlong, zero in two", [0xC0, 0x80]), ("overlong, the greatest in two", [0xC1, 0xBF]),
    ("overlong, the greatest in three", [0xE0, 0x9F, 0xBF]),
    ("overlong, the greatest in four", [0xF0, 0x8F, 0xBF, 0xBF]),
    ("the first surrogate", [0xED, 0xA0, 0x80]), ("the last high surrogate", [0xED, 0xAF, 0xBF]),
    ("the first low surrogate", [0xED, 0xB0, 0x80]), ("the last surrogate", [0xED, 0xBF, 0xBF]),
    ("a pair of surrogates", [0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80]),
    ("just beyond U+10FFFF", [0xF4, 0x90, 0x80, 0x80]), ("far beyond U+10FFFF", [0xF7, 0xBF, 0xBF, 0xBF]),
    ("a first byte of five", [0xF8, 0x88, 0x80, 0x80, 0x80]), ("the byte F5", [0xF5]), ("the byte FE", [0xFE]),
    ("the byte FF", [0xFF]), ("FE FE FF FF", [0xFE, 0xFE, 0xFF, 0xFF]),
    ("κόσμε, a surrogate, more", Array("κόσμε".utf8) + [0xED, 0xA0, 0x80] + Array("edited".utf8)),
    ("truncated after the first of two", [0xC3]), ("truncated after the first of three", [0xE2]),
    ("truncated after the second of three", [0xE2, 0x82]), ("truncated after the first of four", [0xF0]),
    ("truncated after the second of four", [0xF0, 0x9F]), ("truncated after the third of four", [0xF0, 0x9F, 0x98]),
]

/// A message in fragments of one byte.
private func crumbled(_ bytes: [UInt8]) -> [UInt8] {
    bytes.indices.flatMap { frame($0 == 0 ? 1 : 0, [bytes[$0]], isFinal: $0 == bytes.count - 1) }
}

private let goodText: [ProtocolCase] =
    [
        ProtocolCase("κόσμε", [text("κόσμε")], comes: [.echo("κόσμε")]),
        ProtocolCase("κόσμε byte by byte", pieces(of: 1, text("κόσμε")), comes: [.echo("κόσμε")]),
        ProtocolCase("κόσμε in fragments of a byte", [crumbled(Array("κόσμε".utf8))], comes: [.echo("κόσμε")]),
        ProtocolCase(
            "a character over two fragments with a ping between",
            [frame(1, [0x61, 0xE2, 0x82], isFinal: false) + ping("p") + frame(0, [0xAC])],
            comes: [.pong([0x70]), .echo("a€")]),
    ]
    + valid.flatMap { code -> [ProtocolCase] in
        let line = "x" + String(Unicode.Scalar(code).map(Character.init) ?? "?") + "y"
        let name = "U+" + String(code, radix: 16, uppercase: true)
        return [
            ProtocolCase(name, [text(line)], comes: [.echo(line)]),
            ProtocolCase("\(name) in fragments of a byte", [crumbled(Array(line.utf8))], comes: [.echo(line)]),
        ]
    }

private let badText: [ProtocolCase] =
    invalid.flatMap { name, bytes -> [ProtocolCase] in
        [
            ProtocolCase(name, [frame(1, bytes)], closes: 1_007),
            ProtocolCase(
                "\(name), inside a line", [ping("a") + frame(1, [0x62] + bytes)], comes: [.pong([0x61])], closes: 1_007),
            ProtocolCase("\(name), in fragments of a byte", [crumbled([0x62] + bytes)], closes: 1_007),
        ]
    }
    + invalid.filter { !$0.name.hasPrefix("truncated") }.map { name, bytes in
        // Nothing of the message comes behind it: it is found where it stands, or never.
        ProtocolCase("\(name), in a message that never ends", [frame(1, bytes + [0x20], isFinal: false)], closes: 1_007)
    }

@Suite struct `RFC 6455, text` {
    @Test(arguments: goodText) func `characters`(_ one: ProtocolCase) throws {
        try one.check(on: ConformanceServer.port())
    }

    @Test(arguments: badText) func `bytes that are no text`(_ one: ProtocolCase) throws {
        try one.check(on: ConformanceServer.port())
    }

    @Test func `the check agrees with Swift's own, for all of two bytes and a seeded many of four`() {
        var wrong: [[UInt8]] = []
        func compare(_ bytes: [UInt8]) {
            if UTF8Check.isText(bytes) != (String(validating: bytes, as: UTF8.self) != nil) { wrong.append(bytes) }
        }
        for first in UInt8.min...UInt8.max { for second in UInt8.min...UInt8.max { compare([first, second]) } }
        var random = SplitMix64(seed: 1_847)
        // Most four bytes are wrong at the first: these begin as characters of three and four do.
        for _ in 0..<50_000 {
            let second = UInt8.random(in: 0x7E...0xC2, using: &random)
            let rest = (0..<2).map { _ in UInt8.random(in: 0x7F...0xC0, using: &random) }
            compare([UInt8.random(in: 0xE0...0xF6, using: &random), second] + rest)
        }
        #expect(wrong.isEmpty, "seed 1847")
    }
}
