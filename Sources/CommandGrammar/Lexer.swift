import Trading

/// One word of a line: where its bytes are, and what is known of it at a glance.
struct Word {
    let start: Int
    let end: Int
    /// 0 where the word is too long to have one.
    let packed: UInt128
    let keyword: Keyword?

    init(_ bytes: [UInt8], _ start: Int, _ end: Int, _ keywords: PackedTable<Keyword>) {
        self.start = start
        self.end = end
        packed = PackedName.pack(bytes, start, end)
        keyword = keywords[packed]
    }
}

/// A line cut into its tag, its words and its comment.
///
/// The bytes are copied once; words are ranges of them. A word becomes a `String` only where a command keeps it or a
/// refusal shows it.
struct Lexer {
    let line: String
    private(set) var bytes: [UInt8]
    private(set) var words: [Word] = []
    /// What is between the brackets; nil where there is no tag.
    private(set) var tag: Range<Int>?
    /// Where the command begins and ends, without tag, comment and the spaces around it.
    private(set) var content = 0..<0
    /// The tag where it is none: from its bracket to where it ends.
    private(set) var badTag: Range<Int>?
    /// The character that each byte belongs to, from 0; nil where every character is one byte.
    private var characters: [Int]?

    init(_ line: String, lineBytesMax: Int) {
        self.line = line
        bytes = Array(line.utf8.prefix(lineBytesMax + 1))
        guard bytes.count <= lineBytesMax else {
            readTag()
            return
        }
        let afterTag = readTag()
        readWords(from: afterTag)
        // A carriage return and a newline are one character together, so it too needs the table.
        if bytes.contains(where: { $0 >= 0x80 || $0 == UInt8(ascii: "\r") }) {
            characters = Lexer.characterTable(of: line, count: bytes.count)
        }
    }

    // MARK: Reading

    /// Returns where the command may begin.
    @discardableResult
    private mutating func readTag() -> Int {
        var open = 0
        while let width = separatorWidth(at: open) { open += width }
        guard open < bytes.count, bytes[open] == UInt8(ascii: "[") else { return open }
        guard let close = bytes[open...].firstIndex(of: UInt8(ascii: "]")) else {
            var end = open
            while end < bytes.count, separatorWidth(at: end) == nil { end += 1 }
            badTag = open..<end
            return end
        }
        if Lexer.isTag(bytes[(open + 1)..<close]) {
            tag = (open + 1)..<close
        } else {
            badTag = open..<(close + 1)
        }
        return close + 1
    }

    private mutating func readWords(from first: Int) {
        let keywords = Keyword.table
        words.reserveCapacity(12)
        var isLiteral = false
        var hasLeftHabit = false
        var index = first
        while true {
            while let width = separatorWidth(at: index) { index += width }
            guard index < bytes.count else { break }
            let start = index
            if !isLiteral, bytes[start] == UInt8(ascii: "/"), start + 1 < bytes.count,
                bytes[start + 1] == UInt8(ascii: "/")
            {
                break
            }
            if words.isEmpty, !hasLeftHabit, Lexer.isChatHabit(bytes[start]), start + 1 < bytes.count,
                separatorWidth(at: start + 1) == nil
            {
                // `/buy ...` and `!buy ...`, as other chats have their commands.
                hasLeftHabit = true
                index += 1
                continue
            }
            if words.isEmpty, bytes[start] == UInt8(ascii: "?") {
                // `?buy ...` is `? buy ...`.
                index += 1
            } else if !isLiteral, !words.isEmpty, bytes[start] == UInt8(ascii: "@") {
                // `@230` is `@ 230`.
                index += 1
            } else {
                while index < bytes.count, separatorWidth(at: index) == nil { index += 1 }
            }
            let word = Word(bytes, start, index, keywords)
            if words.isEmpty {
                // A password or a secret may have `//` in it.
                let literal: [Keyword] = [.login, .register, .password, .keys]
                isLiteral = word.keyword.map { literal.contains($0) } ?? false
            }
            words.append(word)
        }
        if let firstWord = words.first, let lastWord = words.last { content = firstWord.start..<lastWord.end }
    }

    /// The name in `on EXCHANGE` at the end of the line; nil where there is none, and where the line may hold words of one's own.
    var exchangeClause: Word? {
        guard words.count > 2, words[words.count - 2].keyword == .on, let name = words.last else { return nil }
        // What is previewed is a line of its own.
        switch words[words[0].keyword == .preview ? 1 : 0].keyword {
        case .login, .register, .password, .keys, .token, .totp, .alias, .set, .help: return nil
        default: return name
        }
    }

    /// The same line without the words of its exchange.
    var withoutExchange: Lexer {
        guard exchangeClause != nil else { return self }
        var rest = self
        rest.words.removeLast(2)
        return rest
    }

    /// What chats put before a command.
    static func isChatHabit(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "/") || byte == UInt8(ascii: "!") }

    /// How many bytes the separator here has; nil where there is none. A no-break space is one: it comes with pasting.
    private func separatorWidth(at index: Int) -> Int? {
        guard index < bytes.count else { return nil }
        let byte = bytes[index]
        if byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) { return 1 }
        if byte == 0xC2, index + 1 < bytes.count, bytes[index + 1] == 0xA0 { return 2 }
        return nil
    }

    /// 1 to 32 of `A-Z a-z 0-9 . _ -`.
    static func isTag(_ bytes: some Collection<UInt8>) -> Bool {
        guard (1...CommandParser.tagLengthMax).contains(bytes.count) else { return false }
        return bytes.allSatisfy(isNameByte)
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    // MARK: Columns

    private static func characterTable(of line: String, count: Int) -> [Int] {
        var table: [Int] = []
        table.reserveCapacity(count)
        for (number, character) in line.enumerated() {
            for _ in 0..<character.utf8.count { table.append(number) }
        }
        return table
    }

    /// The characters that these bytes stand in, counted from 1 over the line as given.
    func span(_ start: Int, _ end: Int) -> Span {
        guard let characters, start < characters.count else { return Span(column: start + 1, length: end - start) }
        let first = characters[start]
        let last = characters[min(max(end - 1, start), characters.count - 1)]
        return Span(column: first + 1, length: last - first + 1)
    }

    /// Where a word that is missing at the end would begin: one space after the last one.
    var endSpan: Span {
        let last = content.isEmpty ? Span(column: 0, length: 0) : span(content.lowerBound, content.upperBound)
        return Span(column: last.column + last.length + 1, length: 1)
    }

    func text(_ start: Int, _ end: Int) -> String {
        start == 0 && end == bytes.count ? line : String(decoding: bytes[start..<end], as: UTF8.self)
    }
}
