import Accounts
import Exchange
import Secrets

@testable import Desk

/// The exchange's word on keys, given when a test says so, and what the desk has had it use.
final class BenchKeys: ExchangeKeyChecking {
    var master: MasterKey?
    /// Nil: it is silent.
    var verdict: KeyVerdict? = .accepted(ExchangeKeyRights(info: true, trade: true, withdraw: false))
    /// Keys handed over, and questions, in their order: `1 KEY`, `ask`.
    var used: [String] = []
    private(set) var asked: [(key: ExchangeKey, order: String?, job: KeyJobID)] = []
    private var answers: [DeskInput] = []

    init(master: MasterKey? = try? MasterKey.generate()) { self.master = master }

    var custody: KeyCustody { KeyCustody(exchange: "lossy", checking: self) }

    func takeAnswers() -> [DeskInput] {
        defer { answers.removeAll() }
        return answers
    }

    func check(_ key: ExchangeKey, seeing order: String?, as job: KeyJobID) {
        asked.append((key, order, job))
        if let verdict { answers.append(.keyChecked(job, verdict)) }
    }
}
