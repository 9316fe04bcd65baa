import Accounts
import Conversation
import Trading

/// `tokens`.
struct TokensQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine

    func reply() throws -> Reply {
        let tokens = try desk.tokens(of: account())
        var table = Table([.init("name"), .init("rights"), .init("end"), .init("last used")])
        for token in tokens {
            let used = token.lastUsedAt.map { zone.text(of: $0) } ?? "never"
            let end = token.isExpired(at: now) ? "ended" : token.endWords(zone)
            table.append([token.name.text, token.rights.rawValue, end, used])
        }
        let rows = tokens.map { token -> JSONValue in
            [
                "name": .string(token.name.text), "rights": .string(token.rights.rawValue),
                "created_at": token.createdAt.json, "expires_at": token.expiresAt.map { $0.json } ?? .null,
                "last_used_at": token.lastUsedAt.map { $0.json } ?? .null,
            ]
        }
        return Reply(
            mark: .answer,
            text: tokens.isEmpty ? "= no tokens" : table.reply("= \(Words.count(tokens.count, "token"))"),
            fields: ["tokens": .array(rows)])
    }
}

extension Token {
    /// When it ends, in words.
    func endWords(_ zone: TimeZoneRules) -> String {
        expiresAt.map { "until \(zone.text(of: $0))" } ?? "without an end"
    }
}
