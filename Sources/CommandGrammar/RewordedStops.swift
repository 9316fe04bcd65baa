import Trading

/// Stops in other words, with their side: `trailing stop sell 0.1 btc 2%`, `stop sell 0.1 btc 5% below`.
extension Rewording {
    private static let names: Set<String> = [
        "stop", "trail", "trailing", "loss", "stoploss", "stop-loss", "order", "limit",
    ]
    /// Words around a figure of any kind.
    private static let plain: Set<String> = ["a", "the", "with", "of"]
    /// Words after which a figure is a price, and those after which it is a distance.
    private static let ofPrice: Set<String> = ["at", "price"]
    private static let ofDistance: Set<String> = [
        "by", "below", "under", "lower", "above", "over", "higher", "away", "behind", "from", "distance",
    ]
    /// What a share is taken of.
    private static let ofShare: Set<String> = ["market", "last", "current", "price", "at"]

    /// A figure in percent is a distance: of a stop from the market, of a trailing stop behind it. One in money is a trailing stop's
    /// distance, and a stop's price.
    var answerOfStop: Answer? { answerOfNamedStop ?? answerOfOrderWithStop }

    private var answerOfNamedStop: Answer? {
        let name = tokens.prefix { Rewording.names.contains($0.word) }.map(\.word)
        let rest = tokens.dropFirst(name.count)
        guard let first = name.first, first != "order", first != "limit", let side = rest.first?.word,
            side == "buy" || side == "sell"
        else { return nil }
        var figures: [Token] = []
        var words: Set<String> = []
        for token in rest.dropFirst() {
            switch token.kind {
            case .number, .percent, .dollars: figures.append(token)
            // An amount in another coin than the pair's first is another amount.
            case .unit(let coin):
                guard figures.count == 2, coin == onlyPair.flatMap(quote)?.description else { return nil }
            case .pair: break
            case .word where token.word == "all" || token.word == "half": figures.append(token)
            case .word: words.insert(token.word)
            }
        }
        words.subtract(Rewording.plain)
        guard let pair = onlyPair, figures.count == 2, !words.contains(where: { isAgainst($0, side) }) else {
            return nil
        }
        let (start, figure) = ("\(side) \(figures[0].word) \(pair)", figures[1])
        let isTrailing = name.contains("trail") || name.contains("trailing")
        if figure.kind == .percent {
            guard words.isSubset(of: Rewording.ofDistance.union(Rewording.ofShare)) else { return nil }
            if isTrailing { return .offer("trail \(start) by \(figure.word)") }
            let sign = side == "sell" ? "-" : "+"
            return .show(["stop \(start) at last\(sign)\(figure.word)", "trail \(start) by \(figure.word)"])
        }
        // A distance that is taken for a price, or a price for a distance, protects nothing.
        guard words.isSubset(of: isTrailing ? Rewording.ofDistance : Rewording.ofPrice) else { return nil }
        return .offer(isTrailing ? "trail \(start) by \(figure.amount)" : "stop \(start) at \(figure.amount)")
    }
}

extension Rewording {
    /// A sale's stop is below the market, a purchase's above it.
    private func isAgainst(_ word: String, _ side: String) -> Bool {
        (side == "sell" ? ["above", "over", "higher"] : ["below", "under", "lower"]).contains(word)
    }

    /// `sell 0.1 btc stop loss 220`: the order is the stop, or has one.
    private var answerOfOrderWithStop: Answer? {
        guard tokens.count >= 5, ["buy", "sell"].contains(tokens[0].word), tokens[2].kind == .pair else { return nil }
        let amount = tokens[1]
        let isAmount = [.number, .percent].contains(amount.kind) || ["all", "half"].contains(amount.word)
        let name = tokens.dropFirst(3).prefix { Rewording.names.union(["at", "sl"]).contains($0.word) }
        let rest = Array(tokens.dropFirst(3 + name.count))
        guard isAmount, ["stop", "sl", "stoploss", "stop-loss"].contains(name.first?.word), rest.count <= 2,
            let trigger = rest.first?.amount, rest[0].kind != .percent, trigger.first?.isNumber == true
        else { return nil }
        if rest.count == 2 {
            guard case .unit(let coin) = rest[1].kind, coin == quote(of: tokens[2].word)?.description else {
                return nil
            }
        }
        let order = "\(tokens[0].word) \(amount.word) \(tokens[2].word)"
        return .show(["stop \(order) at \(trigger)", "\(order) at PRICE stop \(trigger)"])
    }
}

extension Rewording.Token {
    /// The figure without a sign of its currency.
    fileprivate var amount: String { if case .dollars(let figure) = kind { figure } else { word } }
}
