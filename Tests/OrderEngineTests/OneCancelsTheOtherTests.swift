import OrderEngine
import Testing
import Trading

/// `sell 10 btc_usd at 275 stop 265`: a limit and a stop, of which one cancels the other.
@Suite struct OneCancelsTheOtherTests {
    private func sell(
        _ pit: inout Pit, stop trigger: String = "265", then: TriggeredPrice? = nil,
        timeInForce: TimeInForce = .goodTillCanceled
    ) -> OrderID {
        pit.place(
            .sell, "10", at: "275", timeInForce: timeInForce,
            plan: .oco(trigger: d(trigger), then: then ?? .limit(d(trigger))))
    }

    @Test func `the limit fills and nothing is left of the stop`() {
        var pit = Pit()
        let id = sell(&pit)
        #expect(pit.asked == ["place #1"])
        #expect(pit.funds("btc").reserved == 10)
        pit.accept(id)
        pit.fill(id, "10", at: "275")
        #expect(pit.told == ["#1 filled"])
        #expect(pit.engine.triggersWaiting(on: pit.pair) == 0)
        #expect(pit.engine.order(id)?.closedAt != nil)
        pit.trade(at: "200")
        #expect(pit.last.records.isEmpty)
    }

    @Test func `where what is left is too little for a stop the limit stays on the book`() {
        var pit = Pit(rules: rules("btc_usd", min: "0.1"))
        let id = sell(&pit)
        pit.accept(id)
        pit.fill(id, "9.95", at: "275")
        pit.trade(at: "265")
        #expect(pit.told == ["#1 triggered"] && pit.asked == [])
        guard case .triggered(_, _, _, let child)? = pit.last.events.first?.kind else {
            Issue.record("nothing triggered")
            return
        }
        #expect(child == nil && pit.last.events.first?.why?.code == .belowMinimum)
        #expect(pit.status(id) == .partiallyFilled && pit.funds("btc").reserved == d("0.05"))
        pit.trade(at: "264")
        #expect(pit.last.records.isEmpty)
        #expect(pit.refusal(of: .move(id, account: pit.trader, to: .trigger(d("260")), line: "move")) == .cannotMove)
        pit.fill(id, "0.05", at: "275")
        #expect(pit.told == ["#1 filled"] && pit.engine.order(id)?.closedAt != nil)
    }

    @Test func `the stop takes the place of the limit once that is off the book`() {
        var pit = Pit()
        let id = sell(&pit)
        pit.accept(id)
        pit.trade(at: "265.001")
        #expect(pit.last.records.isEmpty)
        pit.trade(at: "265")
        #expect(pit.told == ["#1 triggered"])
        #expect(pit.asked == ["cancel #1"])
        #expect(pit.funds("btc").reserved == 10)
        pit.canceled(id)
        #expect(pit.told == [])
        #expect(pit.asked == ["place #2"])
        #expect(pit.funds("btc").reserved == 10)
        let child = OrderID(2)
        #expect(pit.engine.order(child)?.price == .limit(d("265")))
        #expect(pit.engine.order(child)?.parent == id)
        pit.accept(child)
        #expect(pit.status(id) == .open)
        pit.fill(child, "10", at: "265")
        #expect(pit.status(id) == .filled)
        #expect(pit.engine.order(id)?.filled == 10)
        #expect(pit.funds("usd").total == d("12644.7"))
    }

    @Test func `what the limit has filled is not sold again by the stop`() {
        var pit = Pit()
        let id = sell(&pit)
        pit.accept(id)
        pit.fill(id, "4", at: "275")
        pit.trade(at: "264")
        pit.fill(id, "1", at: "275")
        pit.canceled(id)
        #expect(pit.engine.order(OrderID(2))?.quantity == 5)
        pit.accept(OrderID(2))
        pit.fill(OrderID(2), "5", at: "265")
        #expect(pit.status(id) == .filled)
        #expect(pit.engine.order(id)?.filled == 10)
        #expect(pit.engine.order(id)?.filledValue == d("2700"))
    }

    @Test func `a limit that fills whole while it is taken off leaves no child, and its number is not used again`() {
        var pit = Pit()
        let id = sell(&pit)
        pit.accept(id)
        pit.trade(at: "264")
        pit.fill(id, "10", at: "275")
        #expect(pit.status(id) == .filled)
        pit.cancelRejected(id)
        #expect(pit.last.records.isEmpty)
        #expect(pit.engine.order(OrderID(2)) == nil)
        #expect(pit.place(.buy, "1", at: "200") == OrderID(3))
    }

