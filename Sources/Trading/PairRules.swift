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
        /// Tick × step has more than 18 decimals, so that values would need rounding; or tick × step × fee has, where
        /// the fee is part of what an order holds.
        case needsRounding
    }

    /// Refuses rules under which price × quantity would not be exact in 18 decimals.
    ///
    /// Where the fee is taken in the quote coin a buyer holds it too, so that price × quantity × fee has to be exact as
    /// well. Where it is taken of what is received nothing is held for it: it may have more decimals, and is rounded.
    public init(
        pair: Pair, priceTick: ExactDecimal, quantityStep: ExactDecimal, quantityMin: ExactDecimal,
        valueMin: ExactDecimal = .zero, feeRate: ExactDecimal, feeBasis: FeeBasis = .quote
    ) throws(RulesError) {
        guard priceTick.isPositive, quantityStep.isPositive, quantityMin.isPositive, !valueMin.isNegative,
            !feeRate.isNegative, feeRate < .one
        else { throw .outOfRange }
        let decimals =
            priceTick.significantDecimals + quantityStep.significantDecimals
            + (feeBasis == .quote ? feeRate.significantDecimals : 0)
        guard decimals <= ExactDecimal.decimals else { throw .needsRounding }
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

    /// The fee of a fill, in `feeCurrency(for:)`. What has more than 18 decimals is rounded up in the last of them.
    public func fee(side: Side, price: ExactDecimal, quantity: ExactDecimal) -> ExactDecimal {
        let received = feeCurrency(for: side) == pair.base ? quantity : price.times(quantity)
        do {
            return try received.multiplied(by: feeRate, rounding: .up)
        } catch {
            // A rate is below one: the product is below what was received.
            preconditionFailure("the fee of \(quantity) at \(price) on \(pair): \(error)")
        }
    }

    /// The coin that an order on this side spends.
    public func reservedCoin(for side: Side) -> Coin {
        side == .buy ? pair.quote : pair.base
    }

    /// What an order must hold for `quantity` at `price`, in `reservedCoin(for:)`: for a buy, the value plus the fee
    /// where that is taken in quote; for a sale, the quantity.
    public func reservation(side: Side, price: ExactDecimal, quantity: ExactDecimal) -> ExactDecimal {
        guard side == .buy else { return quantity }
        let value = price.times(quantity)
        return feeBasis == .quote ? value + value.times(feeRate) : value
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
