import OrderEngine
import Testing
import Trading

/// `stop sell 10 btc_usd at 265`: nothing is at the exchange until the market gets there.
@Suite struct StopTests {
    private func stop(
        _ pit: inout Pit, _ side: Side = .sell, _ quantity: String = "10", trigger: String = "265",
        then: TriggeredPrice = .limit(d("265")), timeInForce: TimeInForce = .goodTillCanceled
    ) -> OrderID {
        pit.place(side, quantity, timeInForce: timeInForce, plan: .stop(trigger: d(trigger), then: then))
    }

    @Test func `it holds nothing and asks nothing while it waits`() {
        var pit = Pit()
        let id = stop(&pit)
        #expect(pit.status(id) == .armed)
        #expect(pit.asked == [] && pit.told == [])
        #expect(pit.funds("btc").reserved == 0)
        pit.trade(at: "265.001")
        #expect(pit.last.records.isEmpty)
    }

    @Test(arguments: ["265", "264.999", "1"])
    func `a sale fires at its trigger or below it`(price: String) {
        var pit = Pit()
        let id = stop(&pit)
        pit.trade(at: price)
        #expect(pit.told == ["#1 triggered"])
        #expect(pit.asked == ["place #2"])
        #expect(pit.engine.order(id)?.triggerMarketPrice == d(price))
        #expect(pit.engine.order(OrderID(2))?.price == .limit(d("265")))
        #expect(pit.funds("btc").reserved == 10)
        pit.trade(at: price)
        #expect(pit.last.records.isEmpty)
        pit.accept(OrderID(2))
        pit.fill(OrderID(2), "10", at: "265")
        #expect(pit.status(id) == .filled)
        #expect(pit.engine.order(id)?.filledValue == 2650)
    }

    @Test(arguments: ["265", "265.001", "9999"])
    func `a purchase fires at its trigger or above it`(price: String) {
        var pit = Pit()
        _ = stop(&pit, .buy, "1", then: .limit(d("266")))
        pit.trade(at: "264.999")
        #expect(pit.last.records.isEmpty)
        pit.trade(at: price)
        #expect(pit.asked == ["place #2"])
        #expect(pit.engine.order(OrderID(2))?.price == .limit(d("266")))
        #expect(pit.funds("usd").reserved == d("266.532"))
    }

    @Test func `to the market, it follows the trade that fired it where the quote is older`() {
        for (bid, bound) in [("280", "251.75"), ("260", "247")] {
            var pit = Pit()
            pit.quote(bid, "281")
            _ = stop(&pit, then: .market)
            pit.trade(at: "265")
            #expect(pit.engine.order(OrderID(2))?.price == .market(protection: d(bound)))
        }
    }

    @Test func `without funds when it fires it is rejected, and says so`() {
        var pit = Pit(btc: "5")
        let id = stop(&pit)
        pit.trade(at: "260")
        #expect(pit.told == ["#1 triggered", "#1 rejected"])
        #expect(pit.status(id) == .rejected)
        #expect(pit.engine.order(id)?.rejection == .insufficientFunds)
        #expect(pit.asked == [])
        #expect(pit.engine.openOrders(of: pit.trader).isEmpty)
    }

    @Test func `under new rules when it fires it is rejected, and stops nothing`() {
        var pit = Pit()
        let id = stop(&pit, trigger: "265.001", then: .limit(d("265.001")))
        pit.engine.observe(rules("btc_usd", tick: "0.5"))
        pit.trade(at: "260")
        #expect(pit.status(id) == .rejected)
        #expect(pit.engine.order(id)?.rejection == .offTick)
    }

    @Test func `equal triggers fire in the order of their numbers, each on what the one before left`() {
        var pit = Pit(btc: "15")
        let ids = (0..<3).map { _ in stop(&pit) }
        let higher = stop(&pit, trigger: "270", then: .limit(d("270")))
        pit.trade(at: "260")
        #expect(
            pit.told == [
                "\(higher) triggered", "\(ids[0]) triggered", "\(ids[0]) rejected", "\(ids[1]) triggered",
                "\(ids[1]) rejected", "\(ids[2]) triggered", "\(ids[2]) rejected",
            ])
        #expect(pit.asked == ["place #5"])
    }

    @Test func `its time ends it while it waits and after it fired`() {
        for fires in [false, true] {
            var pit = Pit()
            let id = stop(&pit, timeInForce: .goodTillDate(pit.now.advanced(bySeconds: 5)))
            if fires {
                pit.trade(at: "265")
                pit.accept(OrderID(2))
            }
            pit.wait(seconds: 5)
            if fires {
                #expect(pit.asked == ["cancel #2"])
                pit.canceled(OrderID(2))
                #expect(pit.told == ["#2 expired"])
            } else {
                #expect(pit.told == ["#1 expired"])
            }
            #expect(pit.status(id) == .expired)
            #expect(pit.engine.openOrders(of: pit.trader).isEmpty)
            #expect(pit.engine.nextExpiry == nil)
        }
    }

    @Test func `a cancel ends it at once while it waits, and through its child after it fired`() {
        var pit = Pit()
        let waiting = stop(&pit)
        pit.cancel(waiting)
        #expect(pit.told == ["#1 canceled"] && pit.asked == [])
        #expect(pit.refusal(of: .cancel([waiting], account: pit.trader)) == .orderFinished)
        let fired = stop(&pit)
        pit.trade(at: "265")
        pit.cancel(fired)
        #expect(pit.asked == [])
        pit.accept(OrderID(3))
        #expect(pit.asked == ["cancel #3"])
        pit.canceled(OrderID(3))
        #expect(pit.status(fired) == .canceled)
    }

    @Test func `what it became, rejected by the exchange, ends it`() {
        var pit = Pit()
        let id = stop(&pit)
        pit.trade(at: "265")
        pit.rejected(OrderID(2))
        #expect(pit.status(id) == .rejected)
        #expect(pit.funds("btc").reserved == 0)
    }

    @Test func `what waited before a restart waits after it`() {
        var pit = Pit()
        let id = stop(&pit)
        let oco = pit.place(.sell, "1", at: "300", plan: .oco(trigger: d("260"), then: .market))
        pit.accept(oco)
        let rules = pit.engine.rules[pit.pair]
        pit.engine = OrderEngine(restoring: pit.engine.snapshot())
        if let rules { pit.engine.observe(rules) }
        #expect(pit.engine.triggersWaiting(on: pit.pair) == 2)
        pit.trade(at: "260")
        #expect(pit.told == ["\(id) triggered", "\(oco) triggered"])
    }

    @Test func `a trigger that the market has reached already is refused`() {
        var pit = Pit()
        pit.trade(at: "265")
        for (side, trigger, code) in [
            (Side.sell, "265", RefusalCode.triggerPassed), (.sell, "266", .triggerPassed),
            (.buy, "265", .triggerPassed),
            (.buy, "264", .triggerPassed), (.buy, "0", .outOfRange), (.sell, "264.0001", .offTick),
        ] {
            let input = Input.place(
                pit.ticket(side, "1", plan: .stop(trigger: d(trigger), then: .market)))
            #expect(pit.refusal(of: input) == code, "\(side) \(trigger)")
        }
        _ = stop(&pit, trigger: "264.999", then: .market)
        _ = stop(&pit, .buy, "1", trigger: "265.001", then: .market)
    }
}
