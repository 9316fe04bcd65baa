import OrderEngine
import Testing
import Trading

/// What would be long is decided in turns: an order of a thousand parts, a cancel of thousands, a panic, a trade that fires them all.
@Suite struct TurnTests {
    private static let limits = EngineLimits(decisionOrdersMax: 4)

    /// Found by the simulator's seed 88800270, yobit: the cancel that the trader had typed before failed, and nobody repeated it.
    @Test func `a panic that was cut off takes over the cancels that were under way`() {
        var pit = Pit(usd: "1000000", limits: TurnTests.limits)
        let ids = (0..<6).map { _ in pit.place(.buy, "1", at: "100") }
        for id in ids { pit.accept(id) }
        pit.cancel(ids[5])
        var engine = pit.engine
        // Four are taken off, and the process dies.
        _ = engine.process(.panic(pit.trader), at: pit.now)
        var restored = OrderEngine(restoring: engine.snapshot(), limits: TurnTests.limits)
        for input in restored.unfinished { _ = restored.process(input, at: pit.now) }
        #expect(ids.allSatisfy { restored.order($0)?.cancelReason == .panic })
        #expect(restored.unfinished.isEmpty)
    }

    private func pit() -> Pit {
        var pit = Pit(usd: "1000000", limits: TurnTests.limits)
        pit.carriesOn = false
        return pit
    }

    private func ladder(_ count: Int) -> OrderPlan {
        .sliced(low: d("100"), high: d("199"), includesHigh: true, count: count)
    }

    @Test func `a ladder holds the funds and the numbers of all its orders from the first turn on`() {
        var pit = pit()
        let id = pit.place(.buy, "10", plan: ladder(10))
        #expect(pit.last.requests.count == 4)
        #expect(pit.engine.isCarryingOn(id))
        let held = pit.funds("usd").reserved
        #expect(pit.engine.lastChild(of: id) == OrderID(11))
        let other = pit.place(.buy, "1", at: "50")
        #expect(other == OrderID(12))
        pit.process(.carryOn(id))
        #expect(pit.engine.order(id)?.children.count == 8)
        #expect(pit.funds("usd").reserved == held + d("50.1"))
        pit.process(.carryOn(id))
        #expect(pit.engine.order(id)?.children == (2...11).map { OrderID($0) })
        #expect(pit.last.unfinished.isEmpty && !pit.engine.isCarryingOn(id))
        #expect(pit.engine.order(id)?.reserved == .zero)
        #expect(pit.funds("usd").reserved == held + d("50.1"))
    }

    @Test func `the turns of a ladder come to what one decision would`() {
        var whole = Pit(usd: "1000000", limits: EngineLimits(decisionOrdersMax: 1_000))
        let first = whole.place(.buy, "7.77", plan: ladder(37))
        var inTurns = pit()
        let second = inTurns.place(.buy, "7.77", plan: ladder(37))
        inTurns.carryOn()
        #expect(first == second)
        #expect(inTurns.engine.snapshot() == whole.engine.snapshot())
    }

    @Test func `a ladder that is canceled between two turns places no more and frees what it held for them`() {
        var pit = pit()
        let id = pit.place(.buy, "10", plan: ladder(10))
        for child in 2...5 { pit.accept(OrderID(UInt64(child))) }
        pit.process(.cancel([id], account: pit.trader))
        #expect(!pit.engine.isCarryingOn(id))
        pit.process(.carryOn(id))
        #expect(pit.last.records.isEmpty)
        for child in 2...5 { pit.report(.canceled(pit.client(OrderID(UInt64(child))))) }
        #expect(pit.status(id) == .canceled)
        #expect(pit.funds("usd").reserved == .zero)
    }

    @Test func `a ladder of which nothing is placed is over with its cancel`() throws {
        var pit = pit()
        let id = pit.place(.buy, "10", plan: ladder(10))
        for child in 2...5 {
            pit.report(.rejected(pit.client(OrderID(UInt64(child))), code: .exchangeRejected, reason: "no"))
        }
        #expect(pit.status(id) == .rejected)
        #expect(pit.funds("usd").reserved == .zero && !pit.engine.isCarryingOn(id))
    }

    @Test func `a refused order of a ladder stops the turns that are left`() {
        var pit = pit()
        let id = pit.place(.buy, "10", plan: ladder(10))
        pit.report(.rejected(pit.client(OrderID(2)), code: .exchangeRejected, reason: "no"))
        for child in 3...5 { pit.accept(OrderID(UInt64(child))) }
        pit.process(.carryOn(id))
        for child in 3...5 { pit.report(.canceled(pit.client(OrderID(UInt64(child))))) }
        #expect(pit.engine.order(id)?.children.count == 4)
        #expect(pit.status(id) == .canceled)
        #expect(pit.funds("usd").reserved == .zero)
    }

