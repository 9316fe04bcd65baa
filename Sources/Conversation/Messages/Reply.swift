public import Trading

/// The first character of a reply: what the line came to.
public enum ReplyMark: String, Hashable, Sendable, Codable, CaseIterable {
    case done = "+"
    /// Nothing was changed.
    case refused = "!"
    /// A table, a report, a price.
    case answer = "="
    /// A preview or a question back: nothing was changed yet.
    case question = "?"
}

/// The one answer to a line.
public struct Reply: Hashable, Sendable, Codable {
    /// What the line was tagged with.
    public var tag: String?
    public var mark: ReplyMark
    /// The command's word, `buy`; nil where the line was none.
    public var verb: String?
    /// All that a person reads, its first character the mark, later lines with two spaces before them.
    public var text: String
    /// Set where, and only where, the mark is `refused`.
    public var error: ErrorDetail?
    /// What a program reads besides: `order`, `funds`, ...
    public var fields: JSONObject

    public init(
        tag: String? = nil, mark: ReplyMark, verb: String? = nil, text: String, error: ErrorDetail? = nil,
        fields: JSONObject = [:]
    ) {
        self.tag = tag
        self.mark = mark
        self.verb = verb
        self.text = text
        self.error = error
        self.fields = fields
    }

    /// A refusal as a reply. `text` where the refusal is already written out with the line and its carets.
    public static func refused(
        _ refusal: Refusal, verb: String? = nil, tag: String? = nil, text: String? = nil, fields: JSONObject = [:]
    ) -> Reply {
        let plain = ([refusal.message] + refusal.details).joined(separator: "\n  ")
        return Reply(
            tag: tag, mark: .refused, verb: verb, text: text ?? "! " + plain, error: ErrorDetail(refusal),
            fields: fields)
    }

    public var isOK: Bool { mark != .refused }
}

/// A refusal as a program reads it.
public struct ErrorDetail: Hashable, Sendable, Codable {
    public var code: RefusalCode
    public var message: String
    /// Where in the line, in characters from 1; nil where it is about no word of it.
    public var span: Span?
    /// What to write in place of the span.
    public var suggestion: String?

    public init(code: RefusalCode, message: String, span: Span? = nil, suggestion: String? = nil) {
        self.code = code
        self.message = message
        self.span = span
        self.suggestion = suggestion
    }

    public init(_ refusal: Refusal) {
        self.init(
            code: refusal.code, message: refusal.message, span: refusal.span, suggestion: refusal.suggestion)
    }
}

/// What is pushed without being asked for.
public struct Notice: Hashable, Sendable, Codable {
    /// The account's number of it; nil where it is not numbered, like prices.
    public var sequence: UInt64?
    public var at: Timestamp
    /// `filled`, `expired`, ...
    public var event: String
    /// All that a person reads, beginning with `*`.
    public var text: String
    /// What the event is about: `order`, `fill`, ...
    public var fields: JSONObject

    public init(sequence: UInt64?, at: Timestamp, event: String, text: String, fields: JSONObject = [:]) {
        self.sequence = sequence
        self.at = at
        self.event = event
        self.text = text
        self.fields = fields
    }
}

/// What goes to a session. One of these is one WebSocket message.
public enum OutgoingMessage: Hashable, Sendable, Codable {
    /// The answer to the oldest line of the session that is not answered yet.
    case reply(Reply)
    case notice(Notice)
    /// A message that is the same for many sessions, written once in each format.
    case written(text: String, json: String)
    /// The same as `reply`, as it was written when the line was first answered.
    case writtenReply(text: String, json: String)
    /// The oldest line that is not answered yet needs no answer. Nothing is sent.
    case noReply

    /// Whether this settles a line.
    public var answersLine: Bool {
        switch self {
        case .reply, .writtenReply, .noReply: true
        case .notice, .written: false
        }
    }
}
