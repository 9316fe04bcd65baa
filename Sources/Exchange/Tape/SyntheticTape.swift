public import Trading

/// A made-up tape for demonstrations: an hour of btc_usd, ltc_usd and eur_usd around 230, 3 and 1.08, a trade a second.
///
/// Whole numbers and a seed: the same trades on any machine. Each price wanders around a level that moves every few
/// minutes between bounds (222 and 238 for btc_usd), and comes home at the end, so that the hour can be played in a loop
/// without a jump. Each pair trades twice in the first second, so that there is a bid and an ask at once.
public final class SyntheticTape: TapeSource {
    public let name = "synthetic"
    public var identity: String { "synthetic-\(seed)" }

    private let seed: UInt64
    private var generator: SplitMix64
    private var walks = SyntheticTape.firstWalks
    private var row = 0

    /// How many trades there are.
    public static let rows = 3_600
    /// When the first trade was, on this tape: 1 March 2015.
    public static let start = Timestamp(seconds: 1_425_168_000)

    public init(seed: UInt64 = 2015) {
        self.seed = seed
        generator = SplitMix64(seed: seed)
    }

    /// Starts again with the same first trade: the seed makes them all.
    public func rewind() {
        generator = SplitMix64(seed: seed)
        walks = SyntheticTape.firstWalks
        row = 0
    }

    public func next() -> MarketTrade? {
        guard row < SyntheticTape.rows else { return nil }
        defer { row += 1 }
        let opening = walks.count * 2
        guard row >= opening else { return trade(walk: row / 2, row % 2 == 0 ? .sell : .buy, afterMilliseconds: 0) }
        // Of twenty trades, twelve are btc's, five ltc's and three eur's.
        let draw = generator.below(20)
        let walk = draw < 12 ? 0 : draw < 17 ? 1 : 2
        walks[walk].step(&generator, rowsLeft: SyntheticTape.rows - row)
        let millisecond = (row - opening + 1) * 1_000 - generator.below(900)
        return trade(walk: walk, generator.below(2) == 0 ? .buy : .sell, afterMilliseconds: millisecond)
    }

    private func trade(walk index: Int, _ side: Side, afterMilliseconds millisecond: Int) -> MarketTrade {
        let walk = walks[index]
        let ticks = walk.middle + (side == .buy ? walk.halfSpread : -walk.halfSpread)
        // A product of two draws: many small trades, a few large ones.
        let lots = 1 + generator.below(walk.lotsRoot) * generator.below(walk.lotsRoot)
        return MarketTrade(
            pair: walk.pair, price: ExactDecimal(units: Int128(ticks) * walk.tick.units),
            quantity: ExactDecimal(units: Int128(lots) * walk.lot.units), takerSide: side,
            at: SyntheticTape.start.advanced(byNanoseconds: Int64(millisecond) * 1_000_000))
    }

    private static let firstWalks = [
        Walk(pair: "btc_usd", home: 230_000, reach: 8_000, swing: 280, halfSpread: 60, lot: 2, lotsRoot: 14),
        Walk(pair: "ltc_usd", home: 3_000, reach: 150, swing: 8, halfSpread: 2, lot: 1, lotsRoot: 12),
        Walk(pair: "eur_usd", home: 1_080, reach: 8, swing: 2, halfSpread: 1, lot: 0, lotsRoot: 15),
    ]
}

/// A price that wanders, in thousandths of the quote coin.
private struct Walk {
    let pair: Pair
    /// Where it begins and ends.
    let home: Int64
    /// How far from home it may go.
    let reach: Int64
    /// How far one trade may move it.
    let swing: Int64
    let halfSpread: Int64
    /// The least quantity is 10^-lotDecimals.
    let lot: ExactDecimal
    let lotsRoot: Int
    let tick = ExactDecimal.step(decimals: 3)
    var middle: Int64
    /// The level that it is drawn to.
    private var level: Int64

    init(pair: Pair, home: Int64, reach: Int64, swing: Int64, halfSpread: Int64, lot: Int, lotsRoot: Int) {
        self.pair = pair
        self.home = home
        self.reach = reach
        self.swing = swing
        self.halfSpread = halfSpread
        self.lot = .step(decimals: lot)
        self.lotsRoot = lotsRoot
        middle = home
        level = home
    }

    /// Moves by a draw, a fortieth of the way to the level, and in the last five minutes home.
    mutating func step(_ generator: inout SplitMix64, rowsLeft: Int) {
        let bound = reach - halfSpread
        if generator.below(120) == 0 {
            level = home - bound + Int64(generator.below(Int(2 * bound + 1)))
        }
        let isGoingHome = rowsLeft < 300
        let draw = Int64(generator.below(Int(2 * swing + 1))) - swing
        middle += draw + ((isGoingHome ? home : level) - middle) / (isGoingHome ? 10 : 40)
        middle = min(max(middle, home - bound), home + bound)
    }
}
