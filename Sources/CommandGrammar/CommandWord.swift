import Trading

/// The words that a line may begin with, in alphabetical order. `?` stands for `preview`.
public let commandWords: [String] = Keyword.commands.map(\.rawValue)

/// The first word of a line, found without reading the rest: what the flood limits go by.
public enum CommandWord {
    /// The most bytes of the word that are looked at; no command is longer.
    private static let bytesMax = 15

    /// In lower case, behind the tag if there is one; empty for an empty line or a comment. `?` is `preview`. What is
    /// longer than any command is cut.
    public static func first(of line: String) -> String {
        var rest = line.utf8[...]
        skipSeparators(&rest)
        if rest.first == UInt8(ascii: "["), let close = rest.firstIndex(of: UInt8(ascii: "]")) {
            rest = rest[rest.index(after: close)...]
            skipSeparators(&rest)
        }
        if rest.starts(with: "//".utf8) { return "" }
        if let byte = rest.first, Lexer.isChatHabit(byte) { rest.removeFirst() }
        if rest.first == UInt8(ascii: "?") { return Keyword.preview.rawValue }
        var word: [UInt8] = []
        for byte in rest {
            guard byte > 0x20, byte != 0xC2, word.count < bytesMax else { break }
            word.append(byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte)
        }
        let text = String(decoding: word, as: UTF8.self)
        return Keyword.leaving.contains(text) ? Keyword.quit.rawValue : text
    }

    private static func skipSeparators(_ rest: inout Substring.UTF8View) {
        while let byte = rest.first, byte <= 0x20 || byte == 0xC2 || byte == 0xA0 { rest.removeFirst() }
    }
}

extension Command {
    /// The word that the command begins with, which is also the name of its page: `buy`, `cancel`, `preview`.
    public var verb: String {
        switch self {
        case .login: "login"
        case .register: "register"
        case .logout: "logout"
        case .quit: "quit"
        case .whoami: "whoami"
        case .password: "password"
        case .tokenNew, .tokenDrop: "token"
        case .tokens: "tokens"
        case .place(let order): order.verb
        case .contra: "contra"
        case .cancel: "cancel"
        case .move: "move"
        case .orders: "orders"
        case .orderDetail: "order"
        case .why: "why"
        case .report, .reportDrift: "report"
        case .preview: "preview"
        case .go: "go"
        case .undo: "undo"
        case .panic: "panic"
        case .resume: "resume"
        case .funds: "funds"
        case .fund: "fund"
        case .summary: "summary"
        case .exchanges: "exchanges"
        case .use: "use"
        case .trades: "trades"
        case .transactions: "transactions"
        case .export: "export"
        case .price: "price"
        case .depth: "depth"
        case .tape: "tape"
        case .pairs: "pairs"
        case .fee: "fee"
        case .chart: "chart"
        case .watch: "watch"
        case .unwatch: "unwatch"
        case .alert, .alertDrop: "alert"
        case .alerts: "alerts"
        case .settings: "settings"
        case .set: "set"
        case .keys, .keysSet, .keysDrop: "keys"
        case .inbox: "inbox"
        case .help: "help"
        case .time: "time"
        case .version: "version"
        case .alias, .aliases, .aliasDrop: "alias"
        case .twoFactor: "totp"
        case .paper: "paper"
        case .jobs: "jobs"
        }
    }
}
