import Accounts
import Conversation
import Trading

/// How the desk holds logins to their waits: what the throttle decides is stored in the transaction of the batch.
extension DeskCore {
    /// A password typed in a session for a name. `account` is the one that has the name, if one has.
    func passwordAttempt(name: String, _ account: AccountID?, _ session: Session) throws -> LoginAttempt {
        let address = AddressGroup(session.peer.address)
        let isKnown = try account.map { try accountStore().hasLoggedIn($0, from: address, at: now) } ?? false
        return .password(name: name, from: address, isKnown: isKnown)
    }

    /// Refuses with `login_wait`, or with `too_many_waiting`.
    @discardableResult
    func begin(_ attempt: LoginAttempt) throws -> LoginAdmission { try people.throttle.begin(attempt, at: now) }

    /// Says what became of an attempt that `begin` has admitted.
    func end(
        _ attempt: LoginAttempt, _ outcome: LoginAttempt.Outcome, _ admission: LoginAdmission = .usual
    ) throws {
        people.throttle.end(attempt, outcome, admission, at: now)
        let changes = people.throttle.takeChanges()
        if !changes.isEmpty { try accountStore().save(changes) }
    }
}
