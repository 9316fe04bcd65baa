public import Trading

/// What a round trip came to.
public struct PairedResult: Hashable, Sendable {
    /// What the round trip changed, in the quote coin: what was sold for, less what was bought for, less the fees that did not
    /// come out of what was traded back. What is left is not counted.
    public let benefit: ExactDecimal
    /// All fees, in the quote coin; one that was taken in the base coin counts at the price of its fill.
    public let fees: ExactDecimal
    /// Which of the fees were taken in the base coin, in that coin.
    public let baseFees: ExactDecimal
    /// What was not traded back, in the base coin: still held after a purchase, still missing after a sale.
    public let left: ExactDecimal
    public let currency: Coin

    public init(
        benefit: ExactDecimal, fees: ExactDecimal, baseFees: ExactDecimal = .zero, left: ExactDecimal = .zero,
        currency: Coin
    ) {
        self.benefit = benefit
        self.fees = fees
        self.baseFees = baseFees
        self.left = left
        self.currency = currency
    }

    /// Whether every amount came back, and every fee was in the quote coin.
    public var isEven: Bool { baseFees.isZero && left.isZero }
}

extension PairedResult {
    init(entry: Order, contras: [Order]) {
        let quote = entry.pair.quote
        var money = ExactDecimal.zero
        var fees = ExactDecimal.zero
        var baseFees = ExactDecimal.zero
        for leg in [entry] + contras {
            if leg.side == .sell { money += leg.filledValue } else { money -= leg.filledValue }
            fees += leg.fee(in: quote)
            money -= leg.fee(in: quote)
            let value = leg.baseFeeValue
            fees += value
            baseFees += leg.fee(in: entry.pair.base)
            // A purchase's fee that is traded back no more has cost its coins already; a contra's purchase is short by it.
            if leg.id != entry.id { money -= value }
        }
        self.init(
            benefit: money, fees: fees, baseFees: baseFees, left: entry.leftToTradeBack(contras), currency: quote)
    }
}

extension Order {
    /// What is left to trade back, to the last digit: what the entry filled, less its fee where that came out of it, less the
    /// contras' fills. The same holds for whatever has to be traded back of an order.
    func leftToTradeBack(_ contras: [Order]) -> ExactDecimal {
        contras.reduce(received) { $0 - $1.filled }
    }

    /// What its fee was worth where it was taken in the base coin: at the price of the fills that paid it, in the quote coin,
    /// rounded up in the last digit.
    var baseFeeValue: ExactDecimal {
        let baseFee = fee(in: pair.base)
        guard filled.isPositive, baseFee.isPositive else { return .zero }
        // The price first: the product of two small figures has more digits than a number has.
        let average = try? filledValue.divided(by: filled, rounding: .up)
        return average.flatMap { try? $0.multiplied(by: baseFee, rounding: .up) } ?? .zero
    }
}
