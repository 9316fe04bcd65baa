import CommandGrammar
import Exchange
import OrderEngine
import Trading

/// Turns what was typed into figures: `50%` into coins, `last-1%` into a price, `18:00` into a moment.
///
/// What has to be rounded on the way is rounded so that the trader never gets more than was asked for, nor pays a worse
/// price, and `notes` says it.
struct OrderResolver {
    let market: MarketView
    let zone: TimeZoneRules
    let account: AccountID
    let now: Timestamp
    let line: String
    /// What the reply has to say besides.
    var notes: [String] = []

    init(market: MarketView, zone: TimeZoneRules, account: AccountID, now: Timestamp, line: String) {
        self.market = market
        self.zone = zone
        self.account = account
        self.now = now
        self.line = line
    }

    // MARK: Prices

    mutating func price(
        _ expression: Located<PriceExpression>, of pair: Pair, for side: Side, isTrigger: Bool = false
    ) throws(Refusal) -> TicketPrice {
        switch expression.value {
        case .limit(let price): return .limit(price)
        case .market: return .market
        case .relative(let reference, let offset):
            let ticker = market.ticker(of: pair)
            let found: ExactDecimal? =
                switch reference {
                case .bid: ticker?.bid
                case .ask: ticker?.ask
                case .last: ticker?.last
                }
            guard let base = found else {
                throw Refusal(.noMarket, "no \(reference.rawValue) of \(pair) yet", at: expression.span)
            }
            // A seller's trigger is below the market, a buyer's above it: away from it is the other way.
            let rounding: Rounding = (side == .buy) == isTrigger ? .up : .down
            return .limit(try offsetPrice(base, offset, of: pair, rounding, at: expression.span))
        }
    }

    /// A buyer's price is rounded down to the tick, a seller's up: never worse than what was typed. A trigger is rounded away from
    /// the market: never nearer than what was typed.
    private mutating func offsetPrice(
        _ base: ExactDecimal, _ offset: PriceOffset?, of pair: Pair, _ rounding: Rounding, at span: Span
    ) throws(Refusal) -> ExactDecimal {
        guard let tick = market.rules(of: pair)?.priceTick else {
            throw Refusal(.unknownPair, "\(pair) is not traded on this exchange", at: span)
        }
        do {
            let exact: ExactDecimal
            switch offset {
            case nil: exact = base
            case .absolute(let distance): exact = try base.adding(distance)
            case .percent(let percent):
                let share = try percent.divided(by: 100, rounding: .exact)
                exact = try base.multiplied(by: try ExactDecimal.one.adding(share), rounding: rounding)
            }
            let rounded = try exact.rounded(toMultipleOf: tick, rounding)
            guard rounded.isPositive else {
                throw Refusal(.outOfRange, "the price would be \(rounded)", at: span)
            }
            if rounded != exact { notes.append("the price \(exact) is rounded to \(rounded)") }
            return rounded
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal(.outOfRange, "price too large", at: span)
        }
    }

    /// A price that has to be a limit: a trigger, the price after it.
    mutating func limit(
        _ expression: Located<PriceExpression>, of pair: Pair, for side: Side, isTrigger: Bool = false
    ) throws(Refusal) -> ExactDecimal {
        guard case .limit(let price) = try price(expression, of: pair, for: side, isTrigger: isTrigger) else {
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
