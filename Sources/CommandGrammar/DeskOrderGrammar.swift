import Trading

/// The commands about orders that are there: `contra`, `cancel`, `move`, `orders`, `order`, `why`.
extension LineReader {
    /// After `contra`: `ORDER at PRICE [anyway]`.
    mutating func takeContraCommand() throws(Misreading) -> Command {
        let order = try takeOrder()
        try takeAt()
        let price = try takePrice()
        return .contra(order: order, price: price, overridesGuard: try takeAnyway())
    }

    /// After `cancel`: `ORDER...`, `all [PAIR]`, a kind, or `foreign ID`.
    mutating func takeCancelCommand() throws(Misreading) -> Command {
        guard let word = peek() else { throw missing("an ORDER such as #41, all, or a kind of order") }
        if take(.all) {
            let pair = try takePairIfAny()
            try expectEnd()
            return .cancel(.all(pair: pair))
        }
        if let kind = LineReader.kind(word.keyword) {
            next += 1
            try expectEnd()
            return .cancel(.kind(kind))
        }
        if take(.foreign) {
            let id = try takeWord("the exchange's ID of an order that was not made here, as orders shows it")
            try expectEnd()
            return .cancel(.foreign(id: Located(text(id), at: span(id))))
        }
        guard isDigit(firstByte(word)) || firstByte(word) == UInt8(ascii: "#") || word.keyword == .last else {
            throw unexpected(
                "an ORDER such as #41, all, foreign ID, or one of sliced, timed, paired, stops",
                near: [.all, .sliced, .timed, .paired, .stops, .simple, .oco, .trail, .foreign])
        }
        var orders: [Located<OrderID>] = []
        var seen: Set<OrderID> = []
        while !isAtEnd {
            let order = try takeOrder()
            if seen.insert(order.value).inserted { orders.append(order) }
        }
        return .cancel(.orders(orders))
    }

    /// `anyway` or nothing, at the end of the line.
    private mutating func takeAnyway() throws(Misreading) -> Bool {
        guard !isAtEnd else { return false }
        guard take(.anyway) else { throw unexpected("anyway or the end of the line", near: [.anyway]) }
        try expectEnd()
        return true
    }

    /// After `move`: `ORDER to PRICE`, `ORDER stop TRIGGER` or `ORDER amount AMOUNT`.
    mutating func takeMoveCommand() throws(Misreading) -> Command {
        let order = try takeOrder()
        let change: OrderChange
        switch try takeOne(of: [.to, .amount, .stop]) {
        case .to: change = .price(try takePrice("a PRICE", allowsMarket: false))
        case .stop: change = .trigger(try takePrice(LineReader.trigger, allowsMarket: false))
        default:
            // Without a pair on the line, only an amount of the order's own base coin has a meaning.
            let amount = try takePositive("an AMOUNT")
            change = .amount(Located(.base(amount.value), at: amount.span))
        }
        return .move(order: order, change: change, overridesGuard: try takeAnyway())
    }

    /// After `orders`: `[KIND] [PAIR]`.
    mutating func takeOrdersCommand() throws(Misreading) -> Command {
        let (kind, pair) = try takeKindAndPair(unless: [])
        try expectEnd()
        return .orders(kind: kind, pair: pair)
    }

    /// A kind of order and a pair, both of them optional.
    mutating func takeKindAndPair(
        unless keywords: [Keyword], orElse others: [Keyword] = []
    ) throws(Misreading) -> (kind: OrderKind?, pair: Located<Pair>?) {
        var kind: OrderKind?
        if let word = peek(), let named = LineReader.kind(word.keyword) {
            next += 1
            kind = named
        }
        guard let word = peek() else { return (kind, nil) }
        if let keyword = word.keyword, keywords.contains(keyword) { return (kind, nil) }
        if vocabulary.pair(word, in: bytes) == nil, !isPairLike(word) {
            let kinds: [Keyword] = kind == nil ? LineReader.kindWords + others : []
            var misreading = unexpected(
                kind == nil ? "a kind of order or a PAIR" : "a PAIR", near: kinds + keywords)
            if misreading.candidates.isEmpty { misreading = unknownPair(word) }
            throw misreading
        }
        return (kind, try takePair())
    }

    /// Whether it has a pair's separator, so that a misspelt pair is told from a misspelt keyword.
    private func isPairLike(_ word: Word) -> Bool {
        bytes[word.start..<word.end].contains {
            $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "-")
        }
    }

    static let kindWords: [Keyword] = OrderKind.allCases.flatMap { kind in
        [Keyword(rawValue: kind.rawValue), kind == .stop ? .stops : nil].compactMap(\.self)
    }

    /// A table, since making a kind from its name allocates.
    private static let kinds = Dictionary(
        uniqueKeysWithValues: kindWords.compactMap { word in
            (word == .stops ? .stop : OrderKind(rawValue: word.rawValue)).map { (word, $0) }
        })

    static func kind(_ keyword: Keyword?) -> OrderKind? { keyword.flatMap { kinds[$0] } }
}
