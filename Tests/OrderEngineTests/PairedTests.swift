import OrderEngine
import Testing
import Trading

/// `pair buy 0.05 btc_usd at 224.65 then 227.68`: a round trip.
@Suite struct PairedTests {
    private func entry(
        _ pit: inout Pit, _ side: Side = .buy, _ quantity: String = "1", at price: String = "224",
        then contra: String? = nil, timeInForce: TimeInForce = .goodTillCanceled
    ) -> OrderID {
        let id = pit.place(
            side, quantity, at: price, timeInForce: timeInForce,
            plan: .paired(contraPrice: contra.map { d($0) }))
        pit.accept(id)
        return id
    }

    private func contra(_ pit: inout Pit, of id: OrderID, at price: String) -> OrderID {
        let next = pit.engine.snapshot().nextOrderID
        pit.process(.placeContra(order: id, account: pit.trader, price: .limit(d(price)), line: "contra"))
        #expect(pit.last.refusal == nil)
        return next
    }

    private var result: (OrderEngine.Outcome) -> PairedResult? {
        { outcome in
            for case .pairedDone(let result) in outcome.events.map(\.kind) { return result }
            return nil
        }
    }

    @Test(arguments: [
        ("0.05", "224.65", "227.68", "0.106267", "0.045233"),
        ("0.01", "218.07", "220.3", "0.0135326", "0.0087674"),
        ("0.1", "218.23", "222.18", "0.306918", "0.088082"),
    ])
    func `the benefits of 2015`(quantity: String, price: String, exit: String, benefit: String, fees: String) {
        var pit = Pit()
        let id = entry(&pit, .buy, quantity, at: price, then: exit)
        pit.fill(id, quantity, at: price)
        #expect(pit.told == ["#1 filled"])
        #expect(pit.asked == ["place #2"])
        let contra = OrderID(2)
        #expect(pit.engine.order(contra)?.price == .limit(d(exit)))
        #expect(pit.engine.order(contra)?.side == .sell)
        pit.accept(contra)
        #expect(pit.told == ["#2 contra_placed"])
        pit.fill(contra, quantity, at: exit)
        #expect(pit.told == ["#2 filled", "#1 paired_done"])
        #expect(result(pit.last) == PairedResult(benefit: d(benefit), fees: d(fees), currency: "usd"))
        #expect(pit.funds("usd") == Funds(total: d("10000") + d(benefit)))
        #expect(pit.funds("btc") == Funds(total: 100))
        #expect(pit.engine.openOrders(of: pit.trader).isEmpty)
    }

    @Test func `a sale first is bought back`() {
        var pit = Pit()
        let id = entry(&pit, .sell, "2", at: "230", then: "220")
        pit.fill(id, "0.5", at: "230")
        #expect(pit.told == ["#1 partially_filled"] && pit.asked == [])
        pit.fill(id, "1.5", at: "231")
        pit.accept(OrderID(2))
        #expect(pit.engine.order(OrderID(2))?.side == .buy)
        pit.fill(OrderID(2), "2", at: "219")
        // 115 + 346.5 sold, 438 bought, 0.002 of 899.5 in fees.
        #expect(result(pit.last) == PairedResult(benefit: d("21.701"), fees: d("1.799"), currency: "usd"))
        #expect(pit.funds("usd").total == d("10021.701"))
    }

    @Test func `without a second price the contra waits for the trader`() {
        var pit = Pit()
        let id = entry(&pit)
        let input = Input.placeContra(order: id, account: pit.trader, price: .limit(d("230")), line: "contra")
        #expect(pit.refusal(of: input) == .contraNotReady)
        pit.fill(id, "1", at: "224")
        #expect(pit.told == ["#1 filled", "#1 contra_ready"])
        #expect(pit.engine.contraReady(id) == 1)
        let second = contra(&pit, of: id, at: "230")
        #expect(pit.engine.contraReady(id) == nil)
        #expect(pit.engine.order(id)?.children == [second])
        #expect(pit.last.touchedOrders.contains(id))
        #expect(pit.refusal(of: input) == .contraNotReady)
        pit.accept(second)
        pit.fill(second, "1", at: "230")
        #expect(pit.told == ["#2 filled", "#1 paired_done"])
        #expect(pit.refusal(of: input) == .orderFinished)
    }