    @Test func `a cancel of many takes them off in turns, and none is left`() {
        var pit = pit()
        let ids = (1...11).map { _ in pit.place(.buy, "1", at: "50") }
        for id in ids { pit.accept(id) }
        pit.process(.cancel(ids, account: pit.trader))
        #expect(pit.last.requests.count == 4)
        pit.carryOn()
        #expect(pit.last.requests == ids.map { .cancel(pit.sent($0, "x\($0.rawValue)")) })
        #expect(ids.allSatisfy { pit.engine.order($0)?.cancelReason == .requested })
    }

    @Test func `a cancel of many that names one which is over cancels none`() {
        var pit = pit()
        let ids = (1...6).map { _ in pit.place(.buy, "1", at: "50") }
        for id in ids { pit.accept(id) }
        pit.fill(ids[5], "1", at: "50")
        #expect(pit.refusal(of: .cancel(ids, account: pit.trader)) == .orderFinished)
        #expect(ids.allSatisfy { pit.engine.order($0)?.cancelReason == nil })
    }

    @Test func `the orders of a ladder are taken off in turns with it`() {
        var pit = pit()
        let id = pit.place(.buy, "10", plan: ladder(10))
        pit.carryOn()
        let children = (2...11).map { OrderID($0) }
        for child in children { pit.accept(child) }
        pit.process(.cancel([id], account: pit.trader))
        #expect(pit.last.requests.count == 4 && pit.engine.isCarryingOn(id))
        pit.carryOn()
        #expect(!pit.engine.isCarryingOn(id))
        #expect(children.allSatisfy { pit.engine.order($0)?.cancelReason == .parent })
    }

    @Test func `a panic stops at once what it has not come to yet`() {
        var pit = pit()
        let ladder = pit.place(.buy, "10", plan: ladder(10))
        let ids = (1...8).map { _ in pit.place(.buy, "1", at: "50") }
        pit.trade(at: "230")
        let stop = pit.place(.sell, "1", at: nil, plan: .stop(trigger: d("220"), then: .limit(d("219"))))
        for id in ids { pit.accept(id) }
        pit.process(.panic(pit.trader))
        // Nothing new is placed, by whatever.
        pit.process(.carryOn(ladder))
        #expect(!pit.last.records.contains { if case .orderPlaced = $0 { true } else { false } })
        pit.trade(at: "200")
        #expect(pit.engine.order(stop)?.triggeredAt == nil && pit.engine.order(stop)?.status == .canceled)
        #expect(pit.engine.unfinished.contains { if case .takeOff = $0 { true } else { false } })
    }

    @Test func `what a crash cuts off is found again in the records`() {
        var pit = pit()
        let id = pit.place(.buy, "10", plan: ladder(10))
        #expect(pit.mirror.unfinished == [.carryOn(id)])
        let restored = OrderEngine(restoring: pit.engine.snapshot(), limits: TurnTests.limits)
        #expect(restored.unfinished == [.carryOn(id)])
        pit.process(.cancel([id], account: pit.trader))
        #expect(OrderEngine(restoring: pit.engine.snapshot(), limits: TurnTests.limits).unfinished.isEmpty)
    }

    @Test func `orders that a ladder will still place count towards the most that may be open`() {
        var pit = Pit(usd: "1000000", limits: EngineLimits(openOrdersMax: 12, decisionOrdersMax: 4))
        pit.carriesOn = false
        pit.place(.buy, "10", plan: ladder(10))
        pit.place(.buy, "1", at: "50")
        #expect(pit.refusal(of: .place(pit.ticket(.buy, "1", at: "50"))) == .tooManyOrders)
    }

    @Test func `a trade that fires many stops fires them in turns, all by its own price`() {
        var pit = pit()
        pit.trade(at: "230")
        let stops = (1...10).map { _ in
            pit.place(.sell, "1", plan: .stop(trigger: d("220"), then: .limit(d("219"))))
        }
        pit.trade(at: "215")
        #expect(pit.last.unfinished.count == 1)
        #expect(stops.count { pit.engine.order($0)?.triggeredAt != nil } == 4)
        pit.carryOn()
        #expect(stops.allSatisfy { pit.engine.order($0)?.triggerMarketPrice == d("215") })
    }
}
