import CommandGrammar
import OrderEngine
import Trading

/// Turns what was typed into figures: `50%` into coins, `last-1%` into a price, `18:00` into a moment.
///
/// What has to be rounded on the way is rounded so that the trader never gets more than was asked for, nor pays a worse
/// price, and `notes` says it.
struct OrderResolver {
    let engine: OrderEngine
    let zone: TimeZoneRules
    let account: AccountID
    let now: Timestamp
    let line: String
    /// What the reply has to say besides.
    var notes: [String] = []

    init(engine: OrderEngine, zone: TimeZoneRules, account: AccountID, now: Timestamp, line: String) {
        self.engine = engine
        self.zone = zone
        self.account = account
        self.now = now
        self.line = line
    }

    // MARK: Prices

    mutating func price(
        _ expression: Located<PriceExpression>, of pair: Pair, for side: Side
    ) throws(Refusal) -> TicketPrice {
        switch expression.value {
        case .limit(let price): return .limit(price)
        case .market: return .market
        case .relative(let reference, let offset):
            let ticker = engine.market[pair]
            let found: ExactDecimal? =
                switch reference {
                case .bid: ticker?.bid
                case .ask: ticker?.ask
                case .last: ticker?.last
                }
            guard let base = found else {
                throw Refusal(.noMarket, "no \(reference.rawValue) of \(pair) has been seen yet", at: expression.span)
            }
            return .limit(try offsetPrice(base, offset, of: pair, for: side, at: expression.span))
        }
    }

    /// A buyer's price is rounded down to the tick, a seller's up: never worse than what was typed.
    private mutating func offsetPrice(
        _ base: ExactDecimal, _ offset: PriceOffset?, of pair: Pair, for side: Side, at span: Span
    ) throws(Refusal) -> ExactDecimal {
        guard let tick = engine.rules[pair]?.priceTick else {
            throw Refusal(.unknownPair, "\(pair) is not traded on this exchange", at: span)
        }
        do {
            let exact: ExactDecimal
            switch offset {
            case nil: exact = base
            case .absolute(let distance): exact = try base.adding(distance)
            case .percent(let percent):
                let share = try percent.divided(by: 100, rounding: .exact)
                exact = try base.multiplied(
                    by: try ExactDecimal.one.adding(share), rounding: side == .buy ? .down : .up)
            }
            let rounded = try exact.rounded(toMultipleOf: tick, side == .buy ? .down : .up)
            guard rounded.isPositive else {
                throw Refusal(.outOfRange, "that comes to a price of \(rounded)", at: span)
            }
            if rounded != exact { notes.append("the price \(exact) is rounded to \(rounded)") }
            return rounded
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal(.outOfRange, "that price is beyond what can be counted", at: span)
        }
    }

    /// A price that has to be a limit: a trigger, the price after it.
    mutating func limit(
        _ expression: Located<PriceExpression>, of pair: Pair, for side: Side
    ) throws(Refusal) -> ExactDecimal {
        guard case .limit(let price) = try price(expression, of: pair, for: side) else {
            throw Refusal(.unexpectedWord, "expected a PRICE here, found market", at: expression.span)
        }
        return price
    }

    mutating func triggered(
        _ clause: StopClause, trigger: ExactDecimal, of pair: Pair, for side: Side
    ) throws(Refusal) -> TriggeredPrice {
        guard let then = clause.then else { return .limit(trigger) }
        switch try price(then, of: pair, for: side) {
        case .market: return .market
        case .limit(let price): return .limit(price)
        }
    }

    // MARK: Amounts

