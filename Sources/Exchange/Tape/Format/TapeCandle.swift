import Trading

/// A row that tells the prices of a time instead of its trades.
struct TapeCandle: Hashable, Sendable {
    let pair: Pair
    /// When it begins.
    let time: Timestamp
    let open: ExactDecimal
    let high: ExactDecimal
    let low: ExactDecimal
    let close: ExactDecimal
    /// In the base coin; zero where the source does not say.
    let volume: ExactDecimal

    static let printsPerCandle = 4
    /// How long a candle is where the file has only one.
    static let intervalDefaultNanoseconds: Int64 = 60 * Timestamp.nanosecondsPerSecond
    /// Decimals to which a print's share of the volume is rounded down; the last print has the rest.
    private static let shareDecimals = 8

    /// How the candles of a file are played.
    struct Playing: Hashable, Sendable {
        /// The shortest time between two candles: the prints of one lie within it.
        var intervalNanoseconds = TapeCandle.intervalDefaultNanoseconds
        /// Whether any candle has a volume. Where none has, each print is 1 of the base coin.
        var hasVolumes = false
    }

    /// Why the prices cannot be those of a candle.
    var problem: String? {
        let prices = [open, high, low, close]
        guard prices.allSatisfy(\.isPositive) else {
            return "a price must be above zero: \(prices.min() ?? .zero)"
        }
        guard high == prices.max(), low == prices.min() else {
            return "no candle: high \(high) and low \(low) do not enclose open \(open) and close \(close)"
        }
        return volume.isNegative ? "a volume must not be below zero: \(volume)" : nil
    }

    /// Four prints, a quarter of the time apart: the open, the extreme that is nearer to it, the other one, the close. None of a
    /// candle without volume in a file that has volumes: nothing was traded in it.
    func prints(_ playing: Playing) -> [MarketTrade] {
        guard !playing.hasVolumes || volume.isPositive else { return [] }
        let isHighNearer = high - open < open - low
        let prices = [open, isHighNearer ? high : low, isHighNearer ? low : high, close]
        var left = playing.hasVolumes ? volume : 4
        let quarter = ExactDecimal(units: left.units / 4)
        let share = (try? quarter.rounded(toMultipleOf: .step(decimals: TapeCandle.shareDecimals), .down)) ?? quarter
        return prices.enumerated().map { index, price in
            let quantity = index == TapeCandle.printsPerCandle - 1 ? left : share
            left -= quantity
            let after = playing.intervalNanoseconds / Int64(TapeCandle.printsPerCandle) * Int64(index)
            return MarketTrade(
                pair: pair, price: price, quantity: quantity, takerSide: nil, at: time.advanced(byNanoseconds: after))
        }
    }
}
