import Accounts
import ChatServer
import CommandGrammar
import Trading

/// `settings` and `set`.
extension DeskCore {
    func runSettings(_ context: LineContext) throws -> Reply {
        guard let login = context.login, let account = try accountStore().account(login.account) else {
            throw Refusal(.notLoggedIn, "log in first: login USER")
        }
        let zone = zone(context)
        let quote = accounts[login.account]?.quote ?? configuration.quote
        var table = Table([.left, .left])
        table.append(["name", account.name.text])
        table.append(["role", account.role.rawValue])
        table.append(["joined", zone.text(of: account.createdAt)])
        table.append(["last login", account.lastLoginAt.map { zone.text(of: $0) } ?? "never"])
        table.append(["timezone", zone.name])
        table.append(["quote", quote.description])
        return Reply(
            mark: .answer, text: table.reply(mark: "="),
            fields: [
                "settings": [
                    "name": .string(account.name.text), "role": .string(account.role.rawValue),
                    "joined": account.createdAt.json, "last_login": account.lastLoginAt.map { $0.json } ?? .null,
                    "timezone": .string(zone.name), "quote": .string(quote.description),
                ]
            ])
    }

    func runSet(_ name: Located<String>, _ value: Located<String>, _ context: LineContext) throws -> Reply {
        let account = try context.account()
        let stored: String
        switch name.value {
        case "timezone":
            let zone = try TimeZoneRules(named: value.value, at: value.span)
            stored = zone.name
            try accountStore().set("timezone", to: stored, for: account)
            accounts[account]?.zone = zone
        case "quote":
            guard let quote = Coin(value.value), pairs.contains(where: { $0.quote == quote }) else {
                let quotes = Set(pairs.map(\.quote)).sorted().map(\.description).joined(separator: ", ")
                throw Refusal(
                    .unknownCoin, "nothing is traded in \(value.value); expected one of \(quotes)", at: value.span)
            }
            stored = quote.description
            try accountStore().set("quote", to: stored, for: account)
            accounts[account]?.quote = quote
        case "pairs", "daily", "guard", "email":
            throw Refusal(.notYet, "the setting \(name.value) is not built yet; nothing was changed", at: name.span)
        default:
            throw Refusal(
                .unknownSetting, "no setting \(name.value); expected timezone or quote", at: name.span)
        }
        return Reply(
            mark: .done, text: "+ \(name.value) is \(stored)",
            fields: ["setting": .string(name.value), "value": .string(stored)])
    }
}
