import DequeModule
public import OrderedCollections
public import Trading

/// The state machine that everything which can change an order goes through.
///
/// A plain value without clock, chance, disk or network: `decide` reads and changes nothing, `apply` changes and cannot
/// fail. `process` is the door: it decides, applies, and follows up until nothing is left to decide. The state is what
/// the records made it; market prices and pair rules are observations that decisions use and write into their records.
public struct OrderEngine: Sendable {
    public let limits: EngineLimits
    /// Whose orders these are: written on each order, and asked for nothing else.
    public let exchange: ExchangeID

    /// What the exchange allows on each pair. Observed, not recorded.
    public private(set) var rules: [Pair: PairRules] = [:]
    /// The newest prices. Observed, not recorded.
    public private(set) var market: [Pair: Ticker] = [:]
    /// What orders that were not made here hold at the exchange. Observed, not recorded.
    private(set) var heldElsewhere: [AccountID: [Coin: ExactDecimal]] = [:]

    var entries: [OrderID: OrderEntry] = [:]
    /// The number behind the last order of this engine. Numbers are one sequence for all engines of a desk: see `process`.
    public internal(set) var nextOrderID = OrderID(1)
    /// Finished orders, oldest first, kept for late reports up to `EngineLimits.finishedOrdersKept`.
    var finished = Deque<OrderID>()
    var funds: [FundsKey: Funds] = [:]
    var openOrders: [AccountID: Set<OrderID>] = [:]
    var expiries = WaitingList<Timestamp, OrderID>()
    var triggers: [Pair: TriggerBook] = [:]
    /// At which price the trigger of each trailing stop moves next. It moves away from the price that fires it, so it stands
    /// on the other side here.
    var followers: [Pair: TriggerBook] = [:]
    /// Whose trader has stopped everything.
    var panics: [AccountID: Panic] = [:]
    /// How the orders of each open sliced order stand. Counted again after a restart.
    var ladders: [OrderID: LadderTally] = [:]
    /// The newest order of each account that is no other's child.
    var newestRoots: [AccountID: OrderID] = [:]
    /// The coins that each account has, or had.
    var coinsHeld: [AccountID: Set<Coin>] = [:]
    /// Orders whose failed cancel by the desk has been told. Not on disk: after a restart it is told once more.
    var failedCancelsTold: Set<OrderID> = []

    struct FundsKey: Hashable, Sendable {
        let account: AccountID
        let coin: Coin
    }

    public init(exchange: ExchangeID, limits: EngineLimits = EngineLimits()) {
        self.exchange = exchange
        self.limits = limits
    }

    // MARK: Observations

    /// Rules of a pair, new or changed. Orders placed under the old ones keep what they hold.
    public mutating func observe(_ newRules: PairRules) {
        rules[newRules.pair] = newRules
    }

    /// A quote or a whole ticker. It fires nothing: only trades do.
    public mutating func observe(_ ticker: Ticker, of pair: Pair) {
        market[pair] = ticker
    }

    /// What orders that were not made here hold of an account's coins at the exchange, all of them: it is not free for orders of
    /// this desk. After a restart nothing is known to be held until it is observed again.
    public mutating func observe(heldElsewhere held: [Coin: ExactDecimal], of account: AccountID) {
        heldElsewhere[account] = held.isEmpty ? nil : held
    }

    /// A trade that is told late is not the last one.
    private mutating func observe(_ trade: MarketTrade) {
        if let known = market[trade.pair], known.last != nil, trade.at < known.at { return }
        market[trade.pair, default: Ticker(at: trade.at)].last = trade.price
        market[trade.pair]?.at = trade.at
    }

    // MARK: Questions

    /// The order as it is, if the engine still has it: every open one, and the newest finished ones.
    public func order(_ id: OrderID) -> Order? { entries[id]?.order }

    /// What a paired order's contra may be, while it may be placed; in the base coin.
    public func contraReady(_ id: OrderID) -> ExactDecimal? { entries[id]?.contraReady }

    /// An account's orders that are not finished, children too, by id.
    public func openOrders(of account: AccountID) -> [Order] {
        (openOrders[account] ?? []).sorted().compactMap { entries[$0]?.order }
    }

