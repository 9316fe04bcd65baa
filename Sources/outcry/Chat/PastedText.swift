import CommandGrammar

/// What was pasted, as lines that could have been typed.
struct PastedText: Equatable {
    /// Lines of one paste.
    static let linesMax = 1_000
    /// Lines that are shown before they are sent.
    static let shownMax = 20

    /// Without those that say nothing: blank ones and comments, where there are others.
    let lines: [String]
    /// Whether more than one line says something: then somebody is asked before they are sent.
    var isBlock: Bool { lines.count > 1 }

    /// Line ends of every system part lines, tabs are spaces, other control characters are left out: a paste may drive
    /// nothing but the text.
    init(_ text: String) {
        var lines: [String] = []
        for part in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            var line = String.UnicodeScalarView()
            for scalar in part.unicodeScalars {
                if scalar == "\t" {
                    line.append(" ")
                } else if scalar.properties.generalCategory != .control {
                    line.append(scalar)
                }
            }
            lines.append(String(line))
        }
        let saying = lines.filter { line in
            let words = line.drop { $0 == " " }
            return !words.isEmpty && !words.hasPrefix("//")
        }
        self.lines = saying.count > 1 ? saying : saying.isEmpty ? Array(lines.prefix(1)) : saying
    }

    /// The question, where the lines are many: `3 lines: Enter sends, Esc drops`.
    var question: String { "\(lines.count) lines: Enter sends, Esc drops " }

    /// The lines as they may be shown: no secret is.
    var preview: [String] {
        var isAnswer = false
        var shown: [String] = []
        for line in lines.prefix(PastedText.shownMax) {
            let parsed = CommandParser(vocabulary: .none).parse(line)
            shown.append("  " + (isAnswer || parsed.isSecret ? "(a line with a secret)" : line))
            // What the desk asks for next is a secret.
            switch parsed.command {
            case .login(.password(_, nil))?, .register(_, nil)?, .password?: isAnswer = true
            default: isAnswer = false
            }
        }
        if lines.count > shown.count { shown.append("  ... \(lines.count - shown.count) more") }
        return shown
    }
}
