import Exchange
import Trading

/// One account as the gateway sees it: its orders, what waits to be asked, what was read of its history.
///
/// One call of an account is under way at a time: a call that overtakes another makes it fail, by its nonce.
final class GatewayAccount {
    enum Job: Hashable {
        case place(ClientOrderID)
        case cancel(ClientOrderID)
        case ask(QueryID)
        case look
    }

    /// A call that is under way.
    struct Call {
        enum Purpose: Hashable {
            case place(ClientOrderID)
            case cancel(ClientOrderID)
            case ask(QueryID)
            case look
        }

        let id: VenueRequestID
        let purpose: Purpose
        let timesOutAt: Timestamp
    }

    /// A question about the account that waits for its turn, or for the orders to be settled first.
    struct Question {
        let query: ExchangeQuery
        let deadline: Timestamp
        var fills: [VenueFillRow] = []
        /// Whether the account was looked at for it.
        var hasLooked = false
    }

    let id: AccountID
    /// The last nonce that was used, or what a process before this one may have used.
    var lastNonce: Int64
    var jobs: [Job] = []
    var call: Call?
    /// Calls to place that got no answer in time: a late one still settles the order.
    var latePlaces: [VenueRequestID: ClientOrderID] = [:]
    var questions: [QueryID: Question] = [:]
    var orders: [ClientOrderID: GatewayOrder] = [:]
    var owners: [UInt64: ClientOrderID] = [:]

    // What was read of the history: fills by order, all that are no older than `readSince` up to `readThrough`.
    var rows: [UInt64: [VenueFillRow]] = [:]
    var readRows: Set<FillID> = []
    var readSince: Timestamp?
    var readThrough: UInt64 = 0
    /// What the venue said of orders by number; nil for a number that it does not know any more.
    var details: [UInt64: VenueOrderRow?] = [:]

    var look: GatewayLook?
    /// When to look at the account next.
    var lookDue: Timestamp?
    var failedLooks = 0

    init(_ id: AccountID, startedAt: Timestamp) {
        self.id = id
        lastNonce = startedAt.nanoseconds
    }

    /// Orders, earliest first.
    var ordersByAge: [GatewayOrder] { orders.values.sorted(by: GatewayOrder.isEarlier) }

    func owner(of number: UInt64) -> GatewayOrder? { owners[number].flatMap { orders[$0] } }

    func claim(_ number: UInt64, for order: GatewayOrder) {
        order.number = number
        owners[number] = order.id
    }

    func wantLook(at time: Timestamp) {
        lookDue = min(lookDue ?? time, time)
    }

    /// Keeps a row of the history; whether it is new.
    @discardableResult
    func keep(_ row: VenueFillRow) -> Bool {
        guard readRows.insert(row.fill.id).inserted else { return false }
        rows[row.order, default: []].append(row)
        rows[row.order]?.sort { $0.number < $1.number }
        return true
    }

    func fills(of order: GatewayOrder) -> [Fill] {
        order.number.flatMap { rows[$0] }.map { $0.map(\.fill) } ?? []
    }

    func filled(_ order: GatewayOrder) -> ExactDecimal {
        fills(of: order).reduce(.zero) { $0 + $1.quantity }
    }

    func forgetHistory(since: Timestamp) {
        rows = [:]
        readRows = []
        readSince = since
        readThrough = 0
    }
}

/// A look at an account: what is on the book, then all that has filled, then what is left to tell apart. Every call of it has
/// a later nonce than any order that it settles, so none of them can arrive any more once the first is answered.
struct GatewayLook {
    enum Stage: Hashable {
        case openOrders
        case history
        case details(UInt64)
        case name(ClientOrderID)
    }

    var stage = Stage.openOrders
    /// The orders that it settles: those that were known when it began.
    let members: [GatewayOrder]
    var open: [UInt64: VenueOrderRow] = [:]
    /// Names that the venue said it does not know.
    var unknownNames: Set<ClientOrderID> = []
}
