/// What became of a transcript.
public struct TranscriptOutcome: Sendable, CustomStringConvertible {
    public let transcript: Transcript
    /// Where something else was seen than was expected, in the order in which it was.
    public internal(set) var mismatches: [TranscriptMismatch] = []
    /// Why it was not run to its end.
    public internal(set) var error: TranscriptError?
    /// What was seen at each step that looks, by the step's index.
    var seen: [Int: [String]] = [:]
    /// What nobody had looked at by the end, by session.
    var unseen: [(session: String, lines: [String])] = []

    init(_ transcript: Transcript) { self.transcript = transcript }

    public var isMatch: Bool { mismatches.isEmpty && error == nil }

    /// What failed, for people: nothing where nothing did.
    public var report: String {
        (mismatches.map(\.description) + (error.map { [$0.description] } ?? [])).joined(separator: "\n")
    }

    /// Whether it passed, in a word.
    public var description: String { isMatch ? "passed" : "failed" }

    /// Holds what a step's session has seen against what it was to see.
    mutating func look(_ index: Int, _ lines: [String]) {
        let step = transcript.steps[index]
        seen[index] = lines
        let mismatch = TranscriptMismatch(
            file: transcript.file, line: step.line, heading: step.heading, expected: step.expected, seen: lines)
        if let mismatch { mismatches.append(mismatch) }
    }

    /// What was told to sessions that nobody looked at again.
    mutating func end(_ unseen: [(session: String, lines: [String])]) {
        self.unseen = unseen
        for (session, lines) in unseen {
            let mismatch = TranscriptMismatch(
                file: transcript.file, line: max(transcript.lastLine, transcript.line),
                heading: "\(session)< at the end, where nobody looks", expected: [], seen: lines)
            if let mismatch { mismatches.append(mismatch) }
        }
    }

    // MARK: What is expected, rewritten

    /// Puts what was seen into the file's lines.
    func rewrite(_ lines: inout [String]) {
        var ending: [String] = []
        for (session, seen) in unseen { ending += ["\(session)<"] + seen }
        if !ending.isEmpty {
            // Line n of the file is at n - 1. Empty lines at the end stay at the end.
            var end = min(transcript.lastLine, lines.count)
            while end >= transcript.line, Substring(lines[end - 1]).withoutTrailingSpaces.isEmpty { end -= 1 }
            lines.insert(contentsOf: ending, at: end)
        }
        for index in transcript.steps.indices.reversed() {
            guard let seen = seen[index] else { continue }
            let step = transcript.steps[index]
            let expected = step.expected.map(\.text)
            let alignment = LineAlignment(expected: expected, seen: seen)
            if alignment.isMatch { continue }
            let body = step.line..<min(step.end - 1, lines.count)
            lines.replaceSubrange(body, with: rewritten(step, lines[body], seen, alignment))
            // What stood behind `NAME<` has moved below it.
            if step.expected.first?.line == step.line { lines[step.line - 1] = step.heading }
        }
    }

    private func rewritten(
        _ step: Transcript.Step, _ body: ArraySlice<String>, _ seen: [String], _ alignment: LineAlignment
    ) -> [String] {
        var written: [String] = []
        var rest = body
        // Comments and empty lines stay before the line that they stood before.
        func takeAsides() {
            while let line = rest.first, TranscriptParser.isAside(Substring(line)) {
                written.append(line)
                rest.removeFirst()
            }
        }
        for row in alignment.rows {
            switch row {
            case .same(let i, _), .anyLines(let i, _), .changed(let i, _), .missing(let i):
                let isBehindName = step.expected[i].line == step.line
                if !isBehindName { takeAsides() }
                let line = isBehindName ? step.expected[i].text : rest.removeFirst()
                switch row {
                case .changed(_, let j): written.append(seen[j])
                case .missing: break
                default: written.append(line)
                }
            case .extra(let j): written.append(seen[j])
            }
        }
        return written + rest
    }
}

/// A place where something else was seen than was expected.
public struct TranscriptMismatch: Sendable, CustomStringConvertible {
    public let file: String
    /// The first line that differs; where there was too much, the last line before it.
    public let line: Int
    let heading: String
    private let columns: SideBySide

    /// nil where what was seen is what was expected.
    init?(file: String, line: Int, heading: String, expected: [Transcript.ExpectedLine], seen: [String]) {
        let texts = expected.map(\.text)
        let alignment = LineAlignment(expected: texts, seen: seen)
        guard !alignment.isMatch else { return nil }
        var place = line
        search: for row in alignment.rows {
            switch row {
            case .same(let i, _), .anyLines(let i, _): place = expected[i].line
            case .changed(let i, _), .missing(let i):
                place = expected[i].line
                break search
            case .extra: break search
            }
        }
        self.file = file
        self.line = place
        self.heading = heading
        columns = SideBySide(expected: texts, seen: seen, alignment)
    }

    public var description: String { "\(file):\(line): \(heading)\n\(columns.text)" }
}
