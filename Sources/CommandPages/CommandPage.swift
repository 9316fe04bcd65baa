/// A page of `commands/`, taken apart.
///
/// The page's first line is `# NAME: SUMMARY`; its first code block is the usage, one line each; its second has examples, one line
/// each; a list says what to know. Behind the heading `## More` stands the rest: prose, and transcripts in blocks that say
/// `transcript`.
public struct CommandPage: Sendable {
    public let name: String
    public let summary: String
    public let usage: [String]
    /// Lines that can be typed as they stand, perhaps with a comment.
    public let examples: [String]
    /// What to know, one sentence or several each, without line ends.
    public let notes: [String]
    /// The notes as the page lays them out.
    private let noteLines: [String]
    private let lines: [Substring]
    private let hasMore: Bool

    /// In characters, with the two spaces that each line of a reply but the first begins with.
    private static let widthMax = 80

    public init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let title = (lines.first ?? "").drop { $0 == "#" || $0 == " " }
        let parts = title.split(separator: ":", maxSplits: 1)
        name = parts.first.map(String.init) ?? ""
        summary = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""

        let short = lines.prefix { $0 != "## More" }
        hasMore = short.count < lines.count
        var blocks: [[String]] = []
        var isBlock = false
        var noteLines: [String] = []
        for line in short {
            if line.hasPrefix("```") {
                isBlock.toggle()
                if isBlock { blocks.append([]) }
            } else if isBlock {
                blocks[blocks.count - 1].append(String(line))
            } else if line.hasPrefix("- ") || (line.hasPrefix("  ") && !noteLines.isEmpty) {
                noteLines.append(String(line))
            }
        }
        usage = blocks.first ?? []
        examples = blocks.count > 1 ? blocks[1] : []
        self.noteLines = noteLines
        notes = noteLines.reduce(into: []) { notes, line in
            if line.hasPrefix("- ") {
                notes.append(String(line.dropFirst(2)))
            } else {
                notes[notes.count - 1] += " " + line.drop { $0 == " " }
            }
        }
    }

    /// What fits a screen: the usage, the examples, what to know, and how to see the rest.
    package var short: [String] {
        let usage = usage.flatMap { CommandPage.wrapped(CommandPage.parts(ofUsage: $0), $0, indent: "    ") }
        let rest = hasMore ? ["help \(name) full shows the whole page"] : []
        return ["\(name): \(summary)"] + usage + [""] + examples + [""] + noteLines + rest
    }

    /// The whole page without Markdown's fences and headings' marks, its prose wrapped to a screen's width, and without the setting
    /// of transcripts: what is moved before anybody types.
    package var forReading: [String] {
        var reading: [String] = []
        var paragraph = ""
        var isBlock = false
        var isSetting = false
        func append(_ text: String) {
            if text.isEmpty, reading.last?.isEmpty ?? true { return }
            reading.append(text)
        }
        func endParagraph() {
            guard !paragraph.isEmpty else { return }
            let words = paragraph.split(separator: " ").map(String.init)
            CommandPage.wrapped(words, paragraph, indent: paragraph.hasPrefix("- ") ? "  " : "").forEach(append)
            paragraph = ""
        }
        for line in lines {
            if line.hasPrefix("```") {
                endParagraph()
                isBlock.toggle()
                isSetting = line == "```transcript"
            } else if isBlock {
                if isSetting, line.hasPrefix("@") { continue }
                if !line.isEmpty, !line.hasPrefix("#") { isSetting = false }
                append(String(line.hasPrefix("#") ? line.drop { $0 == "#" || $0 == " " } : line))
            } else if line.isEmpty || line.hasPrefix("#") {
                endParagraph()
                append(String(line.drop { $0 == "#" || $0 == " " }))
            } else if line.hasPrefix("- ") {
                endParagraph()
                paragraph = String(line)
            } else {
                paragraph += (paragraph.isEmpty ? "" : " ") + line.drop { $0 == " " }
            }
        }
        endParagraph()
        while reading.last?.isEmpty == true { reading.removeLast() }
        return reading
    }

    /// The words of a usage line, with what stands in brackets in one piece.
    private static func parts(ofUsage usage: String) -> [String] {
        var parts: [String] = []
        var depth = 0
        for word in usage.split(separator: " ") {
            if depth > 0 {
                parts[parts.count - 1] += " " + word
            } else {
                parts.append(String(word))
            }
            depth += word.count { $0 == "[" } - word.count { $0 == "]" }
        }
        return parts
    }

    /// The text in lines that fit a screen, cut between `words`; all lines but the first begin with `indent`. A text that fits stays
    /// as it is.
    private static func wrapped(_ words: [String], _ text: String, indent: String) -> [String] {
        let widthMax = CommandPage.widthMax - 2
        guard text.count > widthMax else { return [text] }
        var lines: [String] = []
        var line = ""
        for word in words {
            if !line.isEmpty, line.count + 1 + word.count > widthMax {
                lines.append(line)
                line = indent + word
            } else {
                line += (line.isEmpty ? "" : " ") + word
            }
        }
        return lines + [line]
    }
}
