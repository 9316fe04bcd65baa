import OrderEngine
import Testing
import Trading

/// A decimal as a person writes it.
func d(_ text: String) -> ExactDecimal {
    do {
        return try ExactDecimal(parsing: text)
    } catch {
        fatalError("no decimal in a test: \(text)")
    }
}

func rules(
    _ pair: Pair, tick: String = "0.001", step: String = "0.00000001", min: String = "0.001", valueMin: String = "0",
    fee: String = "0.002", basis: FeeBasis = .quote
) -> PairRules {
    do {
        return try PairRules(
            pair: pair, priceTick: d(tick), quantityStep: d(step), quantityMin: d(min), valueMin: d(valueMin),
            feeRate: d(fee), feeBasis: basis)
    } catch {
        fatalError("no rules in a test: \(error)")
    }
}

/// An engine with one trader, whose exchange the test plays by hand, one report at a time.
///
/// Every input is checked: nothing is decided by changing, the invariants hold, and the records alone lead to the same state.
struct Pit {
    var engine: OrderEngine
    /// Fed nothing but the records.
    var mirror: OrderEngine
    var now = Timestamp(seconds: 1_756_576_800)
    let trader = AccountID(7)
    let pair: Pair = "btc_usd"
    /// What the last input led to.
    var last = OrderEngine.Outcome()
    var nextFill: UInt64 = 1
    /// Whether what an input leaves for later turns is done at once.
    var carriesOn = true

    init(
        usd: String = "10000", btc: String = "100", rules newRules: PairRules = rules("btc_usd"),
        limits: EngineLimits = EngineLimits()
    ) {
        engine = OrderEngine(exchange: .paper, limits: limits)
        mirror = OrderEngine(exchange: .paper, limits: limits)
        engine.observe(newRules)
        deposit(usd, "usd")
        deposit(btc, "btc")
    }

    // MARK: What a test does

