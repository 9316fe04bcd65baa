import Accounts
import CommandGrammar
import Conversation
import Secrets
import Trading

/// `token new` and `token drop`.
extension DeskCore {
    func runTokenNew(
        _ name: String, _ scope: TokenScope, lifetimeSeconds: Int64?, _ context: LineContext
    ) throws -> Reply? {
        guard let login = context.login else { throw Refusal(.notLoggedIn, "log in first: login USER") }
        let tokenName = try tokenName(name)
        let rights: TokenRights = scope == .trade ? .trade : .read
        guard rights <= login.rights else {
            throw Refusal(.notAllowed, "this session is read-only: it can only make read tokens")
        }
        let secret = try TokenSecret.generate()
        let end = lifetimeSeconds.map { now.advanced(bySeconds: $0) }
        let token = try accountStore().addToken(
            secret, named: tokenName, rights: rights, expiresAt: end, for: login.account, at: now)
        try audit(.tokenMade(token), of: context)
        let shown = secret.secret.revealed()
        // The same line with the same tag is told that the token is there, not what it is: only its hash is ever kept.
        try answer(
            newTokenReply(
                token, shown, "it is shown this once; login token TOKEN, or Authorization: Bearer TOKEN", context),
            context, keeping: newTokenReply(token, nil, "it was shown once; token drop \(token.name) ends it", context))
        try tellSecurity(
            "token_made", "token \(token.name), to \(token.rights.rawValue), was made", of: login.account,
            by: context.session)
        return nil
    }

    private func newTokenReply(_ token: Token, _ secret: String?, _ advice: String, _ context: LineContext) -> Reply {
        let lines = [
            "+ token \(token.name), to \(token.rights.rawValue), \(token.endWords(zone(context))):", secret, advice,
        ]
        return Reply(
            mark: .done, text: lines.compactMap(\.self).joined(separator: "\n  "),
            fields: [
                "token": .object([
                    "name": .string(token.name.text), "rights": .string(token.rights.rawValue),
                    "secret": secret.map { .string($0) } ?? .null,
                    "expires_at": token.expiresAt.map { $0.json } ?? .null,
                ])
            ])
    }

    func runTokenDrop(_ name: String, _ context: LineContext) throws -> Reply? {
        let account = try context.account()
        try accountStore().dropToken(named: try tokenName(name), of: account)
        try audit(.tokenDropped(try tokenName(name)), of: context)
        // Answered first: the session that types it may be one that the token has opened.
        try answer(Reply(mark: .done, text: "+ token \(name) dropped"), context)
        try endSessionsWithoutToken(of: account)
        return nil
    }

    private func tokenName(_ name: String) throws(Refusal) -> AccountName {
        guard let tokenName = AccountName(name.lowercased()) else {
            throw Refusal(.unexpectedWord, "a token's name is \(AccountName.rule)")
        }
        return tokenName
    }
}
