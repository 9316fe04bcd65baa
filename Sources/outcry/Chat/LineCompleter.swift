import CommandGrammar
import CommandPages
import Desk
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

    private let usageLines: [String]
    private var completion: Completion

    /// From the usage lines of the commands' pages.
    init() {
        self.init(
            usageLines: CommandPages.names.flatMap { name in
                CommandPages.page(named: name).map { CommandPage($0).usage } ?? []
            })
    }

    init(usageLines: [String]) {
        self.usageLines = usageLines
        completion = Completion(usageLines: usageLines, vocabulary: .none)
    }

    mutating func learn(pairs: [String]) {
        // The quote currency matters only to a coin that stands alone, which is never completed to a pair.
        let vocabulary = Vocabulary(pairs: pairs.compactMap { Pair($0) }, quote: "usd")
        completion = Completion(usageLines: usageLines, vocabulary: vocabulary)
    }

    /// What to do about the line up to the cursor.
    func complete(_ prefix: String) -> Outcome {
        let words = completion.candidates(for: prefix)
        guard let first = words.first else { return .nothing }
        let typed = prefix.split(separator: " ", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        if words.count == 1 { return .replace(deleting: typed.count, with: first + " ") }
        let common = words.dropFirst().reduce(first) { common, word in
            String(zip(common, word).prefix { $0 == $1 }.map(\.0))
        }
        guard common.count > typed.count else { return .choices(words) }
        return .replace(deleting: typed.count, with: common)
    }
}
