import Foundation
import GRDB
public import Trading

/// What a login with a password is checked against.
public struct Credentials: Hashable, Sendable {
    public let account: Account
    public let passwordHash: PasswordHash
}

extension AccountStore {
    /// Adds a person, or refuses with `name_taken`; capitals make no other name.
    public func add(
        _ name: AccountName, role: Role, passwordHash: PasswordHash, email: String? = nil, at now: Timestamp
    ) throws -> Account {
        guard try account(named: name) == nil else {
            throw Refusal(.nameTaken, "the name \(name) is taken")
        }
        try database.execute(
            sql: """
                INSERT INTO accounts (name, role, password_hash, password_salt, scrypt_n, scrypt_r, scrypt_p,
                    created_at, email)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                name.text, role.rawValue, Data(passwordHash.digest), Data(passwordHash.salt),
                Int64(passwordHash.cost.n), Int64(passwordHash.cost.r), Int64(passwordHash.cost.p),
                now.nanoseconds, email,
            ])
        return Account(
            id: AccountID(database.lastInsertedRowID), name: name, role: role, createdAt: now, email: email)
    }

    /// How many accounts were made after a moment.
    public func accountCount(madeAfter moment: Timestamp) throws -> Int {
        try Int.fetchOne(
            database, sql: "SELECT COUNT(*) FROM accounts WHERE created_at > ?", arguments: [moment.nanoseconds]) ?? 0
    }

    /// Everybody, in the order in which they came.
    public func accounts() throws -> [Account] {
        try Row.fetchAll(database, sql: "SELECT * FROM accounts ORDER BY id").map(AccountStore.account(from:))
    }

    /// An account by its number; nil where there is none.
    public func account(_ id: AccountID) throws -> Account? {
        try Row.fetchOne(database, sql: "SELECT * FROM accounts WHERE id = ?", arguments: [id.rawValue])
            .map(AccountStore.account(from:))
    }

    /// An account by its name in any case; nil where there is none.
    public func account(named name: AccountName) throws -> Account? {
        try credentialsRow(name).map(AccountStore.account(from:))
    }

    /// An account and the hash of its password, also where the account is disabled; nil where there is none.
    public func credentials(named name: AccountName) throws -> Credentials? {
        guard let row = try credentialsRow(name) else { return nil }
        let account = try AccountStore.account(from: row)
        // Compared as 64-bit numbers first: a damaged row must not stop the program.
        let (n, r, p): (Int64, Int64, Int64) = (row["scrypt_n"], row["scrypt_r"], row["scrypt_p"])
        guard n > 0, r > 0, p > 0, let cost = ScryptCost(n: UInt64(n), r: UInt64(r), p: UInt64(p)) else {
            throw Unreadable(table: "accounts", column: "scrypt_n", row: account.id.rawValue)
        }
        let (digest, salt): (Data, Data) = (row["password_hash"], row["password_salt"])
        guard digest.count == PasswordHash.digestLength, salt.count >= PasswordHash.saltLength else {
            throw Unreadable(table: "accounts", column: "password_hash", row: account.id.rawValue)
        }
        return Credentials(
            account: account,
            passwordHash: PasswordHash(cost: cost, salt: Array(salt), digest: Array(digest)))
    }

    /// Closes an account to logins and tokens. One that is closed already stays closed since then.
    public func disable(_ id: AccountID, at now: Timestamp) throws {
        try update(id, "disabled_at = coalesce(disabled_at, ?)", now.nanoseconds)
    }

    /// Opens a disabled account again. Refuses with `unknown_user`.
    public func enable(_ id: AccountID) throws {
        try update(id, "disabled_at = ?", nil)
    }

    /// Gives an account another role. Sessions that are open keep theirs until they are ended.
    public func setRole(_ id: AccountID, to role: Role) throws {
        try update(id, "role = ?", role.rawValue)
    }

    /// Frees an account's name and forgets what belongs to the person: password, tokens, two-factor secret, settings, the addresses of
    /// logins. The number stays, with another name that no one can log in to, for the orders and books that have it. Exchange keys go
    /// too, unless they are still needed to follow orders. Refuses with `unknown_user`.
    public func delete(_ id: AccountID, keepingKeys keepsKeys: Bool, at now: Timestamp) throws {
        guard let name = try account(id)?.name else { throw Refusal(.unknownUser, "no \(id)") }
        var free = "deleted.\(id.rawValue)"
        while let taken = AccountName(free), try account(named: taken) != nil { free += ".1" }
        // No password has such a digest: an scrypt digest is never all zeros.
        try database.execute(
            sql: """
                UPDATE accounts SET name = ?, email = NULL, last_login_at = NULL, password_hash = zeroblob(?),
                    disabled_at = coalesce(disabled_at, ?), deleted_at = ? WHERE id = ?
                """,
            arguments: [free, PasswordHash.digestLength, now.nanoseconds, now.nanoseconds, id.rawValue])
        try requireChange(of: id)
        let tables =
            ["tokens", "one_time_secrets", "settings", "login_addresses"] + (keepsKeys ? [] : ["exchange_keys"])
        for table in tables {
            try database.execute(sql: "DELETE FROM \(table) WHERE account = ?", arguments: [id.rawValue])
        }
        // Whoever has the name next begins without the failures of this one.
        try database.execute(
            sql: "DELETE FROM login_failures WHERE kind = 'name' AND subject = ?", arguments: [name.text])
    }

    /// Sets or, with nil, forgets an account's address. Refuses with `unknown_user`.
    public func setEmail(_ id: AccountID, to email: String?) throws {
        try update(id, "email = ?", email)
    }

    /// Puts another password in place of the old one. Tokens go on working: they were given out one by one, and are
    /// dropped one by one (`dropTokens(of:)` drops them all).
    public func setPassword(_ id: AccountID, to hash: PasswordHash) throws {
        try database.execute(
            sql: """
                UPDATE accounts SET password_hash = ?, password_salt = ?, scrypt_n = ?, scrypt_r = ?, scrypt_p = ?
                WHERE id = ?
                """,
            arguments: [
                Data(hash.digest), Data(hash.salt), Int64(hash.cost.n), Int64(hash.cost.r), Int64(hash.cost.p),
                id.rawValue,
            ])
        try requireChange(of: id)
    }

    /// Notes a login that succeeded.
    public func touchLastLogin(_ id: AccountID, at now: Timestamp) throws {
        try update(id, "last_login_at = ?", now.nanoseconds)
    }

    private func update(_ id: AccountID, _ assignment: String, _ value: (any DatabaseValueConvertible)?) throws {
        try database.execute(
            sql: "UPDATE accounts SET \(assignment) WHERE id = ?", arguments: [value, id.rawValue])
        try requireChange(of: id)
    }

    private func requireChange(of id: AccountID) throws {
        guard database.changesCount == 1 else { throw Refusal(.unknownUser, "no \(id)") }
    }

    private func credentialsRow(_ name: AccountName) throws -> Row? {
        try Row.fetchOne(database, sql: "SELECT * FROM accounts WHERE name = ?", arguments: [name.text])
    }

    static func account(from row: Row) throws -> Account {
        let id: Int64 = row["id"]
        guard let name = AccountName(row["name"] as String) else {
            throw Unreadable(table: "accounts", column: "name", row: id)
        }
        guard let role = Role(rawValue: row["role"]) else {
            throw Unreadable(table: "accounts", column: "role", row: id)
        }
        return Account(
            id: AccountID(id), name: name, role: role, disabledAt: timestamp(row["disabled_at"]),
            deletedAt: timestamp(row["deleted_at"]), createdAt: Timestamp(nanoseconds: row["created_at"]),
            lastLoginAt: timestamp(row["last_login_at"]),
            email: row["email"])
    }

    static func timestamp(_ nanoseconds: Int64?) -> Timestamp? {
        nanoseconds.map(Timestamp.init(nanoseconds:))
    }
}
