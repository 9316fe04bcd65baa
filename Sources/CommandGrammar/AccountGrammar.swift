import Trading

/// Getting in, tokens, settings and keys.
///
/// A refusal of a line that carries a secret never shows a word of it but the first.
extension LineReader {
    /// After `login`: `USER`, `USER PASSWORD` or `token TOKEN`. A password is the rest of the line, `//` and spaces and all.
    mutating func takeLoginCommand() throws(Misreading) -> Command {
        let user = try takeWord("a USER")
        if user.keyword == .token {
            let token = try takeWord("a TOKEN")
            guard isAtEnd else {
                throw Misreading(.unexpectedWord, "a TOKEN is one word", at: peek().map { span($0) })
            }
            return .login(.token(text(token)))
        }
        let password = isAtEnd ? nil : try takeRest("a password").value
        return .login(.password(user: text(user), password: password))
    }

    /// After `register`: `USER` or `USER PASSWORD`, as after `login`.
    mutating func takeRegisterCommand() throws(Misreading) -> Command {
        let user = try takeWord("a USER")
        let password = isAtEnd ? nil : try takeRest("a password").value
        return .register(user: text(user), password: password)
    }

    /// After `password`, which asks for everything: nothing or `keep-tokens`. What else stands here may be a password: it is
    /// not repeated.
    mutating func takePasswordCommand() throws(Misreading) -> Command {
        let keepsTokens = take(.keepTokens)
        guard isAtEnd else {
            throw Misreading(
                .unexpectedWord,
                "password is typed alone or with keep-tokens: it asks for the old one, and twice for the new",
                at: peek().map { span($0) })
        }
        return .password(keepsTokens: keepsTokens)
    }

    /// After `token`: `new NAME [read|trade] [for DURATION]` or `drop NAME`. A token may only read, unless told otherwise.
    mutating func takeTokenCommand() throws(Misreading) -> Command {
        guard let action = peek() else { throw missing("new or drop") }
        guard action.keyword == .new || action.keyword == .drop else {
            // What stands here may be a token: it is not repeated.
            throw Misreading(
                .unexpectedWord, "expected new or drop after token; to log in it is login token TOKEN",
                at: span(action),
                candidates: Suggestions.nearest(to: text(action), among: [Keyword.new.rawValue, Keyword.drop.rawValue]))
        }
        next += 1
        switch action.keyword {
        case .drop:
            let name = try takeName("a token's NAME")
            try expectEnd()
            return .tokenDrop(name: name)
        default:
            let name = try takeName("a token's NAME")
            var scope = TokenScope.read
            var lifetime: Int64?
            if isAt(.read) || isAt(.trade) { scope = try takeOne(of: [.read, .trade]) == .trade ? .trade : .read }
            if take(.for) { lifetime = try takeDuration().value }
            guard isAtEnd else {
                throw unexpected(
                    "read, trade, for DURATION or the end of the line",
                    near: lifetime == nil ? [.read, .trade, .for] : [])
            }
            return .tokenNew(name: name, scope: scope, lifetimeSeconds: lifetime)
        }
    }

    /// A name that a person gives: 1 to 32 of `A-Z a-z 0-9 . _ -`.
    mutating func takeName(_ what: String) throws(Misreading) -> String {
        let word = try takeWord(what)
        guard Lexer.isTag(bytes[word.start..<word.end]) else {
            throw Misreading(
                .unexpectedWord, "\(what) is 1 to 32 of A-Z a-z 0-9 . _ -, found \(shown(word))", at: span(word))
        }
        return text(word)
    }

    /// After `set`: `NAME VALUE`. The value is the rest of the line; what it may be is the setting's own affair.
    mutating func takeSetCommand() throws(Misreading) -> Command {
        let word = try takeWord("a setting's NAME")
        let name = text(word).lowercased()
        guard CommandParser.settingNames.contains(name) else {
            throw Misreading(
                .unknownSetting,
                "no setting \(shown(word)); there are \(CommandParser.settingNames.joined(separator: ", "))",
                at: span(word), candidates: Suggestions.nearest(to: name, among: CommandParser.settingNames))
        }
        let value = try takeRest("a VALUE for \(name)")
        return .set(name: Located(name, at: span(word)), value: value)
    }

    /// After `use`: `[EXCHANGE]`.
    mutating func takeUseCommand() throws(Misreading) -> Command {
        guard let word = peek() else { return .use(exchange: nil) }
        next += 1
        try expectEnd()
        return .use(exchange: Located(text(word), at: span(word)))
    }

    /// After `keys`: `[EXCHANGE]`, `EXCHANGE set KEY SECRET` or `EXCHANGE drop`.
    mutating func takeKeysCommand() throws(Misreading) -> Command {
        guard let exchange = peek() else { return .keys(exchange: nil) }
        next += 1
        let name = text(exchange).lowercased()
        guard let action = peek() else { return .keys(exchange: name) }
        next += 1
        switch action.keyword {
        case .drop where isAtEnd:
            return .keysDrop(exchange: name)
        case .drop:
            throw Misreading(.unexpectedWord, "expected the end of the line after drop", at: peek().map { span($0) })
        case .set:
            let key = try takeWord("a KEY and a SECRET")
            let secret = try takeRest("a SECRET")
            return .keysSet(exchange: name, key: text(key), secret: secret.value)
        default:
            throw Misreading(
                .unexpectedWord, "expected set or drop after the exchange", at: span(action),
                candidates: Suggestions.nearest(to: text(action), among: [Keyword.set.rawValue, Keyword.drop.rawValue]))
        }
    }

    /// After `totp`: `[on|off]`.
    mutating func takeTwoFactorCommand() throws(Misreading) -> Command {
        guard !isAtEnd else { return .twoFactor(nil) }
        let change: TwoFactorChange = try takeOne(of: [.on, .off]) == .on ? .on : .off
        try expectEnd()
        return .twoFactor(change)
    }

    /// After `alias`: `NAME = COMMAND`, `drop NAME`, or nothing.
    mutating func takeAliasCommand() throws(Misreading) -> Command {
        guard !isAtEnd else { return .aliases }
        if isAt(.drop), peek(1)?.keyword != .equals {
            next += 1
            let name = try takeName("an alias's NAME")
            let span = previous.map { self.span($0) } ?? lexer.endSpan
            try expectEnd()
            return .aliasDrop(name: Located(name.lowercased(), at: span))
        }
        let word = try takeWord("a NAME")
        if let keyword = word.keyword, keyword.isCommand {
            throw Misreading(.nameTaken, "\(keyword.rawValue) is a command already", at: span(word))
        }
        next -= 1
        let name = Located(try takeName("an alias's NAME").lowercased(), at: span(word))
        guard take(.equals) else {
            let meant = Suggestions.nearest(to: name.value, among: [Keyword.drop.rawValue])
            guard meant.isEmpty else {
                throw Misreading(
                    .unexpectedWord, "expected NAME = COMMAND or drop NAME after alias, found \(shown(word))",
                    at: name.span, candidates: meant)
            }
            throw unexpected("=", near: [])
        }
        return .alias(name: name, command: try takeRest("a COMMAND"))
    }
}