    @Test func `the contra of a part: the entry is canceled with what it has`() {
        var pit = Pit()
        let id = entry(&pit, then: "230")
        pit.fill(id, "0.3", at: "224")
        pit.cancel(id)
        pit.canceled(id)
        #expect(pit.told == ["#1 canceled", "#1 contra_ready"])
        #expect(pit.engine.contraReady(id) == d("0.3"))
        let second = contra(&pit, of: id, at: "228")
        pit.accept(second)
        pit.fill(second, "0.3", at: "228")
        #expect(result(pit.last)?.benefit == d("0.9288"))
    }

    @Test func `an entry that ends with nothing ends the whole`() {
        for isRejected in [false, true] {
            var pit = Pit()
            let id = entry(&pit, then: "230")
            if isRejected {
                let other = pit.place(.buy, "1", at: "224", plan: .paired(contraPrice: nil))
                pit.rejected(other)
                #expect(pit.engine.order(other)?.closedAt != nil)
            }
            pit.cancel(id)
            pit.canceled(id)
            #expect(pit.told == ["#1 canceled"])
            #expect(pit.engine.openOrders(of: pit.trader).isEmpty)
        }
    }

    @Test func `a cancel takes off whichever leg is active`() {
        var pit = Pit()
        let id = entry(&pit, then: "230")
        pit.fill(id, "1", at: "224")
        pit.accept(OrderID(2))
        pit.fill(OrderID(2), "0.4", at: "230")
        pit.cancel(id)
        #expect(pit.asked == ["cancel #2"])
        #expect(pit.refusal(of: .cancel([id], account: pit.trader)) == .cancelUnderWay)
        pit.canceled(OrderID(2))
        #expect(pit.told == ["#2 canceled", "#1 canceled"])
        #expect(pit.engine.openOrders(of: pit.trader).isEmpty)
        #expect(pit.funds("btc") == Funds(total: d("100.6")))
    }

    @Test func `a cancel between the legs ends it at once`() {
        var pit = Pit()
        let id = entry(&pit)
        pit.fill(id, "1", at: "224")
        pit.cancel(id)
        #expect(pit.told == ["#1 canceled"] && pit.asked == [])
        #expect(pit.engine.openOrders(of: pit.trader).isEmpty)
        #expect(pit.engine.order(id)?.filled == 1)
    }

    @Test func `a contra that fills while the whole is canceled has been done`() {
        var pit = Pit()
        let id = entry(&pit, then: "230")
        pit.fill(id, "1", at: "224")
        pit.accept(OrderID(2))
        pit.cancel(id)
        pit.fill(OrderID(2), "1", at: "230")
        #expect(pit.told == ["#2 filled", "#1 paired_done"])
    }

    @Test func `a contra canceled alone may be placed again, for what is left`() {
        var pit = Pit()
        let id = entry(&pit, then: "230")
        pit.fill(id, "1", at: "224")
        pit.accept(OrderID(2))
        pit.fill(OrderID(2), "0.25", at: "230")
        pit.cancel(OrderID(2))
        pit.canceled(OrderID(2))
        #expect(pit.told == ["#2 canceled", "#1 contra_ready"])
        #expect(pit.engine.contraReady(id) == d("0.75"))
        let again = contra(&pit, of: id, at: "228")
        pit.accept(again)
        pit.fill(again, "0.75", at: "228")
        #expect(pit.told == ["#3 filled", "#1 paired_done"])
        // 57.5 + 171 sold, 224 bought, 0.905 in fees.
        #expect(result(pit.last)?.benefit == d("3.595"))
    }