    @Test func `a trader who cancels while the limit makes way gets no stop`() {
        var pit = Pit()
        let id = sell(&pit)
        pit.accept(id)
        pit.trade(at: "264")
        pit.cancel(id)
        pit.canceled(id)
        #expect(pit.told == ["#1 canceled"])
        #expect(pit.asked == [])
        #expect(pit.engine.order(id)?.closedAt != nil)
        #expect(pit.funds("btc").reserved == 0)
    }

    @Test func `a trader's cancel of a limit that makes way, refused, is repeated by the desk and no stop follows`() {
        var pit = Pit()
        let id = sell(&pit)
        pit.accept(id)
        pit.trade(at: "264")
        pit.cancel(id)
        pit.cancelRejected(id)
        #expect(pit.told == ["#1 cancel_failed"])
        pit.wait(seconds: 1)
        #expect(pit.asked == ["cancel #1"])
        pit.canceled(id)
        #expect(pit.told == ["#1 canceled"])
        #expect(pit.asked == [])
    }

    @Test func `a limit that would not make way is asked again a second later, and the stop still follows`() {
        var pit = Pit()
        let id = sell(&pit)
        pit.accept(id)
        pit.trade(at: "264")
        pit.cancelRejected(id)
        #expect(pit.asked == ["status #1"])
        pit.wait(seconds: 1)
        #expect(pit.asked == ["cancel #1"])
        #expect(pit.engine.order(id)?.cancelReason == .triggered)
        #expect(pit.engine.nextExpiry == nil)
        pit.cancelRejected(id)
        pit.canceled(id)
        #expect(pit.asked == ["place #2"])
        #expect(pit.engine.nextExpiry == nil)
        pit.wait(seconds: 10)
        #expect(pit.last.records.isEmpty)
    }

    @Test func `its time ends it as a limit, while it makes way, and as a stop`() {
        for stage in 0...2 {
            var pit = Pit()
            let id = sell(&pit, timeInForce: .goodTillDate(pit.now.advanced(bySeconds: 60)))
            pit.accept(id)
            if stage > 0 { pit.trade(at: "264") }
            if stage > 1 {
                pit.canceled(id)
                pit.accept(OrderID(2))
            }
            #expect(pit.engine.nextExpiry == pit.now.advanced(bySeconds: 60))
            pit.wait(seconds: 60)
            let live = stage > 1 ? OrderID(2) : id
            #expect(pit.asked == ["cancel \(live)"])
            pit.canceled(live)
            #expect(pit.told == ["\(live) expired"])
            #expect(pit.status(id) == .expired)
            #expect(pit.funds("btc").reserved == 0)
        }
    }

    @Test func `a stop that is being canceled as its time ends holds up nobody else's time`() {
        var pit = Pit()
        let id = sell(&pit, timeInForce: .goodTillDate(pit.now.advanced(bySeconds: 60)))
        let other = pit.place(
            .buy, "1", at: "200", timeInForce: .goodTillDate(pit.now.advanced(bySeconds: 61)))
        pit.accept(id)
        pit.accept(other)
        pit.trade(at: "264")
        pit.canceled(id)
        let child = OrderID(3)
        pit.accept(child)
        pit.cancel(id)
        #expect(pit.asked == ["cancel #3"])
        #expect(pit.refusal(of: .cancel([id], account: pit.trader)) == .cancelUnderWay)
        pit.wait(seconds: 61)
        #expect(pit.asked == ["cancel #2"])
        pit.canceled(child)
        #expect(pit.status(id) == .canceled)
    }

    @Test func `a limit that is rejected takes the stop with it`() {
        var pit = Pit()
        let id = sell(&pit)
        pit.rejected(id)
        #expect(pit.status(id) == .rejected)
        #expect(pit.engine.triggersWaiting(on: pit.pair) == 0)
        #expect(pit.engine.order(id)?.closedAt != nil)
    }

    @Test func `a trigger that fires before the exchange has answered waits for the answer`() {
        var pit = Pit()
        let id = sell(&pit)
        pit.trade(at: "264")
        #expect(pit.asked == [])
        pit.accept(id)
        #expect(pit.asked == ["cancel #1"])
        pit.canceled(id)
        #expect(pit.asked == ["place #2"])
    }

