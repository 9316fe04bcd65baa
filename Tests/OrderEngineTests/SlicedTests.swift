import OrderEngine
import Testing
import Trading

/// `slice 2 btc 195..199 x20`: many orders spread over a range.
@Suite struct SlicedTests {
    private func plan(_ low: String, _ high: String, includesHigh: Bool = true, _ count: Int) -> OrderPlan {
        .sliced(low: d(low), high: d(high), includesHigh: includesHigh, count: count)
    }

    private func ladder(
        _ low: String, _ high: String, includesHigh: Bool = true, _ count: Int, _ quantity: String, _ rules: PairRules,
        childrenMax: Int = 1_000
    ) throws(EngineRefusal) -> SliceLadder {
        try SliceLadder(
            low: d(low), high: d(high), includesHigh: includesHigh, count: count, quantity: d(quantity), rules: rules,
            childrenMax: childrenMax)
    }

    @Test func `the figures of 2015`() throws {
        let order209 = try ladder("228.0", "228.3", includesHigh: false, 3, "0.03", rules("btc_usd"))
        #expect(order209.rungs.map(\.price.description) == ["228", "228.1", "228.2"])
        #expect(order209.rungs.map(\.quantity.description) == ["0.01", "0.01", "0.01"])
        #expect(order209.rungs.reduce(.zero) { $0 + $1.price.times($1.quantity) } == d("6.843"))

        let order213 = try ladder(
            "1.08", "1.08258", includesHigh: false, 5, "0.5", rules("eur_usd", step: "0.01", min: "0.1"))
        #expect(order213.rungs.map(\.price.description) == ["1.08", "1.081", "1.081", "1.082", "1.082"])
        #expect(order213.rungs.reduce(.zero) { $0 + $1.price.times($1.quantity) } == d("0.5406"))

        let promised = try ladder("100", "300", 3, "3", rules("btc_usd"))
        #expect(promised.rungs.map(\.price.description) == ["100", "200", "300"])
    }

