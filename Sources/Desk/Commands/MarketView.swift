import Exchange
import OrderEngine
import Trading

/// What the figures of a line are made from: an exchange's rules, its prices that are fresh, and what one account has there. Nothing of
/// it can be changed.
struct MarketView {
    private let seat: any SeatReading
    private let account: AccountID

    init(_ seat: any SeatReading, of account: AccountID) {
        self.seat = seat
        self.account = account
    }

    /// Nil where the exchange does not trade the pair.
    func rules(of pair: Pair) -> PairRules? { seat.engine.rules[pair] }

    /// Nil where no price is known, or none that is new enough to trade by.
    func ticker(of pair: Pair) -> Ticker? { seat.freshTicker(of: pair) }

    /// The book of an exchange that answers at once; an amount of the quote coin is spent down it. Nil where the book may have
    /// changed by the time an order comes to it.
    func book(of pair: Pair) -> MarketDepth? { seat.bookOfNow(of: pair) }

    func funds(in coin: Coin) -> Funds { seat.engine.funds(of: account, in: coin) }

    /// How far from `touch` a market order may trade: the protection, on the tick.
    func protection(
        from touch: ExactDecimal, _ side: Side, _ rules: PairRules
    ) throws(DecimalError) -> ExactDecimal {
        try seat.engine.protection(from: touch, side, rules)
    }

    /// The most orders of a sliced one.
    var slicedChildrenMax: Int { seat.engine.limits.slicedChildrenMax }
}