    /// Whether any of an account's orders that are not finished, children too, is such a one.
    public func hasOrder(of account: AccountID, where isSuch: (Order) -> Bool) -> Bool {
        openOrders[account]?.contains { id in entries[id].map { isSuch($0.order) } ?? false } ?? false
    }

    /// The accounts that have, or had, anything, in order.
    public var accounts: [AccountID] { Set(funds.keys.map(\.account)).union(openOrders.keys).sorted() }

    /// The coins that an account has, or had, in the order of their names.
    public func coins(of account: AccountID) -> [Coin] {
        (coinsHeld[account] ?? []).sorted()
    }

    /// What an account has of a coin; nothing, where it never had any.
    public func funds(of account: AccountID, in coin: Coin) -> Funds {
        var held = funds[FundsKey(account: account, coin: coin)] ?? Funds()
        if let foreign = heldElsewhere[account]?[coin] { held.foreign = foreign }
        return held
    }

    /// Since when an account takes on nothing new, and whether all of it is off the book by now; nil where it trades.
    public func panic(of account: AccountID) -> Panic? { panics[account] }

    /// Whether any account is in a panic of which something is still open.
    public var isClearingPanic: Bool { panics.values.contains { !$0.isCleared } }

    /// The newest order of an account that is no other's child; nil where none is known since the oldest order in memory.
    public func newestRoot(of account: AccountID) -> OrderID? { newestRoots[account] }

    /// How many orders of an account are not finished, children too.
    public func openOrderCount(of account: AccountID) -> Int { openOrders[account]?.count ?? 0 }

    /// When the next expiry is due, if any order has one.
    public var nextExpiry: Timestamp? { expiries.first?.key }

    /// How many triggers wait on a pair.
    public func triggersWaiting(on pair: Pair) -> Int { triggers[pair]?.count ?? 0 }

    /// What to ask the exchange after a restart: each order that it has, or may have, and each cancel that was under way.
    public func requestsAfterRestart() -> [OrderRequest] {
        var requests: [OrderRequest] = []
        for id in entries.keys.sorted() {
            guard let order = entries[id]?.order, order.isAtExchangeItself else { continue }
            requests.append(.status(sent(order)))
            if order.cancelReason != nil, order.status == .open || order.status == .partiallyFilled {
                requests.append(.cancel(sent(order)))
            }
        }
        return requests
    }

    /// Every order that the exchange has, or may have, and of the finished ones still in memory each that it ever had, by id.
    /// One that it refused, or that never reached it, is none of its.
    public func ordersSent() -> [SentOrder] {
        entries.keys.sorted().compactMap { id in
            guard let entry = entries[id], !entry.order.plan.isOnlyParent else { return nil }
            let order = entry.order
            let mayBeThere = order.isAtExchangeItself || order.exchangeOrderID != nil || order.filled.isPositive
            return mayBeThere ? sent(order, countedFills: entry.fillIDs) : nil
        }
    }

    /// What the exchange is asked where an order has to be asked about; nil for one that is not known, or is never there.
    public func statusRequest(_ id: OrderID) -> OrderRequest? {
        guard let order = entries[id]?.order, !order.plan.isOnlyParent else { return nil }
        return .status(sent(order))
    }

    /// What was left to decide when the records ended: what `Outcome.unfinished` said and nobody has processed.
    public var unfinished: [Input] {
        let open = ladders.keys.sorted().filter(isCarryingOn).map { Input.carryOn($0) }
        let panicking = panics.keys.sorted().compactMap { account -> Input? in
            guard let panic = panics[account], !panic.isCleared else { return nil }
            // A cancel that the trader had asked for is not repeated if it fails; a panic's is.
            let left = openRoots(of: account).filter { id in
                entries[id].map { $0.order.cancelReason == nil || $0.order.cancelReason == .requested } ?? false
            }
            return left.isEmpty ? nil : .takeOff(left, account: account, .panic)
        }
        return open + panicking
    }

    // MARK: The door

