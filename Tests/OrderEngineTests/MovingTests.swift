import OrderEngine
import Testing
import Trading

/// `move`: off the book first, by the exchange's word, and then there again for the rest.
@Suite struct MovingTests {
    private func resting(_ pit: inout Pit, filled: String? = nil) -> OrderID {
        let id = pit.place(.buy, "10", at: "100")
        pit.accept(id)
        if let filled { pit.fill(id, filled, at: "100") }
        return id
    }

    @Test func `nothing new is sent before the old is off the book`() {
        var pit = Pit()
        let id = resting(&pit, filled: "4")
        pit.move(id, .price(90))
        #expect(pit.asked == ["cancel #1"])
        #expect(pit.engine.order(id)?.price == .limit(100))
        pit.canceled(id)
        #expect(pit.asked == ["place #1"] && pit.told == [])
        let order = pit.engine.order(id)
        #expect(order?.status == .pending && order?.attempt == 2 && order?.filled == 4 && order?.quantity == 10)
        guard case .place(let sent)? = pit.last.requests.first else {
            Issue.record("nothing was placed")
            return
        }
        #expect(sent.quantity == 6 && sent.price == .limit(90))
        #expect(sent.clientOrderID == ClientOrderID(order: id, attempt: 2))
        pit.accept(id)
        #expect(pit.told == ["#1 moved"] && pit.status(id) == .partiallyFilled)
        #expect(pit.funds("usd").reserved == d("541.08"))
        pit.fill(id, "6", at: "90")
        #expect(pit.status(id) == .filled && pit.engine.order(id)?.filledValue == 940)
        #expect(pit.funds("usd").reserved == 0)
    }

    @Test func `what it needs beyond what it holds is held from the start, and freed where it is given up`() {
        var pit = Pit(usd: "1500")
        let id = resting(&pit)
        #expect(pit.funds("usd").reserved == 1002)
        pit.move(id, .price(120))
        #expect(pit.funds("usd").reserved == d("1202.4"))
        #expect(pit.refusal(of: .place(pit.ticket(.buy, "4", at: "100"))) == .insufficientFunds)
        pit.cancel(id)
        #expect(pit.funds("usd").reserved == 1002)
        pit.canceled(id)
        #expect(pit.status(id) == .canceled && pit.funds("usd").reserved == 0 && pit.asked == [])
        #expect(pit.refusal(of: .move(id, account: pit.trader, to: .price(90), line: "")) == .orderFinished)
    }

    @Test func `an order that fills before it is off the book is filled`() {
        var pit = Pit()
        let id = resting(&pit)
        pit.move(id, .price(120))
        pit.fill(id, "10", at: "100")
        #expect(pit.told == ["#1 filled"] && pit.asked == [] && pit.funds("usd").reserved == 0)
        pit.cancelRejected(id)
        #expect(pit.last.records.isEmpty)
    }

    @Test func `what fills on the way is not bought again`() {
        var pit = Pit()
        let id = resting(&pit)
        pit.move(id, .price(90))
        let part = pit.makeFill(id, "7", at: "100")
        pit.report(.status(pit.client(id), .closed(exchangeOrderID: "x1", fills: [part])))
        guard case .place(let sent)? = pit.last.requests.first else {
            Issue.record("nothing was placed")
            return
        }
        #expect(sent.quantity == 3)
        #expect(pit.engine.order(id)?.exchangeOrderID == nil)
    }

    @Test func `an amount that has filled by then ends the order, and says why`() {
        var pit = Pit()
        let id = resting(&pit, filled: "4")
        pit.move(id, .quantity(5))
        pit.fill(id, "2", at: "100")
        pit.canceled(id)
        #expect(pit.told == ["#1 canceled"] && pit.asked == [])
        #expect(pit.last.events.first?.why?.code == .cannotMove)
        #expect(pit.engine.order(id)?.filled == 6)
    }

