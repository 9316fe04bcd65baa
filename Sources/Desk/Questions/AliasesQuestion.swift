import Conversation
import Trading

/// `aliases`.
struct AliasesQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine

    func reply() throws -> Reply {
        let all = StoredAlias.all(of: try desk.settings(of: account()))
        var table = Table([.init("alias"), .init("stands for")])
        for one in all { table.append([one.name, one.command]) }
        return Reply(
            mark: .answer,
            text: all.isEmpty ? "= no aliases" : table.reply("= \(all.count) alias\(all.count == 1 ? "" : "es")"),
            fields: [
                "aliases": .array(all.map { ["name": .string($0.name), "command": .string($0.command)] })
            ])
    }
}

/// A word of a trader's own, and what it stands for.
struct StoredAlias {
    let name: String
    let command: String

    /// Among the account's settings.
    static let settingPrefix = "alias "

    /// Those among an account's settings, by name.
    static func all(of settings: [String: String]) -> [StoredAlias] {
        settings.filter { $0.key.hasPrefix(settingPrefix) }
            .map { StoredAlias(name: String($0.key.dropFirst(settingPrefix.count)), command: $0.value) }
            .sorted { $0.name < $1.name }
    }
}
