/// How an order is priced at the exchange.
public enum OrderPrice: Hashable, Sendable {
    case limit(ExactDecimal)
    /// At whatever the market gives, up to `protection`: what a market order reserves, and may never trade beyond.
    case market(protection: ExactDecimal)

    /// The price that the order may not trade beyond, in the quote coin.
    public var bound: ExactDecimal {
        switch self {
        case .limit(let price), .market(let price): price
        }
    }

    /// The limit, or nil for a market order.
    public var limit: ExactDecimal? {
        if case .limit(let price) = self { price } else { nil }
    }
}

/// Why an order is being taken off.
public enum CancelReason: String, Hashable, Sendable, Codable, CaseIterable {
    /// The trader asked.
    case requested
    /// Its time is over.
    case expiry
    /// The other leg of a one-cancels-the-other takes its place.
    case triggered
    /// A sibling was rejected, or the whole that it belongs to was canceled.
    case parent
    /// The trader has stopped everything.
    case panic
    /// It is being moved: what takes its place follows under the same number.
    case replaced
}

/// An order as the desk knows it.
///
/// A sliced order and a stop are never at the exchange themselves: their `filled`, `filledValue` and `fee` are the sums
/// of their children's.
public struct Order: Hashable, Sendable {
    public let id: OrderID
    public let account: AccountID
    /// Where it is traded.
    public let exchange: ExchangeID
    public let pair: Pair
    public let side: Side
    public let kind: OrderKind
    /// In the base coin. Changes when it is moved.
    public var quantity: ExactDecimal
    /// Changes when it is moved.
    public var price: OrderPrice
    public let timeInForce: TimeInForce
    public let isPostOnly: Bool
    /// What a market order may spend in all, its fee included, in the quote coin (FIX CashOrderQty, 152); nil where its quantity
    /// alone says what it is. It stops short of its quantity where the next trade would cost more.
    public let cashQuantity: ExactDecimal?
    /// Its trigger changes when it is moved, or follows the market.
    public var plan: OrderPlan
    /// The order that this one is a child of: a slice, a contra order, what a stop became.
    public let parent: OrderID?
    /// The line that made it, without its tag. Empty (`lineOfParent`) for a child that its parent's line made, so that the line
    /// of a ladder is stored once; a contra order that was typed has its own. Children stored by older versions repeat it.
    public let line: String
    /// The tag of that line, for programs; nil without one, and for the orders under another.
    public let tag: String?
    public let createdAt: Timestamp

    public var status: OrderStatus
    /// Which attempt at the exchange is the current one; from 1.
    public var attempt: UInt32
    /// The exchange's own number, once it has answered.
    public var exchangeOrderID: String?
    /// In the base coin; never more than `quantity`.
    public var filled: ExactDecimal
    /// The sum of price × quantity of the fills, in the quote coin.
    public var filledValue: ExactDecimal
    /// What was paid in fees in `feeCurrency`, which is the coin of the newest fill that paid one; before any, the one that is expected.
    public var fee: ExactDecimal
    public var feeCurrency: Coin
    /// What was paid in other coins, by their names: fills of one order may pay in several. Never added to `fee`.
    public var otherFees: [CoinAmount]
    /// What is held for the rest of it, in the coin that it spends.
    public var reserved: ExactDecimal
    /// Set while a cancel is under way, and for what was canceled.
    public var cancelReason: CancelReason?
    /// Why the exchange rejected it.
    public var rejection: RefusalCode?
    /// When it triggered, and at which price of the market.
    public var triggeredAt: Timestamp?
    public var triggerMarketPrice: ExactDecimal?
    public var children: [OrderID]
    /// When nothing could happen to it, or to anything under it, any more.
    public var closedAt: Timestamp?
    /// What the attempts before the current one had filled, in the base coin: the current one is for the rest.
    public var filledBefore: ExactDecimal
    /// When the current attempt was decided; nil for the first.
    public var replacedAt: Timestamp?

    public init(
        id: OrderID, account: AccountID, exchange: ExchangeID, pair: Pair, side: Side, kind: OrderKind,
        quantity: ExactDecimal,
        price: OrderPrice, timeInForce: TimeInForce = .goodTillCanceled, isPostOnly: Bool = false,
        cashQuantity: ExactDecimal? = nil, plan: OrderPlan = .none, parent: OrderID? = nil, line: String,
        tag: String? = nil, createdAt: Timestamp, status: OrderStatus, reserved: ExactDecimal, feeCurrency: Coin
    ) {
        self.id = id
        self.account = account
        self.exchange = exchange
        self.pair = pair
        self.side = side
        self.kind = kind
        self.quantity = quantity
        self.price = price
        self.timeInForce = timeInForce
        self.isPostOnly = isPostOnly
        self.cashQuantity = cashQuantity
        self.plan = plan
        self.parent = parent
        self.line = line
        self.tag = tag
        self.createdAt = createdAt
        self.status = status
        self.attempt = 1
        self.filled = .zero
        self.filledValue = .zero
        self.fee = .zero
        self.feeCurrency = feeCurrency
        self.otherFees = []
        self.reserved = reserved
        self.children = []
        self.filledBefore = .zero
    }

    /// The `line` of a child that its parent's line made.
    public static let lineOfParent = ""

    /// The price that fires what its plan waits for, in the quote coin; nil where it waits for none.
    public var trigger: ExactDecimal? { plan.trigger }

    /// All that was paid in fees, a figure for each coin, by the coins' names.
    public var fees: [CoinAmount] {
        guard !otherFees.isEmpty else { return fee.isZero ? [] : [CoinAmount(fee, feeCurrency)] }
        return (otherFees + [CoinAmount(fee, feeCurrency)]).sorted { $0.coin < $1.coin }
    }

    /// What was paid in fees in a coin.
    public func fee(in coin: Coin) -> ExactDecimal {
        coin == feeCurrency ? fee : otherFees.first { $0.coin == coin }?.amount ?? .zero
    }

    /// Counts a fee.
    public mutating func pay(_ amount: ExactDecimal, _ coin: Coin) {
        guard coin != feeCurrency, !amount.isZero else {
            if coin == feeCurrency { fee += amount }
            return
        }
        let before = self.fee(in: coin)
        otherFees.removeAll { $0.coin == coin }
        if !fee.isZero {
            otherFees.append(CoinAmount(fee, feeCurrency))
            otherFees.sort { $0.coin < $1.coin }
        }
        fee = before + amount
        feeCurrency = coin
    }

    /// What is not filled yet, in the base coin.
    public var remaining: ExactDecimal { quantity - filled }

    /// What the current attempt is for, in the base coin: the whole, less what the attempts before it had filled.
    public var attemptQuantity: ExactDecimal { quantity - filledBefore }

    /// What the exchange knows it by.
    public var clientOrderID: ClientOrderID { ClientOrderID(order: id, attempt: attempt) }

    /// Value over quantity of what filled, to the nearest 10^-18 of the quote coin; nil until a fill.
    public var averagePrice: ExactDecimal? {
        guard filled.isPositive else { return nil }
        // A quotient of two amounts that fit can only overflow for prices that the engine refuses.
        return try? filledValue.divided(by: filled, rounding: .nearest)
    }
}
