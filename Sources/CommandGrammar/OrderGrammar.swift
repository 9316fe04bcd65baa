import Trading

/// The commands that make an order: `buy`, `sell`, `slice`, `pair`, `stop`, `trail`.
extension LineReader {
    /// The most orders that one `slice` may name; an account's limit is lower, and the engine's to check.
    static let sliceCountMax: UInt64 = 100_000

    /// The rest of a line whose first word is for a new order; nil for any other word.
    mutating func takePlaceCommand(_ keyword: Keyword) throws(Misreading) -> PlaceCommand? {
        switch keyword {
        case .buy: try takeOrderCommand(.buy)
        case .sell: try takeOrderCommand(.sell)
        case .slice: try takeSliceCommand()
        case .pair: try takePairCommand()
        case .stop: try takeStopCommand()
        case .trail: try takeTrailCommand()
        default: nil
        }
    }

    /// After `buy` or `sell`: `AMOUNT PAIR at PRICE [conditions]`.
    private mutating func takeOrderCommand(_ side: Side) throws(Misreading) -> PlaceCommand {
        let (order, _) = try takeOrderBody(
            side, [.expiry, .immediate, .post, .anyway, .stop], command: side.rawValue)
        return .order(order)
    }

    /// After `pair`: `buy|sell AMOUNT PAIR at PRICE [then PRICE] [conditions]`.
    private mutating func takePairCommand() throws(Misreading) -> PlaceCommand {
        let side = try takeSide()
        let (entry, contraPrice) = try takeOrderBody(side, [.expiry, .post, .anyway, .then], command: "pair")
        return .pair(PairCommand(entry: entry, contraPrice: contraPrice))
    }

    private mutating func takeOrderBody(
        _ side: Side, _ allowed: ConditionWords, command: String
    ) throws(Misreading) -> (OrderCommand, contraPrice: Located<PriceExpression>?) {
        let (amount, pair) = try takeAmountAndPair(follow: .at)
        try takeAt()
        let price = try takePrice(of: pair.value)
        let reading = try takeConditions(
            allowed, of: pair.value, isAtMarket: price.value == .market, command: command)
        let order = OrderCommand(
            side: side, amount: amount, pair: pair, price: price, stop: reading.stop, conditions: reading.conditions)
        return (order, reading.contraPrice)
    }

    mutating func takeSide() throws(Misreading) -> Side {
        try takeOne(of: [.buy, .sell]) == .buy ? .buy : .sell
    }

    /// The word `at`. A price without it is never taken for one: a slip of the finger would be an order.
    mutating func takeAt() throws(Misreading) {
        if take(.at) { return }
        guard let word = peek() else {
            let typed = RefusalText.safe(lexer.text(lexer.content.lowerBound, lexer.content.upperBound))
            throw Misreading(
                .missingWord, "expected at and a price at the end of the line", at: lexer.endSpan,
                details: ["\(typed) at market", "\(typed) at PRICE"])
        }
        let isPrice = looksNumeric(word) || [.market, .bid, .ask, .last].contains(word.keyword)
        if isPrice {
            throw Misreading(
                .missingWord, "expected at before the price, found \(shown(word))", at: span(word),
                candidates: ["at \(text(word))"], asks: false)
        }
        if word.keyword == .limit, let price = peek(1), looksNumeric(price) {
            throw Misreading(
                .unexpectedWord, "expected at, found \(shown(word))", at: span(word), candidates: ["at"])
        }
        guard word.keyword == nil else {
            let before = RefusalText.safe(lexer.text(lexer.content.lowerBound, word.start))
            let after = RefusalText.safe(lexer.text(word.start, lexer.content.upperBound))
            let first =
                switch word.keyword {
                // The order is the stop, or has one: without it, it is another order.
                case .stop:
                    "stop \(before)at\(RefusalText.safe(lexer.text(word.end, lexer.content.upperBound)))"
                // At the market nothing rests that these could be said of.
                case .until, .for, .day, .post: "\(before)at market"
                default: "\(before)at market \(after)"
                }
            throw Misreading(
                .missingWord, "expected at and a price, found \(shown(word))", at: span(word),
                details: [first, "\(before)at PRICE \(after)"])
        }
        throw unexpected("at", near: [.at])
    }

