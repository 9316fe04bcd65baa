/// An order as it is handed to an exchange (FIX NewOrderSingle).
public struct NewOrder: Hashable, Sendable {
    public let clientOrderID: ClientOrderID
    public let account: AccountID
    public let pair: Pair
    public let side: Side
    /// In the base coin.
    public let quantity: ExactDecimal
    /// A market order is sent as immediate-or-cancel at its protection price.
    public let price: OrderPrice
    /// What the exchange itself enforces; expiries are the desk's.
    public let lifetime: Lifetime
    public let selfTrade: SelfTradePrevention
    /// What it may spend in all, its fee included, in the quote coin (FIX CashOrderQty, 152); nil where only its quantity bounds
    /// it. For exchanges that take it; others get a quantity that cannot cost more.
    public let cashQuantity: ExactDecimal?

    /// How the exchange treats what does not trade at once.
    public enum Lifetime: String, Hashable, Sendable, Codable {
        case rest
        case immediateOrCancel
        case fillOrKill
        /// Rests, or is refused where it would trade at once.
        case postOnly
    }

    /// Which of two orders gives way when both are the same account's (FIX SelfMatchPreventionInstruction).
    public enum SelfTradePrevention: String, Hashable, Sendable, Codable {
        /// The new one: what a trader types by mistake changes nothing.
        case cancelIncoming
        /// The one on the book: a stop that has fired has to get through.
        case cancelResting
    }

    public init(
        clientOrderID: ClientOrderID, account: AccountID, pair: Pair, side: Side, quantity: ExactDecimal,
        price: OrderPrice, lifetime: Lifetime, selfTrade: SelfTradePrevention = .cancelIncoming,
        cashQuantity: ExactDecimal? = nil
    ) {
        self.clientOrderID = clientOrderID
        self.account = account
        self.pair = pair
        self.side = side
        self.quantity = quantity
        self.price = price
        self.lifetime = lifetime
        self.selfTrade = selfTrade
        self.cashQuantity = cashQuantity
    }
}

/// An order that an exchange was sent, or may have been, with all that it takes to find it there again: an adapter keeps
/// nothing over a restart, and an exchange without client order ids knows only its own number and the figures.
public struct SentOrder: Hashable, Sendable {
    public let order: NewOrder
    /// The exchange's number; nil where its answer never came, or had none.
    public let exchangeOrderID: String?
    /// No later than the moment at which it was sent.
    public let sentAt: Timestamp
    /// The fills of it that are counted; told to `Exchange.recall` only.
    public let countedFills: Set<FillID>
    /// How much they add up to, in the base coin.
    public let countedQuantity: ExactDecimal
    /// What had been seen at the exchange before the order was sent; told to `Exchange.recall` only.
    public var seenBefore: SeenBefore

    public init(
        _ order: NewOrder, exchangeOrderID: String?, sentAt: Timestamp, countedFills: Set<FillID> = [],
        countedQuantity: ExactDecimal = .zero, seenBefore: SeenBefore = SeenBefore()
    ) {
        self.order = order
        self.exchangeOrderID = exchangeOrderID
        self.sentAt = sentAt
        self.countedFills = countedFills
        self.countedQuantity = countedQuantity
        self.seenBefore = seenBefore
    }

    public var clientOrderID: ClientOrderID { order.clientOrderID }
    public var account: AccountID { order.account }
}

/// What had been seen at an exchange when an order was sent, for adapters that have to tell orders apart by it.
///
/// Where an exchange numbers its fills and orders, the numbers grow with time on each pair, so what has one of these numbers or a lower
/// one was there before the order and cannot be of it. Clocks are not compared for this: the exchange's may be hours away from ours.
public struct SeenBefore: Hashable, Sendable {
    /// The highest number of a fill on the order's pair; nil where none was known, or they have no numbers.
    public var fillNumber: UInt64?
    /// The highest of the exchange's order numbers on the order's pair; nil where none was known, or they are not numbers.
    public var orderNumber: UInt64?
    /// How far the account's fills had been read; no fill behind a fill that may be of the order counts as read.
    public var fillsRead: HistoryCursor?

    public init(fillNumber: UInt64? = nil, orderNumber: UInt64? = nil, fillsRead: HistoryCursor? = nil) {
        self.fillNumber = fillNumber
        self.orderNumber = orderNumber
        self.fillsRead = fillsRead
    }
}

/// What the desk asks of an exchange about one order.
public enum OrderRequest: Hashable, Sendable {
    case place(NewOrder)
    case cancel(SentOrder)
    /// What became of it? Answered by `ExecutionReport.status`.
    case status(SentOrder)

    public var clientOrderID: ClientOrderID {
        switch self {
        case .place(let order): order.clientOrderID
        case .cancel(let sent), .status(let sent): sent.clientOrderID
        }
    }

    public var account: AccountID {
        switch self {
        case .place(let order): order.account
        case .cancel(let sent), .status(let sent): sent.account
        }
    }
}

/// What an exchange says about one order (FIX ExecutionReport). Reports may come late, twice, or out of order: the
/// engine counts each fill once by its `FillID`.
public enum ExecutionReport: Hashable, Sendable {
    /// It is on the book, or will trade in the reports that follow.
    case accepted(ClientOrderID, exchangeOrderID: String)
    /// It was refused; nothing of it traded.
    case rejected(ClientOrderID, code: RefusalCode, reason: String)
    case filled(ClientOrderID, Fill)
    /// It is off the book; what had filled stays filled.
    case canceled(ClientOrderID)
    /// The same, where the exchange has done it by itself, and says why: it met an order of its own account.
    case canceledByExchange(ClientOrderID, code: RefusalCode, reason: String)
    /// A cancel came to nothing: it is filled, or gone already.
    case cancelRejected(ClientOrderID, reason: String)
    /// The answer to a request about it was lost: nobody here knows whether the exchange has it.
    case lost(ClientOrderID)
    /// The answer to `OrderRequest.status`.
    case status(ClientOrderID, ExchangeOrderState)

    public var clientOrderID: ClientOrderID {
        switch self {
        case .accepted(let id, _), .rejected(let id, _, _), .filled(let id, _), .canceled(let id),
            .canceledByExchange(let id, _, _), .cancelRejected(let id, _), .lost(let id), .status(let id, _):
            id
        }
    }
}

extension ExecutionReport {
    /// Whether a desk that has it on disk knows that the exchange has the order, or never will. `canceled` is only the word that it is off
    /// the book: its `status` says what it had come to.
    public var saysWhereItIs: Bool {
        switch self {
        case .accepted, .rejected, .filled, .status: true
        case .canceled, .canceledByExchange, .cancelRejected, .lost: false
        }
    }
}

/// The whole of what an exchange knows about one order.
public enum ExchangeOrderState: Hashable, Sendable {
    /// The exchange never had it, and can no longer get it.
    case neverArrived
    /// On the book. `fills` are all fills so far.
    case open(exchangeOrderID: String, fills: [Fill])
    /// Off the book. `fills` are all fills it ever had; where they add up to less than the order, the rest was canceled.
    case closed(exchangeOrderID: String, fills: [Fill])
}
