public import Trading

/// A line, read.
///
/// An empty line, or one of a comment alone, has neither a command nor a refusal.
public struct ParsedLine: Hashable, Sendable {
    /// Without its brackets; nil where there is none, or none that is good.
    public let tag: String?
    /// What the line asks for; nil where it was refused or asks for nothing.
    public let command: Command?
    /// Why it was refused, with spans over the line as given.
    public let refusal: Refusal?
    /// The command as typed, without tag, comment and the spaces around it. Empty for a line that is too long.
    public let text: String
    /// Whether it carries a password, a token or a secret, or may: such a line is not for logs or records.
    public let isSecret: Bool
    /// The exchange that the line names behind everything else, `on kraken`, as typed; nil where it names none.
    public let exchange: Located<String>?

    /// The same line, refused.
    public func refused(_ refusal: Refusal) -> ParsedLine {
        ParsedLine(
            tag: tag, command: nil, refusal: refusal, text: text, isSecret: isSecret, exchange: exchange)
    }
}

/// Turns a typed line into a `Command`, or into a refusal that points. Pure, and the same on every machine.
public struct CommandParser: Sendable {
    /// The pairs and coins that lines may name.
    public let vocabulary: Vocabulary
    /// The longest line, in bytes of UTF-8; a longer one is refused with `line_too_long`.
    public let lineBytesMax: Int

    /// In bytes.
    public static let lineBytesMaxDefault = 1_024
    /// In characters.
    public static let tagLengthMax = 32
    /// The settings that `set` knows.
    public static let settingNames = ["timezone", "quote", "pairs", "daily", "guard", "email", "quiet", "exchange"]

    /// A parser for lines of at most `lineBytesMax` bytes.
    public init(vocabulary: Vocabulary, lineBytesMax: Int = CommandParser.lineBytesMaxDefault) {
        self.vocabulary = vocabulary
        self.lineBytesMax = lineBytesMax
    }

    /// The name that a misspelt one is nearest to; nil where it is near to none.
    public static func nearest(to name: String, among names: [String]) -> String? {
        Suggestions.nearest(to: name, among: names).first
    }

    /// Whether it may stand between the brackets in front of a line: 1 to 32 of `A-Z a-z 0-9 . _ -`.
    public static func isTag(_ text: String) -> Bool { Lexer.isTag(text.utf8) }

    /// Whether two commands, each without tag and comment, are the same but for their spaces. What parts words counts: `cancel 1 2` is
    /// not `cancel 12`.
    public static func isSameLine(_ one: String, _ other: String) -> Bool {
        if one == other { return true }
        let (first, second) = (
            Lexer(one, lineBytesMax: lineBytesMaxDefault), Lexer(other, lineBytesMax: lineBytesMaxDefault)
        )
        // What only looks like a tag is part of the command here.
        guard first.tag == nil, first.badTag == nil, second.tag == nil, second.badTag == nil, !first.words.isEmpty
        else { return false }
        return first.words.map { first.text($0.start, $0.end) } == second.words.map { second.text($0.start, $0.end) }
    }

    /// Reads one line, without its newline. `lastOrder` is what `last` stands for where an order is named: the account's newest.
    public func parse(_ line: String, lastOrder: OrderID? = nil) -> ParsedLine {
        let lexer = Lexer(line, lineBytesMax: lineBytesMax)
        let exchange = lexer.exchangeClause.map {
            Located(lexer.text($0.start, $0.end), at: lexer.span($0.start, $0.end))
        }
        let tag = lexer.tag.map { lexer.text($0.lowerBound, $0.upperBound) }
        let mayBeSecret = Secrets.mayHoldSecret(lexer)
        func parsed(_ command: Command?, _ refusal: Refusal?, isSecret: Bool) -> ParsedLine {
            ParsedLine(
                tag: tag, command: command, refusal: refusal,
                text: lexer.text(lexer.content.lowerBound, lexer.content.upperBound), isSecret: isSecret,
                exchange: exchange)
        }
        if lexer.badTag == nil, lexer.words.isEmpty, lexer.bytes.count <= lineBytesMax {
            return parsed(nil, nil, isSecret: mayBeSecret)
        }
        do {
            return parsed(try read(lexer, lastOrder), nil, isSecret: mayBeSecret)
        } catch {
            guard mayBeSecret, !error.isPlain else {
                return parsed(nil, refusal(error, of: lexer, lastOrder, rewords: !mayBeSecret), isSecret: false)
            }
            // `fes btc_usd` is near to `keys`, and still nothing but a misspelt `fee`.
            let open = refusal(error, of: lexer, lastOrder)
            if error.code == .unknownCommand, let meant = command(meantBy: open, of: lexer.line), !meant.mayTakeSecret {
                return parsed(nil, open, isSecret: false)
            }
            return parsed(nil, refusal(withoutSecrets(error, of: lexer), of: lexer, lastOrder), isSecret: true)
        }
    }

