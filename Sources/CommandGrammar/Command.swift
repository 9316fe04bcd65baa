public import Trading

/// Something read from a line, and where it stood, so that a later refusal can point at it.
public struct Located<Value: Hashable & Sendable>: Hashable, Sendable {
    public var value: Value
    public var span: Span

    public init(_ value: Value, at span: Span) {
        self.value = value
        self.span = span
    }
}

/// What one line asks for. Everything that depends on the account, the market or the clock is still as it was typed.
public enum Command: Hashable, Sendable {
    // Getting in
    case login(LoginMethod)
    /// Without a password it is asked for, twice.
    case register(user: String, password: String?)
    case logout
    /// Ends the connection.
    case quit
    case whoami
    /// `keep-tokens`: tokens go on working, and nobody is asked about them.
    case password(keepsTokens: Bool)
    case tokenNew(name: String, scope: TokenScope, lifetimeSeconds: Int64?)
    case tokens
    case tokenDrop(name: String)

    // Orders
    case place(PlaceCommand)
    case contra(order: Located<OrderID>, price: Located<PriceExpression>, overridesGuard: Bool)
    case cancel(CancelTarget)
    case move(order: Located<OrderID>, change: OrderChange, overridesGuard: Bool)
    case orders(kind: OrderKind?, pair: Located<Pair>?)
    case orderDetail(Located<OrderID>)
    case why(Located<OrderID>)
    case report(ReportQuery)
    case reportDrift
    indirect case preview(Command, line: String)
    case go
    case undo
    case panic
    /// `resume` alone lifts a panic; with a sequence number it replays notifications.
    case resume(from: UInt64?)

    // Money and history
    case funds
    case fund(Located<Coin>)
    case summary
    /// What each exchange is, and whether it is up.
    case exchanges
    /// The exchange that the account trades at from now on; nil asks which it is.
    case use(exchange: Located<String>?)
    case trades(HistoryQuery)
    case transactions(HistoryQuery)
    case export(ExportQuery)

    // The market
    case price(Located<Pair>?)
    case depth(Located<Pair>, rows: Int?)
    case tape(Located<Pair>, rows: Int?)
    case pairs
    case fee(Located<Pair>)
    case chart(ChartSubject, durationSeconds: Int64?)
    case watch([Located<Pair>])
    /// nil stands for all.
    case unwatch([Located<Pair>]?)
    case alert(pair: Located<Pair>, direction: AlertDirection, price: Located<ExactDecimal>)
    case alerts
    case alertDrop(number: UInt64)

    // The account
    case settings
    case set(name: Located<String>, value: Located<String>)
    case keys(exchange: String?)
    case keysSet(exchange: String, key: String, secret: String)
    case keysDrop(exchange: String)
    case inbox(count: Int?)

    // The rest
    case help(topic: Located<String>?, isFull: Bool)
    case time
    case version
    case alias(name: Located<String>, command: Located<String>)
    case aliases
    case aliasDrop(name: Located<String>)
    /// Whether logging in takes a second factor; nil asks whether it does.
    case twoFactor(TwoFactorChange?)

    // The operator's, in paper mode
    case paper(PaperCommand)

    // The operator's
    case jobs
}

/// What to do about the second factor.
public enum TwoFactorChange: String, Hashable, Sendable, CaseIterable {
    case on
    case off
}

/// How somebody says who they are.
public enum LoginMethod: Hashable, Sendable {
    /// The next line is the password where it is nil.
    case password(user: String, password: String?)
    case token(String)
}

/// What a token may do.
public enum TokenScope: String, Hashable, Sendable, CaseIterable {
    case read
    case trade
}

/// How much: as typed.
public enum AmountExpression: Hashable, Sendable {
    /// Of the base coin.
    case base(ExactDecimal)
    /// Of the quote coin, to be turned into base at the price.
    case quote(ExactDecimal)
    /// Of what is free of the coin that the order spends: 50 is half.
    case percent(ExactDecimal)
    /// All that is free of the coin that the order spends.
    case all
}

