import Trading

/// A line in words of its trader's own, said in ours: `what is my balance`, `market buy 1 btc`, `cancel my last order`.
///
/// Tried where nothing else mends the line. Every word has to be understood, or nothing is said: a hint that leaves out a word that
/// mattered costs money. Figures are taken as they were typed. Where the line leaves its size, its price or its side open, lines are
/// shown, and none is offered for `go`.
struct Rewording {
    enum Answer {
        /// What was typed, said in our words.
        case offer(String)
        /// What may have been meant. `AMOUNT` and `PRICE` stand for what only the trader knows.
        case show([String])
    }

    /// One word of the line.
    struct Token {
        /// In lower case, without the marks of a sentence around it.
        let word: String
        let kind: Kind
    }

    enum Kind: Equatable {
        /// A number as typed, with its `k` or `m`.
        case number
        case percent
        /// `$50`: what stands behind the `$`.
        case dollars(String)
        /// A pair, or a coin that stands for one.
        case pair
        /// A coin that is no pair by itself: the unit of an amount.
        case unit(String)
        case word
    }

    let vocabulary: Vocabulary
    let tokens: [Token]

    /// Nil for a line that is too long to be a sentence.
    init?(_ words: [String], _ vocabulary: Vocabulary) {
        guard (1...Rewording.wordsMax).contains(words.count) else { return nil }
        self.vocabulary = vocabulary
        tokens = words.flatMap(Rewording.apart).compactMap { Rewording.token($0, vocabulary) }
    }

    /// More words are no order.
    private static let wordsMax = 16

    /// The first answer of those who know a kind of line.
    var answer: Answer? {
        answerOfCancel ?? answerOfUndo ?? answerOfMove ?? answerOfAlert ?? answerOfStop ?? answerOfOrder ?? answerOfExit
            ?? answerOfQuestion
    }

    // MARK: Words

    /// What was typed without the spaces between: `btc@230`, `0.5btc`.
    private static func apart(_ typed: String) -> [String] {
        let sides = typed.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        guard sides.count == 1 || (sides.count == 2 && isNumber(Substring(sides[1]))) else { return [typed] }
        let digits = sides[0].prefix { ($0.isASCII && $0.isNumber) || $0 == "." }
        let unit = sides[0].dropFirst(digits.count)
        let isPacked = isNumber(digits) && unit.count > 1 && unit.allSatisfy { $0.isASCII && $0.isLetter }
        let first = isPacked ? [String(digits), String(unit)] : [sides[0]]
        return (first + (sides.count == 2 ? ["@", sides[1]] : [])).filter { !$0.isEmpty }
    }

    /// Nil for what is nothing but punctuation.
    private static func token(_ typed: String, _ vocabulary: Vocabulary) -> Token? {
        var text = typed.lowercased()[...]
        while let last = text.last, "?!.,;:".contains(last) { text.removeLast() }
        while let first = text.first, "\"'(#".contains(first) { text.removeFirst() }
        guard !text.isEmpty else { return nil }
        let word = String(text)
        func token(_ kind: Kind) -> Token { Token(word: word, kind: kind) }
        if isNumber(text) { return token(.number) }
        if text.last == "%", isNumber(text.dropLast()) { return token(.percent) }
        if text.first == "$", isNumber(text.dropFirst()) { return token(.dollars(String(text.dropFirst()))) }
        if text.last == "$", isNumber(text.dropLast()) { return token(.dollars(String(text.dropLast()))) }
        if let coin = coinNames[word], vocabulary.coins.contains(coin) {
            return isPair(coin.description, vocabulary)
                ? Token(word: coin.description, kind: .pair) : token(.unit(coin.description))
        }
        if isPair(word, vocabulary) { return token(.pair) }
        if let coin = Coin(word), vocabulary.coins.contains(coin) { return token(.unit(word)) }
        return token(.word)
    }

    private static func isNumber(_ text: Substring) -> Bool {
        var digits = text
        if let last = digits.last, "km".contains(last) { digits.removeLast() }
        guard let first = digits.first, let last = digits.last, last.isNumber, first.isNumber || first == "." else {
            return false
        }
        return digits.allSatisfy { ($0.isASCII && $0.isNumber) || $0 == "." } && digits.count { $0 == "." } <= 1
    }

    private static func isPair(_ name: String, _ vocabulary: Vocabulary) -> Bool { pair(name, vocabulary) != nil }

    private static func pair(_ name: String, _ vocabulary: Vocabulary) -> Pair? {
        let bytes = Array(name.utf8)
        return vocabulary.pair(Word(bytes, 0, bytes.count, Keyword.table), in: bytes)
    }

    /// What coins are called.
    private static let coinNames: [String: Coin] = [
        "bitcoin": "btc", "bitcoins": "btc", "xbt": "btc", "btcs": "btc", "ether": "eth", "ethereum": "eth",
        "litecoin": "ltc", "litecoins": "ltc", "namecoin": "nmc", "peercoin": "ppc", "dollar": "usd",
        "dollars": "usd", "bucks": "usd", "euro": "eur", "euros": "eur",
    ]

    /// What is polite, or of no consequence.
    static let courtesies: Set<String> = [
        "please", "pls", "plz", "hey", "hi", "hello", "can", "could", "would", "you", "i", "i'd", "i'm", "want",
        "wanna", "need",
        "like", "let's", "lets", "me", "my", "the", "a", "an", "to", "now", "just", "thanks", "bot", "ok", "right",
    ]

    /// The pair that is meant where none was named: the first that is traded in the account's quote currency.
    var defaultPair: String {
        vocabulary.pairNames.first { $0.hasSuffix("_\(vocabulary.quote)") } ?? "PAIR"
    }

    /// The one pair of the line; nil where there is none, or more than one.
    var onlyPair: String? {
        let pairs = tokens.filter { $0.kind == .pair }
        return pairs.count == 1 ? pairs[0].word : nil
    }

    /// What a pair is priced in.
    func quote(of pair: String) -> Coin? { Rewording.pair(pair, vocabulary)?.quote }
}

extension LineReader {
    /// The line in our words, as a refusal that offers or shows it; nil where it is not understood to its last word.
    func reworded(_ misreading: Misreading) -> Misreading? {
        // Behind `?` it is what is to be previewed.
        let words = lexer.words.drop { $0.keyword == .preview }
        guard let first = words.first, let last = words.last, misreading.code != .lineTooLong,
            let rewording = Rewording(words.map(text), vocabulary), let answer = rewording.answer
        else { return nil }
        let typed = lexer.text(first.start, last.end)
        var found = misreading
        found.candidates = []
        switch answer {
        case .offer(let line):
            guard line != typed else { return nil }
            found.span = span(from: first, to: last)
            found.candidates = [line]
            found.details = []
            found.asks = false
        case .show(let lines):
            found.details = lines.filter { $0 != typed }.map { RefusalText.safe($0) }
            guard !found.details.isEmpty else { return nil }
        }
        return found
    }
}