    /// The command that the suggestion of a refusal makes of the line.
    private func command(meantBy refusal: Refusal, of line: String) -> Command? {
        guard let repaired = refusal.repairedLine(of: line) else { return nil }
        return try? read(Lexer(repaired, lineBytesMax: lineBytesMax), nil)
    }

    /// The same without a word of the line.
    private func withoutSecrets(_ misreading: Misreading, of lexer: Lexer) -> Misreading {
        var safe = misreading
        // The first word may have a password glued to it.
        if safe.code == .unknownCommand { safe.message = "no such command" }
        if safe.code == .unknownSetting {
            safe.message = "no such setting; there are \(CommandParser.settingNames.joined(separator: ", "))"
        }
        let isShown = lexer.words.dropFirst().contains { word in
            let text = lexer.text(word.start, word.end).prefix(CommandParser.quotedPartLength)
            guard word.keyword == nil, text.utf8.count >= CommandParser.secretBytesMin else { return false }
            return safe.message.contains(text) || safe.candidates.contains { $0.contains(text) }
                || safe.details.contains { $0.contains(text) }
        }
        if isShown {
            safe.message = "this line cannot be read; it may carry a password or a key, so it is not shown"
            safe.candidates = []
            safe.details = []
        }
        return safe
    }

    /// In characters: what a message repeats of a word may be cut, but not shorter than this.
    private static let quotedPartLength = 16
    /// In bytes: what is shorter is no secret.
    private static let secretBytesMin = 3

    private func read(_ lexer: Lexer, _ lastOrder: OrderID?) throws(Misreading) -> Command {
        if lexer.bytes.count > lineBytesMax {
            throw Misreading(.lineTooLong, "a line has at most \(lineBytesMax) bytes", at: nil)
        }
        if let bad = lexer.badTag {
            throw Misreading(
                .badTag, "a tag is 1 to \(CommandParser.tagLengthMax) of A-Z a-z 0-9 . _ - between [ and ]",
                at: lexer.span(bad.lowerBound, bad.upperBound))
        }
        var reader = LineReader(lexer.withoutExchange, vocabulary, lastOrder: lastOrder)
        return try reader.takeCommand()
    }

    /// The likeliest repair is the first whose line can be read whole. Where there is none, the line may be one in other words.
    private func refusal(
        _ misreading: Misreading, of lexer: Lexer, _ lastOrder: OrderID?, rewords: Bool = false
    ) -> Refusal {
        if let span = misreading.span {
            for candidate in misreading.candidates.prefix(Suggestions.candidatesMax)
            where misreading.keepsFigures(candidate, for: RefusalText.part(span, of: lexer.line))
                && mends(candidate, in: span, of: lexer.line, lastOrder)
            {
                return misreading.refusal(repair: candidate)
            }
        }
        if misreading.candidates.isEmpty, let first = lexer.words.first, let other = sibling(of: first.keyword) {
            let span = lexer.span(first.start, first.end)
            if mends(other.rawValue, in: span, of: lexer.line, lastOrder) {
                var meant = misreading
                meant.span = span
                meant.asks = true
                return meant.refusal(repair: other.rawValue)
            }
        }
        return rewords ? reworded(misreading, of: lexer, lastOrder) : misreading.refusal(repair: nil)
    }

