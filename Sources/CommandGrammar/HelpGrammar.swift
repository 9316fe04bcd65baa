/// Words that people ask help about, where they are no command's name.
public enum HelpWords {
    /// The command that these words, in lower case and parted by single spaces, mean here: what other desks call it (`balance`,
    /// `stop loss`, `kill switch`), or a command with its second word (`cancel all`, `token new`). Nil where none is known.
    public static func command(for typed: String) -> String? {
        let words = typed.split(separator: " ").map(String.init)
        guard let first = words.first else { return nil }
        if words.count == 1, let name = OtherNames.commands[first] { return command(ofLine: name) }
        if let protection = protections[typed] { return protection }
        if let phrase = OtherNames.phrases.first(where: { $0.0 == words }) { return command(ofLine: phrase.1) }
        if OtherNames.endings.contains(words) { return Keyword.panic.rawValue }
        guard words.count == 2, let command = Keyword(rawValue: first), command.isCommand, isPart(words[1], of: command)
        else { return nil }
        return command.rawValue
    }

    /// The name that a misspelt word is nearest to, if to any.
    public static func nearest(to typed: String, among names: [String]) -> String? {
        Suggestions.nearest(to: typed, among: names).first
    }

    /// What protects a position, or opens one, by the words of other desks.
    private static let protections = [
        "tp": "sell", "take profit": "sell", "takeprofit": "sell", "sl": "stop", "stop loss": "stop",
        "stoploss": "stop", "stop limit": "stop", "stop order": "stop", "long": "buy", "short": "sell", "oco": "sell",
        "limit order": "buy", "market order": "buy", "sliced": "slice", "timed": "buy", "paired": "pair",
        "stops": "stop",
        "simple": "buy", "exit": "quit", "bye": "quit", "slice order": "slice", "guard": "set", "daily": "set",
        "quiet": "set", "quote": "set", "email": "set", "drift": "report", "benefit": "report", "trigger": "stop",
        "then": "pair",
    ]

    /// `?` is `preview`, and `order last` is `order`.
    private static func command(ofLine line: String) -> String? {
        let first = line.split(separator: " ").first.map(String.init)
        return first == "?" ? Keyword.preview.rawValue : first
    }

    private static func isPart(_ word: String, of command: Keyword) -> Bool {
        if command == .set { return CommandParser.settingNames.contains(word) }
        guard let keyword = Keyword(rawValue: word) else { return false }
        switch command {
        case .stop, .trail, .slice, .pair: return keyword == .buy || keyword == .sell
        default: return !keyword.isCommand
        }
    }
}

extension LineReader {
    /// After `help`: `[COMMAND|TOPIC] [full]`. Several words are taken only where together they name one command.
    mutating func takeHelpCommand() throws(Misreading) -> Command {
        var words = Array(lexer.words[next...])
        let isFull = words.last?.keyword == .full
        if isFull { words.removeLast() }
        guard let first = words.first, let last = words.last else {
            next = lexer.words.count
            return .help(topic: nil, isFull: isFull)
        }
        var topic = words.map { text($0).lowercased() }.joined(separator: " ")
        if words.count == 1 {
            if first.keyword == .preview { topic = Keyword.preview.rawValue }
        } else if HelpWords.command(for: topic) == nil {
            next += 1
            throw unexpected("full or the end of the line", near: [.full])
        }
        next = lexer.words.count
        return .help(topic: Located(topic, at: span(from: first, to: last)), isFull: isFull)
    }
}
