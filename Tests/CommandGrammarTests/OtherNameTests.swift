import Testing
import Trading

@testable import CommandGrammar

/// What traders say elsewhere leads to a line that works, in one step.
@Suite struct OtherNameTests {
    private let parser = sampleParser

    /// What stands behind the first word, for commands that want something.
    private func rest(of command: String) -> String {
        switch command {
        case "login", "register": " ana"
        case "fee", "chart", "depth", "watch", "unwatch": " btc_usd"
        case "cancel": " 1"
        case "move": " 1 to 230"
        case "slice": " buy 1 btc_usd 195..199 x5"
        case "pair": " buy 1 btc_usd at 230 then 240"
        case "buy", "sell": " 1 btc_usd at 230"
        case "trail": " sell 1 btc_usd by 2%"
        case "why": " 1"
        case "tape": " btc_usd"
        case "preview", "?": " buy 1 btc_usd at 230"
        case "alert": " btc_usd above 240"
        case "export": " trades"
        default: ""
        }
    }

    @Test(
        arguments: OtherNames.commands.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }
            + OtherNames.phrases.map { [$0.0.joined(separator: " "), $0.1] })
    func `each other name is answered with the command that is meant, and the line works`(names: [String]) throws {
        let (typed, command) = (names[0], names[1])
        let line = typed + rest(of: command)
        let refusal = try #require(read(line).refusal, "\(typed) is a command itself")
        #expect(refusal.suggestion == command, "\(refusal.message)")
        let repaired = try #require(refusal.repairedLine(of: line))
        #expect(repaired == command + rest(of: command))
        #expect(read(repaired).command != nil, "\(repaired)")
    }

    @Test func `help by each other name is about a command`() {
        let typed =
            Array(OtherNames.commands.keys) + OtherNames.phrases.map { $0.0.joined(separator: " ") }
            + OtherNames.endings.map { $0.joined(separator: " ") }
        for name in typed {
            #expect(HelpWords.command(for: name).map(commandWords.contains) == true, "\(name)")
            #expect(read("help \(name)").command != nil, "\(name): \(String(describing: read("help \(name)").refusal))")
        }
    }

    private func read(_ line: String) -> ParsedLine { parser.parse(line, lastOrder: OrderID(1)) }

    @Test(arguments: OtherNames.endings)
    func `what may mean two things is answered with both, and done by neither`(words: [String]) throws {
        let line = words.joined(separator: " ")
        let refusal = try #require(read(line).refusal, "\(line) is a command itself")
        #expect(refusal.suggestion == nil)
        #expect(
            refusal.details.map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == [
                "panic takes", "cancel all",
            ])
    }

    @Test(arguments: [
        ("tp 250", ["sell all btc_usd at 250"]), ("take profit 250 btc_eur", ["sell all btc_eur at 250"]),
        ("sl 220", ["stop sell all btc_usd at 220", "stop sell all btc_usd at 220 market"]),
        ("stop loss 0.1 btc 220", ["stop sell 0.1 btc at 220", "stop sell 0.1 btc at 220 market"]),
        ("long 0.5 btc", ["buy 0.5 btc at market"]), ("short 0.5 btc_usd 240", ["sell 0.5 btc_usd at 240"]),
    ])
    func `a protection that is called otherwise is shown as it is typed here`(line: String, forms: [String]) throws {
        let refusal = try #require(read(line).refusal)
        #expect(refusal.details == forms && refusal.suggestion == nil, "\(refusal)")
        for form in forms { #expect(read(form).command != nil, "\(form)") }
    }

    @Test(arguments: [
        ("/buy 0.5 btc_usd @ 230", "buy 0.5 btc_usd at 230"), ("!buy 0.5 btc_usd @230", "buy 0.5 btc_usd at 230"),
        ("buy half btc_usd at mkt", "buy 50% btc_usd at market"), ("buy 1 btc at 230 gtc", "buy 1 btc at 230"),
        ("panic now, please", "panic"), ("exit", "quit"), ("bye", "quit"), ("?", "help"), ("cancel last", "cancel 1"),
        ("why last", "why 1"),
    ])
    func `what chats and other desks have besides reads as ours`(typed: String, plain: String) {
        #expect(read(typed).command.map(CommandPrinter.line) == read(plain).command.map(CommandPrinter.line))
        #expect(read(typed).command != nil, "\(String(describing: read(typed).refusal))")
    }

    @Test(arguments: [
        "buy 1 btc at 230 gtc ioc", "buy 1 btc at 230 day gtc", "//buy 1 btc at 230", "/ buy 1 btc at 230",
    ])
    func `and no more than that`(line: String) {
        #expect(read(line).command == nil)
    }
}
