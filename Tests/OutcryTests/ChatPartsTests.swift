import Foundation
import Testing

@testable import outcry

@Suite struct `The client's parts` {
    @Test func `waits double from half a second to half a minute`() {
        var backoff = Reconnection()
        let waits = (0..<9).map { _ in backoff.next { _ in 0 } }
        #expect(waits == [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
        backoff.reset()
        #expect(backoff.next { _ in 0 } == 500)
    }

    @Test func `chance shortens a wait by half at most`() {
        var low = Reconnection()
        var high = Reconnection()
        #expect(low.next { $0.upperBound } == 250)
        #expect(high.next { $0.lowerBound } == 500)
        for _ in 0..<20 { #expect(high.next { $0.lowerBound } <= 30_000) }
    }

    @Test(arguments: [
        (ShownLine.reply("+ done\n  more", tag: nil), "\u{1B}[32m+ done\u{1B}[0m\n  more"),
        (.reply("! no", tag: "k7"), "\u{1B}[31m[k7] ! no\u{1B}[0m"),
        (.reply("= 1", tag: nil), "= 1"),
        (.reply("? which", tag: nil), "\u{1B}[33m? which\u{1B}[0m"),
        (.event("* #1 opened", name: "opened"), "\u{1B}[36m* #1 opened\u{1B}[0m"),
        (.event("* #1 filled", name: "filled"), "\u{1B}[1;36m* #1 filled\u{1B}[0m"),
    ])
    func `the first character colours the first line`(_ line: ShownLine, _ text: String) {
        #expect(ChatColours(isOn: true).text(of: line) == text)
    }

    @Test func `a server cannot drive the terminal`() {
        #expect(
            ChatColours(isOn: false).text(of: .reply("= a\u{1B}[2J\u{9B}b\r\n", tag: nil))
                == "= a\u{FFFD}[2J\u{FFFD}b\u{FFFD}\n")
    }

    @Test func `NO_COLOR, a dumb terminal and a pipe have no colours`() {
        #expect(ChatColours.areWanted(environment: ["TERM": "xterm"], isTerminal: true, isRefused: false))
        #expect(!ChatColours.areWanted(environment: ["NO_COLOR": "1"], isTerminal: true, isRefused: false))
        #expect(ChatColours.areWanted(environment: ["NO_COLOR": ""], isTerminal: true, isRefused: false))
        #expect(!ChatColours.areWanted(environment: ["TERM": "dumb"], isTerminal: true, isRefused: false))
        #expect(!ChatColours.areWanted(environment: [:], isTerminal: false, isRefused: false))
        #expect(!ChatColours.areWanted(environment: [:], isTerminal: true, isRefused: true))
    }

    @Test(arguments: [
        ("b", LineCompleter.Outcome.replace(deleting: 1, with: "buy ")),
        ("BU", .replace(deleting: 2, with: "buy ")),
        ("s", .choices(["sell", "slice"])),
        ("buy 1 b", .replace(deleting: 1, with: "btc_")),
        ("buy 1 btc_", .choices(["btc_eur", "btc_usd"])),
        ("buy 1 btc_usd ", .replace(deleting: 0, with: "at ")),
        ("xyz", .nothing),
    ])
    func `Tab completes words and pairs`(_ prefix: String, _ outcome: LineCompleter.Outcome) {
        var completer = LineCompleter(usageLines: [
            "buy AMOUNT PAIR at PRICE", "sell AMOUNT PAIR at PRICE", "slice AMOUNT PAIR RANGE xN",
        ])
        completer.learn(pairs: ["btc_usd", "btc_eur", "no pair"])
        #expect(completer.complete(prefix) == outcome)
    }

