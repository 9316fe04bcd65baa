import OrderEngine
import Trading

/// Where a round trip earns nothing and loses nothing, the fees of both legs paid.
struct BreakEven {
    /// The price of the contra order: the lowest that does not lose after a purchase, the highest after a sale; on the tick.
    let price: ExactDecimal
    private let entry: ExactDecimal
    private let side: Side
    private let quantity: ExactDecimal
    private let rules: PairRules

    /// Nil where the figures leave what can be counted.
    init?(entry: ExactDecimal, _ side: Side, _ quantity: ExactDecimal, _ rules: PairRules) {
        (self.entry, self.side, self.quantity, self.rules) = (entry, side, quantity, rules)
        let fee = rules.feeRate
        do {
            let exact: ExactDecimal
            switch (side, rules.feeBasis) {
            case (.buy, .quote):
                exact = try entry.multiplied(by: .one + fee, rounding: .up).divided(by: .one - fee, rounding: .up)
            case (.buy, .received):
                // The purchase's fee is taken of the coins that are sold, the sale's of what they bring.
                exact = try entry.divided(by: .one - fee, rounding: .up).divided(by: .one - fee, rounding: .up)
            case (.sell, _):
                exact = try entry.multiplied(by: .one - fee, rounding: .down).divided(by: .one + fee, rounding: .down)
            }
            price = try exact.rounded(toMultipleOf: rules.priceTick, side == .buy ? .up : .down)
        } catch {
            return nil
        }
    }

    /// What the round trip comes to with its contra order at `contra`, in the quote coin; negative where it loses.
    func benefit(at contra: ExactDecimal) -> ExactDecimal {
        let fees = { (side: Side, price: ExactDecimal, quantity: ExactDecimal) in
            rules.feeCurrency(for: side) == rules.pair.quote
                ? rules.fee(side: side, price: price, quantity: quantity) : .zero
        }
        var back = quantity
        if side == .buy, rules.feeBasis == .received {
            back = quantity - rules.fee(side: .buy, price: entry, quantity: quantity)
        }
        let (first, second) = (entry.times(quantity), product(contra, back))
        let paid = fees(side, entry, quantity) + fees(side.opposite, contra, back)
        // A contra's purchase is short by a fee that is taken of it, which counts at its price.
        let short =
            side == .sell && rules.feeBasis == .received
            ? product(contra, rules.fee(side: .buy, price: contra, quantity: back)) : .zero
        return (side == .buy ? second - first : first - second) - paid - short
    }

    private func product(_ price: ExactDecimal, _ quantity: ExactDecimal) -> ExactDecimal {
        (try? price.multiplied(by: quantity, rounding: .down)) ?? .zero
    }
}

extension OrderResolver {
    /// Says where a paired order breaks even, and warns where it cannot earn as it was typed.
    mutating func noteBreakEven(_ ticket: OrderTicket, _ contraPrice: ExactDecimal?) {
        guard let rules = market.rules(of: ticket.pair), ticket.quantity.isPositive else { return }
        let ticker = market.ticker(of: ticket.pair)
        let entry: ExactDecimal?
        switch ticket.price {
        case .limit(let limit): entry = limit
        case .market: entry = ticket.side == .buy ? ticker?.ask ?? ticker?.last : ticker?.bid ?? ticker?.last
        }
        guard let entry, entry.isPositive, rules.valueFits(price: entry, quantity: ticket.quantity),
            contraPrice.map({ rules.valueFits(price: $0, quantity: ticket.quantity) }) ?? true,
            let even = BreakEven(entry: entry, ticket.side, ticket.quantity, rules)
        else { return }
        let quote = rules.pair.quote
        guard let contraPrice else {
            return notes.append("breaks even at \(even.price) after the fees of both legs")
        }
        let benefit = even.benefit(at: contraPrice)
        if benefit.isNegative {
            notes.append(
                "it loses \(benefit.magnitude.shown) \(quote) as typed: it breaks even at \(even.price) after the fees of both legs"
            )
        } else {
            notes.append(
                "breaks even at \(even.price) after the fees of both legs; at \(contraPrice) it earns \(benefit.shown) \(quote)"
            )
        }
    }
}
