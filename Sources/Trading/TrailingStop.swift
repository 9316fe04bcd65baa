/// A stop's trigger that follows the market at a distance: up behind a sale's, down behind a buy's, and never back.
///
/// The trigger is a multiple of the pair's price step, and everything that it will ever be follows from what is here and
/// the trades to come. A best price that did not move it by a whole step need not be remembered: one as good would not
/// move it either.
public struct TrailingStop: Hashable, Sendable {
    /// How far behind the best price the trigger stays.
    public enum Distance: Hashable, Sendable {
        /// In the quote coin.
        case absolute(ExactDecimal)
        /// Of the best price: 2 is 2%. Below 100.
        case percent(ExactDecimal)
    }

    public let distance: Distance
    /// What the trigger moves in, in the quote coin.
    public let step: ExactDecimal
    public private(set) var trigger: ExactDecimal
    /// The price of the market that the trigger was last moved by, and when it traded there.
    public private(set) var best: ExactDecimal
    public private(set) var bestAt: Timestamp

    /// As it was written.
    public init(
        distance: Distance, step: ExactDecimal, trigger: ExactDecimal, best: ExactDecimal, bestAt: Timestamp
    ) {
        self.distance = distance
        self.step = step
        self.trigger = trigger
        self.best = best
        self.bestAt = bestAt
    }

    /// One that begins behind a price of the market. Throws where the figures leave what can be counted.
    public init(
        _ distance: Distance, behind price: ExactDecimal, at time: Timestamp, side: Side, step: ExactDecimal
    ) throws(DecimalError) {
        self.init(
            distance: distance, step: step,
            trigger: try TrailingStop.trigger(distance, behind: price, side: side, step: step), best: price,
            bestAt: time)
    }

    /// The same with its trigger further on.
    public func moved(to trigger: ExactDecimal, by price: ExactDecimal, at time: Timestamp) -> TrailingStop {
        TrailingStop(distance: distance, step: step, trigger: trigger, best: price, bestAt: time)
    }

    /// Where the trigger goes when the market trades at a price; nil where it stays.
    public func trigger(following price: ExactDecimal, side: Side) -> ExactDecimal? {
        guard let next = try? TrailingStop.trigger(distance, behind: price, side: side, step: step) else { return nil }
        return (side == .sell ? next > trigger : next < trigger) ? next : nil
    }

    /// The least price, for a buy the highest, at which the trigger moves; nil where it never can again.
    public func movesFrom(side: Side) -> ExactDecimal? {
        do {
            switch (side, distance) {
            case (.sell, .absolute(let behind)): return try trigger.adding(step).adding(behind)
            case (.sell, .percent(let percent)):
                let rate = ExactDecimal.one - (try percent.divided(by: 100, rounding: .exact))
                return try trigger.adding(step).divided(by: rate, rounding: .up)
            case (.buy, .absolute(let behind)):
                let price = trigger - step - behind
                return price.isPositive ? price : nil
            case (.buy, .percent(let percent)):
                let rate = ExactDecimal.one + (try percent.divided(by: 100, rounding: .exact))
                let price = try (trigger - step).divided(by: rate, rounding: .down)
                return price.isPositive ? price : nil
            }
        } catch {
            return nil
        }
    }

    /// Rounded to the step away from the market, so that it is never nearer than was asked for.
    private static func trigger(
        _ distance: Distance, behind price: ExactDecimal, side: Side, step: ExactDecimal
    ) throws(DecimalError) -> ExactDecimal {
        let exact: ExactDecimal
        switch (side, distance) {
        case (.sell, .absolute(let behind)): exact = try price.adding(-behind)
        case (.buy, .absolute(let behind)): exact = try price.adding(behind)
        case (.sell, .percent(let percent)):
            let rate = ExactDecimal.one - (try percent.divided(by: 100, rounding: .exact))
            exact = try price.multiplied(by: rate, rounding: .down)
        case (.buy, .percent(let percent)):
            let rate = ExactDecimal.one + (try percent.divided(by: 100, rounding: .exact))
            exact = try price.multiplied(by: rate, rounding: .up)
        }
        return try exact.rounded(toMultipleOf: step, side == .sell ? .down : .up)
    }
}
