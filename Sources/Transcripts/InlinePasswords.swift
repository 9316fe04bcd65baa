import Accounts
import Desk
import Secrets
import Trading

/// Checks passwords at once, at the least that scrypt can cost: in a transcript no time passes, and nothing is worth guessing.
final class InlinePasswords: PasswordChecking {
    static let cost = ScryptCost(n: 2, r: 1, p: 1) ?? .standard

    private var answers: [DeskInput] = []
    /// How many passwords were looked at.
    private(set) var judged = 0

    /// The answers that the desk has not been given yet.
    func takeAnswers() -> [DeskInput] {
        defer { answers.removeAll() }
        return answers
    }

    func check(_ password: Secret, against stored: PasswordHash?, as job: PasswordJobID) throws(Refusal) {
        judged += 1
        let isRight: Bool?
        do {
            isRight = try stored?.matches(password) ?? false
        } catch {
            isRight = nil
        }
        answers.append(.passwordChecked(job, isRight: isRight))
    }

    func hash(_ password: Secret, as job: PasswordJobID) throws(Refusal) {
        let hash = try? PasswordHash(hashing: password, cost: InlinePasswords.cost)
        answers.append(.passwordHashed(job, hash))
    }
}
