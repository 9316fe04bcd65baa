public import Trading

/// What is asked of an account, before it has a nonce and a signature.
public enum TapiRequest: Hashable, Sendable {
    case getInfo
    /// `rate` in the quote coin, `amount` in the base coin. A limit order; the protocol has no other.
    case trade(pair: Pair, side: Side, rate: ExactDecimal, amount: ExactDecimal)
    case activeOrders(pair: Pair?)
    case orderInfo(orderID: UInt64)
    case cancelOrder(orderID: UInt64)
    case tradeHistory(HistoryRange, pair: Pair?)
    case transactionHistory(HistoryRange)

    /// The protocol's name of the method.
    public var method: String {
        switch self {
        case .getInfo: "getInfo"
        case .trade: "Trade"
        case .activeOrders: "ActiveOrders"
        case .orderInfo: "OrderInfo"
        case .cancelOrder: "CancelOrder"
        case .tradeHistory: "TradeHistory"
        case .transactionHistory: "TransHistory"
        }
    }

    /// Whether it can change money or orders: a lost answer then leaves something to settle.
    public var changesOrders: Bool {
        switch self {
        case .trade, .cancelOrder: true
        default: false
        }
    }

    /// The form that is signed and sent, byte for byte. Nothing in it needs escaping: names, digits, `_` and `.`.
    public func body(nonce: UInt64) -> [UInt8] {
        var text = "method=\(method)&nonce=\(nonce)"
        for (name, value) in parameters { text += "&\(name)=\(value)" }
        return Array(text.utf8)
    }

    private var parameters: [(String, String)] {
        switch self {
        case .getInfo: []
        case .trade(let pair, let side, let rate, let amount):
            [
                ("pair", pair.description), ("type", side.rawValue), ("rate", rate.description),
                ("amount", amount.description),
            ]
        case .activeOrders(let pair): pair.map { [("pair", $0.description)] } ?? []
        case .orderInfo(let id), .cancelOrder(let id): [("order_id", String(id))]
        case .tradeHistory(let range, let pair):
            range.parameters + (pair.map { [("pair", $0.description)] } ?? [])
        case .transactionHistory(let range): range.parameters
        }
    }
}

/// Which rows of a history. What is nil is left to the exchange.
public struct HistoryRange: Hashable, Sendable {
    /// Rows to skip.
    public var from: UInt64?
    /// At most this many rows; the exchange gives 1,000 unless told.
    public var count: UInt64?
    /// Numbers of rows, both ends included.
    public var firstID: UInt64?
    public var lastID: UInt64?
    public var isOldestFirst: Bool?
    /// Moments, in whole seconds. Either makes the exchange answer oldest first and reach back a week at most.
    public var since: Timestamp?
    public var end: Timestamp?

    public init(
        from: UInt64? = nil, count: UInt64? = nil, firstID: UInt64? = nil, lastID: UInt64? = nil,
        isOldestFirst: Bool? = nil, since: Timestamp? = nil, end: Timestamp? = nil
    ) {
        self.from = from
        self.count = count
        self.firstID = firstID
        self.lastID = lastID
        self.isOldestFirst = isOldestFirst
        self.since = since
        self.end = end
    }

    fileprivate var parameters: [(String, String)] {
        let all: [(String, String?)] = [
            ("from", from.map(String.init)), ("count", count.map(String.init)), ("from_id", firstID.map(String.init)),
            ("end_id", lastID.map(String.init)), ("order", isOldestFirst.map { $0 ? "ASC" : "DESC" }),
            ("since", since.map { String($0.seconds) }), ("end", end.map { String($0.seconds) }),
        ]
        return all.compactMap { name, value in value.map { (name, $0) } }
    }
}
