import ChatServer
import CommandGrammar
import CommandPages
import Trading

/// `help`, `time` and `version`.
extension DeskCore {
    func runHelp(_ topic: Located<String>?) throws -> Reply {
        guard let topic else {
            let pages = CommandPages.names.compactMap { CommandPages.page(named: $0).map(CommandPage.init) }
            var table = Table([.left, .left])
            for page in pages { table.append([page.name, page.summary]) }
            return Reply(
                mark: .answer,
                text: "= help COMMAND shows a command's page\n  " + table.lines.joined(separator: "\n  "),
                fields: ["commands": .array(CommandPages.names.map { .string($0) })])
        }
        let name = topic.value == "?" ? "preview" : topic.value
        guard let text = CommandPages.page(named: name) else {
            throw Refusal(.unknownPage, "no page about \(topic.value); help lists them", at: topic.span)
        }
        let page = CommandPage(text)
        return Reply(
            mark: .answer, text: "= " + page.forReading.joined(separator: "\n  "),
            fields: ["page": .string(name), "usage": .array(page.usage.map { .string($0) })])
    }

    func runTime(_ context: LineContext) -> Reply {
        let zone = zone(context)
        return Reply(
            mark: .answer, text: "= \(zone.text(of: now)) (\(now))",
            fields: ["time": now.json, "timezone": .string(zone.name)])
    }

    func runVersion() -> Reply {
        Reply(
            mark: .answer, text: "= outcry \(configuration.version)",
            fields: ["version": .string(configuration.version)])
    }
}
