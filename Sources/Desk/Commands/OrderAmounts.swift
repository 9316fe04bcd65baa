import CommandGrammar
import Exchange
import OrderEngine
import Trading

/// How much an order is for, in the base coin, and what it may spend where that is what was typed.
struct OrderSize: Hashable {
    var quantity: ExactDecimal
    /// As `OrderTicket.cashQuantity`.
    var cashQuantity: ExactDecimal?
}

/// Amounts: `0.5`, `100 usd`, `50%`, `all`.
///
/// What is typed in the quote coin, or as a share of it, is a cap: never exceeded, with the fee, whatever the price and the
/// rounding, and spent as far as the book and the protection allow.
extension OrderResolver {
    /// The size of an order at `price`.
    mutating func size(
        _ amount: Located<AmountExpression>, of pair: Pair, side: Side, at price: TicketPrice
    ) throws(Refusal) -> OrderSize {
        try within(amount.span) { resolver in
            let rules = try resolver.rules(of: pair)
            let budget: Budget
            switch try resolver.meant(by: amount, rules, side) {
            case .quantity(let quantity): return OrderSize(quantity: quantity)
            case .budget(let found): budget = found
            }
            switch price {
            case .limit(let limit):
                guard limit.isPositive else {
                    throw Refusal(.outOfRange, "a price must be above zero, found \(limit)", at: amount.span)
                }
                return OrderSize(quantity: try resolver.quantity(budget, at: limit, "at \(limit)", rules, side))
            case .market:
                return try resolver.size(budget, atMarketOf: rules, side)
            }
        }
    }

    /// The size of a ladder: all its orders together are within what was typed, each rounded as it will be.
    mutating func size(
        _ amount: Located<AmountExpression>, of command: SliceCommand, side: Side
    ) throws(Refusal) -> ExactDecimal {
        let range = command.range.value
        return try within(amount.span) { resolver in
            let rules = try resolver.rules(of: command.pair.value)
            let budget: Budget
            switch try resolver.meant(by: amount, rules, side) {
            case .quantity(let quantity): return quantity
            case .budget(let found): budget = found
            }
            let middle = try range.low.adding(range.high).divided(by: 2, rounding: .up)
            guard middle.isPositive else { return .zero }
            func ladder(_ quantity: ExactDecimal) -> SliceLadder? {
                try? SliceLadder(
                    low: range.low, high: range.high, includesHigh: range.includesHigh, count: command.count.value,
                    quantity: quantity, rules: rules, childrenMax: resolver.market.slicedChildrenMax)
            }
            func cost(_ ladder: SliceLadder) -> ExactDecimal {
                ladder.rungs.reduce(.zero) { $0 + OrderResolver.cost(side, $1.price, $1.quantity, rules) }
            }
            var quantity = try budget.most.divided(by: OrderResolver.cost(side, middle, .one, rules), rounding: .down)
                .rounded(toMultipleOf: rules.quantityStep, .down)
            // What a ladder costs grows evenly with its quantity, but for the rounding of its orders.
            if let first = ladder(quantity) {
                let whole = cost(first)
                if whole.isPositive {
                    quantity = try budget.most.multiplied(by: quantity, rounding: .down).divided(
                        by: whole, rounding: .down
                    )
                    .rounded(toMultipleOf: rules.quantityStep, .down)
                }
                // By as much as is surely too much, so that a wide range takes a few rounds and not one for each step.
                let dearest = OrderResolver.cost(side, range.high, .one, rules)
                while quantity.isPositive, let next = ladder(quantity), cost(next) > budget.most {
                    let excess = try (cost(next) - budget.most).divided(by: dearest, rounding: .down)
                        .rounded(toMultipleOf: rules.quantityStep, .down)
                    quantity -= max(excess, rules.quantityStep)
                }
            }
            resolver.note(budget, "over \(range.words)", quantity, isRounded: true, rules, side)
            try resolver.checkLeast(budget, quantity, at: middle, rules, side)
            return quantity
        }
    }

    // MARK: What was meant

    /// An amount of the quote coin that may be spent, or that a sale is to bring.
    struct Budget {
        let most: ExactDecimal
        /// `100 usd`, `50% of 1000 usd`.
        let words: String
        let span: Span
    }

    private enum Meant {
        case quantity(ExactDecimal)
        case budget(Budget)
    }

    private mutating func meant(
        by amount: Located<AmountExpression>, _ rules: PairRules, _ side: Side
    ) throws -> Meant {
        switch amount.value {
        case .base(let quantity):
            return .quantity(quantity)
        case .quote(let value):
            return .budget(Budget(most: value, words: "\(value) \(rules.pair.quote)", span: amount.span))
        case .percent(let percent):
            return try share(try percent.divided(by: 100, rounding: .exact), "\(percent)%", amount.span, rules, side)
        case .all:
            return try share(.one, "all", amount.span, rules, side)
        }
    }

    /// A share of what is free of the coin that the order spends.
    private mutating func share(
        _ share: ExactDecimal, _ words: String, _ span: Span, _ rules: PairRules, _ side: Side
    ) throws -> Meant {
        let coin = rules.reservedCoin(for: side)
        let funds = market.funds(in: coin)
        let free = funds.free
        guard free.isPositive else {
            let foreign =
                funds.foreign.isPositive ? "; \(funds.foreign) is in orders that were not made here: orders" : ""
            throw Refusal(.insufficientFunds, "no \(coin) is free\(foreign)", at: span)
        }
        let spent = try free.multiplied(by: share, rounding: .down)
        let budget = Budget(most: spent, words: "\(words) of \(free) \(coin)", span: span)
        guard side == .sell else { return .budget(budget) }
        let quantity = try spent.rounded(toMultipleOf: rules.quantityStep, .down)
        // That all is all need not be said.
        if quantity != free { note(budget, "", quantity, isRounded: quantity != spent, rules, side) }
        return .quantity(quantity)
    }