    @discardableResult
    mutating func process(
        _ input: Input, sourceLocation: SourceLocation = #_sourceLocation
    ) -> OrderEngine.Outcome {
        let before = engine.snapshot()
        _ = engine.decide(input, at: now)
        #expect(engine.snapshot() == before, "decide changed the state", sourceLocation: sourceLocation)
        last = engine.process(input, at: now)
        if last.refusal != nil {
            #expect(last.records.isEmpty && engine.snapshot() == before, sourceLocation: sourceLocation)
        }
        for record in last.records { mirror.replay(record) }
        if carriesOn { carryOn() }
        #expect(
            mirror.snapshot() == engine.snapshot(), "the records tell another story", sourceLocation: sourceLocation)
        for complaint in complaints(about: engine) { Issue.record("\(complaint)", sourceLocation: sourceLocation) }
        return last
    }

    /// Processes what the last input has left for later turns, as a desk does, until nothing is left.
    mutating func carryOn() {
        while !last.unfinished.isEmpty { carryOnOnce() }
    }

    /// Takes one such turn.
    mutating func carryOnOnce() {
        guard !last.unfinished.isEmpty else { return }
        let more = engine.process(last.unfinished.removeFirst(), at: now)
        for record in more.records { mirror.replay(record) }
        last.records += more.records
        last.requests += more.requests
        last.events += more.events
        last.panics += more.panics
        last.anomalies += more.anomalies
        last.unfinished += more.unfinished
    }

    mutating func deposit(_ amount: String, _ coin: Coin) {
        process(
            .adjustFunds(
                FundsAdjustment(account: trader, coin: coin, amount: d(amount), reason: .deposit, at: now)))
    }

    /// Places an order; stops the test's story where that is refused.
    @discardableResult
    mutating func place(
        _ side: Side, _ quantity: String, at price: String? = nil, timeInForce: TimeInForce = .goodTillCanceled,
        post: Bool = false, plan: OrderPlan = .none, sourceLocation: SourceLocation = #_sourceLocation
    ) -> OrderID {
        let next = engine.snapshot().nextOrderID
        process(
            .place(ticket(side, quantity, at: price, timeInForce: timeInForce, post: post, plan: plan)),
            sourceLocation: sourceLocation)
        #expect(last.refusal == nil, "\(last.refusal?.message ?? "")", sourceLocation: sourceLocation)
        return next
    }

    func ticket(
        _ side: Side, _ quantity: String, at price: String? = nil, timeInForce: TimeInForce = .goodTillCanceled,
        post: Bool = false, plan: OrderPlan = .none
    ) -> OrderTicket {
        OrderTicket(
            account: trader, pair: pair, side: side, quantity: d(quantity),
            price: price.map { .limit(d($0)) } ?? .market, timeInForce: timeInForce, isPostOnly: post, plan: plan,
            line: "a line")
    }

    mutating func refusal(
        of input: Input, sourceLocation: SourceLocation = #_sourceLocation
    ) -> RefusalCode? {
        process(input, sourceLocation: sourceLocation).refusal?.code
    }

    mutating func accept(_ id: OrderID, sourceLocation: SourceLocation = #_sourceLocation) {
        report(.accepted(client(id), exchangeOrderID: "x\(id.rawValue)"), sourceLocation: sourceLocation)
    }

    /// A fill with the fee that the rules ask for, under a number of its own unless told otherwise.
    @discardableResult
    mutating func fill(
        _ id: OrderID, _ quantity: String, at price: String, number: UInt64? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> Fill {
        let fill = makeFill(id, quantity, at: price, number: number)
        report(.filled(client(id), fill), sourceLocation: sourceLocation)
        return fill
    }

    mutating func makeFill(_ id: OrderID, _ quantity: String, at price: String, number: UInt64? = nil) -> Fill {
        let side = engine.order(id)?.side ?? .buy
        let rules = engine.rules[pair] ?? rules("btc_usd")
        defer { nextFill += 1 }
        return Fill(
            id: FillID(number ?? nextFill), price: d(price), quantity: d(quantity),
            fee: rules.fee(side: side, price: d(price), quantity: d(quantity)),
            feeCurrency: rules.feeCurrency(for: side), liquidity: .maker, at: now)
    }

    mutating func canceled(_ id: OrderID, sourceLocation: SourceLocation = #_sourceLocation) {
        report(.canceled(client(id)), sourceLocation: sourceLocation)
    }

    mutating func rejected(_ id: OrderID, sourceLocation: SourceLocation = #_sourceLocation) {
        report(.rejected(client(id), code: .exchangeRejected, reason: "no"), sourceLocation: sourceLocation)
    }

    mutating func cancelRejected(_ id: OrderID, sourceLocation: SourceLocation = #_sourceLocation) {
        report(.cancelRejected(client(id), reason: "too late"), sourceLocation: sourceLocation)
    }

    mutating func report(_ report: ExecutionReport, sourceLocation: SourceLocation = #_sourceLocation) {
        process(.report(report), sourceLocation: sourceLocation)
    }

    mutating func cancel(_ ids: OrderID..., sourceLocation: SourceLocation = #_sourceLocation) {
        process(.cancel(ids, account: trader), sourceLocation: sourceLocation)
        #expect(last.refusal == nil, "\(last.refusal?.message ?? "")", sourceLocation: sourceLocation)
    }

    /// Asks for a move that is taken on.
    mutating func move(_ id: OrderID, _ move: OrderMove, sourceLocation: SourceLocation = #_sourceLocation) {
        process(.move(id, account: trader, to: move, line: "move"), sourceLocation: sourceLocation)
        #expect(last.refusal == nil, "\(last.refusal?.message ?? "")", sourceLocation: sourceLocation)
    }

    mutating func trade(at price: String, sourceLocation: SourceLocation = #_sourceLocation) {
        process(
            .marketTrade(MarketTrade(pair: pair, price: d(price), quantity: d("1"), takerSide: nil, at: now)),
            sourceLocation: sourceLocation)
    }

    mutating func quote(_ bid: String, _ ask: String, last: String? = nil) {
        engine.observe(Ticker(bid: d(bid), ask: d(ask), last: last.map { d($0) }, at: now), of: pair)
    }

    mutating func wait(seconds: Int64, sourceLocation: SourceLocation = #_sourceLocation) {
        now = now.advanced(bySeconds: seconds)
        process(.timePassed, sourceLocation: sourceLocation)
    }

    // MARK: What a test looks at

    func client(_ id: OrderID) -> ClientOrderID {
        engine.order(id)?.clientOrderID ?? ClientOrderID(order: id, attempt: 1)
    }

    /// A limit order that rests, as the exchange is asked about it.
    func sent(_ id: OrderID, _ exchangeOrderID: String?) -> SentOrder {
        guard let order = engine.order(id) else { preconditionFailure("\(id) is not known") }
        return SentOrder(
            NewOrder(
                clientOrderID: order.clientOrderID, account: order.account, pair: order.pair, side: order.side,
                quantity: order.attemptQuantity, price: order.price, lifetime: .rest),
            exchangeOrderID: exchangeOrderID, sentAt: order.replacedAt ?? order.createdAt)
    }

    func status(_ id: OrderID) -> OrderStatus? { engine.order(id)?.status }

    func funds(_ coin: Coin) -> Funds { engine.funds(of: trader, in: coin) }

    /// The last input's events: `#1 filled`.
    var told: [String] { last.events.map { "\($0.order.id) \($0.kind.name)" } }

    /// The last input's requests: `place #1`.
    var asked: [String] {
        last.requests.map {
            switch $0 {
            case .place(let order): "place \(order.clientOrderID.order)"
            case .cancel(let sent): "cancel \(sent.clientOrderID.order)"
            case .status(let sent): "status \(sent.clientOrderID.order)"
            }
        }
    }
}

