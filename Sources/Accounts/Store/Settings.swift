import GRDB
public import Trading

extension AccountStore {
    /// What an account has set, by name. Which names there are, and what their values mean, the desk knows.
    public func settings(of id: AccountID) throws -> [String: String] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT name, value FROM settings WHERE account = ?", arguments: [id.rawValue])
        return Dictionary(uniqueKeysWithValues: rows.map { ($0["name"], $0["value"]) })
    }

    /// One setting, or nil where it was never set.
    public func setting(_ name: String, of id: AccountID) throws -> String? {
        try String.fetchOne(
            database, sql: "SELECT value FROM settings WHERE account = ? AND name = ?", arguments: [id.rawValue, name])
    }

    /// Sets a value, or with nil goes back to what holds for everybody. Refuses with `unknown_user`.
    public func set(_ name: String, to value: String?, for id: AccountID) throws {
        guard try account(id) != nil else { throw Refusal(.unknownUser, "no \(id)") }
        guard let value else {
            try database.execute(
                sql: "DELETE FROM settings WHERE account = ? AND name = ?", arguments: [id.rawValue, name])
            return
        }
        try database.execute(
            sql: """
                INSERT INTO settings (account, name, value) VALUES (?, ?, ?)
                ON CONFLICT (account, name) DO UPDATE SET value = excluded.value
                """,
            arguments: [id.rawValue, name, value])
    }
}
