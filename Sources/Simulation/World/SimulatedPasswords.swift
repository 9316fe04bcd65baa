import Accounts
import Desk
import Secrets
import Trading

/// Checks passwords at the least that scrypt can cost, and answers when the simulation says.
final class SimulatedPasswords: PasswordChecking {
    static let cost = ScryptCost(n: 2, r: 1, p: 1) ?? .standard

    private var answers: [DeskInput] = []

    /// Answers that are on their way to the desk from now on.
    func takeAnswers() -> [DeskInput] {
        defer { answers.removeAll() }
        return answers
    }

    func check(_ password: Secret, against stored: PasswordHash?, as job: PasswordJobID) throws(Refusal) {
        let isRight = try? stored?.matches(password) ?? false
        answers.append(.passwordChecked(job, isRight: isRight))
    }

    func hash(_ password: Secret, as job: PasswordJobID) throws(Refusal) {
        answers.append(.passwordHashed(job, try? PasswordHash(hashing: password, cost: SimulatedPasswords.cost)))
    }
}
