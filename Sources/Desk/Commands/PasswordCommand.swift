import Accounts
import Conversation
import Secrets
import Trading

/// A change of a password that is under way.
struct PasswordChange {
    let login: Session.Login
    let new: Secret
    let dropsTokens: Bool
    let tag: String?
}

/// `password`: the old one, twice the new, and what becomes of the tokens.
extension DeskCore {
    func runPassword(keepsTokens: Bool, _ context: LineContext) throws -> Reply {
        people.sessions[context.session]?.prompt = .oldPassword(tokens: keepsTokens ? .keep : .ask)
        return Reply(mark: .question, text: "? old password")
    }

    /// The answer to one of its questions.
    func takePasswordLine(_ text: String, _ session: Session, tag: String?) throws {
        let secret = Secret(text)
        func ask(_ question: String, _ next: Session.Prompt, _ fields: JSONObject = [:]) {
            people.sessions[session.id]?.prompt = next
            let reply = Reply(tag: tag, mark: .question, verb: "password", text: question, fields: fields)
            send(.reply(reply), to: session.id)
        }
        switch session.prompt {
        case .oldPassword(let choice): ask("? new password", .newPassword(old: secret, tokens: choice))
        case .newPassword(let old, let choice):
            try PasswordRule.check(secret, of: session.login?.name)
            ask("? new password, again", .newPasswordAgain(old: old, new: secret, tokens: choice))
        case .newPasswordAgain(let old, let new, let choice):
            guard new == secret else {
                throw Refusal(.passwordMismatch, "the new passwords are not the same; nothing was changed")
            }
            let count = try session.login.map { try accountStore().tokens(of: $0.account).count } ?? 0
            guard choice == .ask, count > 0 else {
                return try checkOldPassword(old, new: new, dropsTokens: false, session, tag: tag)
            }
            ask(
                "? drop the \(count == 1 ? "token" : "\(count) tokens") too? yes or no",
                .dropTokens(old: old, new: new), ["tokens": .int(Int64(count))])
        case .dropTokens(let old, let new):
            let dropsTokens: Bool
            switch text.drop(while: { $0 == " " }).lowercased().prefix(while: { $0 != " " }) {
            case "yes", "y": dropsTokens = true
            case "no", "n": dropsTokens = false
            default:
                throw Refusal(.unexpectedWord, "expected yes or no; nothing was changed: type password to start again")
            }
            try checkOldPassword(old, new: new, dropsTokens: dropsTokens, session, tag: tag)
        default: break
        }
    }

    private func checkOldPassword(
        _ old: Secret, new: Secret, dropsTokens: Bool, _ session: Session, tag: String?
    ) throws {
        guard let login = session.login else { throw Refusal(.notLoggedIn, "log in first: login USER") }
        // Guessing at the old password counts as guessing at the login does.
        let attempt = try passwordAttempt(name: login.name.text, login.account, session)
        try begin(attempt)
        let stored = try accountStore().credentials(named: login.name)?.passwordHash
        let change = PasswordChange(login: login, new: new, dropsTokens: dropsTokens, tag: tag)
        let job = people.passwordJobs.begin(.change(session.id, change, attempt))
        do {
            try people.passwords.check(old, against: stored, as: job)
            people.sessions[session.id]?.isWaiting = true
        } catch {
            people.passwordJobs.end(job)
            try end(attempt, .withdrawn)
            throw error
        }
    }

    /// The old password was checked; where it is right, the new one is hashed.
    func finishOldPassword(
        _ id: SessionID, _ change: PasswordChange, _ isRight: Bool?, _ attempt: LoginAttempt
    ) throws {
        guard let isRight else {
            try end(attempt, .withdrawn)
            throw Refusal(.tooManyWaiting, "the password could not be checked now; nothing was changed")
        }
        try end(attempt, isRight ? .succeeded : .failed)
        guard isRight else { throw Refusal(.loginFailed, "the old password is wrong; nothing was changed") }
        let job = people.passwordJobs.begin(.store(id, change))
        do {
            try people.passwords.hash(change.new, as: job)
        } catch {
            people.passwordJobs.end(job)
            throw error
        }
    }

    func passwordHashed(_ id: PasswordJobID, _ hash: PasswordHash?) throws {
        guard let job = people.passwordJobs.end(id) else { return }
        let session = job.session
        do {
            guard let hash else {
                throw Refusal(.tooManyWaiting, "the password could not be hashed now; nothing was changed")
            }
            switch job {
            case .store(_, let change): try store(hash, change, session)
            case .register(_, let name, let tag): try finishRegister(session, name, hash, tag: tag)
            case .login, .change: return
            }
        } catch let refusal as Refusal {
            try audit(refusal, job.attempt, session)
            send(.reply(.refused(refusal, verb: job.verb, tag: job.tag)), to: session)
        }
        resumeLines(of: session)
    }

    /// The new password holds. All other sessions of the account end: one of them may be why it was changed.
    private func store(_ hash: PasswordHash, _ change: PasswordChange, _ id: SessionID) throws {
        let login = change.login
        let store = try accountStore()
        try store.setPassword(login.account, to: hash)
        let dropped = change.dropsTokens ? try store.dropTokens(of: login.account) : 0
        try audit(.passwordChanged(droppingTokens: dropped), id, of: login.account)
        let others = people.accounts[login.account]?.sessions.count { $0 != id } ?? 0
        var text = "+ password changed"
        if dropped > 0 { text += "; \(dropped) token\(dropped == 1 ? "" : "s") dropped" }
        if others > 0 { text += "; \(others) other session\(others == 1 ? "" : "s") ended" }
        let fields: JSONObject = ["tokens_dropped": .int(Int64(dropped)), "sessions_ended": .int(Int64(others))]
        send(
            .reply(Reply(tag: change.tag, mark: .done, verb: "password", text: text, fields: fields)), to: id)
        try tellSecurity("password_changed", "the password was changed", of: login.account, by: id)
        batch.outputs.append(.withdrawOffers(login.account))
        try endSessions(of: login.account, because: "the password was changed; log in again") { other, _ in other != id
        }
        try endSessionsWithoutToken(of: login.account)
    }

    /// Sessions that a password alone has opened end when codes are turned on, and the account is told.
    func twoFactorIsOn(_ login: Session.Login, _ id: SessionID) throws {
        try tellSecurity("totp_on", "two-factor codes were turned on", of: login.account, by: id)
        try endSessions(of: login.account, because: "two-factor codes were turned on; log in again") { other, login in
            other != id && login.opening == .password
        }
    }
}