    /// The amount in the base coin. `reference` is the price at which an amount of the quote coin is turned into base.
    mutating func quantity(
        _ amount: Located<AmountExpression>, of pair: Pair, side: Side, at reference: TicketPrice
    ) throws(Refusal) -> ExactDecimal {
        guard let rules = engine.rules[pair] else {
            throw Refusal(.unknownPair, "\(pair) is not traded on this exchange")
        }
        do {
            switch amount.value {
            case .base(let quantity):
                return quantity
            case .quote(let value):
                let price = try referencePrice(reference, of: pair, for: side, at: amount.span)
                let exact = try value.divided(by: price, rounding: .down)
                return try rounded(exact, rules, "\(value) \(pair.quote) at \(price)")
            case .percent(let percent):
                return try share(
                    try percent.divided(by: 100, rounding: .exact), "\(percent)%", amount, rules, side, reference)
            case .all:
                return try share(.one, "all", amount, rules, side, reference)
            }
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal(.outOfRange, "that amount is beyond what can be counted", at: amount.span)
        }
    }

    /// A share of what is free of the coin that the order spends; a buyer's fee is taken out of it first.
    private mutating func share(
        _ share: ExactDecimal, _ words: String, _ amount: Located<AmountExpression>, _ rules: PairRules, _ side: Side,
        _ reference: TicketPrice
    ) throws -> ExactDecimal {
        let coin = rules.reservedCoin(for: side)
        let free = engine.funds(of: account, in: coin).free
        guard free.isPositive else {
            throw Refusal(.insufficientFunds, "no \(coin) is free", at: amount.span)
        }
        let spent = try free.multiplied(by: share, rounding: .down)
        guard side == .buy else { return try rounded(spent, rules, "\(words) of \(free) \(coin)") }
        let price = try referencePrice(reference, of: rules.pair, for: side, at: amount.span)
        let rate = rules.feeBasis == .quote ? ExactDecimal.one + rules.feeRate : .one
        let exact = try spent.divided(by: rate, rounding: .down).divided(by: price, rounding: .down)
        return try rounded(exact, rules, "\(words) of \(free) \(coin) at \(price)")
    }

    private func referencePrice(
        _ reference: TicketPrice, of pair: Pair, for side: Side, at span: Span
    ) throws -> ExactDecimal {
        switch reference {
        case .limit(let price):
            guard price.isPositive else { throw Refusal(.outOfRange, "a price is above zero, not \(price)", at: span) }
            return price
        case .market:
            let ticker = engine.market[pair]
            guard let price = side == .buy ? ticker?.ask ?? ticker?.last : ticker?.bid ?? ticker?.last else {
                throw Refusal(.noMarket, "no price of \(pair) has been seen yet", at: span)
            }
            // What an order at the market reserves is rounded up to the tick; so is the price that an amount is cut by.
            guard let tick = engine.rules[pair]?.priceTick else { return price }
            return try price.rounded(toMultipleOf: tick, side == .buy ? .up : .down)
        }
    }

    private mutating func rounded(
        _ exact: ExactDecimal, _ rules: PairRules, _ words: String
    ) throws(DecimalError) -> ExactDecimal {
        let rounded = try exact.rounded(toMultipleOf: rules.quantityStep, .down)
        notes.append("\(words) is \(rounded) \(rules.pair.base)\(rounded == exact ? "" : ", rounded down")")
        return rounded
    }

    // MARK: Time

    mutating func timeInForce(_ conditions: OrderConditions) throws(Refusal) -> TimeInForce {
        if conditions.isImmediateOrCancel { return .immediateOrCancel }
        if conditions.isFillOrKill { return .fillOrKill }
        guard let expiry = conditions.expiry else { return .goodTillCanceled }
        let moment: Moment
        do {
            moment = try zone.moment(of: expiry.value, after: now, at: expiry.span)
        } catch {
            // The span is that of the whole condition, the calendar's suggestion only of the moment in it.
            var refusal = error
            if case .until = expiry.value { refusal.suggestion = error.suggestion.map { "until \($0)" } }
            throw refusal
        }
        if let note = moment.note { notes.append(note) }
        if case .day = expiry.value { return .day(moment.at) }
        return .goodTillDate(moment.at)
    }
}
