import Accounts
import CommandGrammar
import Conversation
import Trading

/// `alias`: words of one's own, which stand for the beginning of a line.
extension DeskCore {

    // MARK: Using one

    /// The line that is meant where it begins with an alias; nil where it does not. What is a command is never an alias.
    func expandAlias(_ parsed: ParsedLine, _ session: Session) throws -> ReadLine? {
        // What an alias stands for says whether the line is secret: `fees` may be one, for all that it is near to `keys`.
        guard let account = session.login?.account, parsed.refusal?.code == .unknownCommand else { return nil }
        var parsed = parsed
        var found: ReadLine?
        var depth = 0
        while parsed.refusal?.code == .unknownCommand {
            let (before, name, rest) = DeskCore.split(parsed.text)
            guard let command = try accountStore().setting(StoredAlias.settingPrefix + name, of: account) else { break }
            depth += 1
            guard depth <= configuration.limits.aliasDepth else { throw tooDeep(name) }
            let line = before + command + rest
            let bytesMax = parser(for: account).lineBytesMax
            guard line.utf8.count <= bytesMax else { throw tooLong(name, line, bytesMax) }
            let read = read(line, of: account)
            (found, parsed) = (read, read.parsed)
        }
        return found
    }

    /// `? b 0.5` in `? `, `b` and ` 0.5`.
    static func split(_ text: String) -> (before: String, name: String, rest: String) {
        var rest = text[...]
        var before = ""
        if rest.first == "?" {
            rest = rest.dropFirst()
            before = "? "
        } else if let word = rest.prefix(while: { !$0.isWhitespace }) as Substring?, word.lowercased() == "preview" {
            rest = rest.dropFirst(word.count)
            before = "preview "
        }
        rest = rest.drop(while: \.isWhitespace)
        let name = rest.prefix { !$0.isWhitespace }
        return (before, name.lowercased(), String(rest.dropFirst(name.count)))
    }

    private func tooDeep(_ name: String) -> Refusal {
        Refusal(
            .aliasTooDeep,
            "\(name) refers to itself, or to more than \(configuration.limits.aliasDepth) aliases in a row"
        )
    }

    private func tooLong(_ name: String, _ line: String, _ bytesMax: Int) -> Refusal {
        Refusal(
            .lineTooLong, "expanded from \(name), the line has \(line.utf8.count) bytes; at most \(bytesMax)")
    }

    // MARK: Making and dropping

    func runAlias(_ name: Located<String>, _ command: Located<String>, _ context: LineContext) throws -> Reply {
        let account = try context.account()
        guard !CommandParser.announcesSecret(name.value), !CommandParser.isSecret(command.value) else {
            throw Refusal(.notAllowed, "an alias cannot contain a password or a key", at: name.span)
        }
        guard name.value != "drop" else {
            throw Refusal(.nameTaken, "drop is a word of alias; choose another name", at: name.span)
        }
        let others = StoredAlias.all(of: try accountStore().settings(of: account)).filter { $0.name != name.value }
        guard others.count < configuration.limits.aliasCount else {
            throw Refusal(.tooManyAliases, "you have \(others.count) aliases, the maximum; alias drop NAME removes one")
        }
        try requireCommand(command, as: name, others)
        try accountStore().set(StoredAlias.settingPrefix + name.value, to: command.value, for: account)
        return Reply(
            mark: .done, text: "+ \(name.value) = \(command.value)",
            fields: ["name": .string(name.value), "command": .string(command.value)])
    }

    /// It must begin with a command, or with an alias that in the end does.
    private func requireCommand(
        _ command: Located<String>, as name: Located<String>, _ others: [StoredAlias]
    ) throws {
        var text = command.value
        var depth = 1
        while CommandParser(vocabulary: Vocabulary(pairs: [], quote: configuration.quote)).parse(text).refusal?.code
            == .unknownCommand
        {
            let (before, word, rest) = DeskCore.split(text)
            if word == name.value { throw tooDeep(name.value) }
            guard let next = others.first(where: { $0.name == word }) else {
                throw Refusal(
                    .unknownCommand, "an alias begins with a command or another alias, found \(word)", at: command.span)
            }
            depth += 1
            guard depth <= configuration.limits.aliasDepth else { throw tooDeep(name.value) }
            text = before + next.command + rest
            let most = CommandParser.lineBytesMaxDefault
            guard text.utf8.count <= most else { throw tooLong(name.value, text, most) }
        }
    }

    func runAliasDrop(_ name: Located<String>, _ context: LineContext) throws -> Reply {
        let account = try context.account()
        guard try accountStore().setting(StoredAlias.settingPrefix + name.value, of: account) != nil else {
            throw Refusal(.unknownAlias, "there is no alias \(name.value); alias lists them", at: name.span)
        }
        try accountStore().set(StoredAlias.settingPrefix + name.value, to: nil, for: account)
        return Reply(mark: .done, text: "+ alias \(name.value) dropped", fields: ["name": .string(name.value)])
    }
}