    // MARK: What it comes to

    /// What a unit, or some of them, cost a buyer with the fee, or bring a seller before it; in the quote coin.
    private static func cost(
        _ side: Side, _ price: ExactDecimal, _ quantity: ExactDecimal, _ rules: PairRules
    ) -> ExactDecimal {
        side == .buy ? rules.reservation(side: .buy, price: price, quantity: quantity) : price.times(quantity)
    }

    private mutating func quantity(
        _ budget: Budget, at price: ExactDecimal, _ words: String, _ rules: PairRules, _ side: Side
    ) throws -> ExactDecimal {
        let rate = side == .buy && rules.feeBasis == .quote ? ExactDecimal.one + rules.feeRate : .one
        let exact = try budget.most.divided(by: rate, rounding: .down).divided(by: price, rounding: .down)
        let quantity = try exact.rounded(toMultipleOf: rules.quantityStep, .down)
        note(budget, words, quantity, isRounded: quantity != exact, rules, side)
        try checkLeast(budget, quantity, at: price, rules, side)
        return quantity
    }

    private mutating func size(_ budget: Budget, atMarketOf rules: PairRules, _ side: Side) throws -> OrderSize {
        let pair = rules.pair
        let ticker = market.ticker(of: pair)
        guard let touch = side == .buy ? ticker?.ask ?? ticker?.last : ticker?.bid ?? ticker?.last else {
            throw Refusal(.noMarket, "no price of \(pair) yet", at: budget.span)
        }
        let bound = try market.protection(from: touch, side, rules)
        if let depth = market.book(of: pair) {
            let levels = side == .buy ? depth.asks : depth.bids
            let walk = try OrderResolver.walk(levels, to: bound, spending: budget.most, rules, side)
            if let average = walk.average {
                note(budget, "at about \(average)", walk.quantity, isRounded: true, rules, side)
                try checkLeast(budget, walk.quantity, at: touch, rules, side)
                return OrderSize(quantity: walk.quantity, cashQuantity: side == .buy ? budget.most : nil)
            }
        }
        // What the book is when the order comes to it nobody knows: it is for what is paid for at the worst price that it may
        // trade at. A sale brings less than the touch the further it goes.
        guard side == .buy else {
            let price = try touch.rounded(toMultipleOf: rules.priceTick, .down)
            return OrderSize(
                quantity: try quantity(budget, at: max(price, rules.priceTick), "at \(price)", rules, side))
        }
        let words = "at \(bound), the most that it may pay"
        return OrderSize(quantity: try quantity(budget, at: bound, words, rules, side))
    }

    /// How much a budget buys, or has to be sold for it, down a book as far as `bound`, and at which price on average.
    private static func walk(
        _ levels: [DepthLevel], to bound: ExactDecimal, spending budget: ExactDecimal, _ rules: PairRules, _ side: Side
    ) throws -> (quantity: ExactDecimal, average: ExactDecimal?) {
        var (left, quantity, value) = (budget, ExactDecimal.zero, ExactDecimal.zero)
        for level in levels {
            guard side == .buy ? level.price <= bound : level.price >= bound else { break }
            let affordable = try left.divided(by: cost(side, level.price, .one, rules), rounding: .down)
                .rounded(toMultipleOf: rules.quantityStep, .down)
            let taken = min(level.quantity ?? affordable, affordable)
            quantity += taken
            value += level.price.times(taken)
            left -= cost(side, level.price, taken, rules)
            guard let size = level.quantity, taken == size else { break }
        }
        guard quantity.isPositive else { return (quantity, levels.first?.price) }
        let average = try value.divided(by: quantity, rounding: .nearest)
        return (quantity, try average.rounded(toMultipleOf: rules.priceTick, .nearest))
    }

    // MARK: What is said of it

    private mutating func note(
        _ budget: Budget, _ price: String, _ quantity: ExactDecimal, isRounded: Bool, _ rules: PairRules, _ side: Side
    ) {
        let fee = side == .buy && rules.feeBasis == .quote && rules.feeRate.isPositive ? ", the fee included" : ""
        notes.append(
            "\(budget.words)\(price.isEmpty ? "" : " \(price)") is \(quantity) \(rules.pair.base)\(fee)\(isRounded ? ", rounded down" : "")"
        )
    }

    /// A budget that does not come to the least order says what would.
    private func checkLeast(
        _ budget: Budget, _ quantity: ExactDecimal, at price: ExactDecimal, _ rules: PairRules, _ side: Side
    ) throws {
        let least = try max(rules.quantityMin, rules.valueMin.divided(by: price, rounding: .up))
            .rounded(toMultipleOf: rules.quantityStep, .up)
        guard quantity < least else { return }
        let needed = OrderResolver.cost(side, price, least, rules)
        throw Refusal(
            .belowMinimum,
            "\(budget.words) comes to \(quantity) \(rules.pair.base) at \(price); the minimum order of \(rules.pair) is \(least) \(rules.pair.base), "
                + "for which \(needed) \(rules.pair.quote) is needed", at: budget.span)
    }

    private func rules(of pair: Pair) throws(Refusal) -> PairRules {
        guard let rules = market.rules(of: pair) else {
            throw Refusal(.unknownPair, "\(pair) is not traded on this exchange")
        }
        return rules
    }

    private mutating func within<Result>(
        _ span: Span, _ body: (inout OrderResolver) throws -> Result
    ) throws(Refusal) -> Result {
        do {
            return try body(&self)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal(.outOfRange, "amount too large", at: span)
        }
    }
}
