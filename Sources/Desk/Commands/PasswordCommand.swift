import Accounts
import ChatServer
import Trading

/// `password`: the old one, and twice the new.
extension DeskCore {
    func runPassword(_ context: LineContext) throws -> Reply {
        sessions[context.session]?.prompt = .oldPassword
        return Reply(mark: .question, text: "? old password")
    }

    func checkOldPassword(_ old: Secret, new: Secret, _ session: Session, tag: String?) throws {
        guard let login = session.login else { throw Refusal(.notLoggedIn, "log in first: login USER") }
        let address = session.peer.address
        try throttle.attempt(name: login.name.text, address: address, at: now)
        try saveThrottle()
        let stored = try accountStore().credentials(named: login.name)?.passwordHash
        let job = newPasswordJob(.change(session.id, login.account, new: new, tag: tag))
        do {
            try passwords.check(old, against: stored, as: job)
            sessions[session.id]?.isWaiting = true
        } catch {
            passwordJobs[job] = nil
            throttle.withdrawn(name: login.name.text, address: address)
            try saveThrottle()
            throw error
        }
    }

    /// Guessing at the old password counts as guessing at the login does.
    func finishOldPassword(_ id: SessionID, _ isRight: Bool?) throws {
        if let session = sessions[id], let login = session.login {
            switch isRight {
            case true?: throttle.succeeded(name: login.name.text, address: session.peer.address)
            case false?: break
            case nil: throttle.withdrawn(name: login.name.text, address: session.peer.address)
            }
            try saveThrottle()
        }
        guard let isRight else {
            throw Refusal(.tooManyWaiting, "the password could not be checked now; nothing was changed")
        }
        guard isRight else { throw Refusal(.loginFailed, "the old password is wrong; nothing was changed") }
    }

    func passwordHashed(_ id: PasswordJobID, _ hash: PasswordHash?) throws {
        guard let job = passwordJobs.removeValue(forKey: id) else { return }
        let session = job.session
        do {
            guard let hash else {
                throw Refusal(.tooManyWaiting, "the password could not be hashed now; nothing was changed")
            }
            switch job {
            case .store(_, let account, let tag):
                try accountStore().setPassword(account, to: hash)
                try audit(AuditEvent(.passwordChanged), session, of: account)
                send(.reply(Reply(tag: tag, mark: .done, verb: "password", text: "+ password changed")), to: session)
            case .register(_, let name, let tag): try finishRegister(session, name, hash, tag: tag)
            case .login, .change: return
            }
        } catch let refusal as Refusal {
            try audit(refusal, job.attempt, session)
            send(.reply(.refused(refusal, verb: job.verb, tag: job.tag)), to: session)
        }
        try resumeLines(of: session)
    }
}
