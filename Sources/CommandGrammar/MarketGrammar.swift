import Trading

/// Market data, notifications, and the hand on the paper exchange.
extension LineReader {
    /// After `depth` or `tape`: `PAIR [N]`.
    mutating func takePairAndRows() throws(Misreading) -> (pair: Located<Pair>, rows: Int?) {
        let pair = try takePair()
        let rows = try takeRowsIfAny()
        return (pair, rows)
    }

    /// `[N]`, to the end of the line.
    mutating func takeRowsIfAny() throws(Misreading) -> Int? {
        guard !isAtEnd else { return nil }
        let rows = try takeCount("how many rows", max: LineReader.rowsMax)
        try expectEnd()
        return Int(rows)
    }

    /// After `chart`: `PAIR|COIN [DURATION]`. A coin alone is the coin: its price has a pair's name.
    mutating func takeChartCommand() throws(Misreading) -> Command {
        let subject: ChartSubject
        if take(.funds) {
            subject = .coin(try takeCoin())
        } else if take(.equity) {
            subject = .equity
        } else if let word = peek(), let coin = vocabulary.coin(word), vocabulary.pair(word, in: bytes) == nil {
            throw Misreading(
                .unknownPair, "no pair \(coin)_\(vocabulary.quote); chart funds \(coin) charts your balance of it",
                at: span(word),
                candidates: ["funds \(coin)"], asks: false)
        } else {
            subject = .pair(try takePair())
        }
        guard !isAtEnd else { return .chart(subject, durationSeconds: nil) }
        let duration = try takeDuration()
        try expectEnd()
        return .chart(subject, durationSeconds: duration.value)
    }

    /// `PAIR...`: at least one, each once, in the order typed.
    mutating func takePairs() throws(Misreading) -> [Located<Pair>] {
        var pairs = [try takePair()]
        while !isAtEnd {
            let pair = try takePair()
            if !pairs.contains(where: { $0.value == pair.value }) { pairs.append(pair) }
        }
        return pairs
    }

    /// After `unwatch`: `PAIR...|all`.
    mutating func takeUnwatchCommand() throws(Misreading) -> Command {
        if take(.all) {
            try expectEnd()
            return .unwatch(nil)
        }
        if let word = peek(), vocabulary.pair(word, in: bytes) == nil {
            var misreading = unknownPair(word)
            misreading.candidates += Suggestions.nearest(to: text(word), among: [Keyword.all.rawValue])
            throw misreading
        }
        return .unwatch(try takePairs())
    }

    /// After `alert`: `PAIR above|below PRICE` or `drop N`.
    mutating func takeAlertCommand() throws(Misreading) -> Command {
        if take(.drop) {
            let number = try takeCount("an alert's number", max: .max)
            try expectEnd()
            return .alertDrop(number: number)
        }
        if let word = peek(), vocabulary.pair(word, in: bytes) == nil,
            !Suggestions.nearest(to: text(word), among: [Keyword.drop.rawValue]).isEmpty
        {
            throw unexpected("a PAIR or drop", near: [.drop])
        }
        let pair = try takePair()
        let direction: AlertDirection = try takeOne(of: [.above, .below]) == .above ? .above : .below
        let price = try takePositive("a PRICE")
        try expectEnd()
        return .alert(pair: pair, direction: direction, price: price)
    }

    /// After `paper`: `quote PAIR BID ASK`, `trade PAIR PRICE AMOUNT [buy|sell]`, `deposit|withdraw|credit|debit USER AMOUNT COIN`.
    mutating func takePaperCommand() throws(Misreading) -> Command {
        let action = try takeOne(of: [.quote, .trade, .deposit, .withdraw, .credit, .debit])
        switch action {
        case .quote:
            let pair = try takePair()
            let bid = try takePositive("the BID")
            let ask = try takePositive("the ASK")
            guard bid.value < ask.value else {
                throw Misreading(.badRange, "the ASK is above the BID", at: ask.span)
            }
            try expectEnd()
            return .paper(.quote(pair: pair, bid: bid, ask: ask))
        case .trade:
            let pair = try takePair()
            let price = try takePositive("the PRICE")
            let amount = try takePositive("the AMOUNT")
            let side: Side? = isAtEnd ? nil : try takeSide()
            try expectEnd()
            return .paper(.trade(pair: pair, price: price, amount: amount, takerSide: side))
        default:
            let user = try takeWord("a USER")
            let amount = try takePositive("the AMOUNT")
            let coin = try takeCoin()
            try expectEnd()
            return .paper(
                .transfer(
                    PaperTransfer(rawValue: action.rawValue) ?? .deposit, user: Located(text(user), at: span(user)),
                    amount: amount, coin: coin))
        }
    }
}
