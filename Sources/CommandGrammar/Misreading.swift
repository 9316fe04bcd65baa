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

    /// The refusal, with the repair that was found to mend the line; without one, the likeliest is only asked about.
    func refusal(repair: String?) -> Refusal {
        var message = message
        if asks, let meant = repair ?? candidates.first, !meant.isEmpty { message += "; did you mean \(meant)?" }
        return Refusal(code, message, at: span, suggestion: repair, details: details)
    }
}
