public import Exchange
public import Trading
public import Venue

/// What an account asks of the venue, each time under a nonce.
public enum VenueCall: Hashable, Sendable {
    /// Under a client order id of the account's own.
    case place(NewOrder, named: String)
    /// By the venue's number.
    case cancel(UInt64)
    /// Answered oldest first.
    case openOrders
    case order(UInt64)
    /// By the name under which it was placed; known for as long as `VenueTraits.clientOrderIDs` says.
    case orderNamed(String)
    /// Fills with higher numbers than `after`, no older than `since` by the venue's clock, lowest number first; the venue
    /// gives no more than `limit`, nor than its own most.
    case history(after: UInt64, since: Timestamp?, limit: Int)
    case balances

    /// The name by which calls are counted: `place`.
    public var kind: String {
        switch self {
        case .place: "place"
        case .cancel: "cancel"
        case .openOrders: "open orders"
        case .order, .orderNamed: "order"
        case .history: "history"
        case .balances: "balances"
        }
    }
}

/// What anybody may ask.
public enum VenueQuestion: Hashable, Sendable {
    case pairs
    case ticker(Pair)
    case depth(Pair, rows: Int)
    case recentTrades(Pair, count: Int)
}

/// Which answer belongs to which request. Chosen by who asks; `process` keeps those of two runs apart.
public struct VenueRequestID: Hashable, Sendable {
    public let process: Int64
    public let number: UInt64

    public init(process: Int64, number: UInt64) {
        self.process = process
        self.number = number
    }
}

/// What a client may ask of the exchange.
public enum VenueRequest: Hashable, Sendable {
    case account(AccountID, nonce: Int64, VenueCall)
    case market(VenueQuestion)

    public var kind: String {
        switch self {
        case .account(_, _, let call): call.kind
        case .market: "market"
        }
    }
}

/// What the exchange answers.
public enum VenueAnswer: Hashable, Sendable {
    /// Zero: filled at once, and its number is not told.
    case placed(number: UInt64)
    case canceled
    case openOrders([VenueOrderRow])
    case order(VenueOrderRow)
    case history([VenueFillRow])
    case balances([CoinBalance])
    case pairs([PairRules])
    case ticker(Pair, Ticker)
    case depth(MarketDepth)
    case recentTrades(Pair, [MarketTrade])
    case refused(VenueRefusal)
    /// Nothing that can be read: half an answer, a page of HTML.
    case garbage
}

/// Why the venue did nothing.
public enum VenueRefusal: Hashable, Sendable {
    // Before the nonce was counted: nothing was done, and another copy of the same call may yet be.

    /// The nonce is not above the last one that was accepted.
    case invalidNonce
    /// The venue is down.
    case unavailable
    case tooOften

    // After it: nothing was done, and nothing can be by this call.

    case rejected(RefusalCode, reason: String)
    case noSuchOrder
    /// A cancel of what is filled or canceled already.
    case badStatus
    /// A cancel that the venue does not take at the moment.
    case cancelNotNow
    case noSuchPair(Pair)

    /// Whether the call's nonce was counted, so that no copy of the call can be accepted any more.
    public var countsNonce: Bool {
        switch self {
        case .invalidNonce, .unavailable, .tooOften: false
        case .rejected, .noSuchOrder, .badStatus, .cancelNotNow, .noSuchPair: true
        }
    }
}

/// An order as the venue tells it.
public struct VenueOrderRow: Hashable, Sendable {
    public let number: UInt64
    /// The client order id under which it was placed; nil where the venue does not know it (any more).
    public let name: String?
    public let pair: Pair
    public let side: Side
    public let price: ExactDecimal
    public let quantity: ExactDecimal
    public let filled: ExactDecimal
    public let status: VenueOrderStatus
    /// By the venue's clock.
    public let createdAt: Timestamp
}

/// A fill as the venue tells it.
public struct VenueFillRow: Hashable, Sendable {
    /// Its place in the list of all fills.
    public let number: UInt64
    public let order: UInt64
    /// The client order id under which it was placed; nil where the venue does not know it (any more).
    public let name: String?
    public let pair: Pair
    public let side: Side
    public let fill: Fill
}

/// What the venue says without being asked.
public enum VenuePush: Hashable, Sendable {
    case accepted(AccountID, number: UInt64, named: String?)
    case filled(AccountID, VenueFillRow)
    case canceled(AccountID, number: UInt64, named: String?)
    case trade(MarketTrade)
    case ticker(Pair, Ticker)
    case rules(PairRules)
    /// `transaction` grows, so that what is told twice is counted once.
    case money(AccountID, transaction: UInt64, Coin, by: ExactDecimal, BalanceChangeReason)

    public var kind: String {
        switch self {
        case .accepted: "accepted report"
        case .filled: "fill report"
        case .canceled: "canceled report"
        case .trade, .ticker, .rules: "market data"
        case .money: "money report"
        }
    }
}
