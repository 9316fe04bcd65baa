/// What a line on the screen is, for its colour.
enum ShownLine: Equatable {
    /// A server's reply, with the tag where the trader gave it.
    case reply(String, tag: String?)
    case event(String, name: String)
    /// The client's own words.
    case note(String)
    /// What was pasted, as it is sent, behind its prompt.
    case typed(String)
}

/// Colours lines by their first character: `+` green, `!` red, `?` yellow, `*` cyan, a fill in bold.
struct ChatColours {
    var isOn: Bool

    /// Whether to colour: not where `NO_COLOR` says anything (no-color.org), the terminal is dumb, or it is none.
    static func areWanted(environment: [String: String], isTerminal: Bool, isRefused: Bool) -> Bool {
        isTerminal && !isRefused && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// The line as it is written to the terminal, without the newline at its end; broken between words where `columns` says
    /// how wide the window is.
    func text(of line: ShownLine, columns: Int? = nil) -> String {
        func painted(_ words: String, _ code: String?) -> String { self.painted(words, code, columns) }
        switch line {
        case .note(let words): return painted("-- " + words, "2")
        case .typed(let words): return painted(words, nil)
        case .event(let words, let name):
            return painted(words, name == "filled" || name == "partially_filled" ? "1;36" : "36")
        case .reply(let words, let tag):
            let shown = (tag.map { "[\($0)] " } ?? "") + words
            switch words.first {
            case "+": return painted(shown, "32")
            case "!": return painted(shown, "31")
            case "?": return painted(shown, "33")
            default: return painted(shown, nil)
            }
        }
    }

    /// The first line coloured; those below it, tables and carets, as they are.
    private func painted(_ words: String, _ code: String?, _ columns: Int?) -> String {
        let words = ChatColours.harmless(words)
        let end = words.firstIndex(of: "\n") ?? words.endIndex
        var (first, rest) = (String(words[..<end]), String(words[end...].dropFirst()))
        if let columns {
            // Carets below the first line point at it: both are broken at the same places.
            guard code != nil else { return LineWrap.wrapped(words, columns: columns) }
            first = LineWrap.wrapped(first, columns: columns)
            rest = LineWrap.wrapped(rest, columns: columns)
        }
        let below = end == words.endIndex ? "" : "\n" + rest
        guard isOn, let code else { return first + below }
        return "\u{1B}[\(code)m\(first)\u{1B}[0m\(below)"
    }

    /// Without the control characters with which a text could drive the terminal; newlines stay.
    static func harmless(_ words: String) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in words.unicodeScalars {
            let isControl = scalar.properties.generalCategory == .control && scalar != "\n"
            shown.append(isControl ? "\u{FFFD}" : scalar)
        }
        return String(shown)
    }
}
