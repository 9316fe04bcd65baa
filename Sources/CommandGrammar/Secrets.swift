/// Which lines may carry a password, a token or a secret, also where they are misspelt.
///
/// A line that shares a secret's words is secret, whatever it begins with. Rather one too many: a line that is not echoed
/// costs a moment, one that is written down where it should not be costs an account. `CommandParser` takes back what turns
/// out to be another command with a slip of the finger in its first word.
enum Secrets {
    /// How far into a line a word that announces a secret is looked for: after a bad tag, or behind `preview`.
    private static let wordsMax = 6
    /// Letters to leave out, put in, replace or swap that make one of `verbs` of a word.
    static let editsMax = 2

    /// The words that lines with secrets begin with.
    static let verbs = ["login", "register", "password", "keys", "token", "totp"]
    private static let announcing = ["login", "register", "password", "keys", "token"]

    /// What people type on other servers to say who they are, and what they glue to it.
    private static let beginnings = [
        "login", "logon", "passw", "auth", "signin", "sign", "identify", "secret", "apikey", "token", "user",
        "regist",
    ]

    /// What every token begins with.
    private static let tokenBeginning = Array("outcry_".utf8)

    static func mayHoldSecret(_ lexer: Lexer) -> Bool {
        guard !lexer.words.isEmpty else { return lexer.badTag != nil }
        if lexer.words.contains(where: { isToken(lexer, $0) }) { return true }
        if let bad = lexer.badTag, isNear(lexer.text(bad.lowerBound, bad.upperBound)) { return true }
        return mayHoldSecret(lexer, from: 0)
    }

    /// Whether the line that begins with this word may.
    private static func mayHoldSecret(_ lexer: Lexer, from index: Int) -> Bool {
        guard index < lexer.words.count else { return false }
        let word = lexer.words[index]
        // Behind a bad tag the first word may belong to the tag.
        guard lexer.badTag == nil || index > 0, let keyword = word.keyword, keyword.isCommand else {
            return isNear(text(lexer, word)) || isWithinEdits(text(lexer, word), of: verbs)
                || announces(lexer, after: index, nearly: true) || setsKey(lexer, after: index)
        }
        let next = index + 1 < lexer.words.count ? lexer.words[index + 1] : nil
        switch keyword {
        case .login, .register, .password, .keys: return true
        case .token: return next.map { !isNearOne(lexer, $0, of: ["new", "drop"]) } ?? false
        case .totp:
            return next.map { !isNearOne(lexer, $0, of: ["on", "off"]) || lexer.words.count > index + 2 } ?? false
        case .preview: return mayHoldSecret(lexer, from: index + 1) || announces(lexer, after: index)
        case .alias: return aliasMayHoldSecret(lexer, after: index)
        case .set:
            // `set KEY SECRET` was meant to have `keys EXCHANGE` in front.
            guard let next, lexer.words.count > index + 2 else { return false }
            return !isNearOne(lexer, next, of: CommandParser.settingNames)
        default: return announces(lexer, after: index)
        }
    }

    /// `alias NAME = COMMAND`: the command may, or with the `=` left out or glued to something one of the first words.
    private static func aliasMayHoldSecret(_ lexer: Lexer, after index: Int) -> Bool {
        if announces(lexer, after: index, nearly: true) { return true }
        guard let equals = lexer.words[index...].prefix(wordsMax).firstIndex(where: { $0.keyword == .equals }) else {
            return false
        }
        return mayHoldSecret(lexer, from: equals + 1)
    }

    /// Whether one of the words after this one begins what would be a line with a secret. `nearly`: or may be meant to.
    private static func announces(_ lexer: Lexer, after index: Int, nearly: Bool = false) -> Bool {
        for word in lexer.words.indices.dropFirst(index + 1).prefix(wordsMax) where word + 1 < lexer.words.count {
            switch lexer.words[word].keyword {
            case .login, .register, .password, .keys: return true
            case .token where nearly: return true
            case nil where nearly && isNear(text(lexer, lexer.words[word])): return true
            default: break
            }
        }
        return false
    }

    /// `... set KEY SECRET`, as in `keys EXCHANGE set KEY SECRET`.
    private static func setsKey(_ lexer: Lexer, after index: Int) -> Bool {
        lexer.words.indices.dropFirst(index + 1).prefix(wordsMax).contains {
            lexer.words[$0].keyword == .set && $0 + 2 < lexer.words.count
        }
    }

