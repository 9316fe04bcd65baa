import Foundation
import GRDB
public import Secrets
public import Trading

extension AccountStore {
    /// The most tokens that an account may have at once.
    public static let tokenCountMax = 32

    /// Keeps a new token; those whose time is over make room for it. Refuses with `name_taken`, `out_of_range` (too
    /// many), `not_allowed` (more rights than the account has) or `unknown_user`.
    public func addToken(
        _ secret: TokenSecret, named name: AccountName, rights: TokenRights, expiresAt: Timestamp? = nil,
        for id: AccountID, at now: Timestamp
    ) throws -> Token {
        guard let account = try account(id) else { throw Refusal(.unknownUser, "no \(id)") }
        guard rights <= account.role.rights else {
            throw Refusal(.notAllowed, "a \(account.role.rawValue) can only have read tokens")
        }
        try database.execute(
            sql: "DELETE FROM tokens WHERE account = ? AND expires_at <= ?",
            arguments: [id.rawValue, now.nanoseconds])
        let others = try tokens(of: id)
        guard !others.contains(where: { $0.name == name }) else {
            throw Refusal(.nameTaken, "you already have a token \(name)")
        }
        guard others.count < AccountStore.tokenCountMax else {
            throw Refusal(.outOfRange, "an account has at most \(AccountStore.tokenCountMax) tokens; drop one first")
        }
        try database.execute(
            sql: """
                INSERT INTO tokens (account, name, scope, hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id.rawValue, name.text, rights.rawValue, Data(try secret.sha256()), now.nanoseconds,
                expiresAt?.nanoseconds,
            ])
        return Token(
            id: database.lastInsertedRowID, account: id, name: name, rights: rights, createdAt: now,
            expiresAt: expiresAt, lastUsedAt: nil)
    }

    /// An account's tokens in the order in which they were made, with those whose time is over and that no new one has
    /// replaced.
    public func tokens(of id: AccountID) throws -> [Token] {
        try Row.fetchAll(database, sql: "SELECT * FROM tokens WHERE account = ? ORDER BY id", arguments: [id.rawValue])
            .map(AccountStore.token(from:))
    }

    /// Who presents a token, and the most that the session may do: no more than the token, nor than the account's role.
    ///
    /// Refuses with `login_failed` what is no token, was dropped or has ended, and with `account_disabled`. Only whoever
    /// holds the token learns which of the last two it is. Notes the use.
    public func authenticate(
        _ presented: Secret, at now: Timestamp
    ) throws -> (account: Account, token: Token, rights: TokenRights) {
        let unknown = Refusal(.loginFailed, "no such token")
        guard let secret = TokenSecret(presented: presented) else { throw unknown }
        let row = try Row.fetchOne(
            database, sql: "SELECT * FROM tokens WHERE hash = ?", arguments: [Data(try secret.sha256())])
        guard let row else { throw unknown }
        let token = try AccountStore.token(from: row)
        guard !token.isExpired(at: now) else {
            throw Refusal(.loginFailed, "the token \(token.name) has expired")
        }
        guard let account = try account(token.account) else { throw unknown }
        guard !account.isDisabled else {
            throw Refusal(.accountDisabled, "the account \(account.name) is disabled")
        }
        try database.execute(
            sql: "UPDATE tokens SET last_used_at = ? WHERE id = ?", arguments: [now.nanoseconds, token.id])
        return (account, token, min(token.rights, account.role.rights))
    }

    /// Drops a token: it is refused from now on. Refuses with `unknown_token`.
    public func dropToken(named name: AccountName, of id: AccountID, at span: Span? = nil) throws {
        try database.execute(
            sql: "DELETE FROM tokens WHERE account = ? AND name = ?", arguments: [id.rawValue, name.text])
        guard database.changesCount == 1 else {
            throw Refusal(.unknownToken, "no token \(name)", at: span)
        }
    }

    /// Drops all tokens of an account, and says how many there were.
    @discardableResult
    public func dropTokens(of id: AccountID) throws -> Int {
        try database.execute(sql: "DELETE FROM tokens WHERE account = ?", arguments: [id.rawValue])
        return database.changesCount
    }

    private static func token(from row: Row) throws -> Token {
        let id: Int64 = row["id"]
        guard let name = AccountName(row["name"] as String) else {
            throw Unreadable(table: "tokens", column: "name", row: id)
        }
        guard let rights = TokenRights(rawValue: row["scope"]) else {
            throw Unreadable(table: "tokens", column: "scope", row: id)
        }
        return Token(
            id: id, account: AccountID(row["account"] as Int64), name: name, rights: rights,
            createdAt: Timestamp(nanoseconds: row["created_at"]), expiresAt: timestamp(row["expires_at"]),
            lastUsedAt: timestamp(row["last_used_at"]))
    }
}
