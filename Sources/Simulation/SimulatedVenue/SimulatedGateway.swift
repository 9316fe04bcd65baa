public import Exchange
public import Trading

/// An honest adapter to the simulated venue, as one to btc-e has to be.
///
/// It lives in the desk's process and dies with it: a new one knows only what `recall` and the requests tell it. `submit` and
/// `ask` put requests down; `advance(to:)`, with the same moment or a later one, sends them and hears what has come.
///
/// # How it keeps from guessing
///
/// - **A nonce is the clock's reading, and never ahead of it.** So a process that starts later starts above, whatever
///   an earlier one has sent and is still on its way. Calls of one account go one after the other.
/// - **A place is sent once.** A refusal that the venue can only give after it has counted the nonce is a refusal, for
///   no copy of the call can be accepted any more. Everything else, `invalid nonce` included, leaves the order in doubt: it
///   may be the answer to a copy of a call that was accepted.
/// - **Doubt is settled by a look**: the open orders, then the history, then the venue's word on single orders. The look's nonces are
///   above the order's, so once its first call is answered the order can no longer arrive, and what is not on the book
///   then has all its fills in a history that is read later.
/// - **What is found is matched** by the client order id where the venue tells it, by the number where it is known, and
///   otherwise by pair, side, price, quantity and time among what no other order is known to be. Orders that are alike in pair,
///   side and quantity are never in flight together: the second waits until the desk has had time to write down the first's fate.
///
/// # Where that stops
///
/// An order that was accepted and taken off without a fill before anybody looked leaves no trace at a venue that does not
/// know client order ids of closed orders: it is said to have never arrived. No money has moved, and none can.
/// An order placed at the venue's own page with the same figures at the same time cannot be told from ours.
public final class SimulatedGateway: Exchange {
    public let name = "simulated"
    public let settlement = Settlement.overTheWire
    public var traits: ExchangeTraits {
        ExchangeTraits(
            news: .pushed, keepsClientOrderIDs: keepsNames, fillNumbering: .perAccount, feeBasis: .quote,
            listsTransactions: false, cancelsForeignOrders: false, needsKeys: false)
    }

    /// Whether the venue knows orders by the desk's names however long ago they ended: then none is taken for another.
    var keepsNames: Bool { settings.clientOrderIDs == .forEver }

    /// What makes our client order ids.
    private var prefix = ClientOrderPrefix(rawValue: 0)
    let network: SimulatedNetwork
    let settings: GatewaySettings
    let mistake: GatewayMistake?
    let process: Int64
    let startedAt: Timestamp
    var clock: Timestamp
    var accounts: [AccountID: GatewayAccount] = [:]
    var requestCount: UInt64 = 0
    /// Questions about the market that are not answered yet.
    var marketQuestions: [VenueRequestID: (id: QueryID, deadline: Timestamp)] = [:]
    var unsentQuestions: [(id: QueryID, question: VenueQuestion)] = []
    var toldTransactions: Set<UInt64> = []
    var reports: [ExchangeReport] = []
    /// How often the venue's word was against what had been concluded. Never above zero, or this class is wrong.
    public internal(set) var contradictions = 0
    /// What it met, by name: `place lost`.
    public internal(set) var counts: [String: Int] = [:]

    /// A process that starts at a moment; later than any earlier one has sent anything.
    public init(
        _ network: SimulatedNetwork, settings: GatewaySettings, startedAt: Timestamp, mistake: GatewayMistake? = nil
    ) {
        self.network = network
        self.settings = settings
        self.mistake = mistake
        self.startedAt = startedAt
        clock = startedAt
        process = network.connect()
    }

    // MARK: The desk's side

    /// From now on its orders have these names.
    public func use(_ prefix: ClientOrderPrefix) { self.prefix = prefix }

    /// What an order is called at the venue.
    func name(of id: ClientOrderID) -> String {
        guard let name = prefix.text(of: id) else { preconditionFailure("\(id) is beyond what a name can say") }
        return name
    }

    /// Whose name it is; nil for one that is not ours.
    func client(_ name: String?) -> ClientOrderID? { name.flatMap { prefix.id(in: $0) } }

    /// Takes back what the run before knew: whose order is whose at the exchange.
    public func recall(_ orders: [SentOrder]) {
        for sent in orders { know(sent, isWatched: false) }
    }

