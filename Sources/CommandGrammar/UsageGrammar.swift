/// One usage line of a command's page, as a pattern that typed words are held against.
///
///     buy AMOUNT PAIR at PRICE [until WHEN | for DURATION | day] [ioc | fok | post]
///
/// Small letters are typed as they stand, capitals stand for something, brackets hold what may be left out, `|` is or,
/// and `...` is once or more often. Inside brackets `|` parts everything; outside them a `|` without spaces parts words.
indirect enum UsageGrammar: Sendable {
    case literal(String)
    case placeholder(String)
    case sequence([UsageGrammar])
    case choice([UsageGrammar])
    case optional(UsageGrammar)
    case repeated(UsageGrammar)

    init(_ usage: String) {
        var reader = UsageReader(usage)
        self = reader.readAlternatives(isGroup: false)
    }
}

/// Cuts a usage line at its brackets and bars.
private struct UsageReader {
    private let characters: [Character]
    private var next = 0

    init(_ usage: String) { characters = Array(usage) }

    private var current: Character? { next < characters.count ? characters[next] : nil }

    mutating func readAlternatives(isGroup: Bool) -> UsageGrammar {
        var choices: [UsageGrammar] = []
        var parts: [UsageGrammar] = []
        /// Whether a bar without spaces joins what comes to the last part.
        var joins = false
        func closed(_ parts: [UsageGrammar]) -> UsageGrammar { parts.count == 1 ? parts[0] : .sequence(parts) }
        while let character = current {
            if character == "]" || character == ")" {
                next += 1
                if isGroup { break }
                continue
            }
            if character == " " {
                next += 1
                continue
            }
            if character == "|" {
                let isTight =
                    next > 0 && characters[next - 1] != " " && next + 1 < characters.count
                    && characters[next + 1] != " "
                next += 1
                if isTight, !isGroup {
                    joins = true
                } else {
                    choices.append(closed(parts))
                    parts = []
                }
                continue
            }
            var part: UsageGrammar
            if character == "[" || character == "(" {
                next += 1
                let group = readAlternatives(isGroup: true)
                part = character == "[" ? .optional(group) : group
            } else {
                guard let word = readWord() else { continue }
                part = word
            }
            if hasEllipsis() { part = .repeated(part) }
            if joins, let last = parts.popLast() {
                part = .choice([last, part])
                joins = false
            }
            parts.append(part)
        }
        choices.append(closed(parts))
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func hasEllipsis() -> Bool {
        guard characters[min(next, characters.count)...].prefix(3) == [".", ".", "."] else { return false }
        next += 3
        return true
    }

    /// nil for what is only an ellipsis.
    private mutating func readWord() -> UsageGrammar? {
        let start = next
        while let character = current, !" []()|".contains(character) {
            if character == ".", characters[next...].prefix(3) == [".", ".", "."] { break }
            next += 1
        }
        if next == start {
            next += 1
            return nil
        }
        let word = String(characters[start..<next])
        let isLiteral = word == "=" || word == "?" || word.allSatisfy { $0.isLowercase || $0 == "-" }
        return isLiteral ? .literal(word) : .placeholder(word)
    }
}