    /// After `stop`: `buy|sell AMOUNT PAIR at TRIGGER [limit PRICE|market] [conditions]`.
    private mutating func takeStopCommand() throws(Misreading) -> PlaceCommand {
        let side = try takeSide()
        let (amount, pair) = try takeAmountAndPair(follow: .at)
        try takeAt()
        let clause = try takeStopClause(of: pair.value)
        let reading = try takeConditions([.expiry, .anyway], of: pair.value, command: "a stop")
        return .stop(
            StopCommand(side: side, amount: amount, pair: pair, clause: clause, conditions: reading.conditions))
    }

    /// After `trail`: `buy|sell AMOUNT PAIR by DISTANCE [expiry]`.
    private mutating func takeTrailCommand() throws(Misreading) -> PlaceCommand {
        let side = try takeSide()
        let (amount, pair) = try takeAmountAndPair(follow: .by)
        guard take(.by) else { throw unexpected("by and a distance such as 2% or 5", near: [.by]) }
        let word = try takeWord("a distance such as 2% or 5")
        let distance: PriceOffset
        if bytes[word.end - 1] == UInt8(ascii: "%") {
            let percent = try positive(word.start, word.end - 1, "a distance")
            guard percent < 100 else {
                throw Misreading(.outOfRange, "a distance is below 100%, found \(shown(word))", at: span(word))
            }
            distance = .percent(percent)
        } else {
            distance = .absolute(try positive(word.start, word.end, "a distance"))
        }
        let reading = try takeConditions([.expiry], of: pair.value, command: "a trailing stop")
        return .trail(
            TrailCommand(
                side: side, amount: amount, pair: pair, distance: Located(distance, at: span(word)),
                conditions: reading.conditions))
    }

    /// After `slice`: `[buy|sell] AMOUNT PAIR LOW..HIGH xN [conditions]`.
    private mutating func takeSliceCommand() throws(Misreading) -> PlaceCommand {
        guard let first = peek() else { throw missing("buy, sell or an AMOUNT such as 0.5") }
        var side: Side?
        if isAt(.buy) || isAt(.sell) {
            side = try takeSide()
        } else if !looksNumeric(first), first.keyword != .all, first.keyword != .half {
            throw unexpected("buy, sell or an AMOUNT such as 0.5", near: [.buy, .sell, .all, .half])
        }
        let (amount, pair) = try takeAmountAndPair(follow: nil)
        let range = try takeRange()
        let count = try takeSliceCount()
        let reading = try takeConditions([.expiry, .post, .anyway], of: pair.value, command: "slice")
        return .slice(
            SliceCommand(
                side: side, amount: amount, pair: pair, range: range, count: count, conditions: reading.conditions))
    }

    /// `x20` or `x 20`.
    private mutating func takeSliceCount() throws(Misreading) -> Located<Int> {
        let example = "how many orders, such as x20"
        guard let word = peek() else { throw missing(example) }
        if word.keyword == .x {
            next += 1
            guard let number = peek() else { throw missing("the number of orders after x") }
            next += 1
            let count = try count(number.start, number.end, "the number of orders", max: LineReader.sliceCountMax)
            return Located(Int(count), at: span(from: word, to: number))
        }
        guard firstByte(word) | 0x20 == UInt8(ascii: "x") else {
            let typed = text(word)
            let digits = typed.filter { $0.isASCII && $0.isNumber }
            // `*20`, `20x` and `20` are a number of orders; `2O` may be another one than 2.
            let isNearlyOne = !digits.isEmpty && typed.allSatisfy { $0.isNumber || "x*×".contains($0) }
            throw Misreading(
                .unexpectedWord, "expected \(example), found \(shown(word))", at: span(word),
                candidates: isNearlyOne ? ["x\(digits)"] : [])
        }
        let count: UInt64
        do {
            count = try self.count(
                word.start + 1, word.end, "the number of orders", max: LineReader.sliceCountMax)
        } catch {
            // Point at the whole word, x and all.
            throw Misreading(
                error.code, error.message, at: span(word), candidates: error.candidates.map { "x\($0)" },
                asks: error.asks, details: error.details)
        }
        next += 1
        return Located(Int(count), at: span(word))
    }
}