    /// Puts the request down; it is sent with the next `advance`.
    public func submit(_ request: OrderRequest, at now: Timestamp) -> [ExchangeReport] {
        clock = max(clock, now)
        switch request {
        case .place(let order): submitPlace(order)
        case .cancel(let sent): submitCancel(sent)
        case .status(let sent): submitStatus(sent)
        }
        return endTurn()
    }

    /// What was said of the order is written down.
    public func noted(_ order: ClientOrderID, of account: AccountID, at now: Timestamp) {
        clock = max(clock, now)
        accounts[account]?.orders[order]?.isNoted = true
    }

    /// Puts the question down; it is sent with the next `advance`.
    public func ask(_ query: ExchangeQuery, id: QueryID, at now: Timestamp) -> [ExchangeReport] {
        clock = max(clock, now)
        switch query {
        case .pairs: unsentQuestions.append((id, .pairs))
        case .ticker(let pair): unsentQuestions.append((id, .ticker(pair)))
        case .depth(let pair, let rows): unsentQuestions.append((id, .depth(pair, rows: rows)))
        case .recentTrades(let pair, let count): unsentQuestions.append((id, .recentTrades(pair, count: count)))
        case .openOrders(let account, _), .fills(let account, _, _), .balances(let account):
            submitQuestion(query, id, of: self.account(account))
        // Like paper, it has no such list: what moves money there is told at once.
        case .transactions: reports.append(.answer(id, .transactions([], next: nil)))
        case .order(let client, let account): submitQuestion(about: client, id, of: self.account(account))
        }
        return endTurn()
    }

    // MARK: Time

    /// When next something arrives or is to be done. Now, where something waits to be sent.
    public var nextDue: Timestamp? {
        [network.nextDue, nextOwnDue].compactMap(\.self).min()
    }

    /// Sends what waits, hears what comes, and gives up on what does not, up to a moment; in the order of time.
    public func advance(to now: Timestamp) -> [ExchangeReport] {
        work(at: min(max(clock, startedAt), now))
        while let due = nextDue, due <= now {
            network.advance(to: due)
            clock = max(clock, due)
            for delivery in network.drainArrivals() { take(delivery) }
            work(at: clock)
        }
        network.advance(to: now)
        clock = max(clock, now)
        return endTurn()
    }

    /// Hands the reports out.
    private func endTurn() -> [ExchangeReport] {
        defer { reports = [] }
        return reports
    }

    private var nextOwnDue: Timestamp? {
        var due: [Timestamp] = unsentQuestions.isEmpty ? [] : [clock]
        due += marketQuestions.values.map(\.deadline)
        for account in accounts.values { due += dueTimes(of: account) }
        return due.min()
    }

    // MARK: Knowing

    func account(_ id: AccountID) -> GatewayAccount {
        if let known = accounts[id] { return known }
        let account = GatewayAccount(id, startedAt: startedAt)
        accounts[id] = account
        return account
    }

    /// What is known of an order, after what the desk says of it.
    @discardableResult
    func know(_ sent: SentOrder, isWatched: Bool) -> GatewayOrder {
        let account = account(sent.account)
        let number = sent.exchangeOrderID.flatMap { UInt64($0) }
        if let known = account.orders[sent.clientOrderID] {
            known.isWatched = known.isWatched || isWatched
            // It was settled before anybody asked: the desk has yet to write that down.
            if isWatched, known.owesStatus { known.isNoted = false }
            if known.fate == .inDoubt, let number, account.owners[number] == nil {
                account.claim(number, for: known)
                settle(known, .open)
            }
            return known
        }
        let order = GatewayOrder(
            sent.order, sentAt: sent.sentAt, fate: number == nil ? .inDoubt : .open, isWatched: isWatched)
        order.owesStatus = true
        account.orders[order.id] = order
        if let number {
            account.claim(number, for: order)
            order.isNoted = true
        }
        return order
    }

    /// Where an order stands is known now.
    func settle(_ order: GatewayOrder, _ fate: GatewayOrder.Fate) {
        if !order.isSettled { order.isNoted = !order.isWatched }
        order.fate = fate
    }

    func say(_ report: ExecutionReport, of account: AccountID) {
        reports.append(.execution(account: account, report))
    }

    func count(_ what: String) { counts[what, default: 0] += 1 }
}
