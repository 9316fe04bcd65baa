/// Which lines may carry a password, a token or a secret. Rather one too many: a line that is not echoed costs a
/// moment, one that is written down where it should not be costs an account.
enum Secrets {
    /// How far into a line a word that announces a secret is looked for: after a bad tag, or behind `preview`.
    private static let wordsMax = 6

    private static let announcing = ["login", "register", "password", "keys", "token"]

    /// What people type on other servers to say who they are, and what they glue to it.
    private static let beginnings = [
        "login", "logon", "passw", "auth", "signin", "sign", "identify", "secret", "apikey", "token", "user",
        "regist",
    ]

    static func mayHoldSecret(_ lexer: Lexer) -> Bool {
        guard let first = lexer.words.first else { return lexer.badTag != nil }
        if lexer.badTag == nil, let keyword = first.keyword, keyword.isCommand {
            switch keyword {
            case .login, .register, .password, .keys: return true
            case .token: return isTokenLogin(lexer)
            case .preview, .alias: return announces(lexer)
            default: return false
            }
        }
        return isNear(lexer, first.start, first.end) || announces(lexer)
            || (lexer.badTag.map { isNear(lexer, $0.lowerBound, $0.upperBound) } ?? false)
    }

    /// `token` followed by neither `new` nor `drop` was meant to be `login token`.
    private static func isTokenLogin(_ lexer: Lexer) -> Bool {
        guard lexer.words.count > 1 else { return false }
        let second = lexer.words[1]
        if second.keyword == .new || second.keyword == .drop { return false }
        return Suggestions.nearest(to: lexer.text(second.start, second.end), among: ["new", "drop"]).isEmpty
    }

    private static func announces(_ lexer: Lexer) -> Bool {
        lexer.words.prefix(wordsMax).contains {
            $0.keyword == .login || $0.keyword == .register || $0.keyword == .password || $0.keyword == .keys
        }
    }

    private static func isNear(_ lexer: Lexer, _ start: Int, _ end: Int) -> Bool {
        var word = lexer.text(start, end).lowercased()
        while let first = word.first, !first.isLetter { word.removeFirst() }
        return beginnings.contains { word.hasPrefix($0) } || !Suggestions.nearest(to: word, among: announcing).isEmpty
    }
}

extension CommandParser {
    /// Whether a line carries a password, a token or a secret, or may: `login`, `register`, `password` and `keys`, misspelt too.
    /// Such a line is never echoed, logged or recorded.
    public static func isSecret(_ line: String) -> Bool {
        Secrets.mayHoldSecret(Lexer(line, lineBytesMax: .max - 1))
    }
}
