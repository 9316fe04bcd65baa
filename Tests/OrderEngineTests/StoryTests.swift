import OrderEngine
import Testing
import Trading

/// A random story of one trader at a fake exchange, judged after every step.
struct Story {
    var engine: OrderEngine
    var exchange: FakeExchange
    /// Fed the records alone.
    var replayed: OrderEngine
    /// Restored from a snapshot at some step, and fed the same inputs since.
    var restored: OrderEngine
    var chance: SplitMix64
    var now = Timestamp(seconds: 1_756_576_800)
    var price = 20_000
    /// Deposits, and the fills that have been told.
    var expected: [Coin: ExactDecimal] = [:]
    var counted: Set<FillID> = []
    var problems: [String] = []
    var placed: Set<OrderID> = []
    var steps = 0
    let usesOCO: Bool
    let forgets: Bool
    let trader = AccountID(3)
    let pair: Pair = "btc_usd"

    init(seed: UInt64, habits: FakeExchange.Habits, basis: FeeBasis, usesOCO: Bool, forgets: Bool) {
        let rules = rules(
            "btc_usd", tick: "0.01", step: "0.001", min: "0.01", valueMin: "2", fee: "0.0025", basis: basis)
        let limits = EngineLimits(openOrdersMax: 60, finishedOrdersKept: forgets ? 10 : 10_000)
        engine = OrderEngine(exchange: .paper, limits: limits)
        engine.observe(rules)
        replayed = OrderEngine(exchange: .paper, limits: limits)
        restored = engine
        exchange = FakeExchange(rules: rules, habits: habits)
        chance = SplitMix64(seed: seed)
        self.usesOCO = usesOCO
        self.forgets = forgets
        deposit("usd", 30_000)
        deposit("btc", 100)
    }

    mutating func run(steps count: Int) {
        for _ in 0..<count where problems.isEmpty {
            steps += 1
            exchange.step += 1
            act()
            deliver()
            if chance.percent(3) { restore() }
        }
        quieten()
    }

    // MARK: What happens

    private mutating func act() {
        switch chance.below(100) {
        case 0..<30: process(.place(ticket()))
        case 30..<42: process(.cancel(someOrders(), account: trader))
        case 42..<50:
            process(
                .placeContra(
                    order: someOrders()[0], account: trader, price: chance.percent(20) ? .market : .limit(near()),
                    line: "contra"))
        case 50..<65: tick()
        case 65..<75:
            now = now.advanced(byNanoseconds: Int64(chance.below(8)) * 500_000_000)
            process(.timePassed)
        case 75..<77: deposit("usd", ExactDecimal(chance.below(2_000)))
        case 77..<84: process(.move(someOrders()[0], account: trader, to: someMove(), line: "move"))
        case 84..<86:
            process(engine.panic(of: trader) == nil && chance.percent(30) ? .panic(trader) : .liftPanic(trader))
        default: exchange.tradeAny(at: now, &chance)
        }
    }

    private mutating func someMove() -> OrderMove {
        switch chance.below(4) {
        case 0: .quantity(ExactDecimal(units: Int128(chance.below(8_000) + 5) * d("0.001").units))
        case 1: .trigger(near())
        default: .price(near())
        }
    }

    private mutating func deposit(_ coin: Coin, _ amount: ExactDecimal) {
        expected[coin, default: .zero] += amount
        process(
            .adjustFunds(FundsAdjustment(account: trader, coin: coin, amount: amount, reason: .deposit, at: now)))
    }

    private mutating func tick() {
        price = max(15_000, price + chance.below(401) - 200)
        let ticker = Ticker(
            bid: cents(price - chance.below(50)), ask: cents(price + chance.below(50)), last: engine.market[pair]?.last,
            at: now)
        engine.observe(ticker, of: pair)
        restored.observe(ticker, of: pair)
        process(
            .marketTrade(MarketTrade(pair: pair, price: cents(price), quantity: 1, takerSide: nil, at: now)))
    }

    private func cents(_ count: Int) -> ExactDecimal { ExactDecimal(units: Int128(count) * d("0.01").units) }

    private mutating func near() -> ExactDecimal { cents(price + chance.below(1_001) - 500) }

