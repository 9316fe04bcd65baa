import Trading

/// Reads a line's words from left to right. Each part of the grammar is an extension of it.
struct LineReader {
    let lexer: Lexer
    let vocabulary: Vocabulary
    /// What `last` stands for where an order is named.
    let lastOrder: OrderID?
    /// The next word to read.
    var next = 0

    init(_ lexer: Lexer, _ vocabulary: Vocabulary, lastOrder: OrderID? = nil) {
        self.lexer = lexer
        self.vocabulary = vocabulary
        self.lastOrder = lastOrder
    }

    var bytes: [UInt8] { lexer.bytes }
    var isAtEnd: Bool { next >= lexer.words.count }

    /// The word this many after the next one.
    func peek(_ ahead: Int = 0) -> Word? {
        next + ahead < lexer.words.count ? lexer.words[next + ahead] : nil
    }

    func isAt(_ keyword: Keyword) -> Bool { peek()?.keyword == keyword }

    mutating func take(_ keyword: Keyword) -> Bool {
        guard isAt(keyword) else { return false }
        next += 1
        return true
    }

    /// The next word, whatever it is; `missing` says what should be there.
    mutating func takeWord(_ missing: String) throws(Misreading) -> Word {
        guard let word = peek() else { throw self.missing(missing) }
        next += 1
        return word
    }

    /// One of the keywords, and where it stood.
    mutating func takeOne(of keywords: [Keyword]) throws(Misreading) -> Keyword {
        guard let keyword = peek()?.keyword, keywords.contains(keyword) else {
            throw unexpected(LineReader.list(keywords), near: keywords)
        }
        next += 1
        return keyword
    }

    func expectEnd() throws(Misreading) {
        guard isAtEnd else { throw unexpected("the end of the line") }
    }

    func firstByte(_ word: Word) -> UInt8 { lexer.bytes[word.start] }

    /// Whether it reads as a number would begin.
    func looksNumeric(_ word: Word) -> Bool {
        let first = firstByte(word)
        return isDigit(first)
            || ((first == UInt8(ascii: ".") || first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
                || first == UInt8(ascii: "$")) && word.end - word.start > 1 && isDigit(lexer.bytes[word.start + 1]))
    }

    // MARK: Where and what

    func span(_ word: Word) -> Span { lexer.span(word.start, word.end) }

    func span(from first: Word, to last: Word) -> Span { lexer.span(first.start, last.end) }

    /// The word last read.
    var previous: Word? { next > 0 ? lexer.words[next - 1] : nil }

    func span(from first: Word) -> Span { span(from: first, to: previous ?? first) }

    func text(_ word: Word) -> String { lexer.text(word.start, word.end) }

    /// As a refusal shows it.
    func shown(_ word: Word) -> String { RefusalText.quoted(text(word)) }

    /// Everything from the next word to the end of the command, as typed.
    mutating func takeRest(_ missing: String) throws(Misreading) -> Located<String> {
        guard let word = peek() else { throw self.missing(missing) }
        next = lexer.words.count
        return Located(
            lexer.text(word.start, lexer.content.upperBound), at: lexer.span(word.start, lexer.content.upperBound))
    }

    // MARK: Refusing

    func missing(_ expected: String) -> Misreading {
        Misreading(.missingWord, "expected \(expected) at the end of the line", at: lexer.endSpan)
    }

    /// The next word is not what should be here; keywords that are like it are what was meant.
    func unexpected(_ expected: String, near keywords: [Keyword] = [], extra: [String] = []) -> Misreading {
        guard let word = peek() else { return missing(expected) }
        var candidates = Suggestions.nearest(to: text(word), among: keywords.map(\.rawValue)) + extra
        if candidates.isEmpty, let split = splitKeyword(word, among: keywords) { candidates.append(split) }
        return Misreading(
            .unexpectedWord, "expected \(expected), found \(shown(word))", at: span(word), candidates: candidates)
    }

    /// `at230` was meant to be `at 230`.
    private func splitKeyword(_ word: Word, among keywords: [Keyword]) -> String? {
        let typed = text(word)
        for keyword in keywords where typed.utf8.count > keyword.rawValue.utf8.count {
            let rest = typed.dropFirst(keyword.rawValue.count)
            if typed.lowercased().hasPrefix(keyword.rawValue), let first = rest.utf8.first, isDigit(first) {
                return "\(keyword.rawValue) \(rest)"
            }
        }
        return nil
    }

    /// `buy, sell or slice`
    static func list(_ keywords: [Keyword]) -> String { list(keywords.map(\.rawValue)) }

    static func list(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }
}

func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") }