    private func reworded(_ misreading: Misreading, of lexer: Lexer, _ lastOrder: OrderID?) -> Refusal {
        var misreading = misreading
        // A line that is shown is one that works, once what is left open is filled in.
        misreading.details.removeAll { isAbout(lexer, $0) && !isForm($0, lastOrder) }
        let plain = misreading.refusal(repair: nil)
        let hasLines = !misreading.details.isEmpty && misreading.details != CommandParser.helpLine
        guard !hasLines,
            var meant = LineReader(lexer, vocabulary, lastOrder: lastOrder).reworded(misreading)
        else { return plain }
        if let span = meant.span, let line = meant.candidates.first {
            let isGood =
                meant.keepsFigures(line, for: RefusalText.part(span, of: lexer.line))
                && mends(line, in: span, of: lexer.line, lastOrder)
            return isGood ? meant.refusal(repair: line) : plain
        }
        meant.details.removeAll { !isForm($0, lastOrder) }
        return meant.details.isEmpty ? plain : meant.refusal(repair: nil)
    }

    /// Whether what is shown below a refusal is the typed line in another form, and no explanation.
    private func isAbout(_ lexer: Lexer, _ shown: String) -> Bool {
        guard let first = lexer.words.first else { return false }
        return shown.hasPrefix(lexer.text(first.start, first.end) + " ") || shown.hasPrefix("stop ")
    }

    /// Whether it is a line once its trader has filled in what is left open.
    private func isForm(_ form: String, _ lastOrder: OrderID?) -> Bool {
        let line = form.replacing("AMOUNT", with: "1").replacing("PRICE", with: "1")
        return (try? read(Lexer(line, lineBytesMax: lineBytesMax), lastOrder)) != nil
    }

    /// What is said of a line that is nothing at all.
    static let helpLine = ["help lists the commands"]

    private func mends(
        _ candidate: String, in span: Span, of line: String, _ lastOrder: OrderID?
    ) -> Bool {
        let lexer = Lexer(RefusalText.replace(span, of: line, with: candidate), lineBytesMax: lineBytesMax)
        return !lexer.words.isEmpty && (try? read(lexer, lastOrder)) != nil
    }

    /// `fund` and `funds`, `order` and `orders`: what is well spelt may still be the other one.
    private func sibling(of keyword: Keyword?) -> Keyword? {
        switch keyword {
        case .fund: .funds
        case .funds: .fund
        case .order: .orders
        case .orders: .order
        case .alert: .alerts
        case .alerts: .alert
        case .pair: .pairs
        case .pairs: .pair
        case .token: .tokens
        case .tokens: .token
        case .settings: .set
        case .set: .settings
        default: nil
        }
    }
}

