import Exchange
import Trading

/// One account as the adapter sees it: its key, its orders, what was read of its history, what waits to be asked.
final class TradedAccount {
    /// A question about the account that waits for a look.
    struct Question {
        let query: ExchangeQuery
        let deadline: Timestamp
    }

    let id: AccountID
    /// The name of its key; nil where it has none, and then nothing can be asked.
    var key: String?
    /// When its key was changed in this run, from another one.
    var keyChangedAt: Timestamp?

    private(set) var orders: [ClientOrderID: PlacedOrder] = [:]
    /// Whose an order is, by the exchange's number.
    private(set) var owners: [UInt64: ClientOrderID] = [:]
    /// Whose a fill is, by its number.
    private(set) var fillOwners: [UInt64: ClientOrderID] = [:]
    /// Orders whose end has not been told whole.
    private(set) var live: Set<ClientOrderID> = []
    /// What was told and the desk has not said to be written down; others of the kind wait for that.
    var unnoted: [ClientOrderID: PlacedOrder.Kind] = [:]
    /// Finished orders, oldest first.
    private var finished: [ClientOrderID] = []
    /// Orders to be sent, first come first.
    var waiting: [ClientOrderID] = []

    /// Rows of the history, by number.
    private(set) var rows: [UInt64: WireFill] = [:]
    /// The numbers of the rows that bear an order of the account's own.
    private(set) var rowsByOrder: [UInt64: [UInt64]] = [:]
    /// How far the history has been read; by pair where the exchange tells one pair at a time.
    var mirrors: [Pair?: HistoryMirror] = [:]
    /// When the book was last read; by pair where the exchange tells one pair at a time.
    var listedAt: [Pair?: Timestamp] = [:]
    /// The highest of the exchange's order numbers that were seen on each pair.
    private(set) var highestNumbers: [Pair: UInt64] = [:]
    /// Numbers of orders that were on the book while none of ours was in doubt: others have made them.
    var strangers: Set<UInt64> = []

    var look: Look?
    var lookDue: Timestamp?
    /// Looks in a row that failed.
    var failedLooks = 0
    var questions: [QueryID: Question] = [:]
    var balances = BalanceReading()
    /// Questions for transactions, each of one request.
    var transactions: [QueryID: TransactionsQuestion] = [:]
    /// Who asked for orders to be canceled that were not made here, by the exchange's number.
    var foreignCancels: [UInt64: [QueryID]] = [:]
    /// What its key may do, as the desk was told; nil where it was not told yet.
    var toldRights: KeyRights?

    init(_ id: AccountID) { self.id = id }

    // MARK: Orders

    func add(_ order: PlacedOrder) {
        orders[order.id] = order
        if let number = order.number { owners[number] = order.id }
        for fill in order.countedFills { fillOwners[fill] = order.id }
        noteFate(of: order)
    }

    func claim(_ number: UInt64, for order: PlacedOrder) {
        order.number = number
        owners[number] = order.id
        noteNumber(number, on: order.order.pair)
    }

    /// An order of that number has been seen, whoever made it.
    func noteNumber(_ number: UInt64, on pair: Pair) {
        highestNumbers[pair] = max(highestNumbers[pair] ?? 0, number)
    }

    /// What has been seen so far: an order that is sent now has higher numbers.
    func seen(on pair: Pair, in scope: Pair?) -> SeenBefore {
        SeenBefore(fillNumber: mirrors[scope]?.highest ?? 0, orderNumber: highestNumbers[pair])
    }

    func own(_ row: UInt64, by order: PlacedOrder, _ fill: Fill) {
        fillOwners[row] = order.id
        order.fills[row] = fill
    }

    /// Keeps the books of what is under way after an order's fate has changed.
    func noteFate(of order: PlacedOrder) {
        let isFinished = order.fate == .neverThere || (order.fate == .closed && order.isComplete)
        guard isFinished || !order.isWatched else {
            live.insert(order.id)
            return
        }
        if live.remove(order.id) != nil { finished.append(order.id) }
    }

    /// Orders whose end has not been told whole, earliest first.
    var liveByAge: [PlacedOrder] { live.compactMap { orders[$0] }.sorted(by: PlacedOrder.isEarlier) }