    private mutating func ticket() -> OrderTicket {
        let side = chance.pick(Side.allCases)
        let quantity = ExactDecimal(units: Int128(chance.below(8_000) + 5) * d("0.001").units)
        let then: TriggeredPrice = chance.percent(40) ? .market : .limit(near())
        var plan = OrderPlan.none
        var limit = near()
        switch chance.below(10) {
        case 0..<2: plan = .stop(trigger: near(), then: then)
        case 2..<4 where usesOCO:
            plan = .oco(trigger: near(), then: then)
            limit = cents(price + (side == .sell ? 600 : -600))
        case 4..<6: plan = .paired(contraPrice: chance.percent(50) ? near() : nil)
        case 6..<7:
            let low = near()
            plan = .sliced(
                low: low, high: low + cents(1 + chance.below(500)), includesHigh: chance.percent(50),
                count: 1 + chance.below(8))
        case 7..<8:
            let last = cents(price)
            let distance: TrailingStop.Distance =
                chance.percent(50)
                ? .percent(ExactDecimal(1 + chance.below(4))) : .absolute(cents(1 + chance.below(500)))
            if let trailing = try? TrailingStop(distance, behind: last, at: now, side: side, step: d("0.01")) {
                plan = .trail(trailing)
            }
        default: break
        }
        let times: [TimeInForce] = [
            .goodTillCanceled, .goodTillDate(now.advanced(bySeconds: Int64(chance.below(12)))), .immediateOrCancel,
            .fillOrKill,
        ]
        return OrderTicket(
            account: trader, pair: pair, side: side, quantity: quantity,
            price: plan == .none && chance.percent(15) ? .market : .limit(limit),
            timeInForce: plan == .none ? chance.pick(times) : times[chance.below(2)], isPostOnly: chance.percent(10),
            plan: plan, line: "a line")
    }

    private mutating func someOrders() -> [OrderID] {
        let open = engine.openOrders(of: trader).map(\.id)
        guard !open.isEmpty, !chance.percent(5) else { return [OrderID(UInt64(chance.below(200)))] }
        return (0...chance.below(3)).map { _ in chance.pick(open) }
    }

    private mutating func deliver() {
        while problems.isEmpty, let report = exchange.next() { process(.report(report)) }
    }

    private mutating func restore() {
        restored = OrderEngine(restoring: engine.snapshot(), limits: engine.limits)
        restored.observe(exchange.rules)
        if let ticker = engine.market[pair] { restored.observe(ticker, of: pair) }
    }

    /// Everything is canceled, and all that was said is heard.
    private mutating func quieten() {
        process(.liftPanic(trader))
        for _ in 0..<400 where problems.isEmpty {
            exchange.step += 1
            deliver()
            for order in engine.openOrders(of: trader) { process(.cancel([order.id], account: trader)) }
            deliver()
            now = now.advanced(bySeconds: 1)
            process(.timePassed)
            if engine.openOrders(of: trader).isEmpty, exchange.isQuiet { break }
        }
        guard problems.isEmpty else { return }
        for order in engine.openOrders(of: trader) { problems.append("\(order.id) is \(order.status) and never ends") }
        for coin in expected.keys.sorted() {
            let funds = engine.funds(of: trader, in: coin)
            if !funds.reserved.isZero { problems.append("\(funds.reserved) \(coin) is held for nothing") }
        }
        for id in exchange.arrivals {
            if exchange.held[id]?.isOpen == true { problems.append("the exchange still has \(id)") }
            // Every attempt at an order has filled for it.
            guard id.attempt == 1 else { continue }
            let there = exchange.held.filter { $0.key.order == id.order }
                .reduce(ExactDecimal.zero) { $0 + $1.value.filled }
            // What the engine has forgotten cannot be compared.
            guard let order = engine.order(id.order), order.children.allSatisfy({ engine.order($0) != nil }) else {
                continue
            }
            var own = order.filled
            if order.trigger != nil { for child in order.children { own -= engine.order(child)?.filled ?? .zero } }
            if own != there { problems.append("\(id.order) has filled \(own) here and \(there) there") }
        }
    }

    // MARK: Judging

