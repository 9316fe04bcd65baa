import GRDB
import Trading

extension AccountStore {
    /// `accounts-3-login-subjects`: reads the failures of before under their new kinds, and adds what is remembered of
    /// addresses.
    ///
    /// Until then all names that no account can have, all tokens and all two-factor codes were one subject, the empty name.
    /// Whom its failures belong to cannot be told any more, so it is dropped. Networks of IPv6 were stored as 16 digits.
    static func migrateLoginSubjects(_ database: Database) throws {
        try database.execute(sql: "DELETE FROM login_failures WHERE kind = 'name' AND subject = ''")
        let networks = try String.fetchAll(
            database, sql: "SELECT subject FROM login_failures WHERE kind = 'address' AND subject LIKE '%/64'")
        for network in networks {
            guard let group = group(ofDigits: network) else { continue }
            try database.execute(
                sql: "UPDATE OR REPLACE login_failures SET subject = ? WHERE kind = 'address' AND subject = ?",
                arguments: [group, network])
        }
        try database.execute(sql: loginSubjects)
    }

    /// `20010db800010002/64` as `AddressGroup` writes it; nil for anything else.
    private static func group(ofDigits network: String) -> String? {
        let digits = network.dropLast("/64".count)
        guard digits.utf8.count == 16, network.hasSuffix("/64"), let bits = UInt64(digits, radix: 16) else {
            return nil
        }
        // Only the loopback address is in that network in practice, and it is a group by itself now.
        guard bits != 0 else { return "::1" }
        let words = [48, 32, 16, 0].map { String(bits >> $0 & 0xFFFF, radix: 16) }
        return words.joined(separator: ":") + "::/64"
    }

    /// Published: never edit it, add another instead. `login_addresses` has where accounts have logged in with their passwords,
    /// `registrations` the addresses that accounts were registered from within the last hour.
    private static let loginSubjects = """
        CREATE TABLE login_addresses (
            account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
            address TEXT NOT NULL,
            last_login_at INTEGER NOT NULL,
            PRIMARY KEY (account, address)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE registrations (
            id INTEGER PRIMARY KEY,
            address TEXT NOT NULL,
            made_at INTEGER NOT NULL
        ) STRICT;
        """
}
