/// A conversation as a text file, and an executable test: who types what, what happens meanwhile, and what each must see.
///
/// # Lines
///
/// - `NAME> text`: NAME types it, exactly as it stands.
/// - `@...`: the market, the clock and the server are moved; see `Directive` for all of them. `//` begins a comment there.
/// - `NAME<`: look at what NAME has seen, without typing. A first line of it may follow on the same line.
/// - Everything else is what must be seen, line by line, replies and notifications both, in order. `...` in it matches anything
///   within the line; a line of `...` alone matches any lines, also none.
/// - Empty lines, and lines that begin with `# ` or `//`, are left out of all this. Spaces at the end of a line never count.
///
/// # Who must see it
///
/// What follows a `NAME>` or a `NAME<` is NAME's. What follows an `@` line is that of the NAME who last stood before a `>` or
/// a `<`; before there was one, that of the session that was made first. Where nothing follows but a `NAME<` of the same NAME,
/// that is where it is looked.
///
/// Every message counts. Each look takes all that the session has been told since it was last looked at, and holds it
/// against what follows; what is told to a session that is not in view waits until it is. What nobody has looked at by the
/// end of the transcript is a mismatch there. Whoever does not care writes `NAME<` and `...` below it.
///
/// A session that is closed by the desk sees `(closed CODE: REASON)`.
public struct Transcript: Sendable {
    /// The file's path, as it was given.
    public let file: String
    /// The line of the file at which it begins, counted from 1.
    public let line: Int
    /// The last line that is its own.
    let lastLine: Int
    let steps: [Step]

    /// One thing that happens, and what is then seen.
    struct Step: Hashable, Sendable {
        /// Where it stands in the file, counted from 1.
        let line: Int
        let action: Action
        /// Whose view is looked at; nil where nobody is there yet.
        var view: String?
        var expected: [ExpectedLine]
        /// The line after the last that is the step's.
        var end: Int

        /// The step's own line, without what only belongs to the file.
        var heading: String {
            switch action {
            case .directive(_, let text): text
            case .typed(let name, let text): "\(name)> \(text)"
            case .look(let name): "\(name)<"
            }
        }
    }

    enum Action: Hashable, Sendable {
        case directive(Directive, text: String)
        case typed(session: String, text: String)
        case look(session: String)
    }

    struct ExpectedLine: Hashable, Sendable {
        /// Where it stands in the file; the step's own line, where it stands behind `NAME<`.
        let line: Int
        let text: String
    }

    /// Whether it can be run against a server that somebody else runs: it moves neither the market, nor the clock, nor the server.
    public var canRunLive: Bool {
        steps.allSatisfy { step in
            if case .directive(let directive, _) = step.action { directive.isLive } else { true }
        }
    }
}

/// What is wrong with a transcript, other than that something else was seen: a directive that cannot be read or done.
public struct TranscriptError: Error, Hashable, Sendable, CustomStringConvertible {
    public let file: String
    /// Counted from 1.
    public let line: Int
    public let message: String

    package init(file: String, line: Int, message: String) {
        self.file = file
        self.line = line
        self.message = message
    }

    /// `day.transcript:7: no pair btc`
    public var description: String { "\(file):\(line): \(message)" }
}
