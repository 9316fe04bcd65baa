import CommandGrammar
import CommandPages
import Desk
import Foundation
import Trading

/// What Tab does to a line.
struct LineCompleter {
    enum Outcome: Equatable {
        case nothing
        /// Takes away so many characters before the cursor and puts these there.
        case replace(deleting: Int, with: String)
        /// The words that could stand here.
        case choices([String])
    }

    /// Words that are shown at once. Of more, where they have parts (`Europe/Madrid`), the parts are shown.
    static let choicesMax = 60

    private let usageLines: [String]
    private let zones: [String]
    private var completion: Completion

    /// From the usage lines of the commands' pages.
    init() {
        self.init(
            usageLines: CommandPages.names.flatMap { name in
                CommandPages.page(named: name).map { CommandPage($0).usage } ?? []
            },
            zones: TimeZone.knownTimeZoneIdentifiers + ["UTC"])
    }

    init(usageLines: [String], zones: [String] = []) {
        self.usageLines = usageLines
        self.zones = zones
        completion = Completion(usageLines: usageLines, vocabulary: .none, zones: zones)
    }

    mutating func learn(pairs: [String]) {
        // The quote currency matters only to a coin that stands alone, which is never completed to a pair.
        let vocabulary = Vocabulary(pairs: pairs.compactMap { Pair($0) }, quote: "usd")
        completion = Completion(usageLines: usageLines, vocabulary: vocabulary, zones: zones)
    }

    /// What to do about the line up to the cursor.
    func complete(_ prefix: String, orders: KnownOrders = KnownOrders()) -> Outcome {
        let words = completion.candidates(for: prefix, openOrders: orders.open, finishedOrders: orders.over)
        guard let first = words.first else { return .nothing }
        let typed = prefix.split(separator: " ", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        if words.count == 1 { return .replace(deleting: typed.count, with: first + " ") }
        let common = words.dropFirst().reduce(first) { common, word in
            String(zip(common, word).prefix { $0 == $1 }.map(\.0))
        }
        guard common.count > typed.count else { return .choices(LineCompleter.few(words, behind: typed)) }
        return .replace(deleting: typed.count, with: common)
    }

    /// As many words as one wants to read.
    private static func few(_ words: [String], behind typed: String) -> [String] {
        guard words.count > choicesMax else { return words }
        var parts: [String] = []
        for word in words {
            let rest = word.dropFirst(typed.count)
            let part = rest.firstIndex(of: "/").map { String(word[...$0]) } ?? word
            if parts.last != part { parts.append(part) }
        }
        return parts.count <= choicesMax ? parts : parts.prefix(choicesMax) + ["... \(parts.count - choicesMax) more"]
    }
}
