import Trading

/// Makes up the lines of one trader, from the seed and from what the trader knows.
struct Typist {
    /// Around which the market moves, in whole usd.
    static let middle = 230

    private var count = 0
    let name: String

    init(name: String) { self.name = name }

    mutating func next(_ book: AccountBook, _ chance: inout SplitMix64) -> TypedLine {
        count += 1
        let tag = "\(name)-\(count)"
        let (line, kind) = content(book, &chance)
        return TypedLine(tag: tag, line: line, kind: kind)
    }

    private func content(_ book: AccountBook, _ chance: inout SplitMix64) -> (String, TypedLine.Kind) {
        if let id = book.contraReady.first, Int.random(in: 0..<3, using: &chance) == 0 {
            let side = book.orders[id]?.side
            let away = side == "buy" ? 2 : -2
            return ("contra \(id) at \(price(near: Typist.middle + away, &chance))", .contra(id))
        }
        switch Int.random(in: 0..<100, using: &chance) {
        case 0..<22: return cancel(book, &chance) ?? simple(&chance)
        case 22..<60: return simple(&chance)
        case 60..<70: return paired(&chance)
        case 70..<80: return stop(&chance)
        case 80..<86: return oneCancelsTheOther(&chance)
        case 86..<93: return slice(&chance)
        case 93..<95: return ("buy \(quantity(0)) btc_eurr at 230", .other)
        case 95..<97: return ("buy 4000000 btc_usd at 230", .other)
        case 97: return ("slice \(quantity(0)) btc_usd 240..220 x3", .other)
        default: return ("cancel timed", .other)
        }
    }

    /// The n-th line asks for n of the smallest step more than a round number.
    private func quantity(_ hundredths: Int) -> ExactDecimal {
        ExactDecimal(units: Int128(hundredths * 1_000_000 + count) * 10_000_000_000)
    }

    private func price(near middle: Int, _ chance: inout SplitMix64) -> String {
        let thousandths = middle * 1_000 + Int.random(in: -4_000...4_000, using: &chance)
        return "\(thousandths / 1_000).\(String(thousandths % 1_000 + 1_000).dropFirst())"
    }

    private func lifetime(_ chance: inout SplitMix64) -> String {
        switch Int.random(in: 0..<10, using: &chance) {
        case 0..<4: ""
        case 4..<7: " for \(Int.random(in: 1...3, using: &chance))s"
        case 7: " for 1h"
        default: ""
        }
    }

    private func simple(_ chance: inout SplitMix64) -> (String, TypedLine.Kind) {
        let quantity = quantity(Int.random(in: 1...3, using: &chance))
        let side = Bool.random(using: &chance) ? "buy" : "sell"
        let line = "\(side) \(quantity) btc_usd at "
        switch Int.random(in: 0..<12, using: &chance) {
        case 0: return (line + "market", .order(quantity))
        case 1: return (line + price(near: Typist.middle, &chance) + " ioc", .order(quantity))
        case 2: return (line + price(near: Typist.middle, &chance) + " fok", .order(quantity))
        case 3:
            return (line + price(near: Typist.middle + (side == "buy" ? -2 : 2), &chance) + " post", .order(quantity))
        default:
            let away = Int.random(in: 0...5, using: &chance)
            let near = Typist.middle + (side == "buy" ? -away : away)
            return (line + price(near: near, &chance) + lifetime(&chance), .order(quantity))
        }
    }

    private func paired(_ chance: inout SplitMix64) -> (String, TypedLine.Kind) {
        let quantity = quantity(Int.random(in: 1...2, using: &chance))
        let isBuy = Bool.random(using: &chance)
        var line = "pair \(isBuy ? "buy" : "sell") \(quantity) btc_usd at "
        line += price(near: Typist.middle + (isBuy ? -1 : 1), &chance)
        if Int.random(in: 0..<3, using: &chance) > 0 {
            line += " then \(price(near: Typist.middle + (isBuy ? 1 : -1), &chance))"
        }
        return (line + lifetime(&chance), .order(quantity))
    }

    private func stop(_ chance: inout SplitMix64) -> (String, TypedLine.Kind) {
        let quantity = quantity(Int.random(in: 1...2, using: &chance))
        let isBuy = Bool.random(using: &chance)
        let trigger = price(near: Typist.middle + (isBuy ? 5 : -5), &chance)
        let then = ["", " market", " limit \(Typist.middle)"].randomElement(using: &chance) ?? ""
        return (
            "stop \(isBuy ? "buy" : "sell") \(quantity) btc_usd at \(trigger)\(then)\(lifetime(&chance))",
            .order(quantity)
        )
    }

    private func oneCancelsTheOther(_ chance: inout SplitMix64) -> (String, TypedLine.Kind) {
        let quantity = quantity(Int.random(in: 1...2, using: &chance))
        let (limit, trigger) = (price(near: Typist.middle + 5, &chance), price(near: Typist.middle - 5, &chance))
        let market = Bool.random(using: &chance) ? " market" : ""
        return ("sell \(quantity) btc_usd at \(limit) stop \(trigger)\(market)\(lifetime(&chance))", .order(quantity))
    }

    private func slice(_ chance: inout SplitMix64) -> (String, TypedLine.Kind) {
        let quantity = quantity(Int.random(in: 6...9, using: &chance))
        let isBuy = Bool.random(using: &chance)
        let low = Typist.middle + (isBuy ? -6 : 1)
        let count = Int.random(in: 2...5, using: &chance)
        let line = "slice \(isBuy ? "buy" : "sell") \(quantity) btc_usd \(low)..\(low + 5) x\(count)"
        return (line + lifetime(&chance), .order(quantity))
    }

    /// What is open as far as the trader knows. It may have ended meanwhile: then the cancel is refused, once and for all.
    private func cancel(_ book: AccountBook, _ chance: inout SplitMix64) -> (String, TypedLine.Kind)? {
        let open = book.orders.values.filter { $0.parent == nil && book.isOver($0.id) == false }.map(\.id).sorted()
        guard let first = open.randomElement(using: &chance) else { return nil }
        var ids = [first]
        if let second = open.randomElement(using: &chance), second != first, Bool.random(using: &chance) {
            ids.append(second)
        }
        return ("cancel " + ids.map { "\($0)" }.joined(separator: " "), .cancel(ids))
    }
}
