import ChatServer
import CommandGrammar
import CommandPages
import Trading

/// `help`, `time` and `version`.
extension DeskCore {
    func runHelp(_ topic: Located<String>?) throws -> Reply {
        guard let topic else { return HelpReplies.list }
        let name = topic.value == "?" ? "preview" : topic.value
        guard let reply = HelpReplies.pages[name] else {
            throw Refusal(.unknownPage, "no page about \(topic.value); help lists them", at: topic.span)
        }
        return reply
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

/// The pages as they are answered, made once: what a line may ask for without a password must not cost the desk its time.
private enum HelpReplies {
    static let list: Reply = {
        var table = Table([.init("command"), .init("what it does")])
        for name in CommandPages.names {
            guard let page = CommandPages.page(named: name).map(CommandPage.init) else { continue }
            table.append([page.name, page.summary])
        }
        return Reply(
            mark: .answer,
            text: "= help COMMAND shows a command's page\n  " + table.lines.joined(separator: "\n  "),
            fields: ["commands": .array(CommandPages.names.map { .string($0) })])
    }()

    static let pages: [String: Reply] = {
        var replies: [String: Reply] = [:]
        for name in CommandPages.names {
            guard let page = CommandPages.page(named: name).map(CommandPage.init) else { continue }
            replies[name] = Reply(
                mark: .answer, text: "= " + page.forReading.joined(separator: "\n  "),
                fields: ["page": .string(name), "usage": .array(page.usage.map { .string($0) })])
        }
        return replies
    }()
}