    /// Whether a request about an order may still be answered, so that what the exchange shows may be that order.
    var hasDoubt: Bool {
        live.contains { id in
            guard let fate = orders[id]?.fate else { return false }
            return fate == .inFlight || fate == .inDoubt
        }
    }

    func forgetFinished(keeping most: Int) {
        guard finished.count > most else { return }
        for id in finished.prefix(finished.count - most / 2) {
            guard let order = orders[id], !live.contains(id), order.questions.isEmpty else { continue }
            orders[id] = nil
            if let number = order.number { owners[number] = nil }
        }
        finished.removeFirst(finished.count - most / 2)
    }

    // MARK: History

    /// Keeps a row of the history.
    func keep(_ row: WireFill) {
        noteNumber(row.orderID, on: row.pair)
        guard rows.updateValue(row, forKey: row.id) == nil, row.isYourOrder else { return }
        rowsByOrder[row.orderID, default: []].append(row.id)
    }

    /// Rows that are known to be nobody's order, of one pair and side, lowest number first.
    func unownedTakerRows(_ kind: PlacedOrder.Kind) -> [WireFill] {
        rows.values.filter { row in
            !row.isYourOrder && row.pair == kind.pair && row.side == kind.side && fillOwners[row.id] == nil
        }.sorted { $0.id < $1.id }
    }

    /// Whether a trade that is known to be nobody's may have been made by an order when it arrived.
    func hasUnownedTakerRow(for order: PlacedOrder) -> Bool {
        rows.values.contains { row in
            !row.isYourOrder && fillOwners[row.id] == nil && order.mayHave(fill: row.id) && order.fits(row)
                && order.allows(row.rate)
        }
    }

    /// Whether every row that bears its number has been found to be its own.
    func hasAllRows(of order: PlacedOrder) -> Bool {
        guard let number = order.number else { return true }
        return (rowsByOrder[number] ?? []).allSatisfy { rows[$0] == nil || order.fills[$0] != nil }
    }

    /// Drops the oldest rows where there are too many, and none that an order may still be found in.
    func forgetRows(keeping most: Int) {
        guard rows.count > most else { return }
        let needed = live.compactMap { orders[$0] }.map { $0.seenBefore.fillNumber ?? 0 }.min() ?? .max
        let ids = rows.keys.sorted().prefix(rows.count - most / 2)
        var last: WireFill?
        for id in ids {
            guard let row = rows[id], id <= needed else { break }
            rows[id] = nil
            fillOwners[id] = nil
            if row.isYourOrder { rowsByOrder[row.orderID] = nil }
            last = row
        }
        guard let last else { return }
        for pair in mirrors.keys { mirrors[pair]?.forgot(through: last.id, at: last.at.advanced(bySeconds: 1)) }
    }
}

/// A look at an account: what is on the book, then all that has filled, then what is left to tell apart. Every request of it has
/// a later nonce than any order that it settles, so that none of them can arrive any more once the first is answered.
struct Look {
    enum Step: Hashable {
        case active(Pair?)
        case history(Pair?, HistoryMirror.Start, first: UInt64?, next: HistoryMirror.Start)
        case page(Pair?, HistoryPage)
        /// The newest row of the history, and no more: what comes later has a higher number.
        case newest(Pair?)
        case details(UInt64)
    }

    let number: UInt64
    let beganAt: Timestamp
    /// The orders that it settles: those that were known when it began.
    let members: [PlacedOrder]
    /// The questions that it answers.
    let questions: [QueryID]
    /// What is still to be asked, in this order; the first is under way.
    var steps: [Step]
    /// The parts of the account that it reads.
    var scopes: [Pair?] = []
    /// The parts whose history has been read to its end.
    var ended: Set<Pair?> = []
    /// Rows that only questions asked for, of histories that go on behind them, and after which number they begin.
    var pages: [Pair?: [UInt64: WireFill]] = [:]
    var pagesAfter: UInt64?
    var active: [UInt64: WireOrder] = [:]
    var hasListed = false
    /// How often the first step has failed, one time after the other.
    var stepFailures = 0
    /// What the exchange said of orders by number; nil for a number that it does not know.
    var details: [UInt64: WireOrder?] = [:]
}
