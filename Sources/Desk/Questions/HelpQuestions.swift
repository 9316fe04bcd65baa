import CommandGrammar
import CommandPages
import Conversation
import Trading

/// `help`.
struct HelpQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine
    let topic: Located<String>?
    let isFull: Bool

    func reply() throws -> Reply {
        guard let topic else { return isFull ? HelpReplies.list : HelpReplies.groups }
        if let name = HelpReplies.name(for: topic.value), let page = HelpReplies.pages[name] {
            return isFull ? page.full : page.short
        }
        guard let meant = HelpWords.nearest(to: topic.value, among: CommandPages.names + CommandPages.topics) else {
            throw Refusal(.unknownPage, "no page about \(topic.value); help lists them", at: topic.span)
        }
        throw Refusal(
            .unknownPage, "no page about \(topic.value); did you mean \(meant)?", at: topic.span, suggestion: meant)
    }
}

/// `time`.
struct TimeQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine

    func reply() -> Reply {
        return Reply(
            mark: .answer, text: "= \(zone.text(of: now)) (\(now))",
            fields: ["time": now.json, "timezone": .string(zone.name)])
    }
}

/// `version`.
struct VersionQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine

    func reply() -> Reply {
        Reply(
            mark: .answer, text: "= outcry \(desk.configuration.version)",
            fields: ["version": .string(desk.configuration.version)])
    }
}

/// The pages as they are answered, made once: what a line may ask for without a password must not cost the desk its time.
private enum HelpReplies {
    struct Page {
        let short: Reply
        let full: Reply
    }

    /// The commands by task, on one screen.
    static let groups: Reply = {
        let groups = CommandGroup.all
        let width = groups.map(\.task.count).max() ?? 0
        let rows = groups.map { group in
            group.task + String(repeating: " ", count: width - group.task.count + 2)
                + group.commands.joined(separator: "  ")
        }
        let more = [
            "", "help COMMAND       usage, examples and what to know: help buy",
            "help COMMAND full  the whole page",
            "help TOPIC         \(CommandPages.topics.joined(separator: ", "))",
            "? LINE             shows what a line would do, and does nothing; go does it",
        ]
        return Reply(
            mark: .answer,
            text: (["= help: the commands by task"] + rows + more).joined(separator: "\n  "),
            fields: [
                "commands": .array(CommandPages.names.map { .string($0) }),
                "groups": .array(
                    groups.map { group in
                        .object([
                            "task": .string(group.task), "commands": .array(group.commands.map { .string($0) }),
                        ])
                    }),
                "topics": .array(CommandPages.topics.map { .string($0) }),
            ])
    }()

    /// Every command with what it does.
    static let list: Reply = {
        var table = Table([.init("command"), .init("what it does")])
        for name in CommandPages.names {
            guard let page = CommandPages.page(named: name).map(CommandPage.init) else { continue }
            table.append([page.name, page.summary])
        }
        return Reply(
            mark: .answer, text: table.reply("= help: every command"),
            fields: ["commands": .array(CommandPages.names.map { .string($0) })])
    }()

    static let pages: [String: Page] = {
        var pages: [String: Page] = [:]
        let texts =
            CommandPages.names.compactMap(CommandPages.page(named:))
            + CommandPages.topics.compactMap(CommandPages.topic(named:))
        for page in texts.map(CommandPage.init) {
            func reply(_ lines: [String]) -> Reply {
                Reply(
                    mark: .answer, text: "= " + lines.joined(separator: "\n  "),
                    fields: [
                        "page": .string(page.name), "usage": .array(page.usage.map { .string($0) }),
                        "examples": .array(page.examples.map { .string($0) }),
                        "notes": .array(page.notes.map { .string($0) }),
                    ])
            }
            pages[page.name] = Page(short: reply(page.short), full: reply(page.forReading))
        }
        return pages
    }()

    /// The page or the topic that is meant by what was typed: its own name, a word that a topic explains, or what other desks call
    /// a command.
    static func name(for typed: String) -> String? {
        if pages[typed] != nil { return typed }
        return CommandPages.topic(explaining: typed) ?? HelpWords.command(for: typed)
    }
}
