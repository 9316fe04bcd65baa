import Trading

/// Why a line could not be read, before it is known which of the likely repairs mends it.
struct Misreading: Error {
    var code: RefusalCode
    /// What was found, and what was expected.
    var message: String
    var span: Span?
    /// What could stand in place of the span, likeliest first.
    var candidates: [String]
    /// Whether the message is to ask `did you mean ...?`
    var asks: Bool
    var details: [String]
    /// Whether every word of the line is known, so that none can be a password or a key, however near the first is to `login`.
    var isPlain = false

    init(
        _ code: RefusalCode, _ message: String, at span: Span?, candidates: [String] = [], asks: Bool = true,
        details: [String] = []
    ) {
        self.code = code
        self.message = message
        self.span = span
        self.candidates = candidates
        self.asks = asks
        self.details = details
    }

    /// Whether a repair has the figures of what it stands in for, no digit more or less: `at2 30` is not `at 30`. The ends of a
    /// range may change places; a time or a duration may be written in another way (`6pm`, `1w`).
    func keepsFigures(_ candidate: String, for typed: String) -> Bool {
        // `l2` is another desk's name for one of our commands.
        if code == .badTime || code == .badDuration || OtherNames.commands[typed.lowercased()] != nil { return true }
        func digits(_ text: String) -> [UInt8] { text.utf8.filter(isDigit).sorted() }
        func amounts(_ text: String) -> Int {
            let text = text.filter { !$0.isWhitespace }
            return zip(text, text.dropFirst()).count { ($0.isNumber && $1 == "%") || ($0 == "$" && $1.isNumber) }
        }
        return digits(candidate) == digits(typed) && amounts(candidate) == amounts(typed)
    }

    /// The refusal, with the repair that was found to mend the line; without one, the likeliest is only asked about.
    func refusal(repair: String?) -> Refusal {
        var message = message
        if asks, let meant = repair ?? candidates.first, !meant.isEmpty { message += "; did you mean \(meant)?" }
        return Refusal(code, message, at: span, suggestion: repair, details: details)
    }
}
