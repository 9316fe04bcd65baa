import CommandGrammar
import Trading

/// The market that most tests speak of.
let sampleVocabulary = Vocabulary(
    pairs: ["btc_usd", "btc_eur", "ltc_usd", "ltc_btc", "eur_usd", "nmc_btc", "ppc_usd"], quote: "usd")

let sampleParser = CommandParser(vocabulary: sampleVocabulary)

/// The command of a line that must be one.
func command(_ line: String) -> Command? { sampleParser.parse(line).command }

/// The same command whatever its words' places: what two ways of writing have in common.
func shape(_ command: Command?) -> String {
    command.map { blanked("\($0)") } ?? "no command"
}

/// The text with each `Span(column: 5, length: 3)` blanked.
private func blanked(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "Span(") {
        result += rest[..<start.lowerBound] + "Span"
        rest = rest[start.upperBound...]
        if let end = rest.firstIndex(of: ")") { rest = rest[rest.index(after: end)...] }
    }
    return result + rest
}