    @Test(arguments: [
        (
            "cancel ",
            LineCompleter.Outcome.choices([
                "all", "foreign", "oco", "paired", "simple", "sliced", "stops", "timed", "5", "41", "42",
            ])
        ), ("cancel 4", .choices(["41", "42"])),
        ("cancel 5 ", .replace(deleting: 0, with: "4")), ("cancel #5", .replace(deleting: 2, with: "#5 ")),
        ("[k7] cancel 42 41 ", .replace(deleting: 0, with: "5 ")), ("? cancel 5", .replace(deleting: 1, with: "5 ")),
        ("move 5", .replace(deleting: 1, with: "5 ")), ("move 5 ", .choices(["amount", "stop", "to"])),
        ("why ", .choices(["5", "40", "41", "42"])), ("ORDER 40", .replace(deleting: 2, with: "40 ")),
        ("contra 40", .nothing), ("buy 4", .nothing),
        ("set timezone europe/mad", .replace(deleting: 10, with: "Europe/Madrid ")),
        ("set timezone azor", .replace(deleting: 4, with: "Atlantic/Azores ")),
        ("set timezone UT", .replace(deleting: 2, with: "UTC ")),
    ])
    func `Tab completes the numbers of orders and the names of time zones`(
        _ prefix: String, _ outcome: LineCompleter.Outcome
    ) throws {
        var orders = KnownOrders(account: "demo")
        for (number, status) in [(5, "open"), (40, "open"), (41, "armed"), (42, "partially_filled")] {
            orders.see(try reply(#"{"type":"reply","text":"","order":{"id":\#(number),"status":"\#(status)"}}"#))
        }
        orders.see(try event(#"{"type":"event","text":"","order":{"id":40,"status":"filled"}}"#))
        #expect(LineCompleter().complete(prefix, orders: orders) == outcome)
    }

    @Test func `of many time zones the regions are shown`() {
        guard case .choices(let words) = LineCompleter().complete("set timezone ") else {
            Issue.record("no choices")
            return
        }
        #expect(words.count <= LineCompleter.choicesMax + 1)
        #expect(words.contains("Europe/") && words.contains("UTC") && !words.contains("Europe/Madrid"))
    }

    @Test func `orders are forgotten, the oldest first`() throws {
        var orders = KnownOrders()
        for number in 1...KnownOrders.numbersMax + 5 {
            orders.see(try reply(#"{"type":"reply","text":"","orders":[{"id":\#(number),"status":"open"}]}"#))
        }
        #expect(orders.open.count == KnownOrders.numbersMax && orders.open.min() == 6)
    }

    @Test func `the built-in pages complete`() {
        #expect(LineCompleter().complete("slic") == .replace(deleting: 4, with: "slice "))
    }

    @Test func `tags differ between runs and lines, and are tags`() {
        var first = LineTags(seconds: .max, chance: .max)
        var second = LineTags(seconds: .max, chance: 0)
        let tags = [first.next(), first.next(), second.next()]
        #expect(Set(tags).count == 3)
        #expect(
            tags.allSatisfy {
                $0.count <= 32 && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            })
    }

    @Test func `no line with a secret is remembered`() throws {
        let folder = NSTemporaryDirectory() + "outcry-history-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = HistoryFile(path: folder + "/history")
        for line in [
            "keys btce set KEY 5ecret", "price btc", "[k7] keys btce set KEY 5ecret", "kyes btce set KEY 5ecret",
            "login ana 5ecret", "jobs",
        ] { file.append(line) }
        #expect(file.load() == ["price btc", "jobs"])
    }

    @Test func `history is the owner's alone, and bounded`() throws {
        let folder = NSTemporaryDirectory() + "outcry-history-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = HistoryFile(path: folder + "/state/history")
        #expect(file.load().isEmpty)
        file.append("funds")
        let rights = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(rights == 0o600)
        for number in 1...HistoryFile.linesMax { file.append("price \(number)") }
        let lines = file.load()
        #expect(lines.count == HistoryFile.linesMax && lines.first == "price 1" && lines.last == "price 1000")
        #expect(file.load() == lines)
    }

    @Test(
        arguments: [
            (["XDG_STATE_HOME": "/s", "HOME": "/h"], "/s/outcry/history"),
            (["HOME": "/h"], "/h/.local/state/outcry/history"), (["XDG_STATE_HOME": "relative"], nil),
        ] as [([String: String], String?)])
    func `history stands where the user's states do`(_ environment: [String: String], _ path: String?) {
        #expect(HistoryFile.standardPath(environment: environment) == path)
    }

    @Test(arguments: [
        ("abcd", 5, 0), ("abcde", 5, 1), ("abcdef", 5, 1), ("世世世", 5, 1), ("\u{1}abc", 5, 1), ("é", 1, 1),
    ])
    func `the cursor's row is counted as the terminal wraps`(_ text: String, _ columns: Int, _ rows: Int) {
        _ = setlocale(LC_CTYPE, "C.UTF-8")
        #expect(ScreenWidth.rowsAbove(text, columns: columns) == rows)
    }
}
