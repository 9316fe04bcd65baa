import OrderEngine
import Testing
import Trading

/// Reports that come late, twice, lost, in another order, or that cannot be.
@Suite struct LateAnswerTests {
    @Test func `a fill is counted once, however often it is told`() {
        var pit = Pit()
        let id = pit.place(.buy, "1", at: "230")
        pit.accept(id)
        pit.fill(id, "0.4", at: "229", number: 9)
        let once = pit.engine.snapshot()
        pit.fill(id, "0.4", at: "229", number: 9)
        #expect(pit.engine.snapshot() == once && pit.last.records.isEmpty && pit.last.anomalies.isEmpty)
        let fill = pit.makeFill(id, "0.4", at: "229", number: 9)
        let other = pit.makeFill(id, "0.1", at: "229", number: 10)
        pit.report(.status(pit.client(id), .open(exchangeOrderID: "x", fills: [fill, other, other, fill])))
        #expect(pit.engine.order(id)?.filled == d("0.5"))
    }

    @Test(arguments: ["1.1", "0", "-0.1"])
    func `a fill that is more than is left, or nothing, is an anomaly and changes nothing`(quantity: String) {
        var pit = Pit()
        let id = pit.place(.buy, "1", at: "230")
        pit.accept(id)
        let before = pit.engine.snapshot()
        pit.fill(id, quantity, at: "229")
        #expect(pit.last.anomalies.count == 1)
        #expect(pit.engine.snapshot() == before)
        pit.report(
            .status(pit.client(id), .closed(exchangeOrderID: "x", fills: [pit.makeFill(id, quantity, at: "229")])))
        #expect(pit.last.anomalies.count == 1)
        #expect(pit.engine.snapshot() == before)
    }

    @Test(arguments: ["229.00000000000001", "0", "-229", "170000000000000000000"])
    func `a fill whose value no number can hold exactly is an anomaly, told either way`(price: String) {
        var pit = Pit()
        let id = pit.place(.buy, "1", at: "230")
        pit.accept(id)
        let before = pit.engine.snapshot()
        pit.fill(id, "0.12345678", at: "229")
        var fill = pit.makeFill(id, "0.12345678", at: "229")
        fill = Fill(
            id: fill.id, price: d(price), quantity: fill.quantity, fee: fill.fee, feeCurrency: fill.feeCurrency,
            liquidity: .taker, at: pit.now)
        let counted = pit.engine.snapshot()
        #expect(counted != before)
        pit.report(.filled(pit.client(id), fill))
        #expect(pit.last.anomalies.count == 1 && pit.engine.snapshot() == counted)
        pit.report(.status(pit.client(id), .open(exchangeOrderID: "x", fills: [fill])))
        #expect(pit.last.anomalies.count == 1 && pit.engine.snapshot() == counted)
    }

    @Test func `a report about an order that is never at the exchange is an anomaly`() {
        var pit = Pit()
        let stop = pit.place(.sell, "1", plan: .stop(trigger: d("200"), then: .market))
        let sliced = pit.place(
            .buy, "1", plan: .sliced(low: d("100"), high: d("300"), includesHigh: true, count: 3))
        for id in [stop, sliced] {
            let before = pit.engine.snapshot()
            pit.accept(id)
            #expect(pit.last.anomalies.count == 1)
            pit.fill(id, "0.1", at: "199")
            #expect(pit.last.anomalies.count == 1)
            pit.canceled(id)
            pit.report(.lost(pit.client(id)))
            pit.report(.status(pit.client(id), .neverArrived))
            #expect(pit.last.anomalies.count == 1)
            #expect(pit.engine.snapshot() == before)
        }
        pit.accept(OrderID(99))
        #expect(pit.last.anomalies.count == 1)
    }

    @Test func `new rules between fills never make an order hold more, nor stop the engine`() {
        var pit = Pit()
        let id = pit.place(.buy, "1.00000001", at: "230.001")
        pit.accept(id)
        let held = pit.funds("usd").reserved
        pit.engine.observe(rules("btc_usd", tick: "1", step: "1", fee: "0.123456789012345678"))
        pit.mirror.observe(rules("btc_usd"))
        pit.report(
            .filled(
                pit.client(id),
                Fill(
                    id: FillID(1), price: d("230"), quantity: d("0.5"), fee: .zero, feeCurrency: "usd",
                    liquidity: .maker, at: pit.now)))
        #expect(pit.funds("usd").reserved == held)
        pit.canceled(id)
        #expect(pit.funds("usd").reserved == 0)
        #expect(pit.funds("usd").free == d("9885"))
    }

    @Test func `a cancel that waits for the exchange's answer goes out with a fill that overtakes it`() {
        var pit = Pit()
        let id = pit.place(.buy, "1", at: "230")
        pit.cancel(id)
        #expect(pit.asked == [])
        pit.fill(id, "0.4", at: "230")
        #expect(pit.asked == ["cancel #1"])
        pit.accept(id)
        pit.fill(id, "0.1", at: "230")
        #expect(pit.asked == [])
        pit.canceled(id)
        #expect(pit.told == ["#1 canceled"])
        #expect(pit.engine.order(id)?.filled == d("0.5"))
    }
}
