import Trading

/// Orders in other words: `market buy 1 btc`, `buy 100 dollars of btc`, `BUY BTCUSD 0.5 220`, `close my position`.
extension Rewording {
    /// What opens a position, and on which side. `long` and `short` say more than `buy` and `sell` do here, so they are only shown.
    private static let sides: [String: (side: Side, isPlain: Bool)] = [
        "buy": (.buy, true), "purchase": (.buy, true), "bid": (.buy, true), "acquire": (.buy, true),
        "long": (.buy, false), "sell": (.sell, true), "offer": (.sell, true),
        "dump": (.sell, true), "short": (.sell, false), "forcebuy": (.buy, false), "forcelong": (.buy, false),
        "forceenter": (.buy, false), "forcesell": (.sell, false), "forceexit": (.sell, false),
        "forceshort": (.sell, false), "bto": (.buy, false), "stc": (.sell, false), "sto": (.sell, false),
        "longing": (.buy, false), "buying": (.buy, false), "selling": (.sell, false), "b": (.buy, false),
        "s": (.sell, false),
    ]

    private static let beforeSide: Set<String> = courtesies.union([
        "go", "place", "open", "enter", "make", "create", "submit", "put", "set", "add", "new", "order", "trade",
        "position", "for", "in", "do", "simple", "start",
    ])

    private static let aroundAmount: Set<String> = courtesies.union([
        "of", "worth", "order", "position", "some", "coins", "units", "coin", "in", "value", "trade",
    ])

    private static let conditions: [String: String] = [
        "gtc": "gtc", "ioc": "ioc", "fok": "fok", "post": "post", "day": "day", "post-only": "post",
        "postonly": "post", "maker": "post",
    ]

    /// What has been read of an order.
    private struct Reading {
        var side = Side.buy
        /// Whether it may be offered: each figure stands beside a word that says what it is.
        var isCertain = true
        var isAtMarket = false
        var amount: String?
        var price: String?
        var pair: String?
        /// Whether it waits for the price: `when it drops to 210`.
        var isConditional = false
        /// Where the price has to go for that, as far as it was said.
        var waitsBelow: Bool?
        /// The coin that the price was given in.
        var priceUnit: String?
        var conditions: [String] = []

        mutating func set(amount figure: String) -> Bool {
            guard amount == nil else { return false }
            amount = figure
            return true
        }

        mutating func set(price figure: String) -> Bool {
            guard price == nil else { return false }
            price = figure
            return true
        }
    }

    var answerOfOrder: Answer? {
        guard let start = tokens.firstIndex(where: { Rewording.sides[$0.word] != nil }),
            let named = Rewording.sides[tokens[start].word]
        else { return nil }
        var reading = Reading()
        reading.side = named.side
        reading.isCertain = named.isPlain
        for token in tokens[..<start] {
            switch token.word {
            case "market", "mkt", "instant": reading.isAtMarket = true
            case "limit", "lmt": break
            case let word where Rewording.beforeSide.contains(word): break
            default: return nil
            }
        }
        guard take(tokens[(start + 1)...], into: &reading) else { return nil }
        return answer(reading)
    }

    /// What the next figure is, by the word before it.
    private enum Expected { case price, amount, quoteAmount }

    /// Reads what follows the side, in any order. False where a word is not understood, or a figure has no place.
    private func take(_ rest: ArraySlice<Token>, into reading: inout Reading) -> Bool {
        var expected: Expected?
        var index = rest.startIndex
        while index < rest.endIndex {
            let token = rest[index]
            let unit: String? =
                if index + 1 < rest.endIndex, case .unit(let coin) = rest[index + 1].kind { coin } else { nil }
            index += 1
            switch token.kind {
            case .pair:
                guard reading.pair == nil else { return false }
                reading.pair = token.word
            case .unit: return false
            case .percent:
                guard expected != .price, reading.set(amount: token.word) else { return false }
            case .dollars(let figure):
                guard expected == .price ? reading.set(price: "$\(figure)") : reading.set(amount: "$\(figure)") else {
                    return false
                }
                expected = nil
            case .number:
                if unit != nil { index += 1 }
                guard take(token.word, unit, expected, into: &reading) else { return false }
                expected = nil
            case .word:
                guard take(word: token.word, &expected, into: &reading) else { return false }
            }
        }
        return true
    }

