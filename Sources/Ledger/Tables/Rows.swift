public import OrderEngine
public import Trading

/// A fill with what it belongs to.
public struct FillRow: Hashable, Sendable {
    public let fill: Fill
    public let order: OrderID
    public let account: AccountID
    public let exchange: ExchangeID
    public let pair: Pair
    public let side: Side
    /// Price × quantity, in the quote coin.
    public let value: ExactDecimal
}

/// Which fills are asked for. The time runs from `since` on and ends before `until`; the ids include both ends.
public struct FillFilter: Hashable, Sendable {
    /// Nil: those of all exchanges.
    public var exchange: ExchangeID?
    public var pair: Pair?
    public var since: Timestamp?
    public var until: Timestamp?
    /// With a first or a last id the fills come in the order of their ids, else of their times.
    public var fromID: FillID?
    public var toID: FillID?
    public var limit: Int
    public var oldestFirst: Bool

    public init(
        exchange: ExchangeID? = nil, pair: Pair? = nil, since: Timestamp? = nil, until: Timestamp? = nil,
        fromID: FillID? = nil,
        toID: FillID? = nil, limit: Int, oldestFirst: Bool = false
    ) {
        self.exchange = exchange
        self.pair = pair
        self.since = since
        self.until = until
        self.fromID = fromID
        self.toID = toID
        self.limit = limit
        self.oldestFirst = oldestFirst
    }
}

/// Money that came or went, with the number of its record.
public struct AdjustmentRow: Hashable, Sendable {
    public let number: RecordNumber
    public let exchange: ExchangeID
    public let adjustment: FundsAdjustment
}

/// Which changes of funds are asked for. The time runs from `since` on and ends before `until`; the numbers include both ends.
public struct AdjustmentFilter: Hashable, Sendable {
    /// Nil: those of all exchanges.
    public var exchange: ExchangeID?
    /// And none of these.
    public var except: [ExchangeID]
    public var since: Timestamp?
    public var until: Timestamp?
    public var from: RecordNumber?
    public var to: RecordNumber?
    public var limit: Int
    public var oldestFirst: Bool

    public init(
        exchange: ExchangeID? = nil, except: [ExchangeID] = [], since: Timestamp? = nil, until: Timestamp? = nil,
        from: RecordNumber? = nil, to: RecordNumber? = nil, limit: Int, oldestFirst: Bool = false
    ) {
        self.exchange = exchange
        self.except = except
        self.since = since
        self.until = until
        self.from = from
        self.to = to
        self.limit = limit
        self.oldestFirst = oldestFirst
    }
}

/// A stored notification.
public struct NotificationRow: Hashable, Sendable {
    public let seq: UInt64
    public let at: Timestamp
    public let event: String
    public let order: OrderID?
    public let text: String
    public let json: String
}

/// What was answered to a tagged line.
public struct RememberedReply: Hashable, Sendable {
    public let text: String
    public let json: String

    /// There was an answer, too long to keep: what the line has set going makes it again.
    public static let leftOut = RememberedReply(text: "", json: "")

    public init(text: String, json: String) {
        self.text = text
        self.json = json
    }
}

/// A tagged line that was taken on.
public struct RememberedTag: Hashable, Sendable {
    public let line: String
    public let at: Timestamp
    /// nil while it is still being answered.
    public let reply: RememberedReply?
    /// What the line has set going, in the desk's own words; nil where that is nothing.
    public var work: String?
}

/// One row of an embedded exchange.
public struct BookRow: Hashable, Sendable {
    public let key: [UInt8]
    public let value: [UInt8]
}