    @Test func `a replacement that is refused ends the order, and says why`() {
        var pit = Pit()
        let id = resting(&pit, filled: "4")
        pit.move(id, .price(90))
        pit.canceled(id)
        pit.rejected(id)
        #expect(pit.told == ["#1 canceled"] && pit.status(id) == .canceled)
        #expect(pit.last.events.first?.why?.code == .exchangeRejected)
        #expect(pit.engine.order(id)?.filled == 4 && pit.funds("usd").reserved == 0)
    }

    @Test func `a replacement that never arrived ends the order, and one that did goes on`() {
        for hasArrived in [false, true] {
            var pit = Pit()
            let id = resting(&pit, filled: "4")
            pit.move(id, .price(90))
            pit.canceled(id)
            pit.report(.lost(pit.client(id)))
            #expect(pit.told == ["#1 unknown"] && pit.asked == ["status #1"])
            pit.report(
                .status(pit.client(id), hasArrived ? .open(exchangeOrderID: "y", fills: []) : .neverArrived))
            #expect(pit.told == (hasArrived ? ["#1 reconciled", "#1 moved"] : ["#1 reconciled", "#1 canceled"]))
            #expect(pit.asked == [])
            #expect(pit.status(id) == (hasArrived ? .partiallyFilled : .canceled))
        }
    }

    @Test func `a cancel whose answer is lost is repeated, and nothing is sent before the exchange has spoken`() {
        var pit = Pit()
        let id = resting(&pit)
        pit.move(id, .price(90))
        pit.report(.lost(pit.client(id)))
        #expect(pit.asked == ["status #1"])
        pit.wait(seconds: 1)
        #expect(pit.asked == ["cancel #1"])
        pit.report(.status(pit.client(id), .open(exchangeOrderID: "x", fills: [])))
        #expect(pit.asked == [])
        pit.report(.status(pit.client(id), .closed(exchangeOrderID: "x", fills: [])))
        #expect(pit.asked == ["place #1"])
        // The second cancel's answer is of an attempt that is over.
        pit.report(.canceled(ClientOrderID(order: id, attempt: 1)))
        pit.report(.lost(ClientOrderID(order: id, attempt: 1)))
        #expect(pit.last.records.isEmpty)
    }

    @Test func `a late fill of what was replaced counts, and as much comes off what works`() {
        var pit = Pit()
        let id = resting(&pit)
        pit.move(id, .price(90))
        pit.canceled(id)
        pit.accept(id)
        let late = pit.makeFill(id, "3", at: "100")
        pit.report(.filled(ClientOrderID(order: id, attempt: 1), late))
        #expect(pit.asked == ["cancel #1"])
        #expect(pit.engine.order(id)?.filled == 3 && pit.engine.order(id)?.quantity == 13)
        pit.canceled(id)
        guard case .place(let sent)? = pit.last.requests.first else {
            Issue.record("nothing was placed")
            return
        }
        #expect(sent.quantity == 7 && sent.clientOrderID.attempt == 3 && pit.engine.order(id)?.quantity == 10)
        pit.report(.filled(ClientOrderID(order: id, attempt: 1), late))
        #expect(pit.last.records.isEmpty)
    }

    @Test func `a late fill of all that works takes it off, and one after the end counts`() {
        var pit = Pit()
        let id = resting(&pit)
        pit.move(id, .price(90))
        pit.canceled(id)
        pit.accept(id)
        pit.report(.filled(ClientOrderID(order: id, attempt: 1), pit.makeFill(id, "10", at: "100")))
        #expect(pit.asked == ["cancel #1"] && pit.status(id) == .partiallyFilled)
        pit.canceled(id)
        #expect(pit.status(id) == .canceled && pit.engine.order(id)?.filled == 10)
        let before = pit.funds("btc").total
        pit.report(.filled(ClientOrderID(order: id, attempt: 1), pit.makeFill(id, "1", at: "100")))
        #expect(pit.funds("btc").total == before + 1)
    }

