import Trading

/// Amounts with their pair: `0.5 btc_usd`, `0.5 btc`, `0.5 btc btc_usd`, `100 usd btc`, `50% btc_usd`, `all btc`.
extension LineReader {
    private static let amountExamples = "an AMOUNT such as 0.5, 50% or all"

    /// An amount, its unit where one is given, and the pair. `follow` is the keyword that comes after the pair, if one does.
    mutating func takeAmountAndPair(
        follow: Keyword?
    ) throws(Misreading) -> (amount: Located<AmountExpression>, pair: Located<Pair>) {
        guard let first = peek() else { throw missing(LineReader.amountExamples) }
        if bytes[first.start] == UInt8(ascii: "$") { return try takeDollarsAndPair(first) }
        try refuseCurrencySign(first)
        var amount = try takeBareAmount()
        guard let word = peek() else { throw missing("a PAIR such as btc_usd") }
        if let follow, word.keyword == follow {
            throw Misreading(
                .missingWord, "expected a PAIR such as btc_usd before \(follow.rawValue), found \(shown(word))",
                at: span(word))
        }
        if bytes[word.start] == UInt8(ascii: "%"), word.end == word.start + 1 {
            throw Misreading(
                .badNumber, "expected an AMOUNT such as 50%, found \(quoted(first.start, word.end))",
                at: span(from: first, to: word), candidates: ["\(text(first))%"])
        }
        guard let second = peek(1), isUnit(word, before: second, follow: follow) else {
            if vocabulary.pair(word, in: bytes) == nil, let coin = vocabulary.coin(word), coin == vocabulary.quote {
                throw Misreading(
                    .missingWord, "expected a PAIR such as btc_\(coin) after the amount's unit, found only \(coin)",
                    at: span(word))
            }
            if let second = peek(1), second.keyword == nil, let joined = joinedPair(word, second) {
                throw Misreading(
                    .unknownPair, "a PAIR is one word", at: span(from: word, to: second),
                    candidates: [joined.description])
            }
            return (amount, try takePair())
        }
        next += 1
        let pair = try takePair()
        guard case .base(let value) = amount.value else {
            throw Misreading(
                .unexpectedWord,
                "\(quoted(first.start, first.end)) is a share of the free funds and takes no unit, found \(shown(word))",
                at: lexer.span(word.start, second.start), candidates: [""], asks: false)
        }
        guard let unit = vocabulary.coin(word) else {
            throw unknownCoin(word, among: [pair.value.base, pair.value.quote])
        }
        switch unit {
        case pair.value.base: amount.value = .base(value)
        case pair.value.quote: amount.value = .quote(value)
        default:
            throw Misreading(
                .unexpectedWord,
                "an amount of \(pair.value) is in \(pair.value.base) or \(pair.value.quote), found \(unit)",
                at: span(word))
        }
        amount.span = span(from: first, to: word)
        return (amount, pair)
    }

    private static let currencySigns: [Character: String] = [
        "€": "eur", "£": "gbp", "¥": "jpy", "₽": "rub", "₿": "btc",
    ]

    /// `€50`: only `$` is a word of the language, the others are hinted at.
    private func refuseCurrencySign(_ word: Word) throws(Misreading) {
        // None of them is ASCII, as every amount is.
        guard bytes[word.start] >= 0x80 else { return }
        let text = text(word)
        guard let sign = text.first, let coin = LineReader.currencySigns[sign], text.dropFirst().first?.isNumber == true
        else { return }
        let amount = "\(text.dropFirst()) \(coin)"
        throw Misreading(
            .badNumber, "expected an AMOUNT, found \(shown(word))", at: span(word), candidates: [amount])
    }

    /// `$50 btc`: an amount of usd, where that is the pair's quote coin.
    private mutating func takeDollarsAndPair(
        _ word: Word
    ) throws(Misreading) -> (amount: Located<AmountExpression>, pair: Located<Pair>) {
        next += 1
        let value = try positive(word.start + 1, word.end, LineReader.amount)
        let pair = try takePair()
        guard pair.value.quote == LineReader.dollar else {
            throw Misreading(
                .unexpectedWord,
                "an amount of \(pair.value) is in \(pair.value.base) or \(pair.value.quote), found \(shown(word))",
                at: span(word))
        }
        return (Located(.quote(value), at: span(word)), pair)
    }

    /// What `$` means.
    static let dollar: Coin = "usd"

    /// Whether `word` is an amount's unit, and `second` the pair.
    private func isUnit(_ word: Word, before second: Word, follow: Keyword?) -> Bool {
        if let follow, second.keyword == follow { return false }
        if looksNumeric(second), vocabulary.pair(second, in: bytes) == nil { return false }
        if vocabulary.pair(second, in: bytes) != nil, second.keyword == nil || peek(2)?.keyword == follow {
            return true
        }
        guard vocabulary.coin(word) != nil, joinedPair(word, second) == nil, let third = peek(2) else { return false }
        // The pair is misspelt, but what follows shows that it is meant to be one.
        return follow.map { third.keyword == $0 } ?? looksNumeric(third)
    }

    /// A number of something, a percentage or `all`; a number counts as of the base coin until a unit says otherwise.
    mutating func takeBareAmount() throws(Misreading) -> Located<AmountExpression> {
        guard let word = peek() else { throw missing(LineReader.amountExamples) }
        if word.keyword == .all {
            next += 1
            return Located(.all, at: span(word))
        }
        if word.keyword == .half {
            next += 1
            return Located(.percent(50), at: span(word))
        }
        guard looksNumeric(word) else {
            throw unexpected(LineReader.amountExamples, near: [.all, .half])
        }
        next += 1
        guard bytes[word.end - 1] == UInt8(ascii: "%") else {
            return Located(.base(try positive(word.start, word.end, LineReader.amount)), at: span(word))
        }
        let percent = try positive(word.start, word.end - 1, "a percentage")
        guard percent <= 100 else {
            throw Misreading(.outOfRange, "an AMOUNT is at most 100%, found \(shown(word))", at: span(word))
        }
        return Located(.percent(percent), at: span(word))
    }
}
