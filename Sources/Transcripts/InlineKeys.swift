import Accounts
import Desk
import Exchange
import Secrets

/// An exchange that is asked about keys, and answers at once what the transcript has told it to.
final class InlineKeys: ExchangeKeyChecking {
    private let exchange: String
    /// What the desk is given; nil: it has none.
    let master: MasterKey?
    private var known: [String: (secret: String, verdict: KeyVerdict)] = [:]
    private var answers: [DeskInput] = []

    init(_ exchange: String, master: MasterKey?) {
        self.exchange = exchange
        self.master = master
    }

    var custody: KeyCustody { KeyCustody(exchange: exchange, checking: self) }

    func answer(_ key: String, secret: String, with verdict: KeyVerdict) { known[key] = (secret, verdict) }

    /// The answers that the desk has not been given yet.
    func takeAnswers() -> [DeskInput] {
        defer { answers.removeAll() }
        return answers
    }

    func check(_ key: ExchangeKey, seeing order: String?, as job: KeyJobID) {
        let verdict: KeyVerdict =
            switch known[key.key] {
            case nil: .refused(words: "invalid api key")
            case let found? where Secret(found.secret) != key.secret: .refused(words: "invalid sign")
            case let found?: found.verdict
            }
        answers.append(.keyChecked(job, verdict))
    }
}
