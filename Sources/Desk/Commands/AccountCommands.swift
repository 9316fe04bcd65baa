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

    /// Has a login's password checked. Refuses with `login_wait`, and with `too_many_waiting` where its turn has not come.
    func startLogin(_ login: WaitingLogin) throws {
        guard let session = people.sessions[login.session] else { return }
        let credentials = try AccountName(login.name).flatMap { try accountStore().credentials(named: $0) }
        let attempt = try passwordAttempt(name: login.name, credentials?.account.id, session)
        let admission = try begin(attempt)
        let job = people.passwordJobs.begin(
            .login(login.session, credentials, attempt, admission, from: login.address, tag: login.tag))
        do {
            try people.passwords.check(login.password, against: credentials?.passwordHash, as: job)
        } catch {
            people.passwordJobs.end(job)
            try end(attempt, .withdrawn, admission)
            throw error
        }
    }

    func passwordChecked(_ id: PasswordJobID, isRight: Bool?) throws {
        guard let job = people.passwordJobs.end(id) else { return }
        let session = job.session
        do {
            switch job {
            case .login(_, let credentials, let attempt, let admission, _, let tag):
                try finishLogin(session, credentials, isRight, attempt, admission, tag: tag)
            case .change(_, let change, let attempt):
                try finishOldPassword(session, change, isRight, attempt)
                return
            case .store, .register: break
            }
        } catch let refusal as Refusal {
            try audit(refusal, job.attempt, session, from: job.address)
            send(.reply(.refused(refusal, verb: job.verb, tag: job.tag)), to: session)
        }
        resumeLines(of: session)
    }

    private func finishLogin(
        _ id: SessionID, _ credentials: Credentials?, _ isRight: Bool?, _ attempt: LoginAttempt,
        _ admission: LoginAdmission, tag: String?
    ) throws {
        guard let isRight else {
            try end(attempt, .withdrawn, admission)
            throw Refusal(.tooManyWaiting, "the password could not be checked now; try again")
        }
        // Without such an account the password was checked against nothing, and is wrong. It is wrong too where another was
        // set while it was being checked.
        guard isRight, let credentials, try isCurrent(credentials),
            let account = try accountStore().account(credentials.account.id)
        else {
            try end(attempt, .failed, admission)
            throw admission == .firstTry ? people.throttle.refusal(attempt, at: now) : wrongLogin
        }
        guard !account.isDisabled else {
            try end(attempt, .withdrawn, admission)
            throw Refusal(.accountDisabled, "this account is disabled")
        }
        try end(attempt, .succeeded, admission)
        guard people.sessions[id] != nil else { return }
        if try oneTimeSecret(of: account.id) != nil { return askLoginCode(id, credentials, tag: tag) }
        try finishLogin(id, account, tag: tag)
    }

    private var wrongLogin: Refusal { Refusal(.loginFailed, "wrong name or password") }

    /// Whether the password that was right a moment ago still is the account's.
    private func isCurrent(_ credentials: Credentials) throws -> Bool {
        try accountStore().credentials(named: credentials.account.name)?.passwordHash == credentials.passwordHash
    }

    /// Whoever it is has shown all that was asked for.
    func finishLogin(_ id: SessionID, _ account: Account, tag: String?) throws {
        try enterAccount(id, account, rights: account.role.rights, .password)
        try auditLogin(id)
        var reply = try welcome(id)
        reply.tag = tag
        reply.verb = "login"
        send(.reply(reply), to: id)
    }

    func logIn(_ id: SessionID, withToken secret: Secret) throws {
        guard let address = people.sessions[id]?.peer.address else { return }
        let attempt = LoginAttempt.token(from: AddressGroup(address))
        try begin(attempt)
        let (account, token, rights): (Account, Token, TokenRights)
        do {
            (account, token, rights) = try accountStore().authenticate(secret, at: now)
        } catch {
            try end(attempt, .failed)
            throw error
        }
        try end(attempt, .succeeded)
        try enterAccount(id, account, rights: rights, .token(token.name, endsAt: token.expiresAt))
        try auditLogin(id, with: token, secret)
    }

    func enterAccount(
        _ id: SessionID, _ account: Account, rights: TokenRights, _ opening: Session.Login.Opening
    ) throws {
        // Somebody whom the operator has just added finds the money there.
        try takeOperatorRequests()
        for seat in seats { try seat.watch(account.id) }
        var place =
            people.accounts[account.id] ?? AccountPlace(zone: configuration.timeZone, quote: configuration.quote)
        guard place.sessions.count < configuration.limits.accountSessions else {
            throw Refusal(
                .tooManySessions,
                "\(account.name) has \(place.sessions.count) sessions open, the maximum; close one first")
        }
        let settings = try accountStore().settings(of: account.id)
        place.zone = settings["timezone"].flatMap { TimeZoneRules(named: $0) } ?? configuration.timeZone
        place.quote = settings["quote"].flatMap { Coin($0) } ?? configuration.quote
        place.exchange = settings["exchange"].flatMap { ExchangeID($0) }
        place.guards = AccountGuards(settings)
        try accountStore().touchLastLogin(account.id, at: now)
        if opening == .password, let address = people.sessions[id]?.peer.address {
            try accountStore().noteLogin(of: account.id, from: AddressGroup(address), at: now)
        }
        people.accounts[account.id] = place
        if !place.sessions.isEmpty {
            let address = people.sessions[id]?.peer.address ?? "?"
            try notify(
                account.id, event: "login", order: nil,
                text: "* login: another session of \(account.name) from \(address)",
                fields: ["address": .string(address)], at: now)
        }
        people.accounts[account.id]?.sessions.append(id)
        let login = Session.Login(
            account: account.id, name: account.name, role: account.role, rights: rights, opening: opening,
            number: people.logins.nextNumber())
        people.logins.note(end: login.endsAt)
        people.sessions[id]?.loggedIn = Session.LoginState(login)
        loginChanged(id)
    }

    func runLogout(_ context: LineContext) throws -> Reply? {
        guard let login = people.sessions[context.session]?.login else {
            throw Refusal(.notLoggedIn, "not logged in")
        }
        try audit(AuditEvent(.logout), context.session)
        // Answered first: after it nothing of this login is told any more.
        try answer(Reply(mark: .done, text: "+ goodbye \(login.name)"), context)
        endLogin(on: context.session)
        loginChanged(context.session)
        return nil
    }

    /// Ends the connection, whoever is at the other end of it; the login ends with it.
    func runQuit(_ context: LineContext) throws -> Reply? {
        if people.sessions[context.session]?.login != nil { try audit(AuditEvent(.logout), context.session) }
        let name = people.sessions[context.session]?.login.map { " \($0.name)" } ?? ""
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