/// At which price: as typed.
public enum PriceExpression: Hashable, Sendable {
    case limit(ExactDecimal)
    case market
    case relative(to: PriceReference, offset: PriceOffset?)
}

/// A price of the market that another is measured from.
public enum PriceReference: String, Hashable, Sendable, CaseIterable {
    case bid
    case ask
    case last
}

/// Added to a reference price; negative below it.
public enum PriceOffset: Hashable, Sendable {
    /// -1 is one percent below.
    case percent(ExactDecimal)
    /// In the quote coin.
    case absolute(ExactDecimal)
}

/// A moment as typed, in the account's time zone, still to be found on a calendar.
public enum When: Hashable, Sendable {
    /// The next time that clocks show this.
    case clock(ClockTime)
    case tomorrow(ClockTime?)
    /// The next such day: 0 is Monday. Midnight where no time is given.
    case weekday(Int, ClockTime?)
    /// Midnight where no time is given. A date that exists.
    case date(CivilDate, ClockTime?)
}

/// A time of day, to the minute.
public struct ClockTime: Hashable, Sendable {
    public let hour: Int
    public let minute: Int
    public let second: Int

    /// 0:00:00 to 23:59:59, or nil.
    public init?(hour: Int, minute: Int, second: Int = 0) {
        guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second) else { return nil }
        self.hour = hour
        self.minute = minute
        self.second = second
    }
}

/// How long an order is to work: as typed.
public enum Expiry: Hashable, Sendable {
    case until(When)
    case forSeconds(Int64)
    /// Until the account's midnight.
    case day
}

/// What follows the price of an order. The parser refuses words that exclude one another.
public struct OrderConditions: Hashable, Sendable {
    public var expiry: Located<Expiry>?
    public var isImmediateOrCancel: Bool
    public var isFillOrKill: Bool
    public var isPostOnly: Bool
    /// `anyway`: the trader means a price that the guard would refuse.
    public var overridesGuard: Bool

    public init(
        expiry: Located<Expiry>? = nil, isImmediateOrCancel: Bool = false, isFillOrKill: Bool = false,
        isPostOnly: Bool = false, overridesGuard: Bool = false
    ) {
        self.expiry = expiry
        self.isImmediateOrCancel = isImmediateOrCancel
        self.isFillOrKill = isFillOrKill
        self.isPostOnly = isPostOnly
        self.overridesGuard = overridesGuard
    }
}

/// Which orders to cancel.
public enum CancelTarget: Hashable, Sendable {
    /// In the order typed, each once.
    case orders([Located<OrderID>])
    case all(pair: Located<Pair>?)
    case kind(OrderKind)
    /// One that was not made here, by the exchange's own name for it.
    case foreign(id: Located<String>)
}

/// What to change about an open order.
public enum OrderChange: Hashable, Sendable {
    /// Its limit; of a stop, its trigger.
    case price(Located<PriceExpression>)
    /// Its trigger, also where it has a limit beside it.
    case trigger(Located<PriceExpression>)
    case amount(Located<AmountExpression>)
}

/// What a chart is of: a pair's price, or a coin's worth in the quote currency.
public enum ChartSubject: Hashable, Sendable {
    case pair(Located<Pair>)
    /// How much of it the account has.
    case coin(Located<Coin>)
    /// What the account is worth.
    case equity
}

/// What an admin does to the paper exchange by hand.
public enum PaperCommand: Hashable, Sendable {
    case quote(pair: Located<Pair>, bid: Located<ExactDecimal>, ask: Located<ExactDecimal>)
    case trade(
        pair: Located<Pair>, price: Located<ExactDecimal>, amount: Located<ExactDecimal>, takerSide: Side?)
    case transfer(PaperTransfer, user: Located<String>, amount: Located<ExactDecimal>, coin: Located<Coin>)
}

/// How an admin moves an account's money at the paper exchange; the raw value is the word for it.
public enum PaperTransfer: String, Hashable, Sendable, CaseIterable {
    case deposit
    case withdraw
    case credit
    case debit
}
