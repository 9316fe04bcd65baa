public import Trading

/// How a sliced order is spread: which quantity at which price.
///
/// `195..199` spreads over both ends, `195..<199` leaves the upper one out, as the platform of 2015 did. Each price is
/// computed from the ends, not from the one before, and rounded to the nearest tick that does not lie outside the range; the quantities add up to the whole to
/// the last digit, what does not divide evenly going to the first ones, one step each.
public struct SliceLadder: Hashable, Sendable {
    /// One child of the sliced order.
    public struct Rung: Hashable, Sendable {
        /// In the quote coin.
        public let price: ExactDecimal
        /// In the base coin.
        public let quantity: ExactDecimal
    }

    /// From the lowest price up.
    public let rungs: [Rung]
    public let low: ExactDecimal

    public init(
        low: ExactDecimal, high: ExactDecimal, includesHigh: Bool, count: Int, quantity: ExactDecimal,
        rules: PairRules, childrenMax: Int
    ) throws(EngineRefusal) {
        guard low.isPositive, low < high else {
            throw EngineRefusal(.badRange, .range, "a range needs LOW above zero and below HIGH, found \(low)..\(high)")
        }
        guard quantity.isMultiple(of: rules.quantityStep) else {
            throw EngineRefusal(
                .offStep, .amount,
                "\(quantity) \(rules.pair.base) must be a multiple of \(rules.quantityStep) \(rules.pair.base) (\(rules.pair)'s amount step)",
                suggestion: (try? quantity.rounded(toMultipleOf: rules.quantityStep, .down))?.description)
        }
        guard count >= 1, count <= childrenMax else {
            throw EngineRefusal(
                .tooManyChildren, .count, "a sliced order has 1 to \(childrenMax) orders, not \(count)",
                suggestion: "x\(childrenMax)")
        }
        let largest = SliceLadder.largestCount(quantity: quantity, low: low, rules: rules)
        guard largest >= 1 else {
            throw EngineRefusal(
                .belowMinimum, .amount,
                "\(quantity) \(rules.pair.base) is below the minimum order of \(rules.pair), \(rules.quantityMin) \(rules.pair.base)"
            )
        }
        guard count <= largest else {
            throw EngineRefusal(
                .belowMinimum, .count,
                """
                \(count) orders of \(quantity) \(rules.pair.base) in all would be below the minimum order of \
                \(rules.pair), \(rules.quantityMin) \(rules.pair.base); the most that works is x\(largest)
                """, suggestion: "x\(largest)")
        }
        self.low = low
        do {
            let ends = try SliceLadder.ends(low, high, includesHigh, rules.priceTick)
            guard ends.lowest <= ends.highest else {
                throw EngineRefusal(
                    .badRange, .range,
                    "the range has no price of \(rules.pair) in it (tick \(rules.priceTick) \(rules.pair.quote))")
            }
            rungs = try SliceLadder.rungs(low, high, includesHigh, count, quantity, rules, ends)
        } catch let refusal as EngineRefusal {
            throw refusal
        } catch {
            throw EngineRefusal(.outOfRange, .range, "\(low) to \(high) is too large for a price")
        }
    }

    /// The most orders that a quantity can be cut into with none below the pair's minimum of quantity and value.
    public static func largestCount(quantity: ExactDecimal, low: ExactDecimal, rules: PairRules) -> Int {
        var least = rules.quantityMin
        if rules.valueMin.isPositive, let forValue = try? rules.valueMin.divided(by: low, rounding: .up) {
            least = max(least, forValue)
        }
        guard let leastInSteps = try? least.rounded(toMultipleOf: rules.quantityStep, .up) else { return 0 }
        // The smallest of N parts has floor(steps / N) steps.
        let steps = quantity.units / rules.quantityStep.units
        return Int(clamping: steps / max(1, leastInSteps.units / rules.quantityStep.units))
    }

    /// The lowest and the highest tick that lie in the range.
    private static func ends(
        _ low: ExactDecimal, _ high: ExactDecimal, _ includesHigh: Bool, _ tick: ExactDecimal
    ) throws(DecimalError) -> (lowest: ExactDecimal, highest: ExactDecimal) {
        let lowest = max(try low.rounded(toMultipleOf: tick, .up), tick)
        let highest = try high.rounded(toMultipleOf: tick, .down)
        return (lowest, !includesHigh && highest == high ? highest - tick : highest)
    }

    private static func rungs(
        _ low: ExactDecimal, _ high: ExactDecimal, _ includesHigh: Bool, _ count: Int, _ quantity: ExactDecimal,
        _ rules: PairRules, _ ends: (lowest: ExactDecimal, highest: ExactDecimal)
    ) throws(DecimalError) -> [Rung] {
        let gaps = max(1, includesHigh ? count - 1 : count)
        let steps = quantity.units / rules.quantityStep.units
        let (each, left) = steps.quotientAndRemainder(dividingBy: Int128(count))
        var rungs: [Rung] = []
        rungs.reserveCapacity(count)
        for index in 0..<count {
            let offset = try (high - low).multiplied(by: ExactDecimal(index)).divided(
                by: ExactDecimal(gaps), rounding: .nearest)
            let nearest = try low.adding(offset).rounded(toMultipleOf: rules.priceTick, .nearest)
            let price = min(max(nearest, ends.lowest), ends.highest)
            let share = each + (Int128(index) < left ? 1 : 0)
            rungs.append(Rung(price: price, quantity: ExactDecimal(units: share * rules.quantityStep.units)))
        }
        return rungs
    }
}
