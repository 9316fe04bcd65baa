public import Trading

extension Refusal {
    /// What a person sees: the message, the line with the place marked, details, and the repaired line.
    ///
    ///     ! no pair btc_eurr; did you mean btc_eur?
    ///       buy 0.5 btc_eurr at 230
    ///               ^^^^^^^^
    ///       try: buy 0.5 btc_eur at 230
    ///
    /// A line that may carry a secret is not shown. Each character takes one column; what cannot be printed is shown
    /// as `�`, and a tab as a space.
    ///
    /// - Parameter isSecret: Whether the line may carry a secret, where the parser has said so.
    public func text(over line: String, isSecret known: Bool? = nil) -> String {
        var text = "! \(RefusalText.safe(message))"
        let isSecret = known ?? CommandParser.isSecret(line)
        if let span, !isSecret {
            let indent = String(repeating: " ", count: span.column + 1)
            text += "\n  \(RefusalText.safe(line))\n\(indent)\(String(repeating: "^", count: max(span.length, 1)))"
        }
        for detail in details { text += "\n  \(detail)" }
        if !isSecret, let repaired = repairedLine(of: line) { text += "\n  try: \(RefusalText.safe(repaired))" }
        return text
    }

    /// The line with the suggestion in place of the span; nil where there is none.
    public func repairedLine(of line: String) -> String? {
        guard let span, let suggestion else { return nil }
        return RefusalText.replace(span, of: line, with: suggestion)
    }
}

/// How a line is shown to the person who typed it.
enum RefusalText {
    /// The most characters of a word that a message repeats.
    static let quotedCharactersMax = 40

    /// A word as a message repeats it.
    static func quoted(_ word: String) -> String {
        guard word.count > quotedCharactersMax else { return safe(word) }
        return safe(String(word.prefix(quotedCharactersMax))) + "..."
    }

    /// One character for each: control characters and those that turn the direction of writing cannot fool the reader.
    static func safe(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        return String(text.map { $0 == "\t" ? " " : isSafe($0) ? $0 : "\u{FFFD}" })
    }

    private static func isSafe(_ character: Character) -> Bool {
        character.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: false
            // A joiner inside an emoji or a word of another script is part of how it is written.
            case .format: (scalar == "\u{200D}" || scalar == "\u{200C}") && character.unicodeScalars.count > 1
            default: true
            }
        }
    }

    /// The characters of a span.
    static func part(_ span: Span, of line: String) -> String {
        String(line.dropFirst(max(span.column - 1, 0)).prefix(max(span.length, 0)))
    }

    /// The line with other characters in place of the span; a span behind the end adds them after a space.
    static func replace(_ span: Span, of line: String, with text: String) -> String {
        let first = max(span.column - 1, 0)
        guard let start = line.index(line.startIndex, offsetBy: first, limitedBy: line.endIndex), start < line.endIndex
        else { return "\(line) \(text)" }
        let end = line.index(start, offsetBy: max(span.length, 0), limitedBy: line.endIndex) ?? line.endIndex
        return String(line[..<start]) + text + String(line[end...])
    }
}
