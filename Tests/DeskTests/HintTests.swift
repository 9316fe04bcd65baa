import Testing
import Trading

/// Hints can be trusted: each line that the desk offers works, and is what was typed but for the slip.
@Suite struct HintTests {
    private static let lines = [
        "buy 0.5 btc_usd at 228", "sell 0.25 btc at 240 post", "buy 100 usd btc_usd at 228", "buy $100 btc at 228",
        "sell 50% btc_usd at 240", "buy 0.5 btc_usd at last-1%", "buy 0.1 btc_usd at market",
        "sell 0.5 btc_usd at 275 stop 201", "stop sell 0.2 btc at 200 limit 199", "trail sell 0.1 btc by 5%",
        "slice buy 1 btc 195..199 x8", "pair buy 0.1 btc at 228 then 240", "buy 0.1 btc_usd at 220 until 18:00",
        "buy 0.1 btc_usd at 220 for 2h30m", "cancel 10", "move 10 to 227", "alert btc above 300", "chart btc 2h",
        "trades btc_usd last 5",
    ]

    /// One slip of the fingers: a letter left out, doubled, replaced or swapped.
    private static func slip(_ line: String, _ chance: inout SplitMix64) -> String {
        var letters = Array(line)
        let place = Int.random(in: 0..<letters.count, using: &chance)
        switch Int.random(in: 0..<5, using: &chance) {
        case 0: letters.remove(at: place)
        case 1: letters.insert(letters[place], at: place)
        case 2 where place + 1 < letters.count: letters.swapAt(place, place + 1)
        case 3: letters[place] = Array("qwertyuiopasdfghjklzxcvbnm,.%$").randomElement(using: &chance) ?? "x"
        default: letters.insert(Array("qwertyuiopasdfghjklzxcvbnm,. ").randomElement(using: &chance) ?? " ", at: place)
        }
        return String(letters)
    }

    private static func hint(in reply: String) -> String? {
        reply.split(separator: "\n").first { $0.hasPrefix("  try: ") }.map { String($0.dropFirst(7)) }
    }

    /// In order of their size: the ends of a range may change places.
    private static func digits(_ line: String) -> String { String(line.filter { $0.isASCII && $0.isNumber }.sorted()) }

    /// `5%` and `$50`; elsewhere these are slips like others.
    private static func units(_ line: String) -> Int {
        zip(line, line.dropFirst()).count { ($0.isNumber && $1 == "%") || ($0 == "$" && $1.isNumber) }
    }

    private static func sides(_ line: String) -> [Substring] {
        line.split(separator: " ").filter { $0 == "buy" || $0 == "sell" }
    }

    /// The rules that hold of every hint; `mayRound` where a step or a tick was passed.
    private func judge(_ typed: String, _ hint: String, _ bench: SightBench, mayRound: Bool = false) {
        let preview = hint.hasPrefix("?") ? hint : "? \(hint)"
        let reply = bench.type(preview, bench.ann)
        #expect(reply.hasPrefix("?") && !reply.contains("would be refused"), "\(typed) -> \(hint): \(reply)")
        #expect(Self.units(typed) == Self.units(hint), "\(typed) -> \(hint) changes a unit")
        if !mayRound { #expect(Self.digits(typed) == Self.digits(hint), "\(typed) -> \(hint) changes a figure") }
        let (before, after) = (Self.sides(typed), Self.sides(hint))
        #expect(before.isEmpty || before == after, "\(typed) -> \(hint) changes the side")
    }

    @Test func `a thousand slips of the fingers are offered nothing that would be refused, or that is something else`()
        throws
    {
        let bench = try SightBench()
        var chance = SplitMix64(seed: 12)
        var hints = 0
        for count in 0..<1_000 {
            let typed = "? " + Self.slip(Self.lines[count % Self.lines.count], &chance)
            let reply = bench.type(typed, bench.ann)
            guard let hint = Self.hint(in: reply) else { continue }
            hints += 1
            judge(typed, hint, bench)
        }
        #expect(hints > 200, "\(hints) hints")
    }

    @Test(arguments: [
        ("buy 0.123456789 btc_usd at 228", "buy 0.12345678 btc_usd at 228"),
        ("buy 0.1 btc_usd at 228.00049", "buy 0.1 btc_usd at 228"),
        ("buy 0.1 btc_usd at 0.0004", "buy 0.1 btc_usd at 0.001"),
        ("slice buy 0.1 btc 195..199 x2000", nil), ("buy 0.005 btc_usd at 228", nil),
        ("contra 15 at 0.0004", "contra 15 at 0.001"), ("sell 100 btc_usd at 240.00049", nil),
        ("move 10 amount 0.8000000001", "move 10 amount 0.8"), ("cancel 1l", nil), ("cancel 10,", "cancel 10"),
        ("slice buy 1 btc 195..199 2O", nil), ("slice buy 1 btc 195..199 20x", "slice buy 1 btc 195..199 x20"),
        ("buy 0.1 btc_usd at 5%", nil), ("stop sell 0.1 btc at 5%", nil),
    ])
    func `what the engine refuses is offered only where it would be taken`(typed: String, expected: String?) throws {
        let bench = try SightBench()
        let reply = bench.type(typed, bench.ann)
        #expect(reply.hasPrefix("!"), "\(reply)")
        #expect(Self.hint(in: reply) == expected, "\(reply)")
        if let expected { judge(typed, expected, bench, mayRound: true) }
    }

    @Test func `go does what was offered, once, as if it had been typed`() throws {
        let bench = try SightBench()
        #expect(bench.type("buy 0.1 btc_eurr at 20", bench.ann).contains("try: buy 0.1 btc_eur at 20") == false)
        #expect(bench.type("buyy 0.1 btc_usd at 220", bench.ann).contains("try: buy 0.1 btc_usd at 220"))
        let done = bench.type("go", bench.ann)
        #expect(done.hasPrefix("+ #") && done.contains("buy 0.1 btc_usd at 220"), "\(done)")
        #expect(bench.type("go", bench.ann).hasPrefix("! nothing to confirm"))
        // Typed by hand meanwhile: not twice.
        _ = bench.type("buyy 0.1 btc_usd at 221", bench.ann)
        #expect(bench.type("buy 0.1 btc_usd at 221", bench.ann).hasPrefix("+"))
        #expect(bench.type("go", bench.ann).hasPrefix("!"))
        // Behind another refusal: the offer was not for that line.
        _ = bench.type("buyy 0.1 btc_usd at 221", bench.ann)
        #expect(bench.type("sell 0.1 btc_usd", bench.ann).hasPrefix("!"))
        #expect(bench.type("go", bench.ann).hasPrefix("! nothing to confirm"))
        // A preview from before the offer is over with it.
        _ = bench.type("? buy 0.2 btc_usd at 219", bench.ann)
        _ = bench.type("buyy 0.1 btc_usd at 218", bench.ann)
        #expect(bench.type("go", bench.ann).contains("at 218"))
        #expect(bench.type("go", bench.ann).hasPrefix("! nothing to confirm"))
        // Too old.
        _ = bench.type("buyy 0.1 btc_usd at 221", bench.ann)
        bench.wait(seconds: 61)
        #expect(bench.type("go", bench.ann).hasPrefix("!"))
    }
}
