import Benchmark
import OrderEngine
import Trading

func engineBenchmarks() {
    let desk = EngineDesk()
    Benchmark("engine: place, accept, fill") { benchmark in
        for _ in benchmark.scaledIterations { desk.tradeOne() }
    }
    for waiting in [0, 1_000, 1_000_000] {
        // Each is made when it is first run: a million stops take a second and half a gigabyte.
        var stops: EngineDesk?
        Benchmark("engine: a tick that fires nothing, \(waiting) stops waiting") { benchmark in
            let desk = stops ?? EngineDesk(stops: waiting)
            stops = desk
            benchmark.startMeasurement()
            for _ in benchmark.scaledIterations { desk.tick() }
        }
        var expiries: EngineDesk?
        Benchmark("engine: a look at the clock, \(waiting) expiries waiting") { benchmark in
            let desk = expiries ?? EngineDesk(expiries: waiting)
            expiries = desk
            benchmark.startMeasurement()
            for _ in benchmark.scaledIterations { desk.lookAtClock() }
        }
    }
}

/// An engine with one trader, and an exchange that takes and fills everything.
private final class EngineDesk {
    private var engine = OrderEngine(
        exchange: .paper, limits: EngineLimits(openOrdersMax: 10_000_000, finishedOrdersKept: 1_000))
    private let trader = AccountID(1)
    private let pair: Pair = "btc_usd"
    private var now = Timestamp(seconds: 1_756_576_800)
    private var nextFill: UInt64 = 1

    init(stops: Int = 0, expiries: Int = 0) {
        do {
            engine.observe(
                try PairRules(
                    pair: pair, priceTick: decimal("0.001"), quantityStep: decimal("0.00000001"),
                    quantityMin: decimal("0.01"), feeRate: decimal("0.002")))
        } catch {
            preconditionFailure("no rules: \(error)")
        }
        deposit(1_000_000_000_000, "usd")
        deposit(1_000_000_000_000, "btc")
        // Below the market, at 1,000 prices; and tomorrow, a microsecond apart.
        for number in 0..<stops {
            let trigger =
                decimal("100") + ExactDecimal(units: Int128(number % 1_000) * ExactDecimal.step(decimals: 3).units)
            place(.sell, "0.01", at: trigger, plan: .stop(trigger: trigger, then: .limit(trigger)))
        }
        for number in 0..<expiries {
            let end = now.advanced(bySeconds: 86_400).advanced(byNanoseconds: Int64(number) * 1_000)
            place(.buy, "0.01", at: decimal("100"), timeInForce: .goodTillDate(end))
        }
    }

    func tradeOne() {
        let id = place(.buy, "0.5", at: decimal("230"))
        let client = ClientOrderID(order: id, attempt: 1)
        blackHole(engine.process(.report(.accepted(client, exchangeOrderID: "1")), at: now))
        let fill = Fill(
            id: FillID(nextFill), price: decimal230, quantity: half, fee: fee, feeCurrency: "usd", liquidity: .maker,
            at: now)
        nextFill += 1
        blackHole(engine.process(.report(.filled(client, fill)), at: now))
    }

    func tick() {
        blackHole(
            engine.process(
                .marketTrade(MarketTrade(pair: pair, price: decimal230, quantity: half, takerSide: nil, at: now)),
                at: now))
    }

    func lookAtClock() {
        now = now.advanced(byNanoseconds: 1)
        blackHole(engine.process(.timePassed, at: now))
    }

    private let decimal230 = ExactDecimal(230)
    private let half = decimal("0.5")
    private let fee = decimal("0.23")

    private func deposit(_ amount: ExactDecimal, _ coin: Coin) {
        _ = engine.process(
            .adjustFunds(FundsAdjustment(account: trader, coin: coin, amount: amount, reason: .deposit, at: now)),
            at: now)
    }

    @discardableResult
    private func place(
        _ side: Side, _ quantity: String, at price: ExactDecimal, timeInForce: TimeInForce = .goodTillCanceled,
        plan: OrderPlan = .none
    ) -> OrderID {
        let outcome = engine.process(
            .place(
                OrderTicket(
                    account: trader, pair: pair, side: side, quantity: decimal(quantity), price: .limit(price),
                    timeInForce: timeInForce, plan: plan, line: "a line")), at: now)
        guard case .orderPlaced(let order) = outcome.records.first else {
            preconditionFailure("refused: \(outcome.refusal?.message ?? "nothing was recorded")")
        }
        return order.id
    }
}
