import Trading

/// Pairs and coins.
extension LineReader {
    mutating func takePair() throws(Misreading) -> Located<Pair> {
        guard let word = peek() else { throw missing("a PAIR such as btc_usd") }
        if let pair = vocabulary.pair(word, in: bytes) {
            next += 1
            return Located(pair, at: span(word))
        }
        if let second = peek(1), let joined = joinedPair(word, second) {
            throw Misreading(
                .unknownPair, "a PAIR is one word", at: span(from: word, to: second), candidates: [joined.description])
        }
        throw unknownPair(word)
    }

    /// A pair where the next word can be one; nil at the end or before one of the keywords.
    mutating func takePairIfAny(unless keywords: [Keyword] = []) throws(Misreading) -> Located<Pair>? {
        guard let word = peek() else { return nil }
        if let keyword = word.keyword, keywords.contains(keyword) { return nil }
        return try takePair()
    }

    /// `btc usd`, where `btc_usd` is a pair.
    func joinedPair(_ first: Word, _ second: Word) -> Pair? {
        guard let base = vocabulary.coin(first), let quote = vocabulary.coin(second) else { return nil }
        let pair = Pair(base: base, quote: quote)
        return vocabulary.pairs.contains(pair) ? pair : nil
    }

    func unknownPair(_ word: Word) -> Misreading {
        if let coin = vocabulary.coin(word) {
            let others = vocabulary.pairs.filter { $0.base == coin }.map(\.description)
            return Misreading(
                .unknownPair, "no pair \(coin)_\(vocabulary.quote)", at: span(word), candidates: others, asks: true,
                details: others.count > 1 ? ["\(coin) is traded in \(LineReader.list(others))"] : [])
        }
        let typed = Vocabulary.normalised(bytes, word.start, word.end)
        var candidates = Suggestions.nearest(to: typed, among: vocabulary.pairNames)
        if !typed.contains("_") {
            candidates += Suggestions.nearest(to: typed, among: vocabulary.tradedCoinNames)
            let glued = vocabulary.gluedNames
            for name in Suggestions.nearest(to: typed, among: glued) {
                if let index = glued.firstIndex(of: name) { candidates.append(vocabulary.pairs[index].description) }
            }
        }
        return Misreading(.unknownPair, "no pair \(shown(word))", at: span(word), candidates: candidates)
    }

    mutating func takeCoin() throws(Misreading) -> Located<Coin> {
        guard let word = peek() else { throw missing("a COIN such as btc") }
        guard let coin = vocabulary.coin(word) else { throw unknownCoin(word, among: vocabulary.coins) }
        next += 1
        return Located(coin, at: span(word))
    }

    func unknownCoin(_ word: Word, among coins: [Coin]) -> Misreading {
        Misreading(
            .unknownCoin, "no coin \(shown(word))", at: span(word),
            candidates: Suggestions.nearest(to: text(word), among: coins.map(\.description)))
    }
}
