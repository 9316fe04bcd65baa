import Accounts
import Conversation
import Logging
import Secrets
import Trading

/// `register`: an account of one's own, on a desk whose operator lets people make them.
extension DeskCore {
    private static let hour: Int64 = 3_600

    func runRegister(_ user: String, _ password: String?, _ context: LineContext) throws -> Reply? {
        if let login = context.login {
            throw Refusal(.alreadyLoggedIn, "already logged in as \(login.name); logout first")
        }
        let name = try newName(user, context.session)
        guard let password else {
            people.sessions[context.session]?.prompt = .registerPassword(name, tag: context.tag)
            return Reply(mark: .question, text: "? new password for \(name)")
        }
        let secret = Secret(password)
        try PasswordRule.check(secret, of: name)
        try makeAccount(name, secret, context.session, tag: context.tag)
        return nil
    }

    /// Refuses where nobody may register now, or not under that name.
    private func newName(_ user: String, _ session: SessionID) throws -> AccountName {
        try requireOpenRegistration(session)
        guard let name = AccountName(user) else { throw Refusal(.unexpectedWord, "a USER is \(AccountName.rule)") }
        guard try accountStore().account(named: name) == nil else {
            throw Refusal(.nameTaken, "the name \(name) is taken")
        }
        return name
    }

    private func requireOpenRegistration(_ session: SessionID) throws {
        guard configuration.isRegistrationOpen else {
            throw Refusal(.registrationClosed, "registration is closed: ask the operator for an account")
        }
        let most = configuration.limits.registrationsPerHour
        guard try accountStore().accountCount(madeAfter: now.advanced(bySeconds: -DeskCore.hour)) < most else {
            throw Refusal(.tooManyRegistrations, "\(most) accounts were made in the last hour; try again later")
        }
        guard let address = people.sessions[session]?.peer.address else { return }
        let mostOfOne = configuration.limits.addressRegistrationsPerHour
        guard try accountStore().registrationCount(from: AddressGroup(address), at: now) < mostOfOne else {
            throw Refusal(
                .tooManyRegistrations,
                "\(mostOfOne) accounts were made from this address in the last hour; try again later")
        }
    }

    func makeAccount(_ name: AccountName, _ password: Secret, _ session: SessionID, tag: String?) throws {
        let job = people.passwordJobs.begin(.register(session, name, tag: tag))
        do {
            try people.passwords.hash(password, as: job)
            people.sessions[session]?.isWaiting = true
        } catch {
            people.passwordJobs.end(job)
            throw error
        }
    }

    /// The password is hashed. Somebody else may have been quicker with the name, or with the last place of the hour.
    func finishRegister(_ id: SessionID, _ name: AccountName, _ hash: PasswordHash, tag: String?) throws {
        guard let session = people.sessions[id] else { return }
        try requireOpenRegistration(id)
        let account = try accountStore().add(name, role: .trader, passwordHash: hash, at: now)
        try accountStore().noteRegistration(from: AddressGroup(session.peer.address), at: now)
        log.notice("\(name) has registered from \(session.peer.address)")
        try enterAccount(id, account, rights: account.role.rights, .password)
        try audit(.registered(account.role), id)
        var reply = try welcome(id)
        reply.tag = tag
        reply.verb = "register"
        send(.reply(reply), to: id)
    }
}
