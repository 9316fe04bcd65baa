public import Exchange
public import Trading

/// The adapter without its thread, its sockets and its clock: requests of the desk and answers of the exchange go in, requests
/// over HTTP and reports come out. The same inputs at the same moments give the same outputs.
///
/// `submit`, `ask` and `answered` put things down; `work` does all that is to be done at a moment.
///
/// # How it keeps from guessing
///
/// - **A Trade is sent once.** A refusal in the exchange's known words is a refusal. Everything else, `invalid nonce`
///   included, leaves the order in doubt.
/// - **Doubt is settled by a look**: ActiveOrders, then TradeHistory, then OrderInfo where something is left to tell apart. Their
///   nonces are above the order's, so once the first is answered the order can no longer arrive, and what is not on the
///   book then has all its fills in a history that is read later.
/// - **What is found is matched** by the exchange's number where it is known, and otherwise by pair, side, rate and amount among
///   what no other order is known to be and what had not been seen before the order was sent. Clocks are not compared. While an
///   order's fate is open no other of its pair and side is sent.
public final class BtceGateway {
    /// What came of a turn.
    public struct Turn {
        /// To be sent now; what becomes of each goes to `answered` under its number.
        public internal(set) var requests: [(number: UInt64, request: HTTPRequest)] = []
        /// For the desk, in this order.
        public internal(set) var reports: [ExchangeReport] = []

        public var isEmpty: Bool { requests.isEmpty && reports.isEmpty }
    }

    /// Why an account cannot use a key.
    public enum KeyFailure: Error, Hashable, Sendable {
        /// Two accounts with one key would each take the other's orders for somebody else's.
        case usedBy(AccountID)
        case nonces(NonceSource.Failure)
    }

    public let settings: BtceSettings
    let reader: TapiReader
    var clock: Timestamp
    var dispatch: RequestDispatch<Ticket>
    var accounts: [AccountID: TradedAccount] = [:]
    var market: MarketBoard
    var turn = Turn()
    /// How often the exchange's word was against itself, or against what had been concluded. Above zero this class is wrong, or the
    /// exchange.
    public internal(set) var contradictions = 0
    /// What it met, by name: `place lost`.
    public internal(set) var counts: [String: Int] = [:]

    private let nonceStore: any NonceStore
    /// For the waits between tries.
    private var chance: SplitMix64
    private var keyOwners: [String: AccountID] = [:]
    private var lookCount: UInt64 = 0
    /// Whether something was put down since the last turn.
    var hasWork = true

    /// `seed` decides how long it waits between tries, and nothing else.
    public init(_ settings: BtceSettings, nonceStore: any NonceStore, startedAt: Timestamp, seed: UInt64) {
        self.settings = settings
        self.nonceStore = nonceStore
        reader = TapiReader(settings.dialect)
        clock = startedAt
        chance = SplitMix64(seed: seed)
        dispatch = RequestDispatch(baseURL: settings.baseURL, pacing: settings.pacing)
        market = MarketBoard()
    }

    // MARK: What goes in

    /// Gives an account the key under which it is traded, or takes it away.
    public func setKey(_ key: TapiKey?, for id: AccountID, at now: Timestamp) throws(KeyFailure) {
        clock = max(clock, now)
        hasWork = true
        let account = account(id)
        if let key, let owner = keyOwners[key.key], owner != id { throw .usedBy(owner) }
        let before = account.key
        if before != key?.key { account.toldRights = nil }
        if let before {
            account.key = nil
            keyOwners[before] = nil
            for ticket in dispatch.removeKey(before) { neverSent(ticket, because: "the account's key was taken away") }
        }
        guard let key else { return }
        do {
            dispatch.addKey(
                key, nonces: try NonceSource(key: key.key, dialect: settings.dialect, store: nonceStore))
        } catch {
            throw .nonces(error)
        }
        account.key = key.key
        keyOwners[key.key] = id
        if let before, before != key.key {
            account.keyChangedAt = clock
            // What is still on its way was asked under the key of before: its rights and its funds are not this one's.
            failBalances(account, .lost)
        }
        if account.live.contains(where: { account.orders[$0]?.isToBeLookedFor == true }) {
            account.wantLook(at: clock)
        }
    }

    /// Takes back what an earlier run knew: whose order is whose at the exchange.
    public func recall(_ orders: [SentOrder]) {
        for sent in orders { know(sent, isWatched: false) }
    }

    /// Puts a request of the desk down.
    public func submit(_ request: OrderRequest, at now: Timestamp) {
        clock = max(clock, now)
        hasWork = true
        switch request {
        case .place(let order): submitPlace(order)
        case .cancel(let sent): submitCancel(sent)
        case .status(let sent): submitStatus(sent)
        }
    }

