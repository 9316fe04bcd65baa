import Accounts
import Conversation
import Trading

/// `settings`.
struct SettingsQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine

    func reply() throws -> Reply {
        guard let login = line.login, let account = try desk.account(login.account) else {
            throw Refusal(.notLoggedIn, "log in first: login USER")
        }
        let (quote, zone) = (desk.quote(of: login.account), zone)
        var table = Table([.init("setting"), .init("is")])
        table.append(["name", account.name.text])
        table.append(["role", account.role.rawValue])
        table.append(["joined", zone.text(of: account.createdAt)])
        table.append(["last login", account.lastLoginAt.map { zone.text(of: $0) } ?? "never"])
        table.append(["timezone", zone.name])
        table.append(["quote", quote.description])
        let shown = ShownSetting.all(of: try desk.settings(of: login.account))
        if desk.seats.count > 1 { table.append(["exchange", desk.currentSeat(of: login.account).name]) }
        for one in shown { table.append([one.name, one.value ?? one.unset]) }
        var fields: JSONObject = [
            "name": .string(account.name.text), "role": .string(account.role.rawValue),
            "joined": account.createdAt.json, "last_login": account.lastLoginAt.map { $0.json } ?? .null,
            "timezone": .string(zone.name), "quote": .string(quote.description),
            "exchange": .string(desk.currentSeat(of: login.account).name),
        ]
        for one in shown { fields.append(one.name, one.value.map { .string($0) } ?? .null) }
        return Reply(
            mark: .answer, text: table.reply("= settings of \(account.name)"), fields: ["settings": .object(fields)])
    }
}

/// A setting that may be unset, with what holds then.
struct ShownSetting {
    let name: String
    let value: String?
    let unset: String

    static func all(of settings: [String: String]) -> [ShownSetting] {
        [("pairs", "all"), ("daily", "no limit"), ("guard", "off"), ("quiet", "off"), ("email", "none")].map {
            ShownSetting(name: $0, value: settings[$0], unset: $1)
        }
    }
}
