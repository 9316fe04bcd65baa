import Trading

/// What everybody in the world can see of a pair: where it trades about now, and how its figures are written.
struct SimulatedMarket {
    let pair: Pair
    /// Decimals of a price.
    let priceDecimals: Int
    /// The least order, in units of 10^-8 of the base coin.
    let quantityMin: Int
    /// In price steps.
    var middle: Int

    static let all = [
        SimulatedMarket(pair: "btc_usd", priceDecimals: 3, quantityMin: 1_000_000, middle: 230_000),
        SimulatedMarket(pair: "ltc_usd", priceDecimals: 3, quantityMin: 10_000_000, middle: 3_500),
        SimulatedMarket(pair: "ltc_btc", priceDecimals: 5, quantityMin: 10_000_000, middle: 1_500),
    ]

    /// Decimals of a quantity, on every pair.
    static let quantityDecimals = 8

    /// A price of so many steps.
    func price(_ steps: Int) -> ExactDecimal { SimulatedMarket.decimal(max(steps, 1), decimals: priceDecimals) }

    static func quantity(_ units: Int) -> ExactDecimal { decimal(units, decimals: quantityDecimals) }

    static func decimal(_ count: Int, decimals: Int) -> ExactDecimal {
        var unit: Int128 = 1_000_000_000_000_000_000
        for _ in 0..<decimals { unit /= 10 }
        return ExactDecimal(units: Int128(count) * unit)
    }

    /// A step of a drunkard, seldom a leap.
    mutating func drift(_ chance: inout SplitMix64) {
        let most = chance.permille(50) ? middle / 20 : middle / 400
        middle = max(middle + chance.within(-max(most, 1)...max(most, 1)), 10)
    }
}
