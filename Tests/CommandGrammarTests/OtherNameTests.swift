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
        case "cancel": " all"
        case "move": " 1 to 230"
        case "slice": " buy 1 btc_usd 195..199 x5"
        default: ""
        }
    }

    @Test(arguments: Suggestions.otherNames.sorted { $0.key < $1.key }.map { [$0.key, $0.value] })
    func `each other name is answered with the command that is meant, and the line works`(names: [String]) throws {
        let (typed, command) = (names[0], names[1])
        let line = typed + rest(of: command)
        let refusal = try #require(parser.parse(line).refusal, "\(typed) is a command itself")
        #expect(refusal.suggestion == command, "\(refusal.message)")
        let repaired = try #require(refusal.repairedLine(of: line))
        #expect(repaired == command + rest(of: command))
        #expect(parser.parse(repaired).command != nil, "\(repaired)")
    }
}
