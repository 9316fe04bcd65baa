import Trading

/// Makes up the lines of one trader at an exchange over the wire: all kinds of orders, around where the market is.
struct WireTypist {
    private let name: String
    private let exchanges: [String]
    private var count = 0
    /// Orders of the account that may still be open, the newest last.
    private var orders: [UInt64] = []
    /// Paired orders that wait for their contra.
    private var contraReady: [UInt64] = []
    /// Lines until a panic is lifted; nil where there is none.
    private var linesOfPanic: Int?

    private static let ordersKept = 15
    private static let halfHundredth = ExactDecimal(units: 5_000_000_000_000_000)

    /// Where there are several exchanges, each order is for one of them.
    init(name: String, exchanges: [String]) { (self.name, self.exchanges) = (name, exchanges) }

    mutating func isMade(_ order: UInt64) {
        guard !orders.contains(order) else { return }
        orders.append(order)
        if orders.count > WireTypist.ordersKept { orders.removeFirst() }
    }

    mutating func isReadyForContra(_ order: UInt64) { contraReady.append(order) }

    mutating func isInPanic() { linesOfPanic = linesOfPanic ?? 2 }

    /// The next line, where the market is at `middle`, in thousandths of the quote coin.
    mutating func next(_ middle: Int, _ chance: inout SplitMix64) -> TypedLine {
        count += 1
        var (line, kind) = content(Quotes(middle: middle), &chance)
        if exchanges.count > 1, case .order = kind, let exchange = exchanges.randomElement(using: &chance) {
            line += " on \(exchange)"
        }
        return TypedLine(tag: "\(name)-\(count)", line: line, kind: kind)
    }

    private mutating func content(_ quotes: Quotes, _ chance: inout SplitMix64) -> (String, TypedLine.Kind) {
        if let left = linesOfPanic {
            linesOfPanic = left > 0 ? left - 1 : nil
            if left == 0 { return ("resume", .other) }
        }
        if let id = contraReady.popLast() { return ("contra \(id) at \(quotes.near(-3...3, &chance))", .contra(id)) }
        let side = Bool.random(using: &chance) ? "buy" : "sell"
        // A buyer's prices lie below the market, a seller's above it.
        let away = side == "buy" ? -1 : 1
        func far(_ perMille: ClosedRange<Int>) -> ClosedRange<Int> {
            let ends = [away * perMille.lowerBound, away * perMille.upperBound].sorted()
            return ends[0]...ends[1]
        }
        let quantity = quantity(Int.random(in: 2...30, using: &chance))
        let start = "\(side) \(quantity) btc_usd at "
        func price(_ perMille: ClosedRange<Int>) -> String { quotes.near(far(perMille), &chance) }
        switch Int.random(in: 0..<100, using: &chance) {
        case 0..<28: return (start + price(-2...12), .order(quantity))
        case 28..<36: return (start + "market", .order(quantity))
        case 36..<39: return (start + price(-2...2) + " ioc", .order(quantity))
        case 39..<46:
            let seconds = Int.random(in: 1...4, using: &chance)
            return (start + price(1...10) + " for \(seconds)s", .order(quantity))
        case 46..<49: return (start + price(2...14) + " day", .order(quantity))
        case 49..<55:
            // Half a hundredth more: none of its parts has another line's quantity.
            let whole = self.quantity(Int.random(in: 8...20, using: &chance)) + WireTypist.halfHundredth
            let ends = [quotes.thousandths(away * 2), quotes.thousandths(away * 16)].sorted().map(Quotes.text)
            let parts = Int.random(in: 2...4, using: &chance)
            return ("slice \(side) \(whole) btc_usd \(ends[0])..\(ends[1]) x\(parts)", .order(whole))
        case 55..<62:
            let contra = Bool.random(using: &chance) ? " then \(price(-8 ... -2))" : ""
            return ("pair \(start)\(price(-1...4))\(contra)", .order(quantity))
        case 62..<67:
            let market = Bool.random(using: &chance) ? " market" : ""
            return ("stop \(start)\(price(-14 ... -2))\(market)", .order(quantity))
        case 67..<72:
            let market = Bool.random(using: &chance) ? " market" : ""
            return ("\(start)\(price(4...14)) stop \(price(-14 ... -3))\(market)", .order(quantity))
        case 72..<75:
            let distance = ["0.5%", "1%"].randomElement(using: &chance) ?? "1%"
            return ("trail \(side) \(quantity) btc_usd by \(distance)", .order(quantity))
        case 75..<83:
            guard let id = orders.randomElement(using: &chance) else { return ("orders", .other) }
            let isPrice = Int.random(in: 0..<3, using: &chance) > 0
            return ("move \(id) " + (isPrice ? "to \(price(-1...10))" : "amount \(quantity)") + " anyway", .other)
        case 83..<95:
            guard let id = orders.randomElement(using: &chance) else { return ("orders", .other) }
            return ("cancel \(id)", .cancel([id]))
        case 95: return ("cancel all", .other)
        case 96:
            linesOfPanic = Int.random(in: 1...3, using: &chance)
            return ("panic", .other)
        default: return ("cancel \(["sliced", "timed", "stops"].randomElement(using: &chance) ?? "oco")", .other)
        }
    }

    /// The n-th line asks for n of the smallest step more than a round number, so that its order can be told from all others.
    private func quantity(_ hundredths: Int) -> ExactDecimal {
        ExactDecimal(units: Int128(hundredths * 1_000_000 + count) * 10_000_000_000)
    }
}

/// Prices around the market, in whole thousandths.
private struct Quotes {
    let middle: Int

    func thousandths(_ perMille: Int) -> Int { max(1, middle + middle * perMille / 1_000) }

    func near(_ perMille: ClosedRange<Int>, _ chance: inout SplitMix64) -> String {
        let ends = thousandths(perMille.lowerBound)...thousandths(perMille.upperBound)
        return Quotes.text(Int.random(in: ends, using: &chance))
    }

    static func text(_ thousandths: Int) -> String {
        "\(thousandths / 1_000).\(String(thousandths % 1_000 + 1_000).dropFirst())"
    }
}
