/// In which coin an exchange takes its fee.
public enum FeeBasis: String, Hashable, Sendable, Codable {
    /// Always in the quote coin: a buyer pays it on top, a seller gets that much less.
    case quote
    /// In what is received: the base coin for a buyer, the quote coin for a seller.
    case received
}

/// What an exchange allows on a pair, and what it takes.
public struct PairRules: Hashable, Sendable {
    public let pair: Pair
    /// Prices are multiples of this, in the quote coin.
    public let priceTick: ExactDecimal
    /// Quantities are multiples of this, in the base coin.
    public let quantityStep: ExactDecimal
    /// The least quantity of an order, in the base coin.
    public let quantityMin: ExactDecimal
    /// The least price × quantity of an order, in the quote coin; zero where the exchange has none.
    public let valueMin: ExactDecimal
    /// What is taken of each fill: 0.002 is 0.2%.
    public let feeRate: ExactDecimal
    public let feeBasis: FeeBasis

    /// Why rules cannot be used.
    public enum RulesError: Error, Hashable, Sendable {
        /// A tick, a step or a minimum that is zero or negative, or a fee below 0 or above 1.
        case outOfRange
    }

    /// Rules of any fineness. Where price × quantity, or the fee of it, has more than 18 decimals, what an order holds is rounded up and
    /// what a fill spends of it is rounded down: the fills of an order never spend more than it holds.
    public init(
        pair: Pair, priceTick: ExactDecimal, quantityStep: ExactDecimal, quantityMin: ExactDecimal,
        valueMin: ExactDecimal = .zero, feeRate: ExactDecimal, feeBasis: FeeBasis = .quote
    ) throws(RulesError) {
        guard priceTick.isPositive, quantityStep.isPositive, quantityMin.isPositive, !valueMin.isNegative,
            !feeRate.isNegative, feeRate < .one
        else { throw .outOfRange }
        self.pair = pair
        self.priceTick = priceTick
        self.quantityStep = quantityStep
        self.quantityMin = quantityMin
        self.valueMin = valueMin
        self.feeRate = feeRate
        self.feeBasis = feeBasis
    }

    /// The same rules with another fee.
    public func with(feeRate: ExactDecimal) throws(RulesError) -> PairRules {
        try PairRules(
            pair: pair, priceTick: priceTick, quantityStep: quantityStep, quantityMin: quantityMin,
            valueMin: valueMin, feeRate: feeRate, feeBasis: feeBasis)
    }

    /// The coin that a fill on this side pays its fee in.
    public func feeCurrency(for side: Side) -> Coin {
        switch (feeBasis, side) {
        case (.received, .buy): pair.base
        case (.quote, _), (.received, .sell): pair.quote
        }
    }

    /// The fee of a fill, in `feeCurrency(for:)`. What has more than 18 decimals is rounded up in the last of them; a fee that is paid
    /// on top, out of what the order holds, is rounded down.
    public func fee(side: Side, price: ExactDecimal, quantity: ExactDecimal) -> ExactDecimal {
        let received = feeCurrency(for: side) == pair.base ? quantity : price.times(quantity)
        // A rate is below one: the product is below what was received.
        return received.times(feeRate, rounding: side == .buy && feeBasis == .quote ? .down : .up)
    }

    /// The coin that an order on this side spends.
    public func reservedCoin(for side: Side) -> Coin {
        side == .buy ? pair.quote : pair.base
    }

    /// What an order must hold for `quantity` at `price`, in `reservedCoin(for:)`: for a buy, the value plus the fee
    /// where that is taken in quote; for a sale, the quantity.
    public func reservation(side: Side, price: ExactDecimal, quantity: ExactDecimal) -> ExactDecimal {
        guard side == .buy else { return quantity }
        let value = price.times(quantity, rounding: .up)
        return feeBasis == .quote ? value + value.times(feeRate, rounding: .up) : value
    }

    /// What a fill takes out of what an order holds, in `reservedCoin(for:)`; never more than the hold lessens by it.
    public func spending(side: Side, price: ExactDecimal, quantity: ExactDecimal) -> ExactDecimal {
        guard side == .buy else { return quantity }
        let value = price.times(quantity)
        return feeBasis == .quote ? value + fee(side: side, price: price, quantity: quantity) : value
    }

    /// Whether `quantity` at `price`, with its fee, stays inside what a number can hold.
    public func valueFits(price: ExactDecimal, quantity: ExactDecimal) -> Bool {
        do {
            let value = try price.multiplied(by: quantity, rounding: .up)
            return try value.adding(value).units < Int128.max / 1_000
        } catch {
            return false
        }
    }
}
