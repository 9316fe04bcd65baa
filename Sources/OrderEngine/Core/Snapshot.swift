public import Trading

/// What the engine keeps of an order beyond the order itself.
public struct OrderEntry: Hashable, Sendable {
    public var order: Order
    /// The fills that have been counted.
    public var fillIDs: Set<FillID>
    /// The number set aside for what the order becomes when its limit is off the book.
    public var triggeredChild: OrderID?
    /// How much a paired order's contra may be, while it may be placed.
    public var contraReady: ExactDecimal?
    /// What it becomes when it is off the book, while it is being moved.
    public var move: MoveTerms?
    /// When its trader last changed its trigger: trades of before do not fire it.
    public var triggerSetAt: Timestamp?
    /// When the desk repeats a cancel that failed; for a trader's own, until when it lets the order's time wait.
    public var cancelRetryAt: Timestamp?

    public init(
        order: Order, fillIDs: Set<FillID> = [], triggeredChild: OrderID? = nil, contraReady: ExactDecimal? = nil,
        cancelRetryAt: Timestamp? = nil, move: MoveTerms? = nil, triggerSetAt: Timestamp? = nil
    ) {
        self.order = order
        self.fillIDs = fillIDs
        self.triggeredChild = triggeredChild
        self.contraReady = contraReady
        self.cancelRetryAt = cancelRetryAt
        self.move = move
        self.triggerSetAt = triggerSetAt
    }
}

/// What an account has of one coin.
public struct Funds: Hashable, Sendable {
    /// Everything, held or not.
    public var total: ExactDecimal
    /// Held for open orders of this desk.
    public var reserved: ExactDecimal
    /// Held at the exchange by orders that were not made here. Observed and never recorded: see `OrderEngine.observe(heldElsewhere:of:)`.
    public var foreign: ExactDecimal

    /// Held by all open orders, whoever made them.
    public var inOrders: ExactDecimal { reserved + foreign }

    /// What new orders may hold. Orders made elsewhere never take it below zero: what they hold and the total are told at different
    /// moments.
    public var free: ExactDecimal {
        let own = total - reserved
        return foreign.isPositive ? max(own - foreign, min(own, .zero)) : own
    }

    public init(total: ExactDecimal = .zero, reserved: ExactDecimal = .zero, foreign: ExactDecimal = .zero) {
        self.total = total
        self.reserved = reserved
        self.foreign = foreign
    }
}

/// The engine's whole durable state as plain values, in a fixed order: equal states give equal snapshots.
public struct EngineSnapshot: Hashable, Sendable {
    /// What one account has of one coin.
    public struct FundsRow: Hashable, Sendable {
        public let account: AccountID
        public let coin: Coin
        public let funds: Funds

        public init(account: AccountID, coin: Coin, funds: Funds) {
            self.account = account
            self.coin = coin
            self.funds = funds
        }
    }

    /// Whose orders these are. Kept beside the snapshot's bytes, not in them.
    public let exchange: ExchangeID
    /// The number that the next order gets.
    public var nextOrderID: OrderID
    /// By order id.
    public var orders: [OrderEntry]
    /// The finished ones among `orders`, oldest first.
    public var finished: [OrderID]
    /// By account, then coin.
    public var funds: [FundsRow]
    /// By account.
    public var panics: [Panic]

    public init(
        exchange: ExchangeID, nextOrderID: OrderID, orders: [OrderEntry], finished: [OrderID], funds: [FundsRow],
        panics: [Panic] = []
    ) {
        self.exchange = exchange
        self.nextOrderID = nextOrderID
        self.orders = orders
        self.finished = finished
        self.funds = funds
        self.panics = panics
    }
}
