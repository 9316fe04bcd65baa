public import Trading

/// Why an answer gives no result.
public enum AnswerFailure: Error, Hashable, Sendable {
    /// The exchange says no. `words` are its own, at most 200 characters of them.
    case refused(ExchangeRefusal, words: String)
    /// No answer came over HTTP.
    case transport(HTTPFailure)
    case empty(status: Int)
    /// A page for a browser: overload, maintenance, somebody in between. With its title, where it has one.
    case html(status: Int, title: String)
    /// Neither JSON nor HTML, or JSON that was cut off.
    case notJSON(status: Int, at: Int, message: String)
    /// JSON, but not what the protocol says; `path` is the place in it.
    case unreadable(path: String, message: String)
    /// A result under a status that says there is none.
    case unexpectedStatus(Int)

    /// Whether it proves that the request has done nothing and never will. Nothing but a refusal in the exchange's
    /// known words, or a request that never left, does.
    public var provesNothingWasDone: Bool {
        switch self {
        case .refused(let refusal, _): refusal.provesNothingWasDone
        case .transport(let failure): failure.arrival == .neverSent
        case .empty, .html, .notJSON, .unreadable, .unexpectedStatus: false
        }
    }

    /// Whether it says that the exchange is not itself: such failures open the circuit.
    public var isOutage: Bool {
        switch self {
        case .refused(let refusal, _): refusal == .unavailable || refusal == .tooOften
        case .transport(let failure): ![.canceled, .shutDown, .tooManyWaiting, .badRequest].contains(failure.cause)
        case .empty, .html, .notJSON, .unreadable, .unexpectedStatus: true
        }
    }

    /// The desk's permanent code for it.
    public var code: RefusalCode {
        switch self {
        case .refused(let refusal, _): refusal.code
        case .transport, .empty, .html, .notJSON, .unreadable, .unexpectedStatus: .exchangeUnavailable
        }
    }

    /// What a key may not do, where the exchange has refused a request for want of a right and said which:
    /// `api key dont have trade permission`.
    var missingRight: KeyRights.Name? {
        guard case .refused(.noPermission, let words) = self else { return nil }
        let text = words.lowercased()
        return KeyRights.Name.allCases.first { text.contains("\($0.rawValue) permission") }
    }

    /// For the trader and the log.
    public var reason: String {
        switch self {
        case .refused(.noPermission, let words):
            "this key has no \(missingRight.map { "\($0.rawValue) right" } ?? "right to do this") at the exchange: \(words)"
        case .refused(_, let words): words.allSatisfy(\.isWhitespace) ? "a refusal without words" : words
        case .transport(let failure): failure.message.isEmpty ? failure.cause.rawValue : failure.message
        case .empty(let status): "an empty answer (HTTP \(status))"
        case .html(let status, let title): "a web page (HTTP \(status))\(title.isEmpty ? "" : ": \(title)")"
        case .notJSON(let status, let offset, let message): "no JSON (HTTP \(status)): \(message) at byte \(offset)"
        case .unreadable(let path, let message): path.isEmpty ? message : "\(path): \(message)"
        case .unexpectedStatus(let status): "HTTP \(status)"
        }
    }
}
