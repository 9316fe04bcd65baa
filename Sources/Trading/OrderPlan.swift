/// What a stop becomes when its trigger fires.
public enum TriggeredPrice: Hashable, Sendable {
    case limit(ExactDecimal)
    case market
}

/// What the desk does for an order beyond handing it to the exchange.
public enum OrderPlan: Hashable, Sendable {
    /// Nothing: it is one order at the exchange.
    case none
    /// The parent of `count` children spread over the range; itself never at the exchange.
    case sliced(low: ExactDecimal, high: ExactDecimal, includesHigh: Bool, count: Int)
    /// The entry of a round trip. With a contra price, the contra order is placed as soon as the entry has filled.
    case paired(contraPrice: ExactDecimal?)
    /// Waits for the trigger, then becomes a child order; itself never at the exchange.
    case stop(trigger: ExactDecimal, then: TriggeredPrice)
    /// A limit at the exchange; when the trigger fires it is taken off, and what is left becomes a child order.
    case oco(trigger: ExactDecimal, then: TriggeredPrice)
    /// A stop whose trigger follows the market; it becomes a market order.
    case trail(TrailingStop)
}

/// What the trader asked for, as reports group it.
public enum OrderKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// One order at the exchange.
    case simple
    /// A scale order: many orders spread over a range of prices.
    case sliced
    /// Good till a moment.
    case timed
    /// A round trip: an entry, then its contra order.
    case paired
    /// A stop: waits for its trigger.
    case stop
    /// A limit and a stop, of which one cancels the other.
    case oco
    /// A stop whose trigger follows the market.
    case trail
}

/// What the desk has to know of a plan, so that nobody else need ask which one it is.
extension OrderPlan {
    /// The kind that reports group its orders under.
    public func kind(_ timeInForce: TimeInForce) -> OrderKind {
        switch self {
        case .none: timeInForce.expireTime == nil ? .simple : .timed
        case .sliced: .sliced
        case .paired: .paired
        case .stop: .stop
        case .oco: .oco
        case .trail: .trail
        }
    }

    /// Whether the order is never at the exchange itself, only its children are.
    public var isOnlyParent: Bool {
        switch self {
        case .sliced, .stop, .trail: true
        case .none, .paired, .oco: false
        }
    }

    /// Whether the order goes on as its last child, once it has one: it then stands as that child does.
    public var goesOnAsChild: Bool {
        switch self {
        case .stop, .oco, .trail: true
        case .none, .sliced, .paired: false
        }
    }

    /// Whether the order's figures are the sums of its own and its children's fills.
    public var sumsItsChildren: Bool { isOnlyParent || goesOnAsChild }

    /// The price that fires what it waits for, in the quote coin; nil where it waits for none.
    public var trigger: ExactDecimal? {
        switch self {
        case .stop(let trigger, _), .oco(let trigger, _): trigger
        case .trail(let trailing): trailing.trigger
        case .none, .sliced, .paired: nil
        }
    }

    /// What goes to the exchange when the trigger fires; nil where it waits for none.
    public var sentWhenTriggered: TriggeredPrice? {
        switch self {
        case .stop(_, let then), .oco(_, let then): then
        case .trail: .market
        case .none, .sliced, .paired: nil
        }
    }

    /// The price that an order is counted at where its plan says more than its own price does, in the quote coin; nil elsewhere.
    public var countedPrice: ExactDecimal? {
        switch self {
        case .sliced(let low, let high, _, _): (try? low.adding(high).divided(by: 2, rounding: .up)) ?? high
        case .trail(let trailing): trailing.trigger
        case .none, .paired, .stop, .oco: nil
        }
    }

    /// The trigger that follows the market; nil where none does.
    public var trailing: TrailingStop? {
        if case .trail(let trailing) = self { trailing } else { nil }
    }

    /// How many children it is spread over, from 1 to a thousand; nil where it is not sliced.
    public var sliceCount: Int? {
        if case .sliced(_, _, _, let count) = self { count } else { nil }
    }

    /// Whether it is one order spread over a range, of which a part is not what was asked for.
    public var isSliced: Bool { sliceCount != nil }

    /// Whether its children trade back what it has filled.
    public var isRoundTrip: Bool {
        if case .paired = self { true } else { false }
    }
}
