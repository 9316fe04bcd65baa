public import Trading

extension PairRules {
    /// The pairs that a new paper exchange has: btc-e's of 2015 with its rules as the thesis met them, the pairs of
    /// later tapes, and the fee of 0.2% that its benefits were figured with, taken in the quote coin.
    public static let paperDefaults: [PairRules] = [
        paper("btc_usd", tick: 3, step: 8, min: "0.01"),
        paper("btc_eur", tick: 3, step: 8, min: "0.01"),
        paper("ltc_usd", tick: 3, step: 8, min: "0.1"),
        paper("ltc_btc", tick: 5, step: 8, min: "0.1"),
        paper("ltc_eur", tick: 3, step: 8, min: "0.1"),
        paper("nmc_usd", tick: 3, step: 8, min: "0.1"),
        paper("nmc_btc", tick: 5, step: 8, min: "0.1"),
        paper("ppc_usd", tick: 3, step: 8, min: "0.1"),
        paper("ppc_btc", tick: 5, step: 8, min: "0.1"),
        paper("nvc_usd", tick: 3, step: 8, min: "0.1"),
        paper("eur_usd", tick: 3, step: 8, min: "0.1"),
        paper("btc_usdt", tick: 2, step: 5, min: "0.00001"),
        paper("eth_usd", tick: 2, step: 8, min: "0.01"),
        paper("eth_usdt", tick: 2, step: 4, min: "0.0001"),
        paper("spy_usd", tick: 2, step: 0, min: "1"),
    ]

    /// The fee of a pair that nobody has set another for: 0.2%.
    public static let paperFeeRate = ExactDecimal(units: 2_000_000_000_000_000)

    /// Rules for a pair that only a tape knows: its own digits, as far as prices, amounts and the fee stay exact, at
    /// least cents; the least amount is one step.
    public init(tapePair pair: Pair, priceDecimals: Int, quantityDecimals: Int) {
        let fee = PairRules.paperFeeRate
        let room = ExactDecimal.decimals - fee.significantDecimals
        let tickDecimals = min(max(priceDecimals, 2), room)
        let stepDecimals = min(max(quantityDecimals, 0), room - tickDecimals)
        let step = ExactDecimal.step(decimals: stepDecimals)
        do {
            try self.init(
                pair: pair, priceTick: .step(decimals: tickDecimals), quantityStep: step, quantityMin: step,
                feeRate: fee)
        } catch {
            preconditionFailure("rules of \(pair) from a tape: \(error)")
        }
    }

    private static func paper(_ pair: Pair, tick: Int, step: Int, min: String) -> PairRules {
        do {
            return try PairRules(
                pair: pair, priceTick: .step(decimals: tick), quantityStep: .step(decimals: step),
                quantityMin: ExactDecimal(parsing: min), feeRate: paperFeeRate)
        } catch {
            preconditionFailure("rules of \(pair): \(error)")
        }
    }
}