    /// What was said of the order is on the desk's disk.
    public func noted(_ order: ClientOrderID, of id: AccountID, at now: Timestamp) {
        clock = max(clock, now)
        guard let account = accounts[id], account.unnoted.removeValue(forKey: order) != nil else { return }
        account.orders[order]?.isNoted = true
        hasWork = true
    }

    /// Puts a question of the desk down.
    public func ask(_ query: ExchangeQuery, id: QueryID, at now: Timestamp) {
        clock = max(clock, now)
        hasWork = true
        switch query {
        case .pairs, .ticker, .depth, .recentTrades: askMarket(query, id)
        case .openOrders(let account, _), .fills(let account, _, _), .balances(let account),
            .transactions(let account, _, _), .order(_, let account):
            askAccount(query, id, self.account(account))
        }
    }

    /// Takes in what became of a request.
    public func answered(_ number: UInt64, _ outcome: HTTPOutcome, at now: Timestamp) {
        clock = max(clock, now)
        hasWork = true
        for event in dispatch.answered(number, outcome, at: clock, using: &chance) { take(event) }
    }

    // MARK: What comes out

    /// When there is something to do without an answer coming. Now, where something was put down.
    public var nextDue: Timestamp? {
        guard !hasWork else { return clock }
        var due = [dispatch.nextDue(from: clock), market.nextDue].compactMap(\.self)
        for account in accounts.values { due += dueTimes(of: account) }
        return due.min()
    }

    /// Does all that is to be done up to a moment.
    public func work(at now: Timestamp) -> Turn {
        clock = max(clock, now)
        var isBusy = true
        while isBusy {
            for id in accounts.keys.sorted() {
                guard let account = accounts[id] else { continue }
                giveUp(account)
                feed(account)
                if let due = account.lookDue, due <= clock, account.look == nil { beginLook(account) }
            }
            workMarket()
            let (outgoing, events) = dispatch.start(at: clock)
            for request in outgoing {
                leaves(request.ticket)
                turn.requests.append((request.number, request.request))
            }
            for event in events { take(event) }
            isBusy = !events.isEmpty
        }
        hasWork = false
        defer { turn = Turn() }
        return turn
    }

    /// What is to be said and not to be sent any more: at the end.
    public func lastTurn() -> Turn {
        defer { turn = Turn() }
        return turn
    }

    // MARK: Knowing

    func account(_ id: AccountID) -> TradedAccount {
        if let known = accounts[id] { return known }
        let account = TradedAccount(id)
        accounts[id] = account
        return account
    }

    /// What is known of an order, after what the desk says of it.
    @discardableResult
    func know(_ sent: SentOrder, isWatched: Bool) -> PlacedOrder {
        let account = account(sent.account)
        let told = sent.exchangeOrderID.flatMap { UInt64($0) }
        let number = told == 0 ? nil : told
        if let known = account.orders[sent.clientOrderID] {
            known.isWatched = known.isWatched || isWatched
            if known.isUnmatched, let number, account.owners[number] == nil {
                account.claim(number, for: known)
                known.fate = .open
            }
            account.noteFate(of: known)
            return known
        }
        let order = PlacedOrder(recalled: sent, number: number, isWatched: isWatched, at: clock)
        if told == 0 {
            order.hasNoNumber = true
            order.fate = .closed
            order.takerMissing = max(.zero, order.order.quantity - order.countedQuantity)
        }
        if order.filled >= order.order.quantity {
            order.fate = .closed
            order.isComplete = true
        }
        account.add(order)
        return order
    }

    /// Where an order stands is known now.
    func settle(_ order: PlacedOrder, _ fate: PlacedOrder.Fate, _ account: TradedAccount) {
        if fate == .closed, order.fate != .closed { order.closedAt = clock }
        order.fate = fate
        account.noteFate(of: order)
    }

    func nextLookNumber() -> UInt64 {
        lookCount += 1
        return lookCount
    }

    func say(_ report: ExecutionReport, of account: TradedAccount) {
        // While it is in doubt that keeps the others back by itself.
        if let order = account.orders[report.clientOrderID], !order.isNoted, order.fate.isKnown {
            account.unnoted[order.id] = order.kind
        }
        turn.reports.append(.execution(account: account.id, report))
    }

    func answer(_ id: QueryID, _ answer: ExchangeAnswer) { turn.reports.append(.answer(id, answer)) }

    func count(_ what: String) { counts[what, default: 0] += 1 }
}

extension TradedAccount {
    func wantLook(at time: Timestamp) { lookDue = min(lookDue ?? time, time) }
}
