import Exchange
import Trading

/// The wire itself: requests and reports are delayed, dropped, repeated and reordered, as chance and its habits have it.
final class LossyExchange: Exchange {
    struct Habits {
        var delayMillisecondsMax = 0
        var lossPercent = 0
        var repeatPercent = 0
    }

    private enum Cargo {
        case request(OrderRequest)
        case query(ExchangeQuery, QueryID)
        case cancelForeign(String, QueryID)
        case report(ExchangeReport, run: Int)
    }

    private struct Message {
        let due: Timestamp
        let number: Int
        let cargo: Cargo
    }

    let name = "lossy"
    let settlement = Settlement.overTheWire
    var habits = Habits()
    var books: VenueBooks
    var chance: SplitMix64
    /// Says nothing at all to what it is asked about orders, and does nothing.
    var isDeaf = false
    /// Whether it has a list of transactions.
    let listsTransactions: Bool
    /// What happens at the exchange is told only to those who ask.
    var isMute = false
    /// Questions that it answers with nothing but that the answer was lost.
    var losesBalances = false
    var losesForeignCancels = false
    var losesTransactions = false
    /// What happens at the exchange just after it has answered.
    var afterAnswer: ((ExchangeQuery) -> Void)?
    private(set) var requests: [OrderRequest] = []
    private(set) var queries: [ExchangeQuery] = []
    private(set) var recalled: [SentOrder] = []
    private(set) var balancesAsked = 0
    private var messages: [Message] = []
    private var count = 0
    private var run = 0
    private var account = AccountID(1)

    init(_ books: VenueBooks, seed: UInt64, listsTransactions: Bool = false) {
        self.listsTransactions = listsTransactions
        self.books = books
        chance = SplitMix64(seed: seed)
    }

    var traits: ExchangeTraits {
        ExchangeTraits(
            news: .polled, keepsClientOrderIDs: false, fillNumbering: .perAccount, feeBasis: .quote,
            listsTransactions: listsTransactions, cancelsForeignOrders: false, needsKeys: false)
    }

    func recall(_ orders: [SentOrder]) { recalled = orders }

    func submit(_ request: OrderRequest, at now: Timestamp) -> [ExchangeReport] {
        account = request.account
        requests.append(request)
        if !isDeaf { send(.request(request), at: now) }
        return []
    }

    func ask(_ query: ExchangeQuery, id: QueryID, at now: Timestamp) -> [ExchangeReport] {
        queries.append(query)
        if !isDeaf { send(.query(query, id), at: now) }
        return []
    }

    func cancelForeign(
        exchangeOrderID: String, pair: Pair?, of account: AccountID, id: QueryID, at now: Timestamp
    ) -> [ExchangeReport] {
        if !isDeaf { send(.cancelForeign(exchangeOrderID, id), at: now) }
        return []
    }

    func takeRequests() -> [OrderRequest] {
        defer { requests.removeAll() }
        return requests
    }

    /// The process at the near end dies: what was on its way to it is gone.
    func hangUp() { run += 1 }

    // MARK: The wire

    private func send(_ cargo: Cargo, at now: Timestamp) {
        let isRequestToPlace = if case .request(.place) = cargo { true } else { false }
        if chance.percent(habits.lossPercent) { return }
        post(cargo, at: now)
        // An exchange is asked to place an order once: what repeats a request is the desk, and it never does.
        if !isRequestToPlace, chance.percent(habits.repeatPercent) { post(cargo, at: now) }
    }

    private func post(_ cargo: Cargo, at now: Timestamp) {
        count += 1
        let delay = habits.delayMillisecondsMax == 0 ? 0 : chance.below(habits.delayMillisecondsMax)
        messages.append(
            Message(due: now.advanced(byNanoseconds: Int64(delay) * 1_000_000), number: count, cargo: cargo))
    }

    var nextDue: Timestamp? { messages.map(\.due).min() }

    /// What reaches the desk by now, in order.
    func deliver(at now: Timestamp) -> [ExchangeReport] {
        var told: [ExchangeReport] = []
        while let index = messages.indices.filter({ messages[$0].due <= now }).min(by: {
            (messages[$0].due, messages[$0].number) < (messages[$1].due, messages[$1].number)
        }) {
            switch messages.remove(at: index).cargo {
            case .request(let request): say(books.take(request, at: now), at: now)
            case .query(let query, let id):
                var answer = books.answer(query)
                if case .balances = query {
                    balancesAsked += 1
                    if losesBalances { answer = .lost }
                    if books.wobbles { books.deposit(balancesAsked.isMultiple(of: 2) ? 1 : -1, "usd") }
                }
                if case .transactions = query, losesTransactions { answer = .lost }
                send(.report(.answer(id, answer), run: run), at: now)
                afterAnswer?(query)
            case .cancelForeign(let number, let id):
                let answer = books.cancelForeign(number)
                send(.report(.answer(id, losesForeignCancels ? .lost : answer), run: run), at: now)
            case .report(let report, let of): if of == run { told.append(report) }
            }
        }
        return told
    }

    private func say(_ reports: [ExecutionReport], at now: Timestamp) {
        guard !isMute else { return }
        for report in reports { send(.report(.execution(account: account, report), run: run), at: now) }
    }

    // MARK: What happens at the exchange

    func fill(_ id: ClientOrderID, _ quantity: ExactDecimal, at now: Timestamp) {
        say(books.fill(id, quantity, at: now), at: now)
    }

    func fillAny(at now: Timestamp) {
        let open = books.arrivals.filter { books.held[$0]?.isOpen == true }
        guard !open.isEmpty else { return }
        let id = chance.pick(open)
        guard let left = books.held[id]?.left else { return }
        fill(id, books.whole(left, parts: chance.below(3) + 1), at: now)
    }

    func say(_ report: ExchangeReport, at now: Timestamp) { send(.report(report, run: run), at: now) }
}