    @Test func `what does not divide evenly goes to the first ones, a step each`() throws {
        let rungs = try ladder("195", "199", 3, "1", rules("btc_usd", step: "0.01", min: "0.01")).rungs
        #expect(rungs.map(\.quantity.description) == ["0.34", "0.33", "0.33"])
        #expect(rungs.map(\.price.description) == ["195", "197", "199"])
        #expect(try ladder("195", "199", 1, "1", rules("btc_usd")).rungs.map(\.price.description) == ["195"])
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func `amounts add up to the last digit, none is below the minimum, prices stay on the tick and in order`(
        seed: UInt64
    ) throws {
        var chance = SplitMix64(seed: seed)
        for _ in 0..<100 {
            let tick = chance.pick(["0.001", "0.5", "1", "0.00001"])
            let step = chance.pick(["0.00000001", "0.01", "0.1", "0.003"])
            let leastSteps = chance.below(50) + 1
            let least = ExactDecimal(units: d(step).units * Int128(leastSteps))
            let rules = rules(
                "btc_usd", tick: tick, step: step, min: least.description, valueMin: chance.pick(["0", "0.1", "25"]))
            let quantity = ExactDecimal(units: d(step).units * Int128(chance.below(1_000_000) + 1))
            let low = ExactDecimal(units: d("0.001").units * Int128(chance.below(500_000) + 1))
            let high = low + ExactDecimal(units: d("0.001").units * Int128(chance.below(500_000) + 1))
            let count = chance.below(400) + 1
            let includesHigh = chance.below(2) == 0
            do {
                let rungs = try SliceLadder(
                    low: low, high: high, includesHigh: includesHigh, count: count, quantity: quantity, rules: rules,
                    childrenMax: 400
                ).rungs
                #expect(rungs.count == count)
                #expect(rungs.reduce(.zero) { $0 + $1.quantity } == quantity, "seed \(seed)")
                #expect(rungs.allSatisfy { $0.quantity >= least && $0.quantity.isMultiple(of: d(step)) })
                #expect(rungs.allSatisfy { $0.price.isMultiple(of: d(tick)) && $0.price.isPositive })
                #expect(zip(rungs, rungs.dropFirst()).allSatisfy { $0.price <= $1.price })
                if rules.valueMin.isPositive {
                    #expect(rungs.allSatisfy { low.times($0.quantity) >= rules.valueMin }, "seed \(seed)")
                }
            } catch {
                #expect(error.code == .belowMinimum, "seed \(seed): \(error)")
            }
            // The most that works is exactly that: N parts have floor(steps / N) steps or one more.
            let largest = SliceLadder.largestCount(quantity: quantity, low: low, rules: rules)
            let steps = Int(quantity.units / d(step).units)
            func works(_ parts: Int) -> Bool {
                let smallest = ExactDecimal(units: d(step).units * Int128(steps / parts))
                return smallest >= least && low.times(smallest) >= rules.valueMin
            }
            if largest >= 1 { #expect(works(largest), "seed \(seed)") }
            #expect(!works(largest + 1), "seed \(seed)")
        }
    }

    @Test func `too many are refused, with the largest number that works`() {
        var pit = Pit(rules: rules("btc_usd", min: "0.01"))
        let input = Input.place(pit.ticket(.buy, "2", plan: plan("195", "199", 201)))
        #expect(pit.refusal(of: input) == .belowMinimum)
        #expect(pit.last.refusal?.subject == .count)
        #expect(pit.last.refusal?.suggestion == "x200")
        pit.place(.buy, "2", plan: plan("195", "199", 200))
        #expect(pit.last.requests.count == 200)
        let refusals: [(OrderPlan, String, RefusalCode)] = [
            (plan("199", "195", 3), "2", .badRange), (plan("0", "195", 3), "2", .badRange),
            (plan("195", "195", 3), "2", .badRange), (plan("195", "199", 0), "2", .tooManyChildren),
            (plan("195", "199", 1_001), "2", .tooManyChildren), (plan("195", "199", 3), "0.001", .belowMinimum),
            (plan("195", "199", 3), "2.000000001", .offStep), (plan("195", "199", 3), "60", .insufficientFunds),
            (plan("195", "199", 3), "-2", .belowMinimum),
            (plan("1", "170000000000000000000", 3), "2", .outOfRange),
        ]
        for (plan, quantity, code) in refusals {
            #expect(pit.refusal(of: .place(pit.ticket(.buy, quantity, plan: plan))) == code, "\(plan) \(quantity)")
        }
    }

    @Test func `the whole holds what its children hold, and is done when they are`() {
        var pit = Pit()
        let id = pit.place(.buy, "3", plan: plan("100", "300", 3))
        #expect(pit.asked == ["place #2", "place #3", "place #4"])
        #expect(pit.status(id) == .open)
        #expect(pit.funds("usd").reserved == d("601.2"))
        let children = (2...4).map { OrderID($0) }
        #expect(pit.engine.order(id)?.children == children)
        for child in children { pit.accept(child) }
        pit.fill(children[2], "1", at: "299")
        #expect(pit.status(id) == .partiallyFilled)
        pit.fill(children[1], "1", at: "200")
        pit.fill(children[0], "1", at: "100")
        #expect(pit.told == ["#2 filled", "#1 sliced_done"])
        #expect(pit.engine.order(id)?.filledValue == 599)
        #expect(pit.engine.order(id)?.fee == d("1.198"))
        #expect(pit.funds("usd") == Funds(total: d("9399.802")))
    }

    @Test func `a rejected child has the rest canceled, whatever moment each is in`() {
        var pit = Pit()
        let id = pit.place(.buy, "4", plan: plan("100", "103", 4))
        let children = (2...5).map { OrderID($0) }
        pit.accept(children[0])
        pit.fill(children[0], "0.5", at: "100")
        pit.accept(children[1])
        pit.rejected(children[3])
        #expect(pit.told == ["#5 rejected"])
        #expect(pit.asked == ["cancel #2", "cancel #3"])
        pit.accept(children[2])
        #expect(pit.asked == ["cancel #4"])
        pit.cancelRejected(children[1])
        pit.canceled(children[2])
        pit.canceled(children[0])
        #expect(pit.engine.order(id)?.closedAt == nil)
        pit.wait(seconds: 1)
        #expect(pit.asked == ["cancel #3"])
        pit.canceled(children[1])
        #expect(pit.told == ["#3 canceled", "#1 canceled"])
        #expect(pit.status(id) == .canceled)
        #expect(pit.engine.order(id)?.filled == d("0.5"))
        #expect(pit.engine.openOrders(of: pit.trader).isEmpty)
    }

    @Test func `all children rejected is a rejection`() {
        var pit = Pit()
        let id = pit.place(.buy, "2", plan: plan("100", "101", 2))
        pit.rejected(OrderID(2))
        pit.rejected(OrderID(3))
        #expect(pit.told == ["#3 rejected", "#1 rejected"])
        #expect(pit.status(id) == .rejected)
        #expect(pit.funds("usd") == Funds(total: 10_000))
    }

    @Test func `a cancel takes off what is left, a cancel of one child only that`() {
        var pit = Pit()
        let id = pit.place(.buy, "3", plan: plan("100", "102", 3))
        for child in 2...4 { pit.accept(OrderID(UInt64(child))) }
        pit.cancel(OrderID(2))
        pit.canceled(OrderID(2))
        #expect(pit.engine.order(id)?.closedAt == nil)
        pit.fill(OrderID(3), "1", at: "101")
        pit.cancel(id, OrderID(4))
        #expect(pit.asked == ["cancel #4"])
        pit.canceled(OrderID(4))
        #expect(pit.told == ["#4 canceled", "#1 canceled"])
        #expect(pit.engine.order(id)?.filled == 1)
    }

    @Test func `its time ends all of them`() {
        var pit = Pit()
        let id = pit.place(
            .buy, "2", timeInForce: .goodTillDate(pit.now.advanced(bySeconds: 60)), plan: plan("100", "101", 2))
        #expect(pit.engine.order(id)?.kind == .sliced)
        pit.accept(OrderID(2))
        pit.accept(OrderID(3))
        pit.wait(seconds: 60)
        #expect(pit.asked == ["cancel #2", "cancel #3"])
        pit.canceled(OrderID(2))
        pit.fill(OrderID(3), "1", at: "101")
        #expect(pit.status(OrderID(2)) == .expired && pit.status(OrderID(3)) == .filled)
        #expect(pit.told == ["#3 filled", "#1 expired"])
    }
}