    @Test func `its time ends it while it is moved`() {
        var pit = Pit()
        let id = pit.place(
            .buy, "10", at: "100", timeInForce: .goodTillDate(pit.now.advanced(bySeconds: 60)))
        pit.accept(id)
        pit.move(id, .price(90))
        pit.wait(seconds: 60)
        pit.canceled(id)
        #expect(pit.status(id) == .expired && pit.asked == [])
    }

    @Test func `a stop moves by the desk's word alone, and only trades from then on fire it`() {
        var pit = Pit()
        let id = pit.place(.sell, "10", plan: .stop(trigger: 80, then: .limit(80)))
        pit.wait(seconds: 60)
        let before = pit.now
        pit.wait(seconds: 60)
        pit.move(id, .price(90))
        #expect(pit.told == ["#1 moved"] && pit.asked == [])
        #expect(pit.engine.order(id)?.plan == .stop(trigger: 90, then: .limit(90)))
        pit.process(
            .marketTrade(MarketTrade(pair: pit.pair, price: 85, quantity: 1, takerSide: nil, at: before)))
        #expect(pit.last.records.isEmpty)
        pit.trade(at: "85")
        #expect(pit.asked == ["place #2"])
        #expect(pit.refusal(of: .move(id, account: pit.trader, to: .price(70), line: "")) == .cannotMove)
    }

    @Test func `a stop that fires while its limit is moved takes its place`() {
        var pit = Pit()
        let id = pit.place(.sell, "10", at: "120", plan: .oco(trigger: 80, then: .limit(80)))
        pit.accept(id)
        pit.move(id, .price(130))
        pit.trade(at: "80")
        #expect(pit.told == ["#1 triggered"])
        pit.canceled(id)
        #expect(pit.asked == ["place #2"] && pit.engine.order(id)?.attempt == 1)
    }

    @Test func `what cannot be moved is refused`() {
        var pit = Pit()
        let whole = pit.place(.buy, "10", plan: .sliced(low: 90, high: 91, includesHigh: true, count: 2))
        #expect(pit.refusal(of: .move(whole, account: pit.trader, to: .price(80), line: "")) == .cannotMove)
        let part = OrderID(2)
        #expect(pit.refusal(of: .move(part, account: pit.trader, to: .price(80), line: "")) == .cannotMove)
        pit.accept(part)
        #expect(pit.refusal(of: .move(part, account: pit.trader, to: .quantity(2), line: "")) == .cannotMove)
        #expect(pit.refusal(of: .move(part, account: AccountID(1), to: .price(80), line: "")) == .unknownOrder)
        #expect(pit.refusal(of: .move(part, account: pit.trader, to: .price(d("80.00001")), line: "")) == .offTick)
        pit.move(part, .price(80))
        #expect(pit.refusal(of: .move(part, account: pit.trader, to: .price(70), line: "")) == .cannotMove)
        pit.canceled(part)
        pit.accept(part)
        #expect(pit.engine.order(part)?.price == .limit(80) && pit.engine.order(whole)?.quantity == 10)
        #expect(pit.refusal(of: .move(part, account: pit.trader, to: .price(80), line: "")) == .cannotMove)
    }

    @Test func `a move into an order of one's own is refused, and both stay`() {
        var pit = Pit()
        let bid = pit.place(.buy, "1", at: "220")
        let ask = pit.place(.sell, "1", at: "230")
        pit.accept(bid)
        pit.accept(ask)
        #expect(pit.refusal(of: .move(bid, account: pit.trader, to: .price(d("230")), line: "move")) == .selfTrade)
        #expect(pit.refusal(of: .move(ask, account: pit.trader, to: .price(d("219")), line: "move")) == .selfTrade)
        pit.move(bid, .price(d("229.999")))
        #expect(pit.asked == ["cancel #1"])
    }
}
