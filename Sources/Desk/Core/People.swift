import Accounts
import Conversation
import Ledger
import Trading

/// Who is here: connections, who is logged in on them, what is kept of their accounts, and the checks of passwords and keys that are
/// under way for them.
///
/// Never copied: its table of sessions is large.
struct People: ~Copyable {
    /// Every open connection, with what it sent before it closed.
    var sessions = BoxedDictionary<SessionID, Session>()
    /// The accounts that somebody is logged in to.
    var accounts: [AccountID: AccountPlace] = [:]
    /// What has been counted of accounts in this run.
    var figures = AccountFigures()

    // Logging in

    let passwords: any PasswordChecking
    var passwordJobs = NumberedJobs<PasswordJobID, PasswordJob>()
    var throttle: LoginThrottle
    var waitingLogins = WaitingLogins()
    var logins = Logins()

    // What is theirs

    /// What secrets in the database are sealed under; nil where there is none, or it is missing.
    let masterKey: MasterKey?
    var keyJobs = NumberedJobs<KeyJobID, KeyJob>()
    var exports = Exports()

    /// What is heard of people other than by what they type.
    var auditBook: AuditBook

    init(passwords: any PasswordChecking, masterKey: MasterKey?, in ledger: Ledger, at now: Timestamp) throws {
        let lastAudited = try ledger.read { try AccountStore($0).lastAuditNumber() }
        let failures = try ledger.transaction { try AccountStore($0.database).loginFailures() }
        self.passwords = passwords
        self.masterKey = masterKey
        auditBook = AuditBook(lastSeen: lastAudited)
        throttle = LoginThrottle(restoring: failures, at: now)
    }
}

/// What is counted of each account while the desk runs.
struct AccountFigures {
    /// What has traded today, by account and by the coin that it is counted in.
    var tallies: [DailyTally.Key: DailyTally] = [:]
    var inboxMarks: [AccountID: InboxMark] = [:]
    /// The accounts whose marks are further than the ledger knows.
    var touchedMarks: Set<AccountID> = []
    var writtenBytes = WrittenBytes()
}