    /// What came of one input.
    public struct Outcome: Sendable {
        /// To be written, in this order, before anything is done or said.
        public var records: [Record] = []
        /// To be asked of the exchange once the records are written.
        public var requests: [OrderRequest] = []
        /// To be told once the records are written.
        public var events: [OrderEvent] = []
        /// To be told besides: what the account as a whole has come to.
        public var panics: [PanicEvent] = []
        /// Nothing was changed.
        public var refusal: EngineRefusal?
        public var anomalies: [Anomaly] = []
        /// To be processed when others have had their turn, in this order. What is lost of it in a crash
        /// `OrderEngine.unfinished` finds again.
        public var unfinished: [Input] = []
        /// The orders whose rows changed.
        public var touchedOrders: OrderedSet<OrderID> = []
        /// The accounts and coins whose funds changed.
        public var touchedFunds: OrderedSet<TouchedFunds> = []

        public init() {}
    }

    /// Whose funds of which coin changed.
    public struct TouchedFunds: Hashable, Sendable {
        public let account: AccountID
        public let coin: Coin
    }

    /// The most decisions that one input may lead to: far above what the limits on orders allow.
    static let decisionsMax = 1_000_000

    /// Decides an input, applies what was decided, and goes on until there is nothing left to decide, or, where that is more
    /// than `decisionOrdersMax` orders, leaves the rest in `Outcome.unfinished`. Orders get numbers from `next` on: other engines of the
    /// same desk have given those below.
    public mutating func process(_ input: Input, at now: Timestamp, numbersFrom next: OrderID) -> Outcome {
        let own = nextOrderID
        nextOrderID = max(own, next)
        let first = nextOrderID
        // What another has given is not this engine's, as long as it has given none itself: it is in no record.
        defer { if nextOrderID == first { nextOrderID = own } }
        return process(input, at: now)
    }

    /// The same of a desk that has one engine.
    public mutating func process(_ input: Input, at now: Timestamp) -> Outcome {
        var outcome = Outcome()
        if case .marketTrade(let trade) = input { observe(trade) }
        var waiting = Deque([input])
        var decisions = 0
        var repeats = 0
        var unfinishedRepeat: Input?
        while let next = waiting.popFirst() ?? clearedPanic(outcome) {
            decisions += 1
            precondition(decisions <= OrderEngine.decisionsMax, "\(input) leads to decisions without end")
            let decision = decide(next, at: now)
            if let refusal = decision.refusal {
                outcome.refusal = refusal
                break
            }
            if let anomaly = decision.anomaly { outcome.anomalies.append(anomaly) }
            outcome.unfinished += decision.rest
            for record in decision.records {
                outcome.records.append(record)
                for effect in apply(record, touching: &outcome) {
                    switch effect {
                    case .request(let request): outcome.requests.append(request)
                    case .notify(var event):
                        event.why = event.why ?? decision.why
                        outcome.events.append(event)
                    case .tell(let event): outcome.panics.append(event)
                    case .consider(let input): waiting.append(input)
                    case .later(let input): outcome.unfinished.append(input)
                    }
                }
            }
            // One tick or one look at the clock may fire many; each is decided on the state that the one before left.
            guard !decision.records.isEmpty, next.repeatsWhileItDecides else { continue }
            repeats += 1
            if repeats < limits.decisionOrdersMax { waiting.append(next) } else { unfinishedRepeat = next }
        }
        if let unfinishedRepeat { outcome.unfinished.append(unfinishedRepeat) }
        return outcome
    }

    /// Applies a record that was read back. Its effects were had when it was written.
    public mutating func replay(_ record: Record) {
        var ignored = Outcome()
        _ = apply(record, touching: &ignored)
    }

    /// Applies a record that was read back, and says which rows it changed, so that the tables can be made again.
    public mutating func replayTouching(_ record: Record) -> Outcome {
        var touched = Outcome()
        _ = apply(record, touching: &touched)
        return touched
    }
}

extension Input {
    var repeatsWhileItDecides: Bool {
        switch self {
        case .marketTrade, .timePassed: true
        case .place, .placeContra, .cancel, .move, .panic, .liftPanic, .report, .adjustFunds, .settle, .settlePanic,
            .carryOn, .takeOff:
            false
        }
    }
}

extension Order {
    /// Whether the exchange has it, or may have it, under its own number: not the parent whose status is its child's.
    public var isAtExchangeItself: Bool {
        status.isAtExchange && !plan.isOnlyParent && !(plan.goesOnAsChild && !children.isEmpty)
    }
}
