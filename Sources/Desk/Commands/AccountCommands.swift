import Accounts
import ChatServer
import CommandGrammar
import Ledger
import OrderEngine
import Trading

/// What a password is being checked, or hashed, for.
enum PasswordJob {
    case login(SessionID, Credentials?, name: String, address: String, tag: String?)
    case change(SessionID, AccountID, new: Secret, tag: String?)
    case store(SessionID, AccountID, tag: String?)
    case register(SessionID, AccountName, tag: String?)

    var session: SessionID {
        switch self {
        case .login(let session, _, _, _, _), .change(let session, _, _, _), .store(let session, _, _),
            .register(let session, _, _):
            session
        }
    }
}

/// `login`, `logout` and `whoami`; and what passwords are checked for.
extension DeskCore {
    func runLogin(_ method: LoginMethod, _ context: LineContext) throws -> Reply? {
        if let login = context.login {
            throw Refusal(.alreadyLoggedIn, "this session is \(login.name)'s; logout first")
        }
        switch method {
        case .password(let user, nil):
            sessions[context.session]?.prompt = .loginPassword(user: user, tag: context.tag)
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
        sessions[session.id]?.prompt = .command
        let secret = Secret(text)
        do {
            switch session.prompt {
            case .command: break
            case .loginPassword(let user, let loginTag):
                try checkLogin(user, secret, session.id, tag: tag ?? loginTag)
            case .oldPassword:
                sessions[session.id]?.prompt = .newPassword(old: secret)
                send(.reply(Reply(tag: tag, mark: .question, verb: "password", text: "? new password")), to: session.id)
            case .newPassword(let old):
                try PasswordRule.check(secret)
                sessions[session.id]?.prompt = .newPasswordAgain(old: old, new: secret)
                send(
                    .reply(Reply(tag: tag, mark: .question, verb: "password", text: "? new password, again")),
                    to: session.id)
            case .newPasswordAgain(let old, let new):
                guard new == secret else {
                    throw Refusal(.passwordMismatch, "the new passwords are not the same; nothing was changed")
                }
                try checkOldPassword(old, new: new, session, tag: tag)
            case .registerPassword(let name, let registerTag):
                try PasswordRule.check(secret)
                sessions[session.id]?.prompt = .registerPasswordAgain(name, secret, tag: tag ?? registerTag)
                send(
                    .reply(Reply(tag: tag, mark: .question, verb: "register", text: "? new password, again")),
                    to: session.id)
            case .registerPasswordAgain(let name, let first, let registerTag):
                guard first == secret else {
                    throw Refusal(.passwordMismatch, "the passwords are not the same; no account was made")
                }
                try makeAccount(name, secret, session.id, tag: tag ?? registerTag)
            case .loginCode(let account, let loginTag):
                try takeLoginCode(text, account, session, tag: tag ?? loginTag)
            case .commandCode(let command, let context): try takeCommandCode(text, command, context, session, tag: tag)
            case .firstCode(let secret): try takeFirstCode(text, secret, session, tag: tag)
            }
        } catch let refusal as Refusal {
            try audit(refusal, session.prompt.attempt, session.id)
            send(.reply(.refused(refusal, verb: session.prompt.verb, tag: tag)), to: session.id)
        }
    }

    private func checkLogin(_ user: String, _ password: Secret, _ id: SessionID, tag: String?) throws {
        guard let session = sessions[id] else { return }
        let address = session.peer.address
        try throttle.attempt(name: user.lowercased(), address: address, at: now)
        try saveThrottle()
        let credentials = try AccountName(user.lowercased()).flatMap { try accountStore().credentials(named: $0) }
        let job = newPasswordJob(
            .login(id, credentials, name: user.lowercased(), address: address, tag: tag))
        do {
            try passwords.check(password, against: credentials?.passwordHash, as: job)
            sessions[id]?.isWaiting = true
        } catch {
            passwordJobs[job] = nil
            throttle.withdrawn(name: user.lowercased(), address: address)
            try saveThrottle()
            throw error
        }
    }

    func newPasswordJob(_ job: PasswordJob) -> PasswordJobID {
        let id = PasswordJobID(rawValue: nextPasswordJob)
        nextPasswordJob += 1
        passwordJobs[id] = job
        return id
    }

    func saveThrottle() throws {
        let changes = throttle.takeChanges()
        if !changes.isEmpty { try accountStore().save(changes) }
    }

    func passwordChecked(_ id: PasswordJobID, isRight: Bool?) throws {
        guard let job = passwordJobs.removeValue(forKey: id) else { return }
        let session = job.session
        do {
            switch job {
            case .login(_, let credentials, let name, let address, let tag):
                try finishLogin(session, credentials, isRight, name: name, address: address, tag: tag)
            case .change(_, let account, let new, let tag):
                try finishOldPassword(session, isRight)
                try passwords.hash(new, as: newPasswordJob(.store(session, account, tag: tag)))
                return
            case .store, .register: break
            }
        } catch let refusal as Refusal {
            try audit(refusal, job.attempt, session, from: job.address)
            send(.reply(.refused(refusal, verb: job.verb, tag: job.tag)), to: session)
        }
        try resumeLines(of: session)
    }

    private func finishLogin(
        _ id: SessionID, _ credentials: Credentials?, _ isRight: Bool?, name: String, address: String, tag: String?
    ) throws {
        guard let isRight else {
            throttle.withdrawn(name: name, address: address)
            try saveThrottle()
            throw Refusal(.tooManyWaiting, "the password could not be checked now; try again")
        }
        // Without such an account the password was checked against nothing, and is wrong.
        guard isRight, let account = credentials?.account else {
            throw Refusal(.loginFailed, "wrong name or password")
        }
        guard !account.isDisabled else { throw Refusal(.accountDisabled, "this account is disabled") }
        guard sessions[id] != nil else { return }
        throttle.succeeded(name: name, address: address)
        try saveThrottle()
        if try oneTimeSecret(of: account.id) != nil { return askLoginCode(id, account, tag: tag) }
        try finishLogin(id, account, tag: tag)
    }

    /// Whoever it is has shown all that was asked for.
    func finishLogin(_ id: SessionID, _ account: Account, tag: String?) throws {
        try enterAccount(id, account, rights: account.role.rights)
        try auditLogin(id)
        var reply = try welcome(id)
        reply.tag = tag
        reply.verb = "login"
        send(.reply(reply), to: id)
    }

    func logIn(_ id: SessionID, withToken token: Secret) throws {
        guard let address = sessions[id]?.peer.address else { return }
        // Tokens cannot be guessed; the address is held to the same waits so that nobody tries.
        let name = "token"
        try throttle.attempt(name: "\(name)@\(address)", address: address, at: now)
        do {
            let (account, known, rights) = try accountStore().authenticate(token, at: now)
            throttle.succeeded(name: "\(name)@\(address)", address: address)
            try enterAccount(id, account, rights: rights)
            try auditLogin(id, with: known, token)
            try saveThrottle()
        } catch {
            try saveThrottle()
            throw error
        }
    }

    func enterAccount(_ id: SessionID, _ account: Account, rights: TokenRights) throws {
        // Somebody whom the operator has just added finds the money there.
        try takeOperatorRequests()
        try watch(account.id)
        var place = accounts[account.id] ?? AccountPlace(zone: configuration.timeZone, quote: configuration.quote)
        guard place.sessions.count < configuration.limits.accountSessions else {
            throw Refusal(
                .tooManySessions,
                "\(account.name) has \(place.sessions.count) sessions open, which is the most there may be")
        }
        let settings = try accountStore().settings(of: account.id)
        place.zone = settings["timezone"].flatMap { TimeZoneRules(named: $0) } ?? configuration.timeZone
        place.quote = settings["quote"].flatMap { Coin($0) } ?? configuration.quote
        place.guards = AccountGuards(settings)
        try accountStore().touchLastLogin(account.id, at: now)
        accounts[account.id] = place
        if !place.sessions.isEmpty {
            let address = sessions[id]?.peer.address ?? "?"
            try notify(
                account.id, event: "login", order: nil,
                text: "* login: another session of \(account.name) from \(address)",
                fields: ["address": .string(address)], at: now)
        }
        accounts[account.id]?.sessions.append(id)
        sessions[id]?.login = Session.Login(
            account: account.id, name: account.name, role: account.role, rights: rights)
        sessions[id]?.sent = RangeSet()
    }

    func leaveAccount(_ session: Session) {
        guard let account = session.login?.account else { return }
        accounts[account]?.sessions.removeAll { $0 == session.id }
        if accounts[account]?.sessions.isEmpty == true { accounts[account] = nil }
    }

    func welcome(_ id: SessionID) throws -> Reply {
        guard let login = sessions[id]?.login else { throw Refusal(.notLoggedIn, "this session has ended") }
        let transaction = try ledgerTransaction()
        let head = try transaction.notificationHead(login.account)
        let missed = try inboxMark(of: login.account).unseen(upTo: head).numberCount
        let rights = login.rights == .trade ? "" : ", to read"
        let panic = engine.panic(of: login.account).map { _ in "; in panic: resume takes orders again" } ?? ""
        let waiting = missed == 0 ? "" : "; \(missed) notification\(missed == 1 ? "" : "s") missed: inbox"
        return Reply(
            mark: .done, text: "+ hello \(login.name) (\(login.role.rawValue)\(rights))\(waiting)\(panic)",
            fields: [
                "account": .string(login.name.text), "role": .string(login.role.rawValue),
                "rights": .string(login.rights.rawValue), "seq": .int(Int64(clamping: head)),
                "missed": .int(Int64(clamping: missed)),
            ])
    }

    func runLogout(_ context: LineContext) throws -> Reply {
        guard let session = sessions[context.session], let login = session.login else {
            throw Refusal(.notLoggedIn, "nobody is logged in")
        }
        try audit(AuditEvent(.logout), session.id)
        leaveAccount(session)
        for pair in session.watched { stopWatching(pair, session.id) }
        sessions[session.id]?.watched = []
        sessions[session.id]?.login = nil
        return Reply(mark: .done, text: "+ goodbye \(login.name)")
    }

    func runWhoami(_ context: LineContext) throws -> Reply {
        guard let login = context.login else { throw Refusal(.notLoggedIn, "log in first: login USER") }
        let count = accounts[login.account]?.sessions.count ?? 1
        let rights = login.rights == .trade ? "may trade" : "may read"
        return Reply(
            mark: .answer,
            text: "= \(login.name), \(login.role.rawValue), \(rights), \(count) session\(count == 1 ? "" : "s") open",
            fields: [
                "account": .string(login.name.text), "role": .string(login.role.rawValue),
                "rights": .string(login.rights.rawValue), "sessions": .int(Int64(count)),
            ])
    }
}

extension PasswordJob {
    var tag: String? {
        switch self {
        case .login(_, _, _, _, let tag), .change(_, _, _, let tag), .store(_, _, let tag), .register(_, _, let tag):
            tag
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
