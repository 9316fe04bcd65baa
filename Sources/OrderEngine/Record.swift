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
    /// Both legs of a paired order have filled.
    case pairedDone(OrderID, PairedResult, at: Timestamp)
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

/// What a round trip came to.
public struct PairedResult: Hashable, Sendable {
    /// What was sold for, less what was bought for, less the fees in the quote coin; in the quote coin.
    public let benefit: ExactDecimal
    /// The fees actually paid in the quote coin.
    public let fees: ExactDecimal
    public let currency: Coin

    public init(benefit: ExactDecimal, fees: ExactDecimal, currency: Coin) {
        self.benefit = benefit
        self.fees = fees
        self.currency = currency
    }
}
