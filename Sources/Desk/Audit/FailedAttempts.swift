import Accounts
import CommandGrammar
import Conversation
import Trading

/// What somebody tried who was refused.
enum AuditedAttempt {
    /// With a password, under a name as it was typed.
    case password(String)
    /// With a code, the password being right.
    case code(AccountName)
    case token
    /// A token that came with the handshake.
    case bearer
    /// The old password, to change it.
    case oldPassword
    /// A code, for a line of somebody who is logged in.
    case lineCode
    case register

    fileprivate var way: String {
        switch self {
        case .password, .oldPassword: "password"
        case .code, .lineCode: "code"
        case .token: "token"
        case .bearer: "bearer"
        case .register: "register"
        }
    }
}

extension DeskCore {
    /// Keeps a refusal, where it is one of somebody who did not get in.
    func audit(_ refusal: Refusal, _ attempt: AuditedAttempt?, _ id: SessionID, from address: String? = nil) throws {
        guard let attempt, let kind = DeskCore.kind(of: refusal.code, attempt) else { return }
        let session = people.sessions[id]
        var event = AuditEvent(kind, [AuditLine.Field("way", attempt.way)])
        event.address = session?.peer.address ?? address
        if kind != .loginWait { event.details.append(AuditLine.Field("reason", refusal.code.name)) }
        switch attempt {
        // A name that nobody has is not kept: it may be a password, typed in the wrong place (login.defs(5), LOG_UNKFAIL_ENAB).
        case .password(let typed):
            event.account = try AccountName(typed).flatMap { try accountStore().account(named: $0)?.name.text }
        case .code(let name): event.account = name.text
        case .oldPassword, .lineCode: event.account = session?.login?.name.text
        case .token, .bearer, .register: break
        }
        if let agent = session?.peer.userAgent { event.details.append(AuditLine.Field("agent", agent)) }
        // A refused login of the throttle and of `register` writes nothing else.
        switch kind {
        case .loginWait, .registerFailed: auditLater(event)
        default: try audit(event)
        }
    }

    /// Which line a refusal makes; nil for those that say nothing of who it was.
    private static func kind(of code: RefusalCode, _ attempt: AuditedAttempt) -> AuditEvent.Kind? {
        switch (code, attempt) {
        case (.loginWait, _): .loginWait
        case (.loginFailed, .oldPassword): .passwordFailed
        case (.wrongCode, .lineCode): .codeFailed
        case (.tooManyRegistrations, .register), (.registrationClosed, .register): .registerFailed
        case (.loginFailed, _), (.wrongCode, _), (.accountDisabled, _), (.tooManySessions, _), (.noMasterKey, _):
            .loginFailed
        default: nil
        }
    }
}

extension Session.Prompt {
    /// What a refused answer to it was an attempt at.
    var attempt: AuditedAttempt? {
        switch self {
        case .loginPassword(let user, _): .password(user)
        case .loginCode(let credentials, _): .code(credentials.account.name)
        case .oldPassword, .newPassword, .newPasswordAgain, .dropTokens: .oldPassword
        case .commandCode: .lineCode
        case .registerPassword, .registerPasswordAgain: .register
        case .command, .firstCode: nil
        }
    }
}

extension Command {
    /// What it was an attempt at where it is refused at once.
    var attempt: AuditedAttempt? {
        switch self {
        case .login(.password(let user, _)): .password(user)
        case .login(.token): .token
        case .register: .register
        default: nil
        }
    }
}

extension PasswordJob {
    var attempt: AuditedAttempt {
        switch self {
        case .login(_, let credentials, _, _, _, _): .password(credentials?.account.name.text ?? "")
        case .change, .store: .oldPassword
        case .register: .register
        }
    }

    /// Where a login came from: its session may be gone by now.
    var address: String? { if case .login(_, _, _, _, let address, _) = self { address } else { nil } }
}
