import GRDB
public import Trading

/// Where accounts log in from, and where they are registered from.
extension AccountStore {
    /// Addresses that are remembered of one account; the newest.
    public static let loginAddressCountMax = 8
    /// Days after which an address at which the account has not logged in is forgotten.
    public static let loginAddressDays = 90

    /// Remembers that an account has logged in with its password from an address.
    public func noteLogin(of id: AccountID, from address: AddressGroup, at now: Timestamp) throws {
        try database.execute(
            sql: """
                INSERT INTO login_addresses (account, address, last_login_at) VALUES (?, ?, ?)
                ON CONFLICT (account, address) DO UPDATE SET last_login_at = excluded.last_login_at
                """,
            arguments: [id.rawValue, address.text, now.nanoseconds])
        try database.execute(
            sql: """
                DELETE FROM login_addresses WHERE account = ? AND (last_login_at <= ? OR address NOT IN (
                    SELECT address FROM login_addresses WHERE account = ?
                    ORDER BY last_login_at DESC, address = ? DESC LIMIT ?))
                """,
            arguments: [
                id.rawValue, AccountStore.oldestLogin(at: now).nanoseconds, id.rawValue, address.text,
                AccountStore.loginAddressCountMax,
            ])
    }

    /// Whether the account has logged in from there lately.
    public func hasLoggedIn(_ id: AccountID, from address: AddressGroup, at now: Timestamp) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: """
                SELECT EXISTS (
                    SELECT 1 FROM login_addresses WHERE account = ? AND address = ? AND last_login_at > ?)
                """,
            arguments: [id.rawValue, address.text, AccountStore.oldestLogin(at: now).nanoseconds]) ?? false
    }

    private static func oldestLogin(at now: Timestamp) -> Timestamp {
        now.advanced(bySeconds: -86_400 * Int64(loginAddressDays))
    }

    /// Remembers that an account was registered from an address. Forgets what is older than an hour.
    public func noteRegistration(from address: AddressGroup, at now: Timestamp) throws {
        try database.execute(
            sql: "DELETE FROM registrations WHERE made_at <= ?",
            arguments: [now.advanced(bySeconds: -3_600).nanoseconds])
        try database.execute(
            sql: "INSERT INTO registrations (address, made_at) VALUES (?, ?)",
            arguments: [address.text, now.nanoseconds])
    }

    /// How many accounts were registered from an address within the last hour.
    public func registrationCount(from address: AddressGroup, at now: Timestamp) throws -> Int {
        try Int.fetchOne(
            database, sql: "SELECT COUNT(*) FROM registrations WHERE address = ? AND made_at > ?",
            arguments: [address.text, now.advanced(bySeconds: -3_600).nanoseconds]) ?? 0
    }
}
