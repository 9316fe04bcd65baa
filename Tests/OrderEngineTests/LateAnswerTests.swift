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

    @Test func `a fill whose value has more than 18 decimals is counted, its value rounded down`() {
        var pit = Pit()
        let id = pit.place(.buy, "1", at: "230")
        pit.accept(id)
        let usd = pit.engine.funds(of: pit.trader, in: "usd").total
        let quantity = d("0.12345678")
        let fill = Fill(
            id: FillID(1), price: d("229.00000000000001"), quantity: quantity, fee: d("0.05"), feeCurrency: "usd",
            liquidity: .taker, at: pit.now)
        pit.report(.filled(pit.client(id), fill))
        #expect(pit.last.anomalies.isEmpty)
        // 229.00000000000001 × 0.12345678 = 28.2716026200000012345678.
        let order = pit.engine.order(id)
        #expect(order?.filled == quantity && order?.filledValue == d("28.271602620000001234"))
        #expect(pit.engine.funds(of: pit.trader, in: "usd").total == usd - d("28.271602620000001234") - d("0.05"))
    }

    @Test(arguments: ["0", "-229", "170000000000000000000"])
    func `a fill whose value no number can hold is an anomaly, told either way`(price: String) {
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

    @Test func `an order holds by the rules that it was placed under, whatever the rules become`() {
        var pit = Pit()
        let id = pit.place(.buy, "1.00000001", at: "230.001")
        pit.accept(id)
        pit.engine.observe(rules("btc_usd", tick: "1", step: "1", fee: "0.123456789012345678"))
        pit.mirror.observe(rules("btc_usd"))
        pit.report(
            .filled(
                pit.client(id),
                Fill(
                    id: FillID(1), price: d("230"), quantity: d("0.5"), fee: .zero, feeCurrency: "usd",
                    liquidity: .maker, at: pit.now)))
        // 0.50000001 × 230.001 × 1.002
        #expect(pit.funds("usd").reserved == d("115.23050330461002"))
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

/// An answer that never came: nothing is guessed, the exchange is asked.
@Suite struct LostAnswerTests {
    private func lost(_ pit: inout Pit, plan: OrderPlan = .none) -> OrderID {
        let id = pit.place(.buy, "1", at: "230", plan: plan)
        pit.report(.lost(pit.client(id)))
        return id
    }

    @Test func `the order is unknown, keeps its funds, and the exchange is asked once`() {
        var pit = Pit()
        let id = lost(&pit)
        #expect(pit.told == ["#1 unknown"] && pit.asked == ["status #1"])
        #expect(pit.status(id) == .unknown)
        #expect(pit.funds("usd").reserved == d("230.46"))
        pit.report(.lost(pit.client(id)))
        #expect(pit.last.records.isEmpty)
    }

    @Test func `it was never there`() {
        var pit = Pit()
        let id = lost(&pit)
        pit.report(.status(pit.client(id), .neverArrived))
        #expect(pit.told == ["#1 reconciled", "#1 rejected"])
        #expect(pit.status(id) == .rejected)
        #expect(pit.funds("usd") == Funds(total: 10_000))
    }

    @Test func `it is on the book, filled in part`() {
        var pit = Pit()
        let id = lost(&pit)
        let fill = pit.makeFill(id, "0.4", at: "229")
        pit.report(.status(pit.client(id), .open(exchangeOrderID: "x", fills: [fill])))
        #expect(pit.told == ["#1 reconciled", "#1 opened", "#1 partially_filled"])
        #expect(pit.status(id) == .partiallyFilled)
        #expect(pit.funds("usd").reserved == d("138.276"))
    }

    @Test(arguments: [("1", OrderStatus.filled), ("0.4", .canceled)])
    func `it is off the book, for what had filled`(filled: String, status: OrderStatus) {
        var pit = Pit()
        let id = lost(&pit)
        let fill = pit.makeFill(id, filled, at: "229")
        pit.report(.status(pit.client(id), .closed(exchangeOrderID: "x", fills: [fill])))
        #expect(pit.told.first == "#1 reconciled")
        #expect(pit.status(id) == status)
        #expect(pit.engine.order(id)?.filled == d(filled))
        #expect(pit.funds("usd").reserved == 0)
    }

    @Test func `an answer that comes after all settles it`() {
        var pit = Pit()
        let accepted = lost(&pit)
        pit.accept(accepted)
        #expect(pit.status(accepted) == .open)
        pit.report(.status(pit.client(accepted), .open(exchangeOrderID: "x", fills: [])))
        #expect(pit.last.records.isEmpty)
        let rejected = lost(&pit)
        pit.rejected(rejected)
        #expect(pit.status(rejected) == .rejected)
        let filled = lost(&pit)
        pit.fill(filled, "1", at: "230")
        #expect(pit.status(filled) == .filled)
    }

    @Test func `a cancel waits until it is known, and then goes out`() {
        var pit = Pit()
        let id = lost(&pit)
        pit.cancel(id)
        #expect(pit.asked == [])
        pit.report(.status(pit.client(id), .open(exchangeOrderID: "x", fills: [])))
        #expect(pit.asked == ["cancel #1"])
    }

    @Test func `where a cancel's answer is lost the exchange is asked, and its word counts`() {
        var pit = Pit()
        let id = pit.place(.buy, "1", at: "230")
        pit.accept(id)
        pit.report(.lost(pit.client(id)))
        #expect(pit.last.records.isEmpty)
        pit.cancel(id)
        pit.report(.lost(pit.client(id)))
        #expect(pit.told == ["#1 cancel_failed"] && pit.asked == ["status #1"])
        pit.report(.status(pit.client(id), .closed(exchangeOrderID: "x", fills: [])))
        #expect(pit.told == ["#1 canceled"])
    }

    @Test func `a fill told after the cancel is counted, and the order stays canceled unless that completes it`() {
        for (late, status) in [("0.6", OrderStatus.canceled), ("1", .filled)] {
            var pit = Pit()
            let id = pit.place(.buy, "1", at: "230")
            pit.accept(id)
            pit.cancel(id)
            pit.canceled(id)
            pit.fill(id, late, at: "230")
            #expect(pit.last.events.count == 1)
            #expect(pit.status(id) == status)
            #expect(pit.funds("btc") == Funds(total: 100 + d(late)))
            #expect(pit.funds("usd").reserved == 0)
        }
    }

    @Test func `an exchange that forgets an order it had is an anomaly`() {
        var pit = Pit()
        let id = pit.place(.buy, "1", at: "230")
        pit.accept(id)
        pit.report(.status(pit.client(id), .neverArrived))
        #expect(pit.last.anomalies.count == 1 && pit.last.records.isEmpty)
        pit.rejected(id)
        #expect(pit.last.anomalies.count == 1 && pit.last.records.isEmpty)
    }

    @Test func `after a restart each order at the exchange is asked for, and each cancel again`() {
        var pit = Pit()
        let open = pit.place(.buy, "1", at: "230")
        let canceling = pit.place(.buy, "1", at: "230")
        let pending = pit.place(.buy, "1", at: "230")
        let armed = pit.place(.sell, "1", plan: .stop(trigger: d("200"), then: .market))
        let over = pit.place(.buy, "1", at: "230")
        for id in [open, canceling, over] { pit.accept(id) }
        pit.cancel(canceling, pending, over)
        pit.canceled(over)
        #expect(pit.status(armed) == .armed)
        let restored = OrderEngine(restoring: pit.engine.snapshot())
        let expected: [OrderRequest] = [
            .status(pit.sent(open, "x\(open.rawValue)")), .status(pit.sent(canceling, "x\(canceling.rawValue)")),
            .cancel(pit.sent(canceling, "x\(canceling.rawValue)")), .status(pit.sent(pending, nil)),
        ]
        #expect(restored.requestsAfterRestart() == expected)
        #expect(pit.engine.requestsAfterRestart() == expected)
    }
}
