import Trading

/// What protects a position, or opens one, in the words of other desks: `tp 250`, `stop loss 5%`, `long btc`.
extension LineReader {
    /// How such a line is typed here, with its figures and a pair. What size is meant only the trader knows, where none was typed:
    /// `all` is shown, and nothing is offered.
    func protectionPhrase(_ word: Word) -> Misreading? {
        var words = Array(lexer.words[next...])
        // `set my stop loss 5%`, `put a stop loss at 220`.
        if words.first.map({ LineReader.placing.contains(text($0).lowercased()) }) ?? false {
            words.removeFirst()
            while let first = words.first, ["a", "my", "the", "new"].contains(text(first).lowercased()) {
                words.removeFirst()
            }
        }
        let typed = words.prefix(2).map { text($0).lowercased() }
        guard let kind = Protection.all.first(where: { typed.starts(with: $0.name) }) else { return nil }
        let rest = words.dropFirst(kind.name.count)
        guard rest.allSatisfy(isPartOfProtection), !rest.contains(where: { $0.keyword == .buy || $0.keyword == .sell })
        else { return nil }
        // `tp 123456` may be a misspelt `totp` with its code.
        if kind.name == ["tp"], rest.count == 1, rest.allSatisfy({ $0.end - $0.start == 6 }) { return nil }
        // The figure behind `at` is the price, wherever it stands.
        var numbers: [String] = []
        var price: String?
        var isBehindAt = false
        for part in rest {
            if isPlainNumber(part), isBehindAt, price == nil {
                price = text(part)
            } else if isPlainNumber(part) {
                numbers.append(text(part))
            }
            isBehindAt = part.keyword == .at || part.keyword == .by
        }
        if let price { numbers.append(price) }
        let percent = rest.filter(isPercent).map { text($0) }
        // These are words of ours: without a figure they are the beginning of a line.
        if kind.name == ["stop"] || kind.name == ["trail"], numbers.isEmpty, percent.isEmpty { return nil }
        let pair =
            rest.first { vocabulary.pair($0, in: bytes) != nil }.map { text($0) }
            ?? vocabulary.pairNames.first { $0.hasSuffix("_\(vocabulary.quote)") } ?? "PAIR"
        guard let lines = kind.lines(numbers: numbers, percent: percent, pair: pair) else { return nil }
        let last = words[kind.name.count - 1]
        let isOurs = kind.name == ["stop"] || kind.name == ["trail"]
        var misreading = Misreading(
            isOurs ? .unexpectedWord : .unknownCommand,
            isOurs
                ? "expected buy or sell after \(kind.name[0])"
                : "no command \(RefusalText.quoted(lexer.text(words[0].start, last.end)))",
            at: span(from: word, to: last), details: lines.map { RefusalText.safe($0) })
        misreading.isPlain = true
        return misreading
    }

    private static let placing: Set<String> = ["set", "put", "place", "add", "use", "open", "go", "create"]

    private func isPartOfProtection(_ word: Word) -> Bool {
        looksNumeric(word) || word.keyword != nil || vocabulary.pair(word, in: bytes) != nil
    }

    private func isPlainNumber(_ word: Word) -> Bool {
        looksNumeric(word) && (try? number(word.start, word.end)) != nil
    }

    private func isPercent(_ word: Word) -> Bool {
        looksNumeric(word) && bytes[word.end - 1] == UInt8(ascii: "%")
            && (try? number(word.start, word.end - 1)) != nil
    }
}

/// A kind of order that other desks have a name for, and the lines that it is here.
private struct Protection {
    enum Kind { case takeProfit, stopLoss, trailing, long, short }

    let name: [String]
    let kind: Kind

    static let all: [Protection] = [
        Protection(name: ["take", "profit"], kind: .takeProfit), Protection(name: ["tp"], kind: .takeProfit),
        Protection(name: ["takeprofit"], kind: .takeProfit), Protection(name: ["profit", "target"], kind: .takeProfit),
        Protection(name: ["stop", "loss"], kind: .stopLoss), Protection(name: ["stoploss"], kind: .stopLoss),
        Protection(name: ["stop-loss"], kind: .stopLoss), Protection(name: ["sl"], kind: .stopLoss),
        Protection(name: ["trailing", "stop"], kind: .trailing), Protection(name: ["trailing"], kind: .trailing),
        Protection(name: ["tsl"], kind: .trailing),
        Protection(name: ["stop"], kind: .stopLoss), Protection(name: ["trail"], kind: .trailing),
        Protection(name: ["long"], kind: .long),
        Protection(name: ["short"], kind: .short),
    ]

    /// Nil where the figures are not those of such an order.
    func lines(numbers: [String], percent: [String], pair: String) -> [String]? {
        guard numbers.count <= 2, percent.count <= 1 else { return nil }
        switch kind {
        case .takeProfit, .stopLoss, .trailing:
            guard percent.isEmpty || numbers.count <= 1 else { return nil }
            let amount = percent.isEmpty ? (numbers.count > 1 ? numbers[0] : "all") : numbers.first ?? "all"
            return protecting(amount, percent.first ?? numbers.last, isPercent: !percent.isEmpty, pair)
        case .long, .short:
            let side = kind == .long ? "buy" : "sell"
            let amount = percent.first ?? numbers.first ?? "AMOUNT"
            let price = percent.isEmpty ? numbers.dropFirst().first : numbers.first
            return ["\(side) \(amount) \(pair) at \(price ?? "market")"]
        }
    }

    private func protecting(_ amount: String, _ figure: String?, isPercent: Bool, _ pair: String) -> [String] {
        switch kind {
        case .takeProfit:
            let price = figure.map { isPercent ? "last+\($0)" : $0 } ?? "PRICE"
            return ["sell \(amount) \(pair) at \(price)"]
        case .trailing:
            return ["trail sell \(amount) \(pair) by \(figure ?? "2%")"]
        default:
            let trigger = figure.map { isPercent ? "last-\($0)" : $0 } ?? "PRICE"
            let stop = "stop sell \(amount) \(pair) at \(trigger)"
            return isPercent ? [stop, "trail sell \(amount) \(pair) by \(figure ?? "")"] : [stop, "\(stop) market"]
        }
    }
}
