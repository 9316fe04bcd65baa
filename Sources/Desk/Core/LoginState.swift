import Accounts
import CommandGrammar
import Conversation
import Trading

extension Session {
    /// Who is logged in, what the session may do, and what opened it.
    struct Login {
        /// What a session was opened with, and ends with.
        enum Opening: Hashable {
            case password
            case token(AccountName, endsAt: Timestamp?)
        }

        let account: AccountID
        let name: AccountName
        let role: Role
        let rights: TokenRights
        let opening: Opening
        /// Tells this login from every other since the start of the desk, on the same connection too.
        let number: UInt64

        /// When the session ends by itself.
        var endsAt: Timestamp? {
            if case .token(_, let end) = opening { end } else { nil }
        }
    }

    /// What a session keeps for whoever is logged in. After `logout` all of it is gone: the next login on the connection
    /// begins with nothing.
    struct LoginState {
        let who: Login
        var prompt = Prompt.command
        var watched: Set<WatchedPair> = []
        /// The numbers of the notifications that have been sent to it, or that its replies have told it of.
        var sent = SentNumbers()
        /// What its last `preview` was of.
        var preview: StoredPreview?
        /// The line that its last refusal has offered.
        var hint: StoredHint?
        /// It asked for more old notifications than one answer brings, and gets no new ones until it has the rest.
        var isCatchingUp = false

        init(_ who: Login) {
            self.who = who
        }
    }

    /// What becomes of the tokens at a change of the password.
    enum TokenChoice: Hashable {
        case ask
        case keep
    }

    // Before a login there is nothing of these.

    var watched: Set<WatchedPair> { loggedIn?.watched ?? [] }
    var sent: SentNumbers { loggedIn?.sent ?? SentNumbers() }
    var hint: StoredHint? {
        get { loggedIn?.hint }
        set { loggedIn?.hint = newValue }
    }

    var preview: StoredPreview? {
        get { loggedIn?.preview }
        set { loggedIn?.preview = newValue }
    }
    var isCatchingUp: Bool { loggedIn?.isCatchingUp ?? false }
}

/// What the desk counts of logins.
struct Logins {
    /// The sessions at which nobody is logged in.
    var deadlines = LoginDeadlines()
    private var lastNumber: UInt64 = 0
    /// The first moment at which the token of an open session may end. Sessions that are gone may have left it too early.
    private(set) var firstEnd: Timestamp?

    mutating func nextNumber() -> UInt64 {
        lastNumber += 1
        return lastNumber
    }

    mutating func note(end: Timestamp?) {
        guard let end else { return }
        firstEnd = firstEnd.map { min($0, end) } ?? end
    }

    mutating func forgetEnds() { firstEnd = nil }
}

/// How sessions end other than by their own client.
extension DeskCore {
    /// Whether a reply to this line still goes to the one who typed it: the session is open, and nobody else is logged in.
    func reaches(_ context: LineContext) -> Bool {
        guard let login = context.login else { return true }
        return people.sessions[context.session]?.login?.number == login.number
    }

    /// Ends what a session's login has going, and the login.
    func endLogin(on id: SessionID) {
        guard let session = people.sessions[id], let login = session.login else { return }
        people.accounts[login.account]?.sessions.removeAll { $0 == id }
        if people.accounts[login.account]?.sessions.isEmpty == true { people.accounts[login.account] = nil }
        for one in session.watched { seat(one.exchange)?.market.watch.stopWatching(one.pair, id) }
        people.sessions[id]?.endLogin()
    }

    /// Closes a session with words: it may be a thief's. Its lines that are still on their way are not taken any more, and the
    /// password or key that it was about to set is not set.
    func end(_ id: SessionID, because reason: String) throws {
        guard people.sessions[id] != nil else { return }
        try audit(.sessionEnded(reason), id)
        for (number, job) in people.passwordJobs.all where job.session == id {
            people.passwordJobs.end(number)
            if case .change(_, _, let attempt) = job { people.throttle.end(attempt, .withdrawn, at: now) }
        }
        for (number, job) in people.keyJobs.all where job.context.session == id { people.keyJobs.end(number) }
        batch.outputs.append(.close(id, code: 1_008, reason: reason))
        forget(id)
    }

    /// Ends the sessions of an account that a condition holds for.
    func endSessions(
        of account: AccountID, because reason: String,
        where condition: (SessionID, Session.Login) -> Bool = { _, _ in true }
    ) throws {
        for id in people.accounts[account]?.sessions ?? [] {
            guard let login = people.sessions[id]?.login, condition(id, login) else { continue }
            try end(id, because: reason)
        }
    }

    /// Ends the sessions of an account that a token has opened which is not there any more.
    func endSessionsWithoutToken(of account: AccountID) throws {
        let names = Set(try accountStore().tokens(of: account).map(\.name))
        try endSessions(of: account, because: "the token of this session was dropped") { _, login in
            if case .token(let name, _) = login.opening { !names.contains(name) } else { false }
        }
    }

    /// Ends the sessions whose tokens have come to their end.
    func endExpiredSessions() throws {
        guard let first = people.logins.firstEnd, first <= now else { return }
        people.logins.forgetEnds()
        for id in people.sessions.keys.sorted() {
            guard let login = people.sessions[id]?.login, let end = login.endsAt else { continue }
            guard end <= now else {
                people.logins.note(end: end)
                continue
            }
            try self.end(id, because: "the token of this session has ended")
        }
    }

    /// Tells an account of what may have been done by a thief: all its sessions but the text session that did it, whose
    /// reply says so.
    func tellSecurity(_ what: String, _ words: String, of account: AccountID, by session: SessionID?) throws {
        let address = session.flatMap { people.sessions[$0]?.peer.address }
        var fields: JSONObject = ["what": .string(what)]
        if let address { fields["address"] = .string(address) }
        try notify(
            account, event: "login", order: nil, text: "* login: \(words)\(address.map { " from \($0)" } ?? "")",
            fields: fields, at: now, exceptInText: session)
    }
}
