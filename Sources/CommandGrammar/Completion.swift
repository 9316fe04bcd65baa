import Trading

/// What a line can go on with, from the usage lines of the commands' pages.
public struct Completion: Sendable {
    private let usages: [UsageGrammar]
    private let vocabulary: Vocabulary
    private let zones: [String]

    /// The longest line that is completed, in words.
    private static let wordsMax = 64

    /// Usage lines that begin with `...` go on from another one, and are left out. `zones` are the names that stand for ZONE.
    public init(usageLines: [String], vocabulary: Vocabulary, zones: [String] = []) {
        usages = usageLines.filter { !$0.hasPrefix("...") && !$0.isEmpty }.map(UsageGrammar.init)
        self.vocabulary = vocabulary
        self.zones = zones
    }

    /// The words that could stand where `prefix` ends, in alphabetical order, numbers by their size: whole words, of which
    /// the last word of `prefix` is the beginning, or the next words where it ends with a space. Orders that are over are
    /// offered to the commands that only look.
    public func candidates(
        for prefix: String, openOrders: Set<UInt64> = [], finishedOrders: Set<UInt64> = []
    ) -> [String] {
        var words = prefix.split(separator: " ").map { String($0) }
        if let tag = words.first, tag.hasPrefix("["), tag.hasSuffix("]") { words.removeFirst() }
        let isInWord = prefix.last.map { $0 != " " } ?? false
        let typed = isInWord ? words.popLast() ?? "" : ""
        guard words.count < Completion.wordsMax else { return [] }
        var orders = openOrders
        if let verb = words.first?.lowercased(), Completion.looking.contains(verb) { orders.formUnion(finishedOrders) }
        // One that was named already is not named again.
        orders.subtract(words.dropFirst().compactMap { UInt64($0.hasPrefix("#") ? $0.dropFirst() : $0[...]) })
        let mark = typed.hasPrefix("#") ? "#" : ""
        var search = Search(typed: typed.lowercased(), orders: orders.sorted().map { "\(mark)\($0)" })
        for usage in usages { walk([usage], words[...], &search, depth: 0) }
        let numbers = search.orders.filter(search.found.contains)
        return search.found.subtracting(numbers).sorted() + numbers
    }

    private static let looking: Set<String> = ["order", "why"]

    /// What is looked for, and what has been found.
    private struct Search {
        /// The beginning of the word, in lower case.
        var typed: String
        /// The numbers of orders, as they are typed.
        var orders: [String]
        var found: Set<String> = []

        mutating func offer(_ word: String) { if word.lowercased().hasPrefix(typed) { found.insert(word) } }
    }

    /// Matches the words against what is left of a usage, and collects what could come where they end. What can be
    /// read in several ways is followed in each.
    private func walk(
        _ pattern: [UsageGrammar], _ words: ArraySlice<String>, _ search: inout Search, depth: Int
    ) {
        guard let first = pattern.first else { return }
        let rest = Array(pattern.dropFirst())
        switch first {
        case .sequence(let parts):
            walk(parts + rest, words, &search, depth: depth)
        case .choice(let choices):
            for choice in choices { walk([choice] + rest, words, &search, depth: depth) }
        case .optional(let part):
            walk([part] + rest, words, &search, depth: depth)
            walk(rest, words, &search, depth: depth)
        case .repeated(let part):
            walk([part] + rest, words, &search, depth: depth)
            // Again only where a word was taken by it, so that this ends.
            if !words.isEmpty { walkRepeated(part, rest, words, &search, depth: depth) }
        case .literal(let word):
            guard let next = words.first else {
                search.offer(word)
                return
            }
            if next.lowercased() == word { walk(rest, words.dropFirst(), &search, depth: depth) }
        case .placeholder("COMMAND") where depth == 0:
            for usage in usages { walk([usage], words, &search, depth: 1) }
        case .placeholder(let name):
            guard let next = words.first else {
                offer(name, &search)
                return
            }
            walk(rest, words.dropFirst(), &search, depth: depth)
            if let second = words.dropFirst().first, takesTwoWords(name, next, second) {
                walk(rest, words.dropFirst(2), &search, depth: depth)
            }
        }
    }

    private func walkRepeated(
        _ part: UsageGrammar, _ rest: [UsageGrammar], _ words: ArraySlice<String>, _ search: inout Search,
        depth: Int
    ) {
        // A repeated part is one word in every usage line.
        if case .literal(let word) = part, words.first?.lowercased() != word { return }
        walk([.repeated(part)] + rest, words.dropFirst(), &search, depth: depth)
    }

    /// Whether an amount with its unit, a moment with its time, or a price with its offset stands here.
    private func takesTwoWords(_ name: String, _ first: String, _ second: String) -> Bool {
        switch name {
        case "AMOUNT": Coin(second).map { vocabulary.coins.contains($0) } ?? false
        case "WHEN": second.contains(":") && !first.contains(":")
        default: name.hasPrefix("PRICE") && (second.hasPrefix("+") || second.hasPrefix("-"))
        }
    }

    private func offer(_ placeholder: String, _ search: inout Search) {
        switch placeholder {
        case "ORDER": for number in search.orders { search.offer(number) }
        case "ZONE":
            for zone in zones {
                search.offer(zone)
                // By its city alone.
                let city = zone.split(separator: "/").last ?? ""
                if !search.typed.isEmpty, city.lowercased().hasPrefix(search.typed) { search.found.insert(zone) }
            }
        default: for word in values(of: placeholder) { search.offer(word) }
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
