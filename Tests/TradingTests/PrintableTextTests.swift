import Testing
import Trading

@Suite struct `Text of somebody else's` {
    @Test(arguments: [
        ("plain text, 1.5 btc", "plain text, 1.5 btc"), ("é 日本 €", "é 日本 €"), ("", ""),
        ("\u{1B}[2J\u{1B}]0;owned\u{7}", "\\u{1B}[2J\\u{1B}]0;owned\\u{7}"),
        ("a\r\nlevel=error b", "a\\u{D}\\u{A}level=error b"), ("\u{9B}31m", "\\u{9B}31m"), ("a\u{0}b", "a\\u{0}b"),
        ("pay \u{202E}001\u{202C}", "pay \\u{202E}001\\u{202C}"), ("\u{2028}x\u{FEFF}", "\\u{2028}x\\u{FEFF}"),
        ("\u{7F}", "\\u{7F}"), (String(decoding: [0x41, 0xFF, 0xC3] as [UInt8], as: UTF8.self), "A\u{FFFD}\u{FFFD}"),
    ])
    func `cannot drive a terminal or begin another line`(text: String, shown: String) {
        #expect(text.printable == shown)
    }

    @Test func `keeps its lines and columns where it has some`() {
        #expect("a\n\tb\u{1B}\r".printableLines == "a\n\tb\\u{1B}\\u{D}")
    }
}