    @Test func `the whole canceled while its contra's own cancel is under way ends`() {
        var pit = Pit()
        let id = entry(&pit, then: "230")
        pit.fill(id, "1", at: "224")
        pit.accept(OrderID(2))
        pit.cancel(OrderID(2))
        pit.cancel(id)
        #expect(pit.refusal(of: .cancel([id], account: pit.trader)) == .cancelUnderWay)
        pit.canceled(OrderID(2))
        #expect(pit.told == ["#2 canceled", "#1 canceled"])
        #expect(pit.engine.openOrders(of: pit.trader).isEmpty)
    }

    @Test func `the whole named together with its contra ends, whichever is named first`() {
        for contraFirst in [false, true] {
            var pit = Pit()
            let id = entry(&pit, then: "230")
            pit.fill(id, "1", at: "224")
            pit.accept(OrderID(2))
            if contraFirst { pit.cancel(OrderID(2), id) } else { pit.cancel(id, OrderID(2)) }
            #expect(pit.asked == ["cancel #2"])
            pit.canceled(OrderID(2))
            #expect(pit.told == ["#2 canceled", "#1 canceled"])
        }
    }

    @Test func `a contra that is rejected, or cannot be placed, is the trader's to place`() {
        var pit = Pit()
        let id = entry(&pit, then: "230")
        pit.fill(id, "1", at: "224")
        pit.rejected(OrderID(2))
        #expect(pit.told == ["#2 rejected", "#1 contra_ready"])
        #expect(pit.engine.contraReady(id) == 1)

        var poor = Pit(usd: "100", btc: "1")
        let sale = entry(&poor, .sell, "1", at: "230", then: "400")
        poor.fill(sale, "1", at: "230")
        #expect(poor.told == ["#1 filled", "#1 contra_ready"])
        #expect(poor.asked == [])
    }

