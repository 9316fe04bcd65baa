public import Trading

/// An order to place, as it was typed: a case for each form that a line can have.
public enum PlaceCommand: Hashable, Sendable {
    case order(OrderCommand)
    case slice(SliceCommand)
    case pair(PairCommand)
    case stop(StopCommand)
    case trail(TrailCommand)

    /// The word that its line begins with.
    public var verb: String {
        switch self {
        case .order(let order): order.side.rawValue
        case .slice: "slice"
        case .pair: "pair"
        case .stop: "stop"
        case .trail: "trail"
        }
    }

    /// How much it is to be, and of which pair.
    public var amountAndPair: (amount: AmountExpression, pair: Pair) {
        switch self {
        case .order(let order): (order.amount.value, order.pair.value)
        case .slice(let slice): (slice.amount.value, slice.pair.value)
        case .pair(let pair): (pair.entry.amount.value, pair.entry.pair.value)
        case .stop(let stop): (stop.amount.value, stop.pair.value)
        case .trail(let trail): (trail.amount.value, trail.pair.value)
        }
    }
}

/// `buy AMOUNT PAIR at PRICE ...`, `sell AMOUNT PAIR at PRICE stop TRIGGER ...`
public struct OrderCommand: Hashable, Sendable {
    public var side: Side
    public var amount: Located<AmountExpression>
    public var pair: Located<Pair>
    public var price: Located<PriceExpression>
    /// With a stop the order is a one-cancels-the-other.
    public var stop: StopClause?
    public var conditions: OrderConditions

    public init(
        side: Side, amount: Located<AmountExpression>, pair: Located<Pair>, price: Located<PriceExpression>,
        stop: StopClause? = nil, conditions: OrderConditions = OrderConditions()
    ) {
        self.side = side
        self.amount = amount
        self.pair = pair
        self.price = price
        self.stop = stop
        self.conditions = conditions
    }
}

/// A trigger, and what the order becomes there: `265`, `265 limit 264`, `265 market`.
public struct StopClause: Hashable, Sendable {
    public var trigger: Located<PriceExpression>
    /// nil: a limit at the trigger.
    public var then: Located<PriceExpression>?

    public init(trigger: Located<PriceExpression>, then: Located<PriceExpression>? = nil) {
        self.trigger = trigger
        self.then = then
    }
}

/// `slice [buy|sell] AMOUNT PAIR LOW..HIGH xN`
public struct SliceCommand: Hashable, Sendable {
    /// nil: inferred from where the market is.
    public var side: Side?
    public var amount: Located<AmountExpression>
    public var pair: Located<Pair>
    public var range: Located<PriceRange>
    public var count: Located<Int>
    public var conditions: OrderConditions

    public init(
        side: Side?, amount: Located<AmountExpression>, pair: Located<Pair>, range: Located<PriceRange>,
        count: Located<Int>, conditions: OrderConditions = OrderConditions()
    ) {
        self.side = side
        self.amount = amount
        self.pair = pair
        self.range = range
        self.count = count
        self.conditions = conditions
    }
}

/// `195..199` or, without its upper end, `195..<199`. Low is below high.
public struct PriceRange: Hashable, Sendable {
    public var low: ExactDecimal
    public var high: ExactDecimal
    public var includesHigh: Bool

    public init(low: ExactDecimal, high: ExactDecimal, includesHigh: Bool) {
        self.low = low
        self.high = high
        self.includesHigh = includesHigh
    }
}

/// `pair buy AMOUNT PAIR at PRICE [then PRICE2]`
public struct PairCommand: Hashable, Sendable {
    public var entry: OrderCommand
    public var contraPrice: Located<PriceExpression>?

    public init(entry: OrderCommand, contraPrice: Located<PriceExpression>? = nil) {
        self.entry = entry
        self.contraPrice = contraPrice
    }
}

/// `stop sell AMOUNT PAIR at TRIGGER [limit PRICE|market]`
public struct StopCommand: Hashable, Sendable {
    public var side: Side
    public var amount: Located<AmountExpression>
    public var pair: Located<Pair>
    public var clause: StopClause
    public var conditions: OrderConditions

    public init(
        side: Side, amount: Located<AmountExpression>, pair: Located<Pair>, clause: StopClause,
        conditions: OrderConditions = OrderConditions()
    ) {
        self.side = side
        self.amount = amount
        self.pair = pair
        self.clause = clause
        self.conditions = conditions
    }
}

/// `trail sell AMOUNT PAIR by 2%|by 5 [until WHEN|for DURATION|day]`
public struct TrailCommand: Hashable, Sendable {
    public var side: Side
    public var amount: Located<AmountExpression>
    public var pair: Located<Pair>
    /// How far behind the best price the trigger follows; above zero.
    public var distance: Located<PriceOffset>
    public var conditions: OrderConditions

    public init(
        side: Side, amount: Located<AmountExpression>, pair: Located<Pair>, distance: Located<PriceOffset>,
        conditions: OrderConditions = OrderConditions()
    ) {
        self.side = side
        self.amount = amount
        self.pair = pair
        self.distance = distance
        self.conditions = conditions
    }
}
