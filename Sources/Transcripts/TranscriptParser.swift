/// Reads the lines of one transcript.
struct TranscriptParser {
    private let file: String
    private var steps: [Transcript.Step] = []
    /// The session that was last named before a `>` or a `<`.
    private var view: String?
    private var firstMade: String?

    /// `lines` are those from line `first` of the file on.
    static func transcript(_ lines: ArraySlice<Substring>, from first: Int, file: String) throws(TranscriptError)
        -> Transcript
    {
        var parser = TranscriptParser(file: file)
        for (offset, line) in lines.enumerated() { try parser.take(line, first + offset) }
        let last = first + lines.count - 1
        parser.endStep(before: last + 1)
        return Transcript(file: file, line: first, lastLine: last, steps: parser.steps)
    }

    private init(file: String) { self.file = file }

    /// A comment or an empty line: not part of the conversation.
    static func isAside(_ line: Substring) -> Bool {
        let line = line.withoutTrailingSpaces
        return line.isEmpty || line == "#" || line.hasPrefix("# ") || line.hasPrefix("//")
    }

    private mutating func take(_ raw: Substring, _ number: Int) throws(TranscriptError) {
        guard !TranscriptParser.isAside(raw) else { return }
        let line = raw.withoutTrailingSpaces
        if line.hasPrefix("@") {
            try takeDirective(line, number)
        } else if let (name, mark, text) = TranscriptParser.spoken(line) {
            view = name
            if mark == ">" {
                begin(.typed(session: name, text: text), number)
            } else {
                // Who is looked at right after something happened is looked at once, not twice.
                if let last = steps.indices.last, steps[last].view == name, steps[last].expected.isEmpty {
                    steps[last].view = nil
                }
                begin(.look(session: name), number)
                if !text.isEmpty { expect(text, number) }
            }
        } else {
            guard steps.last?.view != nil else {
                throw TranscriptError(
                    file: file, line: number,
                    message: steps.isEmpty
                        ? "expected an @ line, or NAME> and what NAME types"
                        : "nobody is there to see this: @user NAME first")
            }
            expect(String(line), number)
        }
    }

    private mutating func takeDirective(_ line: Substring, _ number: Int) throws(TranscriptError) {
        let text = TranscriptParser.withoutComment(line)
        let directive: Directive
        do throws(DirectiveError) {
            directive = try Directive(text)
        } catch {
            throw TranscriptError(file: file, line: number, message: error.message)
        }
        if firstMade == nil, let name = directive.sessionMade { firstMade = name }
        begin(.directive(directive, text: text), number)
    }

    private mutating func begin(_ action: Transcript.Action, _ number: Int) {
        endStep(before: number)
        steps.append(
            Transcript.Step(line: number, action: action, view: view ?? firstMade, expected: [], end: number + 1))
    }

    private mutating func endStep(before number: Int) {
        guard !steps.isEmpty else { return }
        steps[steps.count - 1].end = number
    }

    private mutating func expect(_ text: String, _ number: Int) {
        steps[steps.count - 1].expected.append(Transcript.ExpectedLine(line: number, text: text))
    }

    /// `NAME> text` or `NAME< text`: the name at the very beginning, of letters, digits, `_`, `.` and `-`.
    static func spoken(_ line: Substring) -> (name: String, mark: Character, text: String)? {
        let name = line.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == "-") }
        guard !name.isEmpty, !name.allSatisfy({ $0 == "." }), let mark = line[name.endIndex...].first,
            mark == ">" || mark == "<"
        else { return nil }
        let rest = line[name.endIndex...].dropFirst()
        guard rest.isEmpty || rest.hasPrefix(" ") else { return nil }
        return (String(name), mark, String(rest.dropFirst()))
    }

    /// Without what follows `//`, where that begins a word.
    static func withoutComment(_ line: Substring) -> String {
        var end = line.startIndex
        while let range = line[end...].firstRange(of: "//") {
            if range.lowerBound == line.startIndex || line[line.index(before: range.lowerBound)].isWhitespace {
                return String(line[..<range.lowerBound].withoutTrailingSpaces)
            }
            end = range.upperBound
        }
        return String(line)
    }
}

extension Substring {
    var withoutTrailingSpaces: Substring {
        var text = self
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }
}
