import Accounts
import CommandGrammar
import Conversation
import Trading

/// `set`.
extension DeskCore {
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
        let unset = ShownSetting.all(of: [:]).first { $0.name == name.value }?.unset ?? ""
        return Reply(
            mark: .done, text: "+ \(name.value) is \(stored ?? unset)",
            fields: ["setting": .string(name.value), "value": stored.map { .string($0) } ?? .null])
    }
}