    mutating func process(_ input: Input) {
        let before = engine.snapshot()
        let closed = Set(before.orders.filter { $0.order.closedAt != nil }.map(\.order.id))
        let decision = engine.decide(input, at: now)
        if decision != engine.decide(input, at: now) { problems.append("decided twice, two ways: \(input)") }
        if case .report(let report) = input { count(report) }

        let outcome = engine.process(input, at: now)
        let twin = restored.process(input, at: now)
        if twin.records != outcome.records || twin.requests != outcome.requests
            || StoryTests.withoutToldAgain(twin.events, beside: outcome.events) != outcome.events
            || twin.refusal != outcome.refusal || twin.panics != outcome.panics || twin.anomalies != outcome.anomalies
        {
            problems.append("a restored engine does otherwise: \(input)\n\(outcome.records)\n\(twin.records)")
        }
        for record in outcome.records {
            replayed.replay(record)
            if case .orderPlaced(let order) = record {
                if !placed.insert(order.id).inserted { problems.append("\(order.id) is given twice") }
            }
        }
        let after = engine.snapshot()
        if replayed.snapshot() != after { problems.append("the records tell another story") }
        if outcome.refusal != nil, after != before { problems.append("a refusal changed the state") }
        problems += complaints(about: engine) + exchange.complaints
        for anomaly in outcome.anomalies where !(forgets && anomaly.text.contains("not known")) {
            problems.append(anomaly.text)
        }
        for event in outcome.events where closed.contains(event.order.id) {
            switch event.kind {
            case .filled, .partiallyFilled: break
            default: problems.append("\(event.order.id) is over and \(event.kind.name)")
            }
        }
        for coin in expected.keys.sorted() where engine.funds(of: trader, in: coin).total != expected[coin] {
            problems.append("\(engine.funds(of: trader, in: coin).total) \(coin), not \(expected[coin] ?? .zero)")
        }
        if !problems.isEmpty { problems.append("after \(steps) steps: \(input)") }
        for request in outcome.requests { exchange.take(request, at: now, &chance) }
    }

    /// What the engine has been told of, once each.
    private mutating func count(_ report: ExecutionReport) {
        let fills: [Fill]
        switch report {
        case .filled(_, let fill): fills = [fill]
        case .status(_, .open(_, let all)), .status(_, .closed(_, let all)): fills = all
        default: fills = []
        }
        guard let order = exchange.held[report.clientOrderID]?.order, engine.order(report.clientOrderID.order) != nil
        else { return }
        for fill in fills where counted.insert(fill.id).inserted {
            for (coin, amount) in FakeExchange.effect(of: fill, order: order) {
                expected[coin, default: .zero] += amount
            }
        }
    }
}

extension Order {
    fileprivate var trigger: ExactDecimal? {
        switch plan {
        case .oco(let trigger, _): trigger
        default: nil
        }
    }
}

@Suite struct StoryTests {
    /// What was told of a cancel that the desk repeats is not kept: a restored engine tells it once more.
    static func withoutToldAgain(_ events: [OrderEvent], beside others: [OrderEvent]) -> [OrderEvent] {
        events.filter { event in
            guard case .cancelFailed = event.kind else { return true }
            return others.contains(event)
        }
    }

    static let habits: [(String, FakeExchange.Habits, oco: Bool, forgets: Bool)] = [
        ("prompt", FakeExchange.Habits(rejectPercent: 8, cancelRefusalPercent: 10), true, false),
        ("slow", FakeExchange.Habits(delayMax: 6, rejectPercent: 8, cancelRefusalPercent: 10), true, false),
        (
            "lossy",
            FakeExchange.Habits(
                delayMax: 4, duplicatesPercent: 20, lossPercent: 15, rejectPercent: 5, cancelRefusalPercent: 15), true,
            false
        ),
        (
            "out of order",
            FakeExchange.Habits(
                delayMax: 8, reorders: true, duplicatesPercent: 30, lossPercent: 5, rejectPercent: 5,
                cancelRefusalPercent: 10), false, false
        ),
        ("slow, remembering little", FakeExchange.Habits(delayMax: 3, rejectPercent: 8), true, true),
    ]

    @Test(arguments: habits.indices, [UInt64(1), 2, 6])
    func `every step keeps the books, and in the end both sides agree to the last digit`(habit: Int, seed: UInt64) {
        let (name, habits, usesOCO, forgets) = StoryTests.habits[habit]
        var story = Story(
            seed: seed, habits: habits, basis: seed % 3 == 0 ? .received : .quote, usesOCO: usesOCO, forgets: forgets)
        story.run(steps: 250)
        #expect(story.problems == [], "seed \(seed), an exchange that is \(name)")
        #expect(story.exchange.arrivals.count > 20)
    }
}
