/// Something that the audit log keeps: what was done or tried, about which account, by whom, from where.
///
/// Nothing in it is a secret: no password, token, code, nor any part of a key's secret. `docs/audit.md` lists every kind with its
/// fields.
public struct AuditEvent: Hashable, Sendable {
    /// What happened. The raw value is the word in the log, and never changes.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        // Sessions.
        case login
        case logout
        case sessionEnded = "session_ended"
        // Attempts that came to nothing.
        case loginFailed = "login_failed"
        case loginWait = "login_wait"
        case codeFailed = "code_failed"
        case passwordFailed = "password_failed"
        case registerFailed = "register_failed"
        // Requests that were refused before they were a session.
        case originRefused = "origin_refused"
        case hostRefused = "host_refused"
        // What changes who may do what.
        case registered
        case accountMade = "account_made"
        case accountDisabled = "account_disabled"
        case accountEnabled = "account_enabled"
        case accountDeleted = "account_deleted"
        case roleChanged = "role_changed"
        case passwordChanged = "password_changed"
        case loggedOut = "logged_out"
        case tokenMade = "token_made"
        case tokenDropped = "token_dropped"
        case codesOn = "totp_on"
        case codesOff = "totp_off"
        case keySet = "key_set"
        case keyDropped = "key_dropped"
        case keyRights = "key_rights"
        case settingChanged = "setting"
        case panic
        case panicLifted = "panic_lifted"
        case paperMoved = "paper"
        // The operator's.
        case masterKeyChanged = "master_key_changed"
        case secretsForgotten = "secrets_forgotten"
        case secretsSealed = "secrets_sealed"
        case backup
        case rebuilt
        case pruned
        // The machine's.
        case clockStepped = "clock_stepped"

        /// Which limit it counts towards.
        public var group: AuditGroup {
            switch self {
            case .login, .logout, .sessionEnded: .session
            case .loginFailed, .loginWait, .codeFailed, .passwordFailed, .registerFailed: .attempt
            case .originRefused, .hostRefused: .request
            case .registered, .accountMade, .accountDisabled, .accountEnabled, .passwordChanged, .loggedOut, .tokenMade,
                .tokenDropped, .codesOn, .codesOff, .keySet, .keyDropped, .keyRights, .settingChanged, .panic,
                .panicLifted,
                .paperMoved, .masterKeyChanged, .secretsForgotten, .secretsSealed, .backup, .rebuilt, .pruned,
                .clockStepped, .accountDeleted, .roleChanged:
                .change
            }
        }
    }

    public var kind: Kind
    /// The name of the account that it is about, as it was typed where nobody has shown to be it; nil where it is about none.
    public var account: String?
    /// Who did it; nil for somebody unknown, and for what the desk does by itself.
    public var actor: AuditActor?
    /// Where it came from, without the port; nil for the command line and the desk itself.
    public var address: String?
    /// What else there is to say, in this order.
    public var details: [AuditLine.Field]

    public init(
        _ kind: Kind, account: String? = nil, actor: AuditActor? = nil, address: String? = nil,
        _ details: [AuditLine.Field] = []
    ) {
        self.kind = kind
        self.account = account
        self.actor = actor
        self.address = address
        self.details = details
    }

    /// Its fields without those of time and number.
    var fields: [AuditLine.Field] {
        var fields = [AuditLine.Field("event", kind.rawValue)]
        if let account { fields.append(AuditLine.Field("account", account)) }
        if let actor { fields.append(AuditLine.Field("who", actor.description)) }
        if let address { fields.append(AuditLine.Field("address", address)) }
        return fields + details
    }
}

/// What is kept under a limit of its own, so that a flood of one does not push out another.
public enum AuditGroup: String, Hashable, Sendable, CaseIterable {
    case session
    case attempt
    case request
    case change
}

/// Who did something.
public enum AuditActor: Hashable, Sendable, CustomStringConvertible {
    /// Somebody logged in to the account.
    case account(AccountName)
    /// Whoever runs the command line: the user number that the process has, and the one that logged in to the machine where the
    /// system knows it (`sudo` keeps it).
    case operatorOfMachine(user: UInt32, loginUser: UInt32?)

    /// An account's name has no colon, so nobody can pass for the operator.
    public var description: String {
        switch self {
        case .account(let name): name.text
        case .operatorOfMachine(let user, nil): "operator:\(user)"
        case .operatorOfMachine(let user, let login?): "operator:\(user):\(login)"
        }
    }
}
