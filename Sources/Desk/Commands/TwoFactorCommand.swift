import Accounts
import CommandGrammar
import Conversation
import Trading

/// `totp`: a second factor (RFC 6238), asked for at the login and before what could lock the trader out.
extension DeskCore {
    /// Among the account's settings: the steps whose codes have been taken (`UsedSteps`). The secret is sealed, in a table of its
    /// own.
    static let stepSetting = "totp step"

    /// The account's secret; nil where codes are off. Refuses with `no_master_key` one that cannot be opened: without the
    /// code nobody gets past, whatever has become of the key.
    func oneTimeSecret(of account: AccountID) throws -> OneTimeSecret? {
        switch try accountStore().oneTimeSecret(of: account, under: people.masterKey) {
        case nil: return nil
        case .success(let secret)?: return secret
        case .failure(.anotherMaster)?:
            throw Refusal(
                .noMasterKey, "two-factor codes can't be checked: the server's master key is missing; nothing was done",
                details: ["the operator finds in the log how to mend it"])
        case .failure(.damaged)?, .failure(.unavailable)?:
            throw Refusal(
                .noMasterKey, "two-factor codes can't be checked: the stored secret can't be opened; nothing was done",
                details: ["a new password from the operator turns codes off"])
        }
    }

    func runTwoFactor(_ change: TwoFactorChange?, _ context: LineContext) throws -> Reply? {
        guard let login = context.login else { throw Refusal(.notLoggedIn, "log in first: login USER") }
        let isOn = try accountStore().hasOneTimeSecret(login.account)
        switch change {
        case nil:
            return Reply(
                mark: .answer,
                text: "= two-factor codes are \(isOn ? "on" : "off"); totp \(isOn ? "off" : "on") changes it",
                fields: ["totp": .bool(isOn)])
        case .on:
            guard !isOn else { throw Refusal(.twoFactorUnchanged, "two-factor codes are on already") }
            guard people.masterKey != nil else {
                throw Refusal(
                    .noMasterKey, "two-factor codes can't be switched on: the server's master key is missing",
                    details: ["the operator finds in the log how to mend it"])
            }
            let secret = try OneTimeSecret.generate()
            people.sessions[context.session]?.prompt = .firstCode(secret)
            let shown = Reply(
                mark: .question,
                text: """
                    ? type the code that your authenticator shows for
                      \(secret.uri(account: login.name))
                      or for the key \(secret.base32), which is shown this once
                    """,
                fields: ["uri": .string(secret.uri(account: login.name)), "secret": .string(secret.base32)])
            // What is kept with a tag is not the secret.
            let kept = Reply(
                mark: .question, text: "? the key was shown once; totp on makes another",
                fields: ["uri": .null, "secret": .null])
            try answer(shown, context, keeping: kept)
            return nil
        case .off:
            // The code has been asked for by now.
            guard isOn else { throw Refusal(.twoFactorUnchanged, "two-factor codes are off already") }
            try accountStore().dropOneTimeSecret(of: login.account)
            try accountStore().set(DeskCore.stepSetting, to: nil, for: login.account)
            try audit(AuditEvent(.codesOff), of: context)
            try tellSecurity("totp_off", "two-factor codes were turned off", of: login.account, by: context.session)
            return Reply(mark: .done, text: "+ two-factor codes are off", fields: ["totp": false])
        }
    }

    // MARK: Asking

    /// The question for a code, where a command needs one; nil where it does not. It is run when the code is right.
    func askCode(for command: Command, _ context: LineContext) throws -> Reply? {
        guard !context.hasShownCode, command.needsCode, let login = context.login,
            try oneTimeSecret(of: login.account) != nil
        else { return nil }
        people.sessions[context.session]?.prompt = .commandCode(command, context)
        return Reply(mark: .question, text: "? code of your authenticator")
    }

    func askLoginCode(_ id: SessionID, _ credentials: Credentials, tag: String?) {
        people.sessions[id]?.prompt = .loginCode(credentials, tag: tag)
        send(
            .reply(Reply(tag: tag, mark: .question, verb: "login", text: "? code of your authenticator")), to: id)
    }

