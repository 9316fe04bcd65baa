import Foundation
import GRDB
public import Secrets
public import Trading

/// An exchange key as its owner sees it listed. The key itself is sealed, and opened for its exchange only.
public struct StoredExchangeKey: Hashable, Sendable {
    public let account: AccountID
    /// As it is typed: `btce`.
    public let exchange: String
    /// The first characters of the key.
    public let start: String
    /// What it may do, as its exchange said it last.
    public let rights: ExchangeKeyRights
    /// When it was checked.
    public let createdAt: Timestamp
    /// The name of the master key that it is sealed under.
    public let master: String
}

/// Why a sealed key cannot be opened.
public enum UnsealFailure: Error, Hashable, Sendable {
    /// It is sealed under the master key of this name.
    case anotherMaster(String)
    /// The row has been changed, or moved from another account or exchange.
    case damaged
    case unavailable(String)
}

extension AccountStore {
    /// An account's keys, by exchange.
    public func exchangeKeys(of id: AccountID) throws -> [StoredExchangeKey] {
        try Row.fetchAll(
            database, sql: "SELECT * FROM exchange_keys WHERE account = ? ORDER BY exchange", arguments: [id.rawValue]
        ).map { AccountStore.exchangeKey(from: $0) }
    }

    /// Refuses with `key_in_use` a key that some account has already, at whatever exchange of the desk, this one included: two who count
    /// its nonces would refuse one another's requests, and at two names of one exchange its money would count twice.
    public func requireUnused(_ key: ExchangeKey, at exchange: String, for id: AccountID) throws {
        let found = try Row.fetchOne(
            database, sql: "SELECT account, exchange FROM exchange_keys WHERE fingerprint = ?",
            arguments: [try key.fingerprint()])
        guard let found else { return }
        let (holder, place): (Int64, String) = (found[0], found[1])
        let elsewhere = place == exchange ? "" : " at \(place)"
        throw holder == id.rawValue
            ? Refusal(
                .keyInUse, "this account already has that key\(elsewhere); drop it first to have it checked again")
            : Refusal(
                .keyInUse, "another account of this desk uses that key; create one for each account at \(exchange)")
    }

    /// Seals a key and keeps it, in the place of the one that the account has there. Refuses with `unknown_user`, and with
    /// `key_in_use` as `requireUnused` does.
    public func setExchangeKey(
        _ key: ExchangeKey, at exchange: String, rights: ExchangeKeyRights, sealedUnder master: MasterKey,
        for id: AccountID, at now: Timestamp
    ) throws -> StoredExchangeKey {
        guard try account(id) != nil else { throw Refusal(.unknownUser, "no \(id)") }
        try requireUnused(key, at: exchange, for: id)
        let sealed = try AccountStore.seal(key, under: master, for: id, at: exchange)
        try database.execute(
            sql: """
                INSERT INTO exchange_keys (account, exchange, key_start, fingerprint, can_info, can_trade, can_withdraw,
                    created_at, master, sealed)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (account, exchange) DO UPDATE SET
                    key_start = excluded.key_start, fingerprint = excluded.fingerprint, can_info = excluded.can_info,
                    can_trade = excluded.can_trade, can_withdraw = excluded.can_withdraw,
                    created_at = excluded.created_at, master = excluded.master, sealed = excluded.sealed
                """,
            arguments: [
                id.rawValue, exchange, key.start, try key.fingerprint(), rights.info, rights.trade, rights.withdraw,
                now.nanoseconds, master.name, Data(sealed),
            ])
        return StoredExchangeKey(
            account: id, exchange: exchange, start: key.start, rights: rights, createdAt: now, master: master.name)
    }

    /// Keeps what a key may do now. The key with those rights; nil where the account has none there, or that is known.
    public func setExchangeKeyRights(
        _ rights: ExchangeKeyRights, at exchange: String, of id: AccountID
    ) throws -> StoredExchangeKey? {
        guard let known = try exchangeKeys(of: id).first(where: { $0.exchange == exchange }), known.rights != rights
        else { return nil }
        try database.execute(
            sql: """
                UPDATE exchange_keys SET can_info = ?, can_trade = ?, can_withdraw = ? WHERE account = ? AND exchange = ?
                """, arguments: [rights.info, rights.trade, rights.withdraw, id.rawValue, exchange])
        return StoredExchangeKey(
            account: id, exchange: exchange, start: known.start, rights: rights, createdAt: known.createdAt,
            master: known.master)
    }

    /// Forgets a key. Refuses with `no_key`.
    public func dropExchangeKey(at exchange: String, of id: AccountID) throws {
        try database.execute(
            sql: "DELETE FROM exchange_keys WHERE account = ? AND exchange = ?", arguments: [id.rawValue, exchange])
        guard database.changesCount == 1 else {
            throw Refusal(.noKey, "this account has no key at \(exchange)")
        }
    }

