import Trading

/// What a line can go on with, from the usage lines of the commands' pages.
public struct Completion: Sendable {
    private let usages: [UsageGrammar]
    private let vocabulary: Vocabulary

    /// The longest line that is completed, in words.
    private static let wordsMax = 64

    /// Usage lines that begin with `...` go on from another one, and are left out.
    public init(usageLines: [String], vocabulary: Vocabulary) {
        usages = usageLines.filter { !$0.hasPrefix("...") && !$0.isEmpty }.map(UsageGrammar.init)
        self.vocabulary = vocabulary
    }

    /// The words that could stand where `prefix` ends, in alphabetical order: whole words, of which the last word of
    /// `prefix` is the beginning, or the next words where it ends with a space.
    public func candidates(for prefix: String) -> [String] {
        var words = prefix.split(separator: " ").map { String($0) }
        if let tag = words.first, tag.hasPrefix("["), tag.hasSuffix("]") { words.removeFirst() }
        let isInWord = prefix.last.map { $0 != " " } ?? false
        let typed = isInWord ? words.popLast() ?? "" : ""
        guard words.count < Completion.wordsMax else { return [] }
        var found: Set<String> = []
        for usage in usages {
            walk([usage], words[...], typed.lowercased(), &found, depth: 0)
        }
        return found.sorted()
    }

    /// Matches the words against what is left of a usage, and collects what could come where they end. What can be
    /// read in several ways is followed in each.
    private func walk(
        _ pattern: [UsageGrammar], _ words: ArraySlice<String>, _ typed: String, _ found: inout Set<String>, depth: Int
    ) {
        guard let first = pattern.first else { return }
        let rest = Array(pattern.dropFirst())
        switch first {
        case .sequence(let parts):
            walk(parts + rest, words, typed, &found, depth: depth)
        case .choice(let choices):
            for choice in choices { walk([choice] + rest, words, typed, &found, depth: depth) }
        case .optional(let part):
            walk([part] + rest, words, typed, &found, depth: depth)
            walk(rest, words, typed, &found, depth: depth)
        case .repeated(let part):
            walk([part] + rest, words, typed, &found, depth: depth)
            // Again only where a word was taken by it, so that this ends.
            if !words.isEmpty { walkRepeated(part, rest, words, typed, &found, depth: depth) }
        case .literal(let word):
            guard let next = words.first else {
                if word.hasPrefix(typed) { found.insert(word) }
                return
            }
            if next.lowercased() == word { walk(rest, words.dropFirst(), typed, &found, depth: depth) }
        case .placeholder("COMMAND") where depth == 0:
            for usage in usages { walk([usage], words, typed, &found, depth: 1) }
        case .placeholder(let name):
            guard let next = words.first else {
                for word in values(of: name) where word.hasPrefix(typed) { found.insert(word) }
                return
            }
            walk(rest, words.dropFirst(), typed, &found, depth: depth)
            if let second = words.dropFirst().first, takesTwoWords(name, next, second) {
                walk(rest, words.dropFirst(2), typed, &found, depth: depth)
            }
        }
    }

    private func walkRepeated(
        _ part: UsageGrammar, _ rest: [UsageGrammar], _ words: ArraySlice<String>, _ typed: String,
        _ found: inout Set<String>, depth: Int
    ) {
        // A repeated part is one word in every usage line.
        if case .literal(let word) = part, words.first?.lowercased() != word { return }
        walk([.repeated(part)] + rest, words.dropFirst(), typed, &found, depth: depth)
    }

    /// Whether an amount with its unit, a moment with its time, or a price with its offset stands here.
    private func takesTwoWords(_ name: String, _ first: String, _ second: String) -> Bool {
        switch name {
        case "AMOUNT": Coin(second).map { vocabulary.coins.contains($0) } ?? false
        case "WHEN": second.contains(":") && !first.contains(":")
        default: name.hasPrefix("PRICE") && (second.hasPrefix("+") || second.hasPrefix("-"))
        }
    }

    private func values(of placeholder: String) -> [String] {
        switch placeholder {
        case "PAIR": vocabulary.pairs.map(\.description)
        case "COIN": vocabulary.coins.map(\.description)
        case "KIND": ["simple", "sliced", "timed", "paired", "stop", "oco"]
        case "SETTING": CommandParser.settingNames
        case "PRICE": ["market", "bid", "ask", "last"]
        case "WHEN": ["tomorrow", "mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        default: []
        }
    }
}
