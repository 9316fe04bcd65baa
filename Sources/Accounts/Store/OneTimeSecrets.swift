import Foundation
import GRDB
import Secrets
public import Trading

/// The secrets of two-factor codes, each sealed under the master key with AES-256-GCM.
///
/// Databases of version 0.1 have them in base32 among the settings; `sealClearOneTimeSecrets` moves those.
extension AccountStore {
    /// Where version 0.1 kept the secret. Empty: it is sealed by now, and what it was has not been seen gone from the file yet.
    private static let clearSetting = "totp"

    /// Whether a login of the account asks for a code.
    public func hasOneTimeSecret(_ id: AccountID) throws -> Bool {
        if try sealedRow(id) != nil { return true }
        return try setting(AccountStore.clearSetting, of: id).map { !$0.isEmpty } ?? false
    }

    /// An account's secret, or why it cannot be opened; nil where two-factor codes are off.
    public func oneTimeSecret(
        of id: AccountID, under master: MasterKey?
    ) throws -> Result<OneTimeSecret, UnsealFailure>? {
        if let row = try sealedRow(id) { return AccountStore.openOneTimeSecret(row, under: master) }
        guard let clear = try setting(AccountStore.clearSetting, of: id), !clear.isEmpty else { return nil }
        return OneTimeSecret(base32: clear).map { .success($0) } ?? .failure(.damaged)
    }

    /// Seals a secret and keeps it, in the place of the one before. Refuses with `unknown_user`.
    public func setOneTimeSecret(
        _ secret: OneTimeSecret, sealedUnder master: MasterKey, for id: AccountID, at now: Timestamp
    ) throws {
        guard try account(id) != nil else { throw Refusal(.unknownUser, "no \(id)") }
        try database.execute(
            sql: """
                INSERT INTO one_time_secrets (account, created_at, master, sealed) VALUES (?, ?, ?, ?)
                ON CONFLICT (account) DO UPDATE SET
                    created_at = excluded.created_at, master = excluded.master, sealed = excluded.sealed
                """,
            arguments: [
                id.rawValue, now.nanoseconds, master.name, try AccountStore.seal(secret, under: master, for: id),
            ])
    }

    /// Turns two-factor codes off. Whether they were on.
    @discardableResult
    public func dropOneTimeSecret(of id: AccountID) throws -> Bool {
        let wasOn = try hasOneTimeSecret(id)
        try database.execute(sql: "DELETE FROM one_time_secrets WHERE account = ?", arguments: [id.rawValue])
        // One that waits to be seen gone from the file goes on waiting.
        try database.execute(
            sql: "DELETE FROM settings WHERE account = ? AND name = ? AND value <> ''",
            arguments: [id.rawValue, AccountStore.clearSetting])
        return wasOn
    }

    // MARK: Those of version 0.1

    /// Seals what is still in clear, and returns how many there were. The rows stay, empty, until `forgetCleared`.
    ///
    /// The caller has SQLite overwrite what is deleted, and looks afterwards whether it is gone from the files.
    public func sealClearOneTimeSecrets(under master: MasterKey, at now: Timestamp) throws -> Int {
        let rows = try Row.fetchAll(
            database, sql: "SELECT account, value FROM settings WHERE name = ? AND value <> '' ORDER BY account",
            arguments: [AccountStore.clearSetting])
        for row in rows {
            let id = AccountID(row["account"] as Int64)
            guard let secret = OneTimeSecret(base32: row["value"]) else {
                throw Unreadable(table: "settings", column: "totp", row: id.rawValue)
            }
            try setOneTimeSecret(secret, sealedUnder: master, for: id, at: now)
        }
        try database.execute(
            sql: "UPDATE settings SET value = '' WHERE name = ?", arguments: [AccountStore.clearSetting])
        return rows.count
    }

    /// How many are in clear, or have not been seen gone from the file yet.
    public func unsealedOneTimeSecretCount() throws -> Int {
        try Int.fetchOne(
            database, sql: "SELECT COUNT(*) FROM settings WHERE name = ?", arguments: [AccountStore.clearSetting]) ?? 0
    }

    /// What was in clear, and has not been seen gone from the file yet; empty where nothing waits for that.
    public func clearedOneTimeSecrets(under master: MasterKey) throws -> [String] {
        try Int64.fetchAll(
            database, sql: "SELECT account FROM settings WHERE name = ? AND value = ''",
            arguments: [AccountStore.clearSetting]
        ).map { id in
            // Of one that has been changed or switched off since it is not known any more what to look for.
            guard case .success(let secret)? = try oneTimeSecret(of: AccountID(id), under: master) else { return "" }
            return secret.base32
        }
    }

