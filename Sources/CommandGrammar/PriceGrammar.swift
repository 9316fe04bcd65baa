import Trading

/// Prices: `230`, `market`, `bid`, `last-1%`, `ask + 0.5`.
extension LineReader {
    /// The words a price can be.
    private static let references: [Keyword] = [.market, .bid, .ask, .last]

    /// `pair` is what it is a price of, where that is known: `$230` is one in usd.
    mutating func takePrice(
        _ what: String = "a PRICE", of pair: Pair? = nil, allowsMarket: Bool = true
    ) throws(Misreading) -> Located<PriceExpression> {
        guard let word = peek() else { throw missing("\(what) such as 230 or \(allowsMarket ? "market" : "last-1%")") }
        if bytes[word.start] == UInt8(ascii: "$"), let pair, looksNumeric(word) {
            guard pair.quote == LineReader.dollar else {
                throw Misreading(
                    .unexpectedWord, "a price of \(pair) is in \(pair.quote), found \(shown(word))", at: span(word))
            }
            next += 1
            return Located(.limit(try positive(word.start + 1, word.end, what)), at: span(word))
        }
        if looksNumeric(word) {
            next += 1
            if bytes[word.end - 1] == UInt8(ascii: "%"), (try? number(word.start, word.end - 1)) != nil {
                throw percentAlone(word, what)
            }
            return Located(.limit(try positive(word.start, word.end, what)), at: span(word))
        }
        if word.keyword == .market {
            guard allowsMarket else {
                throw Misreading(.unexpectedWord, "expected \(what) such as 230, found market", at: span(word))
            }
            next += 1
            return Located(.market, at: span(word))
        }
        var nameEnd = word.start
        while nameEnd < word.end, isLetter(bytes[nameEnd]) { nameEnd += 1 }
        guard let reference = reference(word.start, nameEnd) else {
            throw noPrice(word, nameEnd, what, allowsMarket: allowsMarket)
        }
        next += 1
        var signAt = nameEnd
        var last = word
        if nameEnd == word.end {
            guard let sign = peek(), isSign(bytes[sign.start]) else {
                return Located(.relative(to: reference, offset: nil), at: span(word))
            }
            next += 1
            (signAt, last) = (sign.start, sign)
        }
        let isBelow = bytes[signAt] == UInt8(ascii: "-")
        guard isSign(bytes[signAt]) else {
            throw Misreading(
                .badNumber, "expected \(reference.rawValue), +0.5 or -1% after it, found \(shown(word))", at: span(word)
            )
        }
        var start = signAt + 1
        if start == last.end {
            last = try takeWord("an offset such as 1% or 0.5")
            start = last.start
        }
        return Located(
            .relative(to: reference, offset: try offset(start, last.end, isBelow: isBelow)),
            at: span(from: word, to: last))
    }

    /// `at 5%`: of what, and on which side, only the trader knows. Where the order's side is plain, a line for it is shown; in all
    /// other places (`then`, `to`, `limit`) a guess could be the losing side.
    private func percentAlone(_ word: Word, _ what: String) -> Misreading {
        let (found, line) = (lexer.text(word.start, word.end), lexer.text(lexer.content.lowerBound, word.start))
        let words = line.lowercased().split(separator: " ")
        var details: [String] = []
        if words.last == "at", let first = words.first {
            switch (String(first), what == LineReader.trigger) {
            // A limit waits on the near side of the market, a stop protects on the far one.
            case ("buy", false): details = ["\(line)last-\(found)"]
            case ("sell", false): details = ["\(line)last+\(found)"]
            case ("stop", true):
                let sign = words.dropFirst().first == "sell" ? "-" : "+"
                let order = line.dropFirst(first.count).drop { $0 == " " }.dropLast(3)
                details = ["\(line)last\(sign)\(found)", "trail \(order)by \(found)"]
            default: break
            }
        }
        return Misreading(
            .badNumber,
            "expected \(what), found \(RefusalText.quoted(found)): a percentage is of a price, such as last",
            at: span(word), details: details.map { RefusalText.safe($0) })
    }

    static let trigger = "a TRIGGER"

    private func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") }