    /// A figure without a sign. Where no word says what it is, the first is the amount, and the second, which may not be the price, is
    /// only shown.
    private func take(
        _ figure: String, _ unit: String?, _ expected: Expected?, into reading: inout Reading
    ) -> Bool {
        if expected == .price {
            reading.priceUnit = unit
            return reading.set(price: figure)
        }
        if let unit { return reading.set(amount: "\(figure) \(unit)") }
        guard expected != .quoteAmount else { return false }
        if reading.amount == nil { return reading.set(amount: figure) }
        reading.isCertain = false
        return reading.set(price: figure)
    }

    private func take(word: String, _ expected: inout Expected?, into reading: inout Reading) -> Bool {
        switch word {
        case "at", "@", "price": expected = .price
        case "limit", "lmt":
            // `buy limit 0.5 btc 220`: nothing stands before it that it could be the price of.
            guard reading.amount != nil || reading.pair == nil else { return false }
            if reading.amount != nil { expected = .price }
        case "qty", "quantity", "amount", "size": expected = .amount
        case "market", "mkt": (reading.isAtMarket, expected) = (true, nil)
        case "current", "best", "any": (reading.isAtMarket, reading.isCertain) = (true, false)
        // `buy btc for $100` is an amount; `buy 1 btc for 230` may be its price or all that it costs.
        case "for":
            guard reading.amount == nil else { return false }
            expected = .quoteAmount
        case "all": return reading.set(amount: "all")
        case "everything", "max", "maximum":
            reading.isCertain = false
            return reading.set(amount: "all")
        case "half": return reading.set(amount: "half")
        case "only" where reading.conditions.last == "post": break
        case "when", "if", "once": (reading.isConditional, reading.isCertain) = (true, false)
        case "hits", "reaches", "touches", "is", "gets", "goes": if reading.isConditional { expected = .price }
        case "drops", "falls", "dips", "below", "under", "down", "<", "<=":
            guard reading.isConditional else { return false }
            (expected, reading.waitsBelow) = (.price, true)
        case "rises", "climbs", "above", "over", "up", ">", ">=":
            guard reading.isConditional else { return false }
            (expected, reading.waitsBelow) = (.price, false)
        case "it": break
        default:
            if let condition = Rewording.conditions[word] {
                reading.conditions.append(condition)
                return true
            }
            return Rewording.aroundAmount.contains(word)
        }
        return true
    }

    private func answer(_ reading: Reading) -> Answer? {
        guard !(reading.isAtMarket && reading.price != nil) else { return nil }
        let isWhole = reading.amount == "all"
        guard let pair = reading.pair ?? (isWhole && reading.side == .sell ? defaultPair : nil) else { return nil }
        if let unit = reading.priceUnit, quote(of: pair)?.description != unit { return nil }
        let conditions = reading.conditions.map { " \($0)" }.joined()
        let order = "\(reading.side.rawValue) \(reading.amount ?? "AMOUNT") \(pair) at"
        if reading.isConditional {
            // Below the market a purchase is a limit, and a sale is a stop.
            guard let price = reading.price else { return nil }
            let lines = ["\(order) \(price)", "stop \(order) \(price)"]
            guard let isBelow = reading.waitsBelow else { return .show(lines) }
            return .show([isBelow == (reading.side == .buy) ? lines[0] : lines[1]])
        }
        if let price = reading.price ?? (reading.isAtMarket ? "market" : nil) {
            let line = "\(order) \(price)\(conditions)"
            return reading.isCertain && reading.amount != nil && reading.pair != nil ? .offer(line) : .show([line])
        }
        return .show(["\(order) market", "\(order) PRICE\(conditions)"])
    }

    /// `close my btc position`, `exit all`: nothing is held open here, so what is had is sold.
    var answerOfExit: Answer? {
        guard let verb = tokens.first(where: { !Rewording.courtesies.contains($0.word) })?.word,
            ["close", "exit", "liquidate", "unwind", "cash", "closeposition", "flat"].contains(verb)
        else { return nil }
        var (amount, isNamed): (String, Bool) = ("all", verb != "exit" && verb != "close")
        for token in tokens where token.word != verb {
            switch token.kind {
            case .pair: isNamed = true
            case .percent: (amount, isNamed) = (token.word, true)
            case .number, .dollars, .unit: return nil
            case .word:
                switch token.word {
                case "position", "positions", "trade", "long": isNamed = true
                case "half": (amount, isNamed) = ("half", true)
                case "out", "of", "all", "at", "market", "everything", "in", "on", "open": break
                case let word where Rewording.courtesies.contains(word): break
                default: return nil
                }
            }
        }
        guard isNamed, tokens.count(where: { $0.kind == .pair }) <= 1 else { return nil }
        return .show(["sell \(amount) \(onlyPair ?? defaultPair) at market"])
    }
}