    @Test(arguments: [false, true])
    func `a rest below the minimum is rejected, and says so`(byValue: Bool) {
        var pit = Pit(rules: byValue ? rules("btc_usd", valueMin: "300") : rules("btc_usd", min: "2"))
        let id = sell(&pit)
        pit.accept(id)
        pit.fill(id, "7", at: "275")
        pit.trade(at: "264")
        // Its limit goes on filling until it is off the book.
        pit.fill(id, "2", at: "275")
        pit.canceled(id)
        #expect(pit.told == ["#1 rejected"])
        #expect(pit.status(id) == .rejected)
        #expect(pit.engine.order(id)?.filled == 9)
        #expect(pit.funds("btc").reserved == 0)
    }

    @Test func `a cancel of either leg ends the order`() {
        for named in [OrderID(1), OrderID(2)] {
            var pit = Pit()
            let id = sell(&pit)
            pit.accept(id)
            pit.trade(at: "264")
            pit.canceled(id)
            pit.accept(OrderID(2))
            pit.cancel(named)
            #expect(pit.asked == ["cancel #2"])
            pit.canceled(OrderID(2))
            #expect(pit.status(id) == .canceled)
            #expect(pit.engine.openOrders(of: pit.trader).isEmpty)
        }
    }

    @Test(arguments: [("276", TriggeredPrice.market), ("275", .market)])
    func `a stop on the wrong side of the limit is refused`(trigger: String, then: TriggeredPrice) {
        var pit = Pit()
        #expect(
            pit.refusal(of: .place(pit.ticket(.sell, "10", at: "275", plan: .oco(trigger: d(trigger), then: then))))
                == .outOfRange)
        #expect(
            pit.refusal(of: .place(pit.ticket(.buy, "10", at: "275", plan: .oco(trigger: d("275"), then: then))))
                == .outOfRange)
    }

    @Test func `a buy is stopped when the market rises`() {
        var pit = Pit()
        let id = pit.place(.buy, "2", at: "200", plan: .oco(trigger: d("250"), then: .limit(d("252"))))
        #expect(pit.funds("usd").reserved == d("400.8"))
        pit.accept(id)
        pit.trade(at: "249.999")
        #expect(pit.last.records.isEmpty)
        pit.trade(at: "251")
        pit.canceled(id)
        #expect(pit.asked == ["place #2"])
        #expect(pit.funds("usd").reserved == d("505.008"))
    }
}

/// Fills of the limit that are told after the exchange had called it canceled.
@Suite struct LateLimitFillTests {
    private func switched() -> Pit {
        var pit = Pit()
        let id = pit.place(.sell, "10", at: "275", plan: .oco(trigger: d("265"), then: .limit(d("265"))))
        pit.accept(id)
        pit.trade(at: "264")
        pit.canceled(id)
        pit.accept(OrderID(2))
        return pit
    }

    @Test func `the stop is taken off and placed again for what is left`() {
        var pit = switched()
        pit.fill(OrderID(1), "4", at: "275")
        #expect(pit.asked == ["cancel #2"])
        pit.canceled(OrderID(2))
        #expect(pit.asked == ["place #3"])
        #expect(pit.engine.order(OrderID(3))?.quantity == 6)
        pit.accept(OrderID(3))
        pit.fill(OrderID(3), "6", at: "265")
        #expect(pit.status(OrderID(1)) == .filled)
        #expect(pit.engine.order(OrderID(1))?.filled == 10)
        #expect(pit.funds("btc").total == 90)
    }

    @Test func `a whole one leaves the order filled`() {
        var pit = switched()
        pit.fill(OrderID(1), "10", at: "275")
        pit.canceled(OrderID(2))
        #expect(pit.status(OrderID(1)) == .filled)
        #expect(pit.engine.openOrders(of: pit.trader).isEmpty)
        #expect(pit.funds("btc").reserved == 0)
    }

    @Test func `a trader who cancels meanwhile gets no further stop`() {
        var pit = switched()
        pit.fill(OrderID(1), "4", at: "275")
        pit.cancel(OrderID(1))
        pit.canceled(OrderID(2))
        #expect(pit.asked == [])
        #expect(pit.status(OrderID(1)) == .canceled)
    }
}