    @Test func `where the fee came out of what was bought, the contra is for what was received`() {
        var pit = Pit(rules: rules("btc_usd", basis: .received))
        let id = entry(&pit, then: "230")
        pit.fill(id, "1", at: "224")
        #expect(pit.engine.order(OrderID(2))?.quantity == d("0.998"))
        pit.accept(OrderID(2))
        pit.fill(OrderID(2), "0.998", at: "230")
        // 0.002 btc of the fees were worth 0.448 usd at 224; they have cost what was not there to sell.
        #expect(
            result(pit.last)
                == PairedResult(benefit: d("5.08092"), fees: d("0.90708"), baseFees: d("0.002"), currency: "usd"))
        #expect(pit.funds("usd").total == d("10005.08092") && pit.funds("btc").total == 100)
    }

    @Test func `a fee that is taken of what is bought back counts at the price of its fill`() {
        var pit = Pit(rules: rules("btc_usd", basis: .received))
        let id = entry(&pit, .sell, "0.1", at: "229", then: "220")
        pit.fill(id, "0.1", at: "229.77")
        pit.accept(OrderID(2))
        pit.fill(OrderID(2), "0.1", at: "220")
        #expect(
            result(pit.last)
                == PairedResult(
                    benefit: d("0.887046"), fees: d("0.089954"), baseFees: d("0.0002"), currency: "usd"))
        #expect(pit.funds("usd").total == d("10000.931046") && pit.funds("btc").total == d("99.9998"))
    }

    @Test func `a round trip whose contra its fee would make too small is refused, with the least that can be`() {
        var pit = Pit(rules: rules("btc_usd", min: "0.01", basis: .received))
        let plan = OrderPlan.paired(contraPrice: d("230"))
        let refusal = pit.process(.place(pit.ticket(.buy, "0.01", at: "224", plan: plan))).refusal
        #expect(refusal?.code == .belowMinimum && refusal?.message.contains("0.01002005 btc") == true)
        pit.place(.buy, "0.01002005", at: "224", plan: plan)
        // What a sale brings is in the other coin.
        pit.place(.sell, "0.01", at: "230", plan: .paired(contraPrice: nil))
    }

    @Test func `a contra that comes off with too little left ends the round trip in words`() {
        var pit = Pit(rules: rules("btc_usd", min: "0.1"))
        let id = entry(&pit, then: "230")
        pit.fill(id, "1", at: "224")
        pit.accept(OrderID(2))
        pit.fill(OrderID(2), "0.95", at: "230")
        pit.cancel(OrderID(2))
        pit.canceled(OrderID(2))
        #expect(pit.told == ["#2 canceled", "#1 paired_done"])
        #expect(
            result(pit.last)
                == PairedResult(benefit: d("-6.385"), fees: d("0.885"), left: d("0.05"), currency: "usd"))
        #expect(pit.last.events.last?.why?.code == .belowMinimum)
    }

    @Test func `what waits for its contra, or has one, can be canceled by whoever canceled its entry`() {
        var pit = Pit()
        let id = entry(&pit)
        pit.fill(id, "0.3", at: "224")
        pit.cancel(id)
        #expect(pit.engine.order(id).map { pit.engine.isCancelUnderWay($0) } == true)
        pit.canceled(id)
        #expect(pit.engine.order(id).map { pit.engine.isCancelUnderWay($0) } == false)
        let second = contra(&pit, of: id, at: "230")
        pit.accept(second)
        #expect(pit.engine.order(id).map { pit.engine.isCancelUnderWay($0) } == false)
        pit.cancel(id)
        #expect(pit.asked == ["cancel #2"])
        #expect(pit.engine.order(id).map { pit.engine.isCancelUnderWay($0) } == true)
    }

    @Test func `too little for the exchange to take back ends the whole`() {
        var pit = Pit(rules: rules("btc_usd", min: "0.1"))
        let id = entry(&pit)
        pit.fill(id, "0.05", at: "224")
        pit.cancel(id)
        pit.canceled(id)
        #expect(pit.told == ["#1 canceled", "#1 paired_done"])
        #expect(
            result(pit.last)
                == PairedResult(benefit: d("-11.2224"), fees: d("0.0224"), left: d("0.05"), currency: "usd"))
        #expect(pit.engine.order(id)?.closedAt != nil)
    }

    @Test func `an entry's late fill waits for a contra too`() {
        var pit = Pit()
        let id = entry(&pit)
        pit.fill(id, "0.3", at: "224")
        pit.cancel(id)
        pit.canceled(id)
        pit.fill(id, "0.2", at: "224")
        #expect(pit.engine.contraReady(id) == d("0.5"))
    }

    @Test func `its time is its entry's`() {
        var pit = Pit()
        let id = entry(&pit, timeInForce: .goodTillDate(pit.now.advanced(bySeconds: 60)))
        pit.fill(id, "1", at: "224")
        #expect(pit.engine.nextExpiry == nil)
        pit.wait(seconds: 60)
        #expect(pit.last.records.isEmpty)
        #expect(pit.engine.contraReady(id) == 1)

        let other = entry(&pit, timeInForce: .goodTillDate(pit.now.advanced(bySeconds: 60)))
        pit.fill(other, "0.4", at: "224")
        pit.wait(seconds: 60)
        pit.canceled(other)
        #expect(pit.told == ["#2 expired", "#2 contra_ready"])
    }

    @Test func `only a paired order of one's own has a contra`() {
        var pit = Pit()
        let simple = pit.place(.buy, "1", at: "224")
        let paired = entry(&pit)
        let cases: [(OrderID, AccountID, RefusalCode)] = [
            (simple, pit.trader, .notPaired), (OrderID(99), pit.trader, .unknownOrder),
            (paired, AccountID(8), .unknownOrder),
        ]
        for (id, account, code) in cases {
            let input = Input.placeContra(order: id, account: account, price: .limit(d("230")), line: "contra")
            #expect(pit.refusal(of: input) == code)
        }
    }
}