    /// Every key at an exchange, opened, or why it cannot be; by account.
    public func openExchangeKeys(
        at exchange: String, under master: MasterKey?
    ) throws -> [(stored: StoredExchangeKey, key: Result<ExchangeKey, UnsealFailure>)] {
        try Row.fetchAll(
            database, sql: "SELECT * FROM exchange_keys WHERE exchange = ? ORDER BY account", arguments: [exchange]
        ).map { row in (AccountStore.exchangeKey(from: row), AccountStore.open(row, under: master)) }
    }

    private static func exchangeKey(from row: Row) -> StoredExchangeKey {
        StoredExchangeKey(
            account: AccountID(row["account"] as Int64), exchange: row["exchange"], start: row["key_start"],
            rights: ExchangeKeyRights(info: row["can_info"], trade: row["can_trade"], withdraw: row["can_withdraw"]),
            createdAt: Timestamp(nanoseconds: row["created_at"]), master: row["master"])
    }
}

// MARK: The master key

extension AccountStore {
    /// What was sealed anew, and how much was under the new master key already.
    public struct Resealed: Hashable, Sendable {
        /// Exchange keys.
        public var keys = 0
        /// Two-factor secrets.
        public var codes = 0
        /// Of both.
        public var already = 0
    }

    /// Seals every exchange key and every two-factor secret under another master key. One that neither opens is an
    /// `UnsealFailure`: the caller's transaction ends, and all is as it was.
    public func resealSecrets(from old: MasterKey?, to new: MasterKey) throws -> Resealed {
        var count = Resealed()
        try resealExchangeKeys(from: old, to: new, &count)
        try resealOneTimeSecrets(from: old, to: new, &count)
        return count
    }

    private func resealExchangeKeys(from old: MasterKey?, to new: MasterKey, _ count: inout Resealed) throws {
        for row in try Row.fetchAll(database, sql: "SELECT * FROM exchange_keys ORDER BY account, exchange") {
            if row["master"] == new.name {
                _ = try AccountStore.open(row, under: new).get()
                count.already += 1
                continue
            }
            let stored = AccountStore.exchangeKey(from: row)
            let key = try AccountStore.open(row, under: old).get()
            let sealed = try AccountStore.seal(key, under: new, for: stored.account, at: stored.exchange)
            try database.execute(
                sql: "UPDATE exchange_keys SET master = ?, sealed = ? WHERE account = ? AND exchange = ?",
                arguments: [new.name, Data(sealed), stored.account.rawValue, stored.exchange])
            count.keys += 1
        }
    }

    /// Forgets the keys that this master key does not open, all of them where there is none: their master key is lost, and
    /// with it what they are. Says whose they were.
    public func forgetUnreadableExchangeKeys(under master: MasterKey?) throws -> [StoredExchangeKey] {
        var forgotten: [StoredExchangeKey] = []
        for row in try Row.fetchAll(database, sql: "SELECT * FROM exchange_keys ORDER BY account, exchange") {
            guard case .failure = AccountStore.open(row, under: master) else { continue }
            let stored = AccountStore.exchangeKey(from: row)
            try dropExchangeKey(at: stored.exchange, of: stored.account)
            forgotten.append(stored)
        }
        return forgotten
    }

    private static func seal(
        _ key: ExchangeKey, under master: MasterKey, for id: AccountID, at exchange: String
    ) throws(SecretFailure) -> [UInt8] {
        // A key holds no zero byte.
        var plain = Array(key.key.utf8) + [0]
        key.secret.withUnsafeBytes { plain += $0 }
        defer { OpenSSL.cleanse(&plain) }
        do throws(OpenSSL.Failure) {
            return try SealedBox.seal(plain, under: master.secret, context: context(id, exchange))
        } catch {
            throw .unavailable(error.message)
        }
    }

    private static func open(_ row: Row, under master: MasterKey?) -> Result<ExchangeKey, UnsealFailure> {
        let stored = exchangeKey(from: row)
        guard let master, master.name == stored.master else { return .failure(.anotherMaster(stored.master)) }
        let sealed: Data = row["sealed"]
        do {
            var plain = try SealedBox.open(
                Array(sealed), under: master.secret, context: context(stored.account, stored.exchange))
            defer { OpenSSL.cleanse(&plain) }
            guard let end = plain.firstIndex(of: 0),
                let key = ExchangeKey(
                    key: String(decoding: plain[..<end], as: UTF8.self),
                    secret: String(decoding: plain[(end + 1)...], as: UTF8.self))
            else { return .failure(.damaged) }
            return .success(key)
        } catch {
            switch error {
            case .notAuthentic: return .failure(.damaged)
            case .unavailable(let failure): return .failure(.unavailable(failure.message))
            }
        }
    }

    /// What a box belongs to: one that is moved to another row does not open there.
    private static func context(_ id: AccountID, _ exchange: String) -> [UInt8] {
        Array("outcry exchange key 1\0\(id.rawValue)\0\(exchange)".utf8)
    }
}
