public import Trading

/// What is to be done once the records are on disk. Thrown away when records are replayed: reconciliation makes up.
public enum Effect: Hashable, Sendable {
    case request(OrderRequest)
    case notify(OrderEvent)
    case tell(PanicEvent)
    /// To be decided next, before anything else.
    case consider(Input)
    /// To be decided when others have had their turn.
    case later(Input)
}

/// Something about an order that its trader is told.
public struct OrderEvent: Hashable, Sendable {
    /// The order as it is after the event.
    public let order: Order
    public let kind: Kind
    public let at: Timestamp
    /// Why it is this and not what was asked for, where the desk itself decided so.
    public var why: EngineRefusal?

    /// What happened, with what a message about it has to say beyond the order.
    public enum Kind: Hashable, Sendable {
        case opened
        case partiallyFilled(Fill)
        case filled(Fill)
        case canceled
        case expired
        case rejected(code: RefusalCode, reason: String)
        case triggered(marketPrice: ExactDecimal, trigger: ExactDecimal, then: TriggeredPrice, child: OrderID?)
        case unknown
        case reconciled
        case contraReady(quantity: ExactDecimal)
        /// The order of the event is the contra order.
        case contraPlaced
        case pairedDone(PairedResult)
        case slicedDone
        /// The exchange would not cancel it.
        case cancelFailed(reason: String)
        /// It stands where its trader has moved it.
        case moved

        /// The permanent name in messages.
        public var name: String {
            switch self {
            case .opened: "opened"
            case .partiallyFilled: "partially_filled"
            case .filled: "filled"
            case .canceled: "canceled"
            case .expired: "expired"
            case .rejected: "rejected"
            case .triggered: "triggered"
            case .unknown: "unknown"
            case .reconciled: "reconciled"
            case .contraReady: "contra_ready"
            case .contraPlaced: "contra_placed"
            case .pairedDone: "paired_done"
            case .slicedDone: "sliced_done"
            case .cancelFailed: "cancel_failed"
            case .moved: "moved"
            }
        }
    }

    public init(order: Order, kind: Kind, at: Timestamp, why: EngineRefusal? = nil) {
        self.order = order
        self.kind = kind
        self.at = at
        self.why = why
    }
}

/// A report that does not fit what the desk knows. Nothing was changed by it; an operator should look.
public struct Anomaly: Hashable, Sendable {
    public let order: OrderID
    public let text: String

    public init(order: OrderID, text: String) {
        self.order = order
        self.text = text
    }
}
