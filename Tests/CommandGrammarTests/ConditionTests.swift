import CommandGrammar
import Testing
import Trading

/// Every two words that may follow a price, in both orders, next to each other and apart.
@Suite struct ConditionTests {
    static let phrases = ["until 18:00", "for 2h", "day", "ioc", "fok", "post", "stop 265", "anyway"]
    private static let expiries: Set<String> = ["until 18:00", "for 2h", "day"]

    /// What goes together, written down apart from the parser's own table.
    private static func goTogether(_ one: String, _ other: String) -> Bool {
        if one == other { return false }
        if one == "anyway" || other == "anyway" { return true }
        if expiries.contains(one) { return other == "post" || other == "stop 265" }
        if expiries.contains(other) { return one == "post" || one == "stop 265" }
        return Set([one, other]) == ["post", "stop 265"]
    }

    @Test(arguments: phrases, phrases) func `words go together or are refused at the second`(
        _ one: String, _ other: String
    ) {
        let isOneAnyway = one == "anyway" || other == "anyway"
        for between in isOneAnyway ? [" "] : [" ", " anyway "] {
            let start = "sell 1 btc at 275 \(one)\(between)"
            let parsed = sampleParser.parse(start + other)
            #expect((parsed.command != nil) == Self.goTogether(one, other), "\(start)\(other)")
            guard let refusal = parsed.refusal else { continue }
            let word = other.prefix { $0 != " " }
            #expect(refusal.code == .conflictingWords)
            #expect(refusal.span == Span(column: start.count + 1, length: word.count))
        }
    }

    @Test(arguments: phrases) func `a market order has no time, no place on the book and no stop`(_ phrase: String) {
        let isFit = ["ioc", "fok", "anyway"].contains(phrase)
        for between in phrase == "anyway" ? [" "] : [" ", " anyway "] {
            let parsed = sampleParser.parse("sell 1 btc at market\(between)\(phrase)")
            #expect((parsed.command != nil) == isFit)
            #expect(isFit || parsed.refusal?.code == .conflictingWords)
        }
    }

    @Test(arguments: phrases) func `slices, stops and pairs take the words that make sense for them`(_ phrase: String) {
        let isExpiry = Self.expiries.contains(phrase)
        let cases = [
            ("slice 2 btc 195..199 x20", isExpiry || phrase == "post" || phrase == "anyway"),
            ("stop sell 1 btc at 265", isExpiry || phrase == "anyway"),
            ("pair buy 1 btc at 230 then 240", isExpiry || phrase == "post" || phrase == "anyway"),
        ]
        for (line, isFit) in cases {
            let parsed = sampleParser.parse("\(line) \(phrase)")
            #expect((parsed.command != nil) == isFit, "\(line) \(phrase)")
            #expect(isFit || parsed.refusal?.code == .conflictingWords)
        }
    }
}
