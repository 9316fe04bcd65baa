import OrderEngine
import Testing
import Trading

/// What an exchange tells late, of trades that may be older than what they would fire.
@Suite struct LateTradeTests {
    private static let start = Timestamp(seconds: 1_756_576_800)

    /// A print of another moment than the one at which it is told.
    private func tell(_ pit: inout Pit, _ price: String, milliseconds: Int64, after moment: Timestamp = start) {
        let at = moment.advanced(byNanoseconds: milliseconds * 1_000_000)
        pit.process(
            .marketTrade(MarketTrade(pair: pit.pair, price: d(price), quantity: d("1"), takerSide: nil, at: at)))
    }

    @Test(arguments: [
        (0, -30_000, false), (0, -1, false), (0, 0, true), (0, 1, true), (0, 9_000, true),
        (2_000, -30_000, false), (2_000, -2_001, false), (2_000, -2_000, true), (2_000, -1, true), (2_000, 9_000, true),
    ])
    func `a trade fires what was armed when it happened, by clocks that differ so much`(
        difference: Int, happened: Int64, fires: Bool
    ) {
        for side in [Side.sell, .buy] {
            var pit = Pit(limits: EngineLimits(clockDifferenceMilliseconds: difference))
            let id = pit.place(side, "1", plan: .stop(trigger: d("265"), then: .limit(d("265"))))
            pit.wait(seconds: 30)
            tell(&pit, "265", milliseconds: happened)
            #expect(pit.told == (fires ? ["\(id) triggered"] : []), "\(side)")
            pit.trade(at: "265")
            #expect(pit.told == (fires ? [] : ["\(id) triggered"]), "\(side): a trade of now")
        }
    }

    @Test func `it passes over the newer ones, and fires the older behind them`() {
        var pit = Pit()
        let first = pit.place(.sell, "1", plan: .stop(trigger: d("260"), then: .limit(d("260"))))
        let second = pit.place(.sell, "1", plan: .stop(trigger: d("262"), then: .limit(d("262"))))
        pit.wait(seconds: 20)
        let newer = pit.place(.sell, "1", plan: .stop(trigger: d("264"), then: .limit(d("264"))))
        tell(&pit, "259", milliseconds: 10_000)
        #expect(pit.told == ["\(second) triggered", "\(first) triggered"])
        #expect(pit.status(newer) == .armed && pit.engine.triggersWaiting(on: pit.pair) == 1)
    }

    @Test(arguments: [false, true])
    func `a stop that a failed cancel has armed again is as old as the failure`(isRestarted: Bool) {
        var pit = Pit()
        let id = pit.place(.sell, "1", at: "300", plan: .oco(trigger: d("260"), then: .market))
        pit.accept(id)
        pit.wait(seconds: 30)
        pit.cancel(id)
        pit.wait(seconds: 30)
        pit.cancelRejected(id)
        #expect(pit.engine.triggersWaiting(on: pit.pair) == 1)
        if isRestarted {
            pit.engine = OrderEngine(restoring: pit.engine.snapshot())
            pit.engine.observe(rules("btc_usd"))
        }
        tell(&pit, "259", milliseconds: 57_999)
        #expect(pit.told == [])
        tell(&pit, "259", milliseconds: 58_000)
        #expect(pit.told == ["\(id) triggered"])
    }

    @Test func `a stop of another amount waits since it was placed, one with another trigger since it was moved`() {
        var pit = Pit()
        let smaller = pit.place(.sell, "2", plan: .stop(trigger: d("260"), then: .limit(d("260"))))
        let nearer = pit.place(.sell, "2", plan: .stop(trigger: d("260"), then: .limit(d("260"))))
        pit.wait(seconds: 30)
        pit.move(smaller, .quantity(1))
        pit.move(nearer, .trigger(261))
        tell(&pit, "259", milliseconds: 10_000)
        #expect(pit.told == ["\(smaller) triggered"])
        #expect(pit.status(nearer) == .armed)
        tell(&pit, "259", milliseconds: 30_000)
        #expect(pit.told == ["\(nearer) triggered"])
    }

    @Test func `it is not the last price where a newer one is known`() {
        var pit = Pit()
        pit.wait(seconds: 30)
        pit.trade(at: "265")
        tell(&pit, "200", milliseconds: 0)
        #expect(pit.engine.market[pit.pair]?.last == d("265"))
        let refused = Input.place(pit.ticket(.sell, "1", plan: .stop(trigger: d("266"), then: .market)))
        #expect(pit.refusal(of: refused) == .triggerPassed)
        _ = pit.place(.sell, "1", plan: .stop(trigger: d("220"), then: .market))
    }
}

/// What an adapter is told after a restart.
@Suite struct OrdersSentTests {
    @Test func `they are the ones that the exchange has, may have, or had, with its numbers`() {
        var pit = Pit()
        let refused = pit.place(.buy, "1", at: "200")
        pit.rejected(refused)
        let neverThere = pit.place(.buy, "1", at: "201")
        pit.report(.lost(pit.client(neverThere)))
        pit.report(.status(pit.client(neverThere), .neverArrived))
        let filled = pit.place(.buy, "1", at: "202")
        pit.accept(filled)
        pit.fill(filled, "1", at: "202")
        let canceled = pit.place(.buy, "1", at: "203")
        pit.report(.status(pit.client(canceled), .closed(exchangeOrderID: "x4", fills: [])))
        let open = pit.place(.buy, "1", at: "204")
        pit.accept(open)
        let unknown = pit.place(.buy, "1", at: "205")
        pit.report(.lost(pit.client(unknown)))
        let pending = pit.place(.buy, "1", at: "206")
        _ = pit.place(.sell, "1", plan: .stop(trigger: d("150"), then: .market))
        let sent = pit.engine.ordersSent()
        #expect(sent.map(\.clientOrderID.order) == [filled, canceled, open, unknown, pending])
        #expect(sent.map(\.exchangeOrderID) == ["x3", "x4", "x5", nil, nil])
    }
}
