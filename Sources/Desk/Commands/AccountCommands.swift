import Accounts
import CommandGrammar
import Conversation
import Ledger
import OrderEngine
import Secrets
import Trading

/// What a password is being checked, or hashed, for.
enum PasswordJob {
    case login(SessionID, Credentials?, LoginAttempt, LoginAdmission, from: String, tag: String?)
    case change(SessionID, PasswordChange, LoginAttempt)
    case store(SessionID, PasswordChange)
    case register(SessionID, AccountName, tag: String?)

    var session: SessionID {
        switch self {
        case .login(let session, _, _, _, _, _), .change(let session, _, _), .store(let session, _),
            .register(let session, _, _):
            session
        }
    }
}

/// `login`, `logout` and `whoami`; and what passwords are checked for.
extension DeskCore {
    func runLogin(_ method: LoginMethod, _ context: LineContext) throws -> Reply? {
        if let login = context.login {
            throw Refusal(.alreadyLoggedIn, "already logged in as \(login.name); logout first")
        }
        switch method {
        case .password(let user, nil):
            people.sessions[context.session]?.prompt = .loginPassword(user: user, tag: context.tag)
            return Reply(mark: .question, text: "? password for \(user)")
        case .password(let user, let password?):
            try checkLogin(user, Secret(password), context.session, tag: context.tag)
            return nil
        case .token(let token):
            try logIn(context.session, withToken: Secret(token))
            return try welcome(context.session)
        }
    }

    /// The answer to a question of the desk's: a password.
    func takePromptedLine(_ text: String, tag: String?, _ session: Session) throws {
        people.sessions[session.id]?.prompt = .command
        let secret = Secret(text)
        do {
            switch session.prompt {
            case .command: break
            case .loginPassword(let user, let loginTag):
                try checkLogin(user, secret, session.id, tag: tag ?? loginTag)
            case .oldPassword, .newPassword, .newPasswordAgain, .dropTokens:
                try takePasswordLine(text, session, tag: tag)
            case .registerPassword(let name, let registerTag):
                try PasswordRule.check(secret, of: name)
                people.sessions[session.id]?.prompt = .registerPasswordAgain(name, secret, tag: tag ?? registerTag)
                send(
                    .reply(Reply(tag: tag, mark: .question, verb: "register", text: "? new password, again")),
                    to: session.id)
            case .registerPasswordAgain(let name, let first, let registerTag):
                guard first == secret else {
                    throw Refusal(.passwordMismatch, "the passwords are not the same; no account was created")
                }
                try makeAccount(name, secret, session.id, tag: tag ?? registerTag)
            case .loginCode(let credentials, let loginTag):
                guard try isCurrent(credentials) else { throw wrongLogin }
                try takeLoginCode(text, credentials.account, session, tag: tag ?? loginTag)
            case .commandCode(let command, let context): try takeCommandCode(text, command, context, session, tag: tag)
            case .firstCode(let secret): try takeFirstCode(text, secret, session, tag: tag)
            }
        } catch let refusal as Refusal {
            try audit(refusal, session.prompt.attempt, session.id)
            send(.reply(.refused(refusal, verb: session.prompt.verb, tag: tag)), to: session.id)
        }
    }

    private func checkLogin(_ user: String, _ password: Secret, _ id: SessionID, tag: String?) throws {
        guard let session = people.sessions[id] else { return }
        let name = user.lowercased()
        let account = try AccountName(name).flatMap { try accountStore().account(named: $0) }
        let login = WaitingLogin(
            session: id, name: name, password: password, address: session.peer.address, tag: tag,
            attempt: try passwordAttempt(name: name, account?.id, session))
        do {
            try startLogin(login)
        } catch let refusal as Refusal where refusal.code == .tooManyWaiting {
            // Others are being judged: it waits its turn.
            let limits = configuration.limits
            guard people.waitingLogins.add(login, max: limits.loginsWaiting, addressMax: limits.addressLoginsWaiting)
            else {
                throw refusal
            }
        }
        people.sessions[id]?.isWaiting = true
    }

    func runLogout(_ context: LineContext) throws -> Reply? {
        guard let login = people.sessions[context.session]?.login else {
            throw Refusal(.notLoggedIn, "not logged in")
        }
        try audit(AuditEvent(.logout), context.session)
        // What has happened is told before the goodbye: nothing of this login is told after it.
        try flushEvents()
        try answer(Reply(mark: .done, text: "+ goodbye \(login.name)"), context)
        endLogin(on: context.session)
        loginChanged(context.session)
        return nil
    }

    /// Ends the connection, whoever is at the other end of it; the login ends with it.
    func runQuit(_ context: LineContext) throws -> Reply? {
        if people.sessions[context.session]?.login != nil { try audit(AuditEvent(.logout), context.session) }
        let name = people.sessions[context.session]?.login.map { " \($0.name)" } ?? ""
        try flushEvents()
        try answer(Reply(mark: .done, text: "+ goodbye\(name)"), context)
        batch.outputs.append(.close(context.session, code: 1_000, reason: "goodbye"))
        return nil
    }
}

extension PasswordJob {
    var tag: String? {
        switch self {
        case .login(_, _, _, _, _, let tag), .register(_, _, let tag): tag
        case .change(_, let change, _), .store(_, let change): change.tag
        }
    }

    var verb: String {
        switch self {
        case .login: "login"
        case .change, .store: "password"
        case .register: "register"
        }
    }
}
