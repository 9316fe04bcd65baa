import CommandGrammar
import Testing
import Trading

@Suite struct CompletionTests {
    static let usageLines = [
        "buy AMOUNT PAIR at PRICE [until WHEN | for DURATION | day] [ioc | fok | post]",
        "... until WHEN",
        "sell AMOUNT PAIR at PRICE [stop TRIGGER [limit PRICE|market]]",
        "slice [buy|sell] AMOUNT PAIR LOW..HIGH xN",
        "pair buy|sell AMOUNT PAIR at PRICE [then PRICE2]",
        "cancel ORDER...",
        "cancel all [PAIR]",
        "cancel sliced|timed|paired|stops",
        "watch PAIR...",
        "unwatch PAIR...|all",
        "fund COIN",
        "funds",
        "orders [KIND] [PAIR]",
        "alert PAIR above|below PRICE",
        "preview COMMAND",
        "help [COMMAND]",
        "alias NAME = COMMAND",
        "token new NAME [read|trade] [for DURATION]",
    ]

    static let completion = Completion(
        usageLines: usageLines, vocabulary: Vocabulary(pairs: ["btc_usd", "btc_eur", "ltc_usd"], quote: "usd"))

    @Test(arguments: [
        ("f", ["fund", "funds"]),
        ("b", ["buy"]),
        ("B", ["buy"]),
        ("[k7] ca", ["cancel"]),
        ("zz", []),
        ("buy 0.5 ", ["btc_eur", "btc_usd", "ltc_usd"]),
        ("buy 0.5 btc_", ["btc_eur", "btc_usd"]),
        ("buy 0.5 btc_usd ", ["at"]),
        ("buy 100 usd btc_usd ", ["at"]),
        ("buy 0.5 btc_usd at m", ["market"]),
        ("buy 0.5 btc_usd at 230 ", ["day", "fok", "for", "ioc", "post", "until"]),
        ("buy 0.5 btc_usd at 230 until ", ["fri", "mon", "sat", "sun", "thu", "tomorrow", "tue", "wed"]),
        ("buy 0.5 btc_usd at 230 until fri 18:00 ", ["fok", "ioc", "post"]),
        ("buy 0.5 btc_usd at 230 day p", ["post"]),
        ("sell 1 btc_usd at 275 stop 265 ", ["limit", "market"]),
        ("slice ", ["buy", "sell"]),
        ("slice buy 2 l", ["ltc_usd"]),
        ("pair ", ["buy", "sell"]),
        ("pair buy 1 btc_usd at 230 ", ["then"]),
        ("cancel ", ["all", "paired", "sliced", "stops", "timed"]),
        ("cancel all l", ["ltc_usd"]),
        ("watch btc_usd btc_eur l", ["ltc_usd"]),
        ("unwatch ", ["all", "btc_eur", "btc_usd", "ltc_usd"]),
        ("fund l", ["ltc"]),
        ("orders st", ["stop"]),
        ("alert btc_usd ", ["above", "below"]),
        ("preview b", ["buy"]),
        ("preview buy 1 btc_usd ", ["at"]),
        ("alias x ", ["="]),
        ("alias x = fu", ["fund", "funds"]),
        ("token new bot ", ["for", "read", "trade"]),
        ("nosuch ", []),
    ]) func `a line goes on with the words of its usage`(_ prefix: String, _ expected: [String]) {
        #expect(Self.completion.candidates(for: prefix) == expected)
    }

    @Test func `every prefix of anything is answered`() {
        var generator = SplitMix64(seed: 7)
        let pieces = [
            "buy", "cancel", "watch", "preview", "[", "]", "|", "...", "PAIR", "x", "é", " ", "  ", "at", "1",
        ]
        for _ in 0..<500 {
            let line = (0..<Int.random(in: 0...40, using: &generator))
                .compactMap { _ in pieces.randomElement(using: &generator) }.joined(separator: " ")
            _ = Self.completion.candidates(for: line)
            _ = Completion(usageLines: [line], vocabulary: sampleVocabulary).candidates(for: line)
        }
    }
}