    private static func isToken(_ lexer: Lexer, _ word: Word) -> Bool {
        guard word.end - word.start > tokenBeginning.count else { return false }
        // There may be a quote before it.
        return (word.start...word.start + 1).contains {
            lexer.bytes[$0..<word.end].starts(with: tokenBeginning)
        }
    }

    private static func isNearOne(_ lexer: Lexer, _ word: Word, of words: [String]) -> Bool {
        let typed = text(lexer, word)
        return words.contains(typed) || !Suggestions.nearest(to: typed, among: words).isEmpty
    }

    private static func text(_ lexer: Lexer, _ word: Word) -> String { lexer.text(word.start, word.end).lowercased() }

    /// Whether a word looks like one of those that announce a secret, perhaps with signs around it or `NAME=` before it.
    static func isNear(_ word: String) -> Bool {
        var word = word.lowercased()
        if let equals = word.lastIndex(of: "="), equals != word.indices.last {
            word = String(word[word.index(after: equals)...])
        }
        while let first = word.first, !first.isLetter { word.removeFirst() }
        return beginnings.contains { word.hasPrefix($0) } || !Suggestions.nearest(to: word, among: announcing).isEmpty
    }

    /// Whether a word, without the signs around it, is at most `editsMax` edits from one of these.
    private static func isWithinEdits(_ typed: String, of words: [String]) -> Bool {
        var letters = Array(typed.utf8)[...]
        while let first = letters.first, !isLetter(first) { letters.removeFirst() }
        while let last = letters.last, !isLetter(last) { letters.removeLast() }
        // Signs count as letters where they stand in the middle of what is left.
        return words.contains { Edits.count(Array(letters), Array($0.utf8), atMost: editsMax) != nil }
    }
}

/// How many letters have to be left out, put in, replaced or swapped with the next to make one word of another (Damerau and
/// Levenshtein's distance; a letter may be edited again).
enum Edits {
    /// nil where it takes more than `most`.
    static func count(_ one: [UInt8], _ other: [UInt8], atMost most: Int) -> Int? {
        guard abs(one.count - other.count) <= most else { return nil }
        let far = one.count + other.count
        // Rows and columns are moved by one: the first of each is farther than any way.
        var edits = Array(repeating: Array(repeating: far, count: other.count + 2), count: one.count + 2)
        for row in 0...one.count { edits[row + 1][1] = row }
        for column in 0...other.count { edits[1][column + 1] = column }
        var lastRow: [UInt8: Int] = [:]
        for row in one.indices {
            var lastColumn = 0
            for column in other.indices {
                let (swapRow, swapColumn) = (lastRow[other[column], default: 0], lastColumn)
                let isSame = one[row] == other[column]
                if isSame { lastColumn = column + 1 }
                let between = (row - swapRow) + 1 + (column - swapColumn)
                edits[row + 2][column + 2] = min(
                    edits[row + 1][column + 1] + (isSame ? 0 : 1), edits[row + 2][column + 1] + 1,
                    edits[row + 1][column + 2] + 1, edits[swapRow][swapColumn] + between)
            }
            lastRow[one[row]] = row + 1
        }
        let count = edits[one.count + 1][other.count + 1]
        return count <= most ? count : nil
    }
}

extension CommandParser {
    /// Whether a line carries a password, a token or a secret, or may: `login`, `register`, `password` and `keys`, misspelt too.
    /// Such a line is never echoed, logged or recorded.
    ///
    /// Judged by its words alone. `parse`, which knows the pairs, takes fewer lines to be secret: not those that are another
    /// command with its first word misspelt.
    public static func isSecret(_ line: String) -> Bool {
        Secrets.mayHoldSecret(Lexer(line, lineBytesMax: .max - 1))
    }

    /// Whether a word is so near to one that secrets follow that it cannot be a name for anything else.
    public static func announcesSecret(_ word: String) -> Bool { Secrets.isNear(word) }
}

extension Command {
    /// Whether a line that might be meant for it is kept secret: it takes a secret, or words of the trader's own.
    var mayTakeSecret: Bool {
        switch self {
        case .login, .register, .password, .keys, .keysSet, .keysDrop, .tokenNew, .tokenDrop, .twoFactor, .help, .alias,
            .aliasDrop, .set:
            true
        case .preview(let command, _): command.mayTakeSecret
        default: false
        }
    }
}