    /// Notes that what was in clear is gone from the file.
    public func forgetCleared() throws {
        try database.execute(
            sql: "DELETE FROM settings WHERE name = ? AND value = ''", arguments: [AccountStore.clearSetting])
    }

    // MARK: The master key

    /// What is sealed, by the name of its master key.
    public struct Sealed: Hashable, Sendable {
        public let master: String
        /// Exchange keys.
        public let keys: Int
        /// Two-factor secrets.
        public let codes: Int
    }

    /// Everything sealed in the database, by the names of the master keys.
    public func sealed() throws -> [Sealed] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT master, SUM(keys) AS keys, SUM(codes) AS codes FROM (
                    SELECT master, 1 AS keys, 0 AS codes FROM exchange_keys
                    UNION ALL SELECT master, 0, 1 FROM one_time_secrets)
                GROUP BY master ORDER BY master
                """
        ).map { Sealed(master: $0["master"], keys: $0["keys"], codes: $0["codes"]) }
    }

    func resealOneTimeSecrets(from old: MasterKey?, to new: MasterKey, _ count: inout Resealed) throws {
        for row in try Row.fetchAll(database, sql: "SELECT * FROM one_time_secrets ORDER BY account") {
            if row["master"] == new.name {
                _ = try AccountStore.openOneTimeSecret(row, under: new).get()
                count.already += 1
                continue
            }
            let id = AccountID(row["account"] as Int64)
            let secret = try AccountStore.openOneTimeSecret(row, under: old).get()
            try database.execute(
                sql: "UPDATE one_time_secrets SET master = ?, sealed = ? WHERE account = ?",
                arguments: [new.name, try AccountStore.seal(secret, under: new, for: id), id.rawValue])
            count.codes += 1
        }
    }

    /// Turns two-factor codes off where this master key does not open the secret, everywhere where there is none: their
    /// master key is lost, and nobody could log in with a code any more. Says whose they were.
    public func forgetUnreadableOneTimeSecrets(under master: MasterKey?) throws -> [AccountID] {
        var forgotten: [AccountID] = []
        for row in try Row.fetchAll(database, sql: "SELECT * FROM one_time_secrets ORDER BY account") {
            guard case .failure = AccountStore.openOneTimeSecret(row, under: master) else { continue }
            let id = AccountID(row["account"] as Int64)
            try dropOneTimeSecret(of: id)
            forgotten.append(id)
        }
        return forgotten
    }

    private func sealedRow(_ id: AccountID) throws -> Row? {
        try Row.fetchOne(
            database, sql: "SELECT * FROM one_time_secrets WHERE account = ?", arguments: [id.rawValue])
    }

    private static func seal(
        _ secret: OneTimeSecret, under master: MasterKey, for id: AccountID
    ) throws(SecretFailure) -> Data {
        var plain = Array(secret.base32.utf8)
        defer { OpenSSL.cleanse(&plain) }
        do throws(OpenSSL.Failure) {
            return Data(try SealedBox.seal(plain, under: master.secret, context: context(id)))
        } catch {
            throw .unavailable(error.message)
        }
    }

    private static func openOneTimeSecret(
        _ row: Row, under master: MasterKey?
    ) -> Result<OneTimeSecret, UnsealFailure> {
        let (name, sealed): (String, Data) = (row["master"], row["sealed"])
        guard let master, master.name == name else { return .failure(.anotherMaster(name)) }
        do {
            var plain = try SealedBox.open(
                Array(sealed), under: master.secret, context: context(AccountID(row["account"] as Int64)))
            defer { OpenSSL.cleanse(&plain) }
            return OneTimeSecret(base32: String(decoding: plain, as: UTF8.self)).map { .success($0) }
                ?? .failure(.damaged)
        } catch {
            switch error {
            case .notAuthentic: return .failure(.damaged)
            case .unavailable(let failure): return .failure(.unavailable(failure.message))
            }
        }
    }

    /// What a box belongs to: one that is moved to another account, or taken for an exchange key, does not open.
    private static func context(_ id: AccountID) -> [UInt8] {
        Array("outcry one-time secret 1\0\(id.rawValue)".utf8)
    }
}