    private func reference(_ start: Int, _ end: Int) -> PriceReference? {
        switch Keyword.table[PackedName.pack(bytes, start, end)] {
        case .bid: .bid
        case .ask: .ask
        case .last: .last
        default: nil
        }
    }

    /// What follows the sign: `1%` or `0.5`.
    private func offset(_ start: Int, _ end: Int, isBelow: Bool) throws(Misreading) -> PriceOffset {
        guard bytes[end - 1] == UInt8(ascii: "%") else {
            let value = try positive(start, end, "an offset")
            return .absolute(isBelow ? -value : value)
        }
        let percent = try positive(start, end - 1, "a percentage")
        guard !isBelow || percent < 100 else {
            throw Misreading(
                .outOfRange, "a price cannot be \(quoted(start, end)) below another", at: lexer.span(start, end))
        }
        return .percent(isBelow ? -percent : percent)
    }

    private func noPrice(_ word: Word, _ nameEnd: Int, _ what: String, allowsMarket: Bool) -> Misreading {
        let names = LineReader.references.filter { allowsMarket || $0 != .market }
        let expected = LineReader.list(["\(what) such as 230"] + names.map(\.rawValue))
        guard nameEnd > word.start, nameEnd < word.end, isSign(bytes[nameEnd]) else {
            return unexpected(expected, near: names)
        }
        // In `lst-1%` only the name is wrong.
        let name = lexer.text(word.start, nameEnd)
        return Misreading(
            .unexpectedWord, "expected \(expected), found \(shown(word))", at: lexer.span(word.start, nameEnd),
            candidates: Suggestions.nearest(to: name, among: names.map(\.rawValue)))
    }

    /// `195..199` or `195..<199`.
    mutating func takeRange() throws(Misreading) -> Located<PriceRange> {
        let example = "a range LOW..HIGH such as 195..199"
        guard let word = peek() else { throw missing(example) }
        guard let dots = firstDots(word), dots > word.start, dots + 2 < word.end else { throw noRange(word, example) }
        next += 1
        let isHalfOpen = bytes[dots + 2] == UInt8(ascii: "<")
        let highStart = dots + (isHalfOpen ? 3 : 2)
        guard highStart < word.end, bytes[highStart] != UInt8(ascii: "."), bytes[highStart] != UInt8(ascii: "=") else {
            throw noRange(word, example)
        }
        let low = try positive(word.start, dots, "the low end")
        let high = try positive(highStart, word.end, "the high end")
        guard low < high else {
            let swapped = "\(lexer.text(highStart, word.end))..\(isHalfOpen ? "<" : "")\(lexer.text(word.start, dots))"
            throw Misreading(
                .badRange, "the low end of a range comes first and is below the high end, found \(shown(word))",
                at: span(word), candidates: low == high ? [] : [swapped])
        }
        return Located(PriceRange(low: low, high: high, includesHigh: !isHalfOpen), at: span(word))
    }

    private func firstDots(_ word: Word) -> Int? {
        for index in word.start..<(word.end - 1)
        where bytes[index] == UInt8(ascii: ".") && bytes[index + 1] == UInt8(ascii: ".") {
            return index
        }
        return nil
    }

    private func noRange(_ word: Word, _ example: String) -> Misreading {
        // Written with other dots, a dash, or spaces around the dots.
        var last = word
        var joined = text(word)
        for ahead in 1...2 {
            guard let more = peek(ahead), looksNumeric(more) || firstByte(more) == UInt8(ascii: "."),
                joined.hasSuffix(".") || joined.hasSuffix("<") || firstByte(more) == UInt8(ascii: ".")
            else { break }
            joined += text(more)
            last = more
        }
        let parts = joined.split { ".-=".contains($0) && !$0.isNumber }
        var candidates: [String] = []
        if last.start != word.start { candidates.append(joined) }
        for separator in ["...", "..=", "-"] where joined.contains(separator) {
            if let cut = Suggestions.replacing(separator, with: "..", in: joined) { candidates.append(cut) }
        }
        return Misreading(
            .badRange, "expected \(example), found \(quoted(word.start, last.end))", at: span(from: word, to: last),
            candidates: parts.isEmpty ? [] : candidates)
    }
}
