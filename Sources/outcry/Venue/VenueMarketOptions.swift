import Exchange
import Trading
import Venue

/// Which pairs a venue trades: those of its prices, and those of its tape.
struct VenueMarketOptions {
    private(set) var pairs: [VenuePair] = []
    private(set) var prices: [Pair: ExactDecimal] = [:]

    init(prices typed: [String], tape: CheckedTapes.Tape?) throws {
        for text in typed.isEmpty && tape == nil ? ["btc_usd=230"] : typed {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let pair = Pair(parts[0]), let price = ExactDecimal(parts[1]), price.isPositive,
                price <= VenuePair.priceMaxDefault
            else {
                throw Failure("--price takes PAIR=PRICE, btc_usd=230, not \(text)")
            }
            prices[pair] = price
            let rules = PairRules(
                tapePair: pair, priceDecimals: max(price.significantDecimals, 3), quantityDecimals: 8)
            pairs.append(VenueMarketOptions.pair(rules))
        }
        for one in tape?.pairs ?? [] where !pairs.contains(where: { $0.rules.pair == one.pair }) {
            pairs.append(VenueMarketOptions.pair(one))
        }
    }

    /// A pair by the rules that everybody knows it by, else by its own digits; amounts have eight decimals where the rules
    /// leave room for them.
    private static func pair(_ rules: PairRules) -> VenuePair {
        if let known = PairRules.paperDefaults.first(where: { $0.pair == rules.pair }) {
            return VenuePair(tradedBy: known)
        }
        return VenuePair(
            tradedBy: PairRules(
                tapePair: rules.pair, priceDecimals: rules.priceTick.significantDecimals, quantityDecimals: 8))
    }
}
