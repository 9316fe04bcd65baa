import Accounts
import CommandGrammar
import Conversation
import Trading

/// `settings` and `set`.
extension DeskCore {
    func runSettings(_ context: LineContext) throws -> Reply {
        guard let login = context.login, let account = try accountStore().account(login.account) else {
            throw Refusal(.notLoggedIn, "log in first: login USER")
        }
        let zone = zone(context)
        let quote = people.accounts[login.account]?.quote ?? configuration.quote
        var table = Table([.init("setting"), .init("is")])
        table.append(["name", account.name.text])
        table.append(["role", account.role.rawValue])
        table.append(["joined", zone.text(of: account.createdAt)])
        table.append(["last login", account.lastLoginAt.map { zone.text(of: $0) } ?? "never"])
        table.append(["timezone", zone.name])
        table.append(["quote", quote.description])
        let shown = try shownSettings(login.account)
        if seats.count > 1 { table.append(["exchange", currentSeat(of: login.account).name]) }
        for one in shown { table.append([one.name, one.value ?? one.unset]) }
        var fields: JSONObject = [
            "name": .string(account.name.text), "role": .string(account.role.rawValue),
            "joined": account.createdAt.json, "last_login": account.lastLoginAt.map { $0.json } ?? .null,
            "timezone": .string(zone.name), "quote": .string(quote.description),
            "exchange": .string(currentSeat(of: login.account).name),
        ]
        for one in shown { fields.append(one.name, one.value.map { .string($0) } ?? .null) }
        return Reply(
            mark: .answer, text: table.reply("= settings of \(account.name)"), fields: ["settings": .object(fields)])
    }

    /// Those that may be unset, with what holds then.
    private func shownSettings(
        _ account: AccountID
    ) throws -> [(name: String, value: String?, unset: String)] {
        let settings = try accountStore().settings(of: account)
        return [
            ("pairs", settings["pairs"], "all"), ("daily", settings["daily"], "no limit"),
            ("guard", settings["guard"], "off"), ("quiet", settings["quiet"], "off"),
            ("email", settings["email"], "none"),
        ]
    }

    func runSet(_ name: Located<String>, _ value: Located<String>, _ context: LineContext) throws -> Reply {
        let account = try context.account()
        let stored: String?
        switch name.value {
        case "timezone":
            let zone = try TimeZoneRules(named: value.value, at: value.span)
            stored = zone.name
            people.accounts[account]?.zone = zone
        case "quote":
            let pairs = seats.flatMap(\.pairs)
            guard let quote = Coin(value.value), pairs.contains(where: { $0.quote == quote }) else {
                let quotes = Set(pairs.map(\.quote)).sorted().map(\.description).joined(separator: ", ")
                throw Refusal(
                    .unknownCoin, "nothing is traded in \(value.value); expected one of \(quotes)", at: value.span)
            }
            stored = quote.description
            people.accounts[account]?.quote = quote
        case "pairs": stored = try pairsSetting(value, account)
        case "daily": stored = try dailySetting(value, context)
        case "guard": stored = try guardSetting(value)
        case "quiet": stored = try quietSetting(value)
        case "email": stored = try emailSetting(value)
        case "exchange": stored = try chooseSeat(value, account)
        default:
            throw Refusal(.unknownSetting, "no setting \(name.value)", at: name.span)
        }
        try accountStore().set(name.value, to: stored, for: account)
        try auditSetting(name.value, stored, context)
        people.accounts[account]?.guards = AccountGuards(try accountStore().settings(of: account))
        let unset = try shownSettings(account).first { $0.name == name.value }?.unset ?? ""
        return Reply(
            mark: .done, text: "+ \(name.value) is \(stored ?? unset)",
            fields: ["setting": .string(name.value), "value": stored.map { .string($0) } ?? .null])
    }
}
