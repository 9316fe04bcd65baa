public import Trading

/// Everything that can change an order, and the only way to change one.
public enum Input: Hashable, Sendable {
    case place(OrderTicket)
    /// The contra order of a paired order whose entry has filled.
    case placeContra(order: OrderID, account: AccountID, price: TicketPrice, line: String)
    /// Every one of them, or a refusal and none.
    case cancel([OrderID], account: AccountID)
    /// Changes an open order, which keeps its number and what it has filled.
    case move(OrderID, account: AccountID, to: OrderMove, line: String)
    /// Takes everything of an account off, and takes on nothing new until it is lifted.
    case panic(AccountID)
    case liftPanic(AccountID)
    case report(ExecutionReport)
    /// A print of the market, anybody's.
    case marketTrade(MarketTrade)
    /// Look at the clock: expire what is due.
    case timePassed
    case adjustFunds(FundsAdjustment)
    /// Look at an order of several parts again after one of them changed.
    case settle(OrderID)
    /// Look whether anything of an account in panic is still open.
    case settlePanic(AccountID)
    /// Go on with a sliced order: place its next orders, or, where it is being canceled, take the next ones off.
    case carryOn(OrderID)
    /// Go on taking off these orders, for one reason. Those that are over, or are being taken off, are passed over.
    case takeOff([OrderID], account: AccountID, CancelReason)
}

/// What is to be changed about an open order.
public enum OrderMove: Hashable, Sendable {
    /// The limit of an order on the book.
    case price(ExactDecimal)
    /// The trigger of a stop, or of the stop of a one-cancels-the-other. A stop whose limit is its trigger keeps it so.
    case trigger(ExactDecimal)
    /// The whole of it, what has filled included; in the base coin.
    case quantity(ExactDecimal)
}

/// How a new order is to be priced.
public enum TicketPrice: Hashable, Sendable {
    case limit(ExactDecimal)
    case market
}

/// A new order with every figure settled: amounts in the base coin, moments on the calendar.
public struct OrderTicket: Hashable, Sendable {
    public var account: AccountID
    public var pair: Pair
    public var side: Side
    public var quantity: ExactDecimal
    /// What a purchase at the market may spend in all, its fee included, in the quote coin; `quantity` is then what the book as it
    /// is gives for it. Nil where the quantity was typed, or cannot cost more than what was.
    public var cashQuantity: ExactDecimal?
    /// For a sliced order or a stop, ignored: their plan has the prices.
    public var price: TicketPrice
    public var timeInForce: TimeInForce
    public var isPostOnly: Bool
    public var plan: OrderPlan
    /// The line that asked for it, for its story.
    public var line: String
    /// The line's tag, for programs.
    public var tag: String?

    public init(
        account: AccountID, pair: Pair, side: Side, quantity: ExactDecimal, cashQuantity: ExactDecimal? = nil,
        price: TicketPrice, timeInForce: TimeInForce = .goodTillCanceled, isPostOnly: Bool = false,
        plan: OrderPlan = .none,
        line: String, tag: String? = nil
    ) {
        self.tag = tag
        self.account = account
        self.pair = pair
        self.side = side
        self.quantity = quantity
        self.cashQuantity = cashQuantity
        self.price = price
        self.timeInForce = timeInForce
        self.isPostOnly = isPostOnly
        self.plan = plan
        self.line = line
    }

    /// The kind that reports group it under.
    public var kind: OrderKind { plan.kind(timeInForce) }
}

/// Why the engine refuses, and about which part of the command.
public struct EngineRefusal: Error, Hashable, Sendable {
    /// The part of the command that the refusal points at.
    public enum Subject: Hashable, Sendable {
        case amount
        case price
        case pair
        case range
        case count
        case trigger
        case expiry
        case contraPrice
        case order(OrderID)
    }

    public let code: RefusalCode
    public let subject: Subject?
    /// For people, without the leading `!`.
    public let message: String
    /// What to write in place of the subject, where that alone repairs the command.
    public let suggestion: String?

    public init(_ code: RefusalCode, _ subject: Subject? = nil, _ message: String, suggestion: String? = nil) {
        self.code = code
        self.subject = subject
        self.message = message
        self.suggestion = suggestion
    }
}
