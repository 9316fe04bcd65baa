public import Trading

/// One thing that happened, in the past tense: the only truth that is kept.
///
/// A record carries every figure that applying it needs, so that it means the same when it is read back under other fees,
/// other prices and another version of the rules. `at` is the moment at which the desk decided.
public enum Record: Hashable, Sendable {
    /// Money came or went other than by trading.
    case fundsAdjusted(FundsAdjustment)
    /// An order was taken on. Its intent is written before the exchange hears of it.
    case orderPlaced(Order)
    case orderAccepted(OrderID, exchangeOrderID: String, at: Timestamp)
    case orderRejected(OrderID, code: RefusalCode, reason: String, at: Timestamp)
    /// `reservedAfter` is what the order still holds afterwards.
    case orderFilled(OrderID, Fill, reservedAfter: ExactDecimal, at: Timestamp)
    case cancelRequested(OrderID, CancelReason, at: Timestamp)
    /// The exchange would not cancel it.
    case cancelFailed(OrderID, reason: String, at: Timestamp)
    /// It is off the book, by the exchange's word; or it never was on it.
    case orderClosed(OrderID, at: Timestamp)
    /// The exchange took it off by itself, and said why.
    case orderClosedByExchange(OrderID, code: RefusalCode, reason: String, at: Timestamp)
    /// The market traded at or through its trigger. `child` is what it becomes, or nil where that cannot be placed.
    case orderTriggered(OrderID, marketPrice: ExactDecimal, child: OrderID?, at: Timestamp)
    /// The answer of the exchange was lost.
    case answerLost(OrderID, at: Timestamp)
    /// The exchange's own word settled what was unknown.
    case orderReconciled(OrderID, at: Timestamp)
    /// The entry of a paired order has filled: its contra order may be placed.
    case contraReady(OrderID, quantity: ExactDecimal, at: Timestamp)
    /// Nothing can happen to an order of several parts any more.
    case orderFinished(OrderID, OrderStatus, at: Timestamp)
    /// A paired order is over: both legs have filled, or what is left of one is too little to trade.
    case pairedDone(OrderID, PairedResult, at: Timestamp)
    /// Its trader wants it at another price, or of another quantity: it comes off the book, and `orderReplaced` follows.
    case moveRequested(OrderID, MoveTerms, at: Timestamp)
    /// The attempt before is off the book, and the next goes there: for `quantity`, less what has filled. It holds `reserved`.
    case orderReplaced(OrderID, price: ExactDecimal, quantity: ExactDecimal, reserved: ExactDecimal, at: Timestamp)
    /// What the desk itself keeps of it is another now; nothing at the exchange changes.
    case orderAmended(OrderID, AmendedTerms, at: Timestamp)
    /// The trigger of a trailing stop follows a trade of the market.
    case triggerMoved(OrderID, trigger: ExactDecimal, marketPrice: ExactDecimal, tradedAt: Timestamp, at: Timestamp)
    /// An attempt that had been replaced has filled after all: the whole is of so much now.
    case orderGrown(OrderID, quantity: ExactDecimal, at: Timestamp)
    /// A trader has stopped everything; `orders` were open, children included.
    case panicDeclared(AccountID, orders: Int, at: Timestamp)
    /// Nothing of the account is open any more, by the exchange's word.
    case panicCleared(AccountID, at: Timestamp)
    case panicLifted(AccountID, at: Timestamp)
}

/// What an order on the book is to become.
public struct MoveTerms: Hashable, Sendable {
    public let price: ExactDecimal
    /// The whole of it, in the base coin.
    public let quantity: ExactDecimal
    /// What is held for it meanwhile beyond what the order holds, in the coin that it spends.
    public let held: ExactDecimal
    /// The line that asked for it, for the story.
    public let line: String

    public init(price: ExactDecimal, quantity: ExactDecimal, held: ExactDecimal, line: String) {
        self.price = price
        self.quantity = quantity
        self.held = held
        self.line = line
    }
}

/// What is kept of an order that waits for its trigger.
public struct AmendedTerms: Hashable, Sendable {
    public let price: OrderPrice
    public let quantity: ExactDecimal
    public let plan: OrderPlan
    /// The line that asked for it, for the story.
    public let line: String

    public init(price: OrderPrice, quantity: ExactDecimal, plan: OrderPlan, line: String) {
        self.price = price
        self.quantity = quantity
        self.plan = plan
        self.line = line
    }
}

/// Money that came or went other than by trading.
public struct FundsAdjustment: Hashable, Sendable {
    public let account: AccountID
    public let coin: Coin
    /// Negative for what went.
    public let amount: ExactDecimal
    public let reason: Reason
    public let at: Timestamp

    /// The type of a transaction that is no trade.
    public enum Reason: String, Hashable, Sendable, Codable, CaseIterable {
        case deposit
        case withdrawal
        case credit
        case debit
    }

    public init(account: AccountID, coin: Coin, amount: ExactDecimal, reason: Reason, at: Timestamp) {
        self.account = account
        self.coin = coin
        self.amount = amount
        self.reason = reason
        self.at = at
    }
}
