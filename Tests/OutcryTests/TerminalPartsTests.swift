import Foundation
import Testing

@testable import outcry

private func keys(_ bytes: [UInt8], _ charset: TerminalCharset = .utf8) -> String {
    var reader = KeyReader(charset: charset)
    reader.append(bytes)
    var text = ""
    while case .character(let key)? = reader.next() { text.unicodeScalars.append(key) }
    return text
}

@Suite struct `The terminal's parts` {
    @Test func `keys are whole characters, in whatever pieces they come`() {
        var keys = KeyReader()
        keys.append([0x61, 0xE2, 0x82])
        #expect(keys.next() == .character("a"))
        #expect(keys.next() == nil)
        keys.append([0xAC, 0xFF, 0x62])
        #expect(keys.next() == .character("€"))
        #expect(keys.next() == .character("\u{FFFD}"))
        #expect(keys.next() == .character("b"))
    }

    @Test(
        arguments: [
            ([0xE9, 0x61, 0x62], "\u{FFFD}ab"), ([0xE9, 0xE9, 0x61], "\u{FFFD}\u{FFFD}a"),
            ([0xF0, 0x9F, 0x61], "\u{FFFD}a"), ([0xE0, 0x80, 0x61], "\u{FFFD}\u{FFFD}a"),
            ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"), ([0xC3, 0x28], "\u{FFFD}("),
            ([0x80, 0x0D], "\u{FFFD}\r"),
            ([0xF4, 0x90, 0x80, 0x80, 0x61], "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}a"), ([0xC3, 0xA9], "é"),
            ([0xF0, 0x9F, 0x98, 0x80], "😀"), ([0xEF, 0xBF, 0xBE], "\u{FFFE}"),
        ] as [([UInt8], String)])
    func `bytes that are no UTF-8 swallow no key`(_ bytes: [UInt8], _ text: String) {
        #expect(keys(bytes).unicodeScalars.elementsEqual(text.unicodeScalars))
    }

    @Test func `every byte is a key in a set of one byte each`() throws {
        let latin = try #require(TerminalCharset(named: "ISO-8859-1"))
        #expect(keys([0xE9, 0x61, 0x0D], latin) == "éa\r")
        for byte in UInt8.min...UInt8.max {
            #expect(latin.text(of: [byte]).unicodeScalars.first?.value == UInt32(byte))
        }
        #expect(latin.bytes(of: "é€a") == [0xE9, 0x3F, 0x61])
        let euro = try #require(TerminalCharset(named: "ISO-8859-15"))
        #expect(euro.text(of: [0xA4]) == "€" && euro.bytes(of: "€") == [0xA4])
        let russian = try #require(TerminalCharset(named: "KOI8-R"))
        #expect(keys([0xC1, 0xC2], russian) == "аб")
        for name in ["no such set", "EUC-JP", "UTF-16", ""] where name != "" {
            #expect(TerminalCharset(named: name) == nil, "\(name)")
        }
    }

    @Test func `the locale's name says which set is meant`() throws {
        let latin = TerminalCharset(named: "ISO-8859-1")
        let cases: [([String: String], TerminalCharset?)] = [
            ([:], .utf8), (["LANG": "C"], .utf8), (["LANG": "en_US.UTF-8"], .utf8), (["LANG": "en_US.utf8"], .utf8),
            (["LANG": "es_ES.ISO-8859-1"], latin), (["LANG": "es_ES.ISO8859-1"], latin),
            (["LANG": "en_US.UTF-8", "LC_ALL": "es_ES.iso88591"], latin),
            (["LC_CTYPE": "de_DE.ISO-8859-1", "LANG": "en_US.UTF-8", "LC_ALL": ""], latin),
            (["LANG": "de_DE@euro"], TerminalCharset(named: "ISO-8859-15")), (["LANG": "x.nonsense"], .utf8),
        ]
        for (variables, charset) in cases {
            #expect(TerminalCharset.ofEnvironment(variables) == charset, "\(variables)")
        }
    }

    @Test func `a paste is one key, in whatever pieces it comes`() {
        let bytes = Array("a\u{1B}[200~x\ry\u{1B}[20z\u{1B}[201~b".utf8)
        for cut in 0...bytes.count {
            var keys = KeyReader()
            var seen: [KeyReader.Key] = []
            for part in [bytes[..<cut], bytes[cut...]] {
                keys.append(part)
                while let key = keys.next() { seen.append(key) }
            }
            #expect(seen == [.character("a"), .pasted("x\ry\u{1B}[20z"), .character("b")], "\(cut)")
        }
    }

    @Test func `Escape alone is a key once nothing follows, and a paste without an end is over in time`() {
        var keys = KeyReader()
        keys.append([0x1B])
        #expect(keys.next() == nil && keys.patienceMilliseconds == KeyReader.escapeMilliseconds)
        keys.losePatience()
        #expect(keys.next() == .character("\u{1B}"))
        #expect(keys.next() == nil && keys.patienceMilliseconds == nil)
        keys.append(Array("\u{1B}[A".utf8))
        #expect(keys.next() == .character("\u{1B}") && keys.next() == .character("[") && keys.next() == .character("A"))
        keys.append(Array("\u{1B}[200~half".utf8))
        #expect(keys.next() == nil && keys.patienceMilliseconds == KeyReader.pasteMilliseconds)
        keys.losePatience()
        #expect(keys.next() == .pasted("half") && keys.next() == nil)
    }

    @Test func `a paste that is too long is told, and nothing of it is typed`() {
        var keys = KeyReader()
        keys.append(Array("\u{1B}[200~".utf8))
        for _ in 0..<KeyReader.pasteBytesMax / 1_000 + 1 {
            keys.append([UInt8](repeating: 0x78, count: 1_000))
            #expect(keys.next() == nil)
        }
        keys.append(Array("\u{1B}[201~z".utf8))
        #expect(keys.next() == .pastedTooMuch && keys.next() == .character("z"))
    }

    @Test(arguments: [
        ("funds", ["funds"]), ("funds\n", ["funds"]), ("a\tb\r\n\r\n c\u{7}d \n", ["a b", " cd "]), ("", [""]),
        ("// note\nfunds", ["funds"]), ("// note", ["// note"]), ("a\rb\nc\u{2028}d", ["a", "b", "c", "d"]),
        ("\u{1B}[31mbuy\u{1B}[0m", ["[31mbuy[0m"]),
    ])
    func `a paste is lines that could have been typed`(_ text: String, _ lines: [String]) {
        #expect(PastedText(text).lines == lines)
    }

    @Test func `no secret of a paste is shown`() {
        let text = PastedText("login ada\n5ecret\nfunds\nlogin ada 5ecret\nkeys btce set KEY 5ecret")
        #expect(text.isBlock && text.question == "5 lines: Enter sends, Esc drops ")
        #expect(
            text.preview == [
                "  (a line with a secret)", "  (a line with a secret)", "  funds", "  (a line with a secret)",
                "  (a line with a secret)",
            ])
        #expect(PastedText(String(repeating: "funds\n", count: 50)).preview.last == "  ... 30 more")
    }

