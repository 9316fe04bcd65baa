import Accounts
import CommandGrammar
import Conversation
import Ledger
import OrderEngine
import Secrets
import Trading

/// From a password or a token to somebody who is logged in.
extension DeskCore {
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

    var wrongLogin: Refusal { Refusal(.loginFailed, "wrong name or password") }

    /// Whether the password that was right a moment ago still is the account's.
    func isCurrent(_ credentials: Credentials) throws -> Bool {
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
}