private struct Holding: Hashable {
    let account: AccountID
    let coin: Coin
}

/// What holds in every state of the engine, whatever has happened.
func complaints(about engine: OrderEngine) -> [String] {
    var found: [String] = []
    let snapshot = engine.snapshot()
    var reserved: [Holding: ExactDecimal] = [:]
    var entries: [OrderID: OrderEntry] = [:]
    for entry in snapshot.orders { entries[entry.order.id] = entry }
    for entry in snapshot.orders {
        let order = entry.order
        reserved[Holding(account: order.account, coin: order.spentCoin), default: .zero] +=
            order.reserved + (entry.move?.held ?? .zero)
        if entry.move != nil, order.cancelReason != .replaced { found.append("\(order.id) is moved and is not") }
        if order.reserved.isNegative { found.append("\(order.id) holds less than nothing") }
        if order.filled > order.quantity || order.filled.isNegative {
            found.append("\(order.id) has filled \(order.filled) of \(order.quantity)")
        }
        if order.status.isFinal, order.reserved.isPositive { found.append("\(order.id) is over and holds funds") }
        if order.closedAt != nil, !order.status.isFinal { found.append("\(order.id) is closed and \(order.status)") }
        if order.id >= snapshot.nextOrderID { found.append("\(order.id) may be given again") }
        if order.closedAt == nil, order.status.isFinal, order.plan == .none {
            found.append("\(order.id) is over and not closed")
        }
        if order.plan.isOnlyParent, order.children.allSatisfy({ entries[$0] != nil }) {
            let sum = order.children.compactMap { entries[$0]?.order }.reduce(ExactDecimal.zero) { $0 + $1.filled }
            if sum != order.filled { found.append("\(order.id) has filled \(order.filled), its children \(sum)") }
        }
        for child in order.children where entries[child].map({ $0.order.parent != order.id }) ?? false {
            found.append("\(child) does not know its parent \(order.id)")
        }
    }
    for row in snapshot.funds {
        let held = reserved.removeValue(forKey: Holding(account: row.account, coin: row.coin)) ?? .zero
        if held != row.funds.reserved {
            found.append("\(row.account) holds \(row.funds.reserved) \(row.coin), its orders \(held)")
        }
    }
    for (holding, amount) in reserved where !amount.isZero {
        found.append("\(holding.account): orders hold \(amount) \(holding.coin) that it does not")
    }
    let finished = snapshot.orders.filter { $0.order.closedAt != nil }.map(\.order.id)
    if Set(snapshot.finished) != Set(finished) || snapshot.finished.count != finished.count {
        found.append("finished: \(snapshot.finished), closed: \(finished)")
    }
    return found
}