    @Test(arguments: [
        ("= free 1459.65 usd in orders 12 usd", 20, ["= free 1459.65 usd", "  in orders 12 usd"]),
        ("= free in all 1459.65 usd", 20, ["= free in all", "  1459.65 usd"]),
        ("  #41 buy 0.5 btc_usd at 230", 22, ["  #41 buy 0.5 btc_usd", "    at 230"]),
        ("= a    b    c    d    e    f", 20, ["= a    b    c    d", "  e    f"]),
        ("= see https://desk.example/export/abcdefghij", 20, ["= see", "  https://desk.example/export/abcdefghij"]),
        ("= 世世世世 世世世世 世世世世", 20, ["= 世世世世 世世世世", "  世世世世"]), ("short", 20, ["short"]),
        ("a window that is too narrow", 10, ["a window that is too narrow"]), ("", 20, [""]),
    ])
    func `lines are broken between words, and never in a number or a coin`(
        _ line: String, _ columns: Int, _ rows: [String]
    ) {
        _ = setlocale(LC_CTYPE, "C.UTF-8")
        #expect(LineWrap.rows(of: line[...], columns: columns) == rows)
    }

    @Test func `carets stay under what they point at`() {
        let text = "! no pair\n  buy 0.5 btc_usd at 230 until frday\n                               ^^^^^\n  try: x"
        #expect(
            LineWrap.wrapped(text, columns: 24)
                == "! no pair\n  buy 0.5 btc_usd at \n    230 until frday\n              ^^^^^\n  try: x")
        #expect(LineWrap.wrapped(text, columns: 80) == text)
    }

    @Test func `no row is wider than the window, and no word is lost`() {
        let words = ["#41", "buy", "0.5", "btc_usd", "at", "230.123", "until", "2026-11-23", "18:00", "(15h", "left)"]
        for count in 1...40 {
            let line = "= " + (0..<count).map { words[$0 % words.count] }.joined(separator: " ")
            for columns in 20...90 {
                let rows = LineWrap.rows(of: line[...], columns: columns)
                #expect(rows.allSatisfy { ScreenWidth.of($0) <= columns })
                #expect(rows.joined(separator: " ").split(separator: " ").joined(separator: " ") == line)
            }
        }
    }

    @Test func `the whole first line has its colour, however it is broken`() {
        #expect(
            ChatColours(isOn: true).text(of: .reply("! aaaa bbbb cccc dddd eeee\n  f", tag: nil), columns: 20)
                == "\u{1B}[31m! aaaa bbbb cccc\n  dddd eeee\u{1B}[0m\n  f")
    }

    @Test func `a script's lines are told one by one`() {
        var lines = ScriptLines()
        #expect(lines.next() == nil && lines.wantsMore && !lines.areOver)
        lines.append(Array("a\r\n\nb".utf8))
        #expect(lines.next() == .line("a") && lines.next() == .line("") && lines.next() == nil)
        lines.append([0xE9, 0x0A])
        #expect(lines.next() == .unreadable("line 3 of the input is not UTF-8: it was not sent"))
        let long = [UInt8](repeating: 0x78, count: ChatSession.lineBytesMax)
        lines.append(long + [0x0A] + long)
        #expect(lines.next() == .line(String(decoding: long, as: UTF8.self)) && lines.next() == nil)
        // Told at once, not only at its end.
        lines.append([0x78])
        #expect(lines.next() == .unreadable("line 5 of the input is longer than 8192 bytes: it was not sent"))
        #expect(lines.next() == nil && lines.wantsMore)
        lines.append(long)
        #expect(lines.next() == nil && lines.wantsMore && !lines.areOver)
        lines.append([0x0A] + Array("c".utf8))
        #expect(lines.next() == nil)
        lines.end()
        #expect(lines.next() == .line("c") && lines.areOver)
    }
}
