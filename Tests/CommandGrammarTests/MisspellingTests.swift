import CommandGrammar
import Foundation
import Testing
import Trading

/// Every single slip of the finger in the words of good lines: how many are repaired right, and that none trades otherwise.
@Suite struct MisspellingTests {
    static let lines = [
        "buy 0.5 btc_usd at 230 until 18:00", "sell 50% btc_usd at last-1% for 2h30m", "buy 100 usd ltc_usd at market",
        "sell 10 btc_usd at 275 stop 265 limit 264", "slice buy 2 btc_eur 195..199 x20 post",
        "pair buy 0.05 ltc_usd at 224.65 then 227.68", "contra 41 at 231", "stop sell 10 btc_usd at 265 market day",
        "trail sell 1 ltc_btc by 2% for 3d", "cancel all btc_usd", "cancel sliced", "cancel timed", "move 41 to 232",
        "move 41 amount 0.3", "orders paired ltc_usd", "report timed last 10", "report paired", "report drift",
        "summary",
        "export orders json", "totp off", "jobs",
        "trades btc_usd last 10 since friday 18:00 oldest", "transactions until tomorrow 9:00", "price eur_usd",
        "depth btc_usd 5", "watch nmc_btc ppc_usd", "unwatch all", "alert btc_usd above 300",
        "preview sell all btc_usd at bid",
        "panic", "resume", "settings", "set timezone UTC", "inbox 10", "help cancel", "version", "whoami", "logout",
        "funds", "undo", "tokens", "buy 1 btc_usd at ask+0.5 fok", "buy 1 btc_usd at 230 ioc anyway",
        "move 43 stop 264 anyway", "contra 41 at last-1% anyway", "cancel trail", "orders trail", "why 41", "order 41",
        "go", "alias", "alias drop b", "pairs", "alerts", "alert drop 3", "time", "resume 1842", "fund btc",
        "fee btc_usd",
        "tape btc_usd 20", "chart btc_usd 30d", "stop buy 1 btc_usd at 265 limit 266 for 3d", "panic",
        "set daily 1000", "set guard 5%", "set quiet 22:00-07:00", "? slice sell 1 btc_usd 240..242 x3 day",
    ]

    /// Of how many single misspellings, and how many have to be repaired right.
    private static let sampled = 1_000
    private static let rightMin = 950

    @Test func `of a thousand misspellings at random 95 in 100 are repaired right, and none is executed`() {
        let seed = ProcessInfo.processInfo.environment["OUTCRY_SEED"].flatMap { UInt64($0) } ?? 20_150_831
        var random = SplitMix64(seed: seed)
        var slips: [(line: String, misspelt: String)] = []
        for line in Self.lines {
            for misspelt in Self.slips(in: line).sorted() where !Self.isTheSame(misspelt, as: line) {
                slips.append((line, misspelt))
            }
        }
        slips.shuffle(using: &random)
        var right = 0
        var missed: [String] = []
        var executed: [String] = []
        for (line, misspelt) in slips.prefix(Self.sampled) {
            let parsed = sampleParser.parse(misspelt)
            if parsed.command != nil { executed.append("\(line) -> \(misspelt)") }
            let repaired = parsed.refusal?.repairedLine(of: misspelt)
            if let repaired, meaning(command(repaired)) == meaning(command(line)) {
                right += 1
            } else {
                missed.append("\(misspelt) -> \(repaired ?? "nothing")")
            }
        }
        print("\(right) of \(Self.sampled) misspellings of seed \(seed) repaired right, \(executed.count) executed")
        for line in missed { print("  missed: \(line)") }
        #expect(slips.count >= Self.sampled && right >= Self.rightMin)
        #expect(executed.isEmpty, "\(executed)")
    }

    /// `btcusd` and `btc` are good names of a pair: to leave a letter out of its printed name is then no misspelling.
    private static func isTheSame(_ misspelt: String, as line: String) -> Bool {
        zip(misspelt.split(separator: " "), line.split(separator: " ")).contains { typed, meant in
            typed != meant && meant.contains("_") && typed == meant.replacing("_", with: "")
        }
    }

    @Test func `nine of ten single slips are repaired right, and none becomes another command`() {
        var slips = 0
        var right = 0
        var missed: [String] = []
        var otherwise: [String] = []
        for line in Self.lines {
            let intended = meaning(command(line))
            #expect(intended != "no command", "\(line)")
            for misspelt in Self.slips(in: line) {
                let parsed = sampleParser.parse(misspelt)
                if let command = parsed.command {
                    // `btcusd` is the same pair still, and no slip at all.
                    if meaning(command) != intended { otherwise.append("\(line) -> \(misspelt)") }
                    continue
                }
                slips += 1
                let repaired = parsed.refusal?.repairedLine(of: misspelt)
                if let repaired, meaning(command(repaired)) == intended {
                    right += 1
                } else {
                    missed.append("\(misspelt) -> \(repaired ?? "nothing")")
                }
            }
        }
        print("\(right) of \(slips) single misspellings repaired right")
        for line in missed.prefix(60) { print("  missed: \(line)") }
        #expect(slips >= 1_000)
        #expect(Double(right) / Double(slips) >= 0.90)
        #expect(otherwise.isEmpty, "\(otherwise)")
    }

    /// The command in one way of writing, without the line that a preview keeps.
    private func meaning(_ command: Command?) -> String {
        switch command {
        case .preview(let inner, _): "? \(meaning(inner))"
        case .some(let command): CommandPrinter.line(command)
        case nil: "no command"
        }
    }

    /// Every way in which one letter of one word is dropped, doubled, swapped with the next, or replaced by a neighbouring
    /// key. Words with digits are left alone: another digit is another order.
    private static func slips(in line: String) -> Set<String> {
        let words = line.split(separator: " ").map { Array($0.utf8) }
        var slips: Set<String> = []
        for (chosen, word) in words.enumerated() {
            let isOfLetters = word.allSatisfy {
                ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z")) || $0 == UInt8(ascii: "_")
            }
            guard isOfLetters else { continue }
            // What one sets, or wants help on, may be any word.
            if chosen == 1, line.hasPrefix("help") { continue }
            // So may a name of one's own.
            if chosen == 2, line.hasPrefix("alias") { continue }
            for place in word.indices {
                var variants: [[UInt8]] = []
                func add(_ change: (inout [UInt8]) -> Void) {
                    var variant = word
                    change(&variant)
                    variants.append(variant)
                }
                if word.count > 1 { add { $0.remove(at: place) } }
                add { $0.insert(word[place], at: place) }
                if place + 1 < word.count { add { $0.swapAt(place, place + 1) } }
                for key in neighbours[word[place]] ?? [] { add { $0[place] = key } }
                for variant in variants where variant != word {
                    var misspelt = words
                    misspelt[chosen] = variant
                    slips.insert(misspelt.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " "))
                }
            }
        }
        return slips
    }

    /// The letters around each key of a QWERTY keyboard, written down apart from the parser's own table.
    private static let neighbours: [UInt8: [UInt8]] = Dictionary(
        uniqueKeysWithValues: [
            "qwa", "weqsa", "erwds", "rtefd", "tyrgf", "yuthg", "uiyjh", "ioukj", "opilk", "pol", "asqwz", "sdawexz",
            "dfserxc", "fgdrtcv", "ghftyvb", "hjgyubn", "jkhuinm", "kljiom", "lkop", "zxas", "xczsd", "cvxdf", "vbcfg",
            "bnvgh", "nmbhj", "mnjk",
        ].map { (Array($0.utf8)[0], Array($0.utf8.dropFirst())) })
}
