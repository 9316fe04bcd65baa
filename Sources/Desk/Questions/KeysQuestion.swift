import Accounts
import Conversation
import Exchange
import Trading

/// `keys`.
struct KeysQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine
    /// Nil for all exchanges.
    let name: String?

    func reply() throws -> Reply {
        let seat = try name.map { try desk.seats.keyed($0) }
        let stored = try desk.exchangeKeys(of: account())
            .filter { seat == nil || $0.exchange == seat?.keysName }
        var table = Table([.init("exchange"), .init("key"), .init("since"), .init("rights")])
        for key in stored {
            table.append([
                key.exchange, "\(key.start)...", zone.text(of: key.createdAt), key.rights.words,
            ])
        }
        let needsNone = desk.seats.allSatisfy { !$0.needsKeys }
        let none = needsNone ? "= no keys: this desk trades on paper, which needs none" : "= no keys"
        return Reply(
            mark: .answer, text: stored.isEmpty ? none : table.reply("= \(Words.count(stored.count, "key"))"),
            fields: ["keys": .array(stored.map(\.json))])
    }
}
