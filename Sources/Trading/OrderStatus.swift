/// Where an order stands (FIX OrdStatus, in the words of the command language).
public enum OrderStatus: String, Hashable, Sendable, Codable, CaseIterable {
    /// Asked of the exchange, not yet answered.
    case pending
    /// On the book, nothing filled yet.
    case open
    /// On the book, filled in part.
    case partiallyFilled = "partially_filled"
    /// Filled whole. Final.
    case filled
    /// Taken off before it was filled whole. Final.
    case canceled
    /// Taken off because its time was over. Final.
    case expired
    /// Refused by the exchange, or a trigger that fired and could not be placed. Final.
    case rejected
    /// A trigger that waits: nothing is on the book.
    case armed
    /// The exchange's answer was lost; being reconciled.
    case unknown

    /// Whether nothing can happen to the order itself any more.
    public var isFinal: Bool {
        switch self {
        case .filled, .canceled, .expired, .rejected: true
        case .pending, .open, .partiallyFilled, .armed, .unknown: false
        }
    }

    /// Whether the exchange has it, or may have it.
    public var isAtExchange: Bool {
        switch self {
        case .pending, .open, .partiallyFilled, .unknown: true
        case .filled, .canceled, .expired, .rejected, .armed: false
        }
    }
}

/// How long an order works (FIX TimeInForce).
public enum TimeInForce: Hashable, Sendable {
    case goodTillCanceled
    case immediateOrCancel
    case fillOrKill
    /// The desk takes it off at this moment.
    case goodTillDate(Timestamp)
    /// The desk takes it off at this moment, the end of the account's day.
    case day(Timestamp)

    /// When the desk takes the order off, if ever.
    public var expireTime: Timestamp? {
        switch self {
        case .goodTillDate(let time), .day(let time): time
        case .goodTillCanceled, .immediateOrCancel, .fillOrKill: nil
        }
    }

    /// The name in messages: `gtc`, `ioc`, `fok`, `gtd`, `day`.
    public var name: String {
        switch self {
        case .goodTillCanceled: "gtc"
        case .immediateOrCancel: "ioc"
        case .fillOrKill: "fok"
        case .goodTillDate: "gtd"
        case .day: "day"
        }
    }
}