    // MARK: Answers

    func takeLoginCode(_ code: String, _ account: Account, _ session: Session, tag: String?) throws {
        try checkCode(code, of: account.id)
        // It may have been disabled while the code was typed.
        guard let current = try accountStore().account(account.id), !current.isDisabled else {
            throw Refusal(.accountDisabled, "this account is disabled")
        }
        try finishLogin(session.id, current, tag: tag)
    }

    func takeCommandCode(
        _ code: String, _ command: Command, _ context: LineContext, _ session: Session, tag: String?
    ) throws {
        guard let login = session.login else { throw Refusal(.notLoggedIn, "log in first: login USER") }
        try checkCode(code, of: login.account)
        var context = context
        context.tag = tag
        context.hasShownCode = true
        do {
            if let reply = try run(command, context) { try answer(reply, context) }
        } catch let refusal as Refusal {
            try answer(refused(refusal, context), context)
        }
    }

    func takeFirstCode(_ code: String, _ secret: OneTimeSecret, _ session: Session, tag: String?) throws {
        guard let login = session.login, let masterKey = people.masterKey else {
            throw Refusal(.notLoggedIn, "log in first: login USER")
        }
        guard let step = try step(of: secret, matching: code, UsedSteps()) else {
            throw Refusal(.wrongCode, "wrong code; nothing was changed: type totp on to start again")
        }
        try accountStore().setOneTimeSecret(secret, sealedUnder: masterKey, for: login.account, at: now)
        try accountStore().set(DeskCore.stepSetting, to: "\(step)", for: login.account)
        try audit(AuditEvent(.codesOn), session.id)
        let reply = Reply(
            tag: tag, mark: .done, verb: "totp", text: "+ two-factor codes are on: the next login asks for one",
            fields: ["totp": true])
        send(.reply(reply), to: session.id)
        try twoFactorIsOn(login, session.id)
    }

    /// Refuses a wrong code, one that has been used, and too many of them. Guesses are counted by account: from whatever
    /// address and in whatever session they come, and whatever else succeeds there, no more are judged.
    private func checkCode(_ code: String, of account: AccountID) throws {
        guard let secret = try oneTimeSecret(of: account) else { return }
        let attempt = LoginAttempt.code(of: account)
        try begin(attempt)
        var used = UsedSteps(try accountStore().setting(DeskCore.stepSetting, of: account) ?? "")
        guard let step = try step(of: secret, matching: code, used) else {
            try end(attempt, .failed)
            throw Refusal(.wrongCode, "wrong code, or a code that was used already; nothing was done")
        }
        try end(attempt, .succeeded)
        used.insert(step)
        try accountStore().set(DeskCore.stepSetting, to: used.text, for: account)
    }

    /// The step whose code this is, by the machine's clock or, while that is behind, by the desk's time: either may be the one that
    /// the trader's authenticator agrees with.
    private func step(of secret: OneTimeSecret, matching code: String, _ used: UsedSteps) throws -> Int64? {
        let wall = configuration.wallTime?() ?? now
        for moment in aheadOfClock > 0 ? [wall, now] : [now] {
            let newest = OneTimeSecret.step(at: moment) + OneTimeSecret.stepsOfGrace
            if let step = try secret.step(matching: code, at: moment, after: used.newest(upTo: newest)),
                !used.isForgotten(step)
            {
                return step
            }
        }
        return nil
    }
}

extension Command {
    /// Whether it may lock a trader out, or let somebody else in.
    var needsCode: Bool {
        switch self {
        case .password, .keysSet, .keysDrop, .tokenNew, .twoFactor(.off): true
        case .set(let name, _): name.value == "daily"
        default: false
        }
    }
}

extension Session.Prompt {
    /// The command that a prompt belongs to.
    var verb: String {
        switch self {
        case .command, .oldPassword, .newPassword, .newPasswordAgain, .dropTokens: "password"
        case .loginPassword, .loginCode: "login"
        case .registerPassword, .registerPasswordAgain: "register"
        case .commandCode(let command, _): command.verb
        case .firstCode: "totp"
        }
    }
}