extension LineReader {
    /// The whole command: its first word, then what that word asks for, to the end of the line.
    mutating func takeCommand() throws(Misreading) -> Command {
        guard let keyword = peek()?.keyword else { throw unknownCommand() }
        // `stop all`, `stop loss 220` and `order book` begin with words that are commands.
        if LineReader.beginsPhrases(keyword), let word = peek(), let misreading = otherPhrase(word) { throw misreading }
        next += 1
        if let order = try takePlaceCommand(keyword) { return .place(order) }
        switch keyword {
        case .contra: return try takeContraCommand()
        case .cancel: return try takeCancelCommand()
        case .move: return try takeMoveCommand()
        case .orders: return try takeOrdersCommand()
        case .order: return .orderDetail(try takeOnly { reader throws(Misreading) in try reader.takeOrder() })
        case .why: return .why(try takeOnly { reader throws(Misreading) in try reader.takeOrder() })
        case .report: return try takeReportCommand()
        case .preview: return try takePreviewCommand()
        case .trades: return try takeTradesCommand()
        case .transactions: return try takeTransactionsCommand()
        case .export: return try takeExportCommand()
        case .fund: return .fund(try takeOnly { reader throws(Misreading) in try reader.takeCoin() })
        case .price: return .price(try takeOnly { reader throws(Misreading) in try reader.takePairIfAny() })
        case .fee: return .fee(try takeOnly { reader throws(Misreading) in try reader.takePair() })
        case .depth:
            let (pair, rows) = try takePairAndRows()
            return .depth(pair, rows: rows)
        case .tape:
            let (pair, rows) = try takePairAndRows()
            return .tape(pair, rows: rows)
        case .chart: return try takeChartCommand()
        case .watch: return .watch(try takePairs())
        case .unwatch: return try takeUnwatchCommand()
        case .alert: return try takeAlertCommand()
        case .login: return try takeLoginCommand()
        case .register: return try takeRegisterCommand()
        case .password: return try takePasswordCommand()
        case .token: return try takeTokenCommand()
        case .set: return try takeSetCommand()
        case .keys: return try takeKeysCommand()
        case .inbox: return .inbox(count: try takeRowsIfAny())
        case .resume:
            guard !isAtEnd else { return .resume(from: nil) }
            return .resume(
                from: try takeOnly { reader throws(Misreading) in
                    try reader.takeCount("a notification's number", max: .max)
                })
        case .help: return try takeHelpCommand()
        case .alias: return try takeAliasCommand()
        case .totp: return try takeTwoFactorCommand()
        case .use: return try takeUseCommand()
        case .paper: return try takePaperCommand()
        default:
            guard keyword.isCommand else {
                next -= 1
                throw unknownCommand()
            }
            return try takeSingleWord(keyword)
        }
    }

    /// The commands of one word.
    private func takeSingleWord(_ keyword: Keyword) throws(Misreading) -> Command {
        let command: Command? =
            switch keyword {
            case .logout: .logout
            case .quit: .quit
            case .whoami: .whoami
            case .tokens: .tokens
            case .go: .go
            case .undo: .undo
            case .panic: .panic
            case .funds: .funds
            case .summary: .summary
            case .exchanges: .exchanges
            case .pairs: .pairs
            case .alerts: .alerts
            case .settings: .settings
            case .time: .time
            case .version: .version
            case .jobs: .jobs
            default: nil
            }
        guard let command else { throw unknownCommand() }
        // Whoever types `panic now please` is not to be taught grammar.
        if command == .panic { return command }
        try expectEnd()
        return command
    }

    /// What `read` takes, and then the end of the line.
    private mutating func takeOnly<Value>(
        _ read: (inout LineReader) throws(Misreading) -> Value
    ) throws(Misreading) -> Value {
        let value = try read(&self)
        try expectEnd()
        return value
    }

    private mutating func takePreviewCommand() throws(Misreading) -> Command {
        guard let word = peek() else {
            // `?` alone asks for help.
            if let previous, firstByte(previous) == UInt8(ascii: "?") { return .help(topic: nil, isFull: false) }
            throw missing("a COMMAND")
        }
        let neverPreviewed: [Keyword] = [.preview, .go, .login, .register, .password, .keys, .totp, .quit]
        if let keyword = word.keyword, neverPreviewed.contains(keyword) {
            throw Misreading(
                .unexpectedWord, "expected a COMMAND to preview, found \(keyword.rawValue)", at: span(word))
        }
        let line = lexer.text(word.start, lexer.content.upperBound)
        return .preview(try takeCommand(), line: line)
    }

    private func unknownCommand() -> Misreading {
        guard let word = peek() else { return missing("a COMMAND") }
        // What traders say elsewhere comes before what is spelt alike.
        if let misreading = otherName(word) { return misreading }
        let candidates = Suggestions.nearest(to: text(word), among: Keyword.commands.map(\.rawValue))
        return Misreading(
            .unknownCommand, "no command \(shown(word))", at: span(word), candidates: candidates,
            details: candidates.isEmpty ? CommandParser.helpLine : [])
    }
}
