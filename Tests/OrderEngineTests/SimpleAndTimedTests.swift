import OrderEngine
import Testing
import Trading

/// One order at the exchange: limit, market, ioc, fok, post.
@Suite struct SimpleOrderTests {
    @Test func `a limit order holds its value and fee, fills in parts and frees the rest`() {
        var pit = Pit()
        let id = pit.place(.buy, "0.5", at: "230")
        #expect(pit.asked == ["place #1"] && pit.told == [])
        #expect(pit.status(id) == .pending)
        #expect(pit.funds("usd") == Funds(total: 10_000, reserved: d("115.23")))
        pit.accept(id)
        #expect(pit.told == ["#1 opened"])
        pit.fill(id, "0.2", at: "229.9")
        #expect(pit.told == ["#1 partially_filled"])
        #expect(pit.funds("usd") == Funds(total: d("9953.92804"), reserved: d("69.138")))
        #expect(pit.engine.order(id)?.averagePrice == d("229.9"))
        pit.fill(id, "0.3", at: "230")
        #expect(pit.told == ["#1 filled"])
        #expect(pit.funds("usd") == Funds(total: d("9884.79004")))
        #expect(pit.funds("btc") == Funds(total: d("100.5")))
        #expect(pit.engine.order(id)?.closedAt == pit.now)
        #expect(pit.engine.order(id)?.fee == d("0.22996"))
    }

    @Test func `a sale holds what it sells`() {
        var pit = Pit()
        let id = pit.place(.sell, "2", at: "300")
        #expect(pit.funds("btc").free == 98 && pit.funds("usd").reserved == 0)
        pit.accept(id)
        pit.fill(id, "2", at: "301")
        #expect(pit.funds("usd") == Funds(total: d("10600.796")))
        #expect(pit.funds("btc") == Funds(total: 98))
    }

    @Test func `a fee taken from what is received comes out of it`() {
        var pit = Pit(rules: rules("btc_usd", basis: .received))
        let id = pit.place(.buy, "1", at: "230")
        #expect(pit.funds("usd").reserved == 230)
        pit.accept(id)
        pit.fill(id, "1", at: "230")
        #expect(pit.funds("btc").total == d("100.998"))
        #expect(pit.engine.order(id)?.feeCurrency == "btc")
        #expect(pit.funds("usd") == Funds(total: 9_770))
    }

    @Test func `each is sent as the exchange has to treat it`() {
        let cases: [(String?, TimeInForce, Bool, NewOrder.Lifetime)] = [
            ("230", .goodTillCanceled, false, .rest), ("230", .goodTillCanceled, true, .postOnly),
            ("230", .immediateOrCancel, false, .immediateOrCancel), ("230", .fillOrKill, false, .fillOrKill),
            ("230", .goodTillDate(Timestamp(nanoseconds: .max)), false, .rest),
            ("230", .day(Timestamp(nanoseconds: .max)), true, .postOnly),
            (nil, .goodTillCanceled, false, .immediateOrCancel),
        ]
        for (price, timeInForce, post, lifetime) in cases {
            var pit = Pit()
            pit.quote("229", "230")
            let id = pit.place(.buy, "1", at: price, timeInForce: timeInForce, post: post)
            guard case .place(let order)? = pit.last.requests.first else {
                Issue.record("nothing was asked")
                continue
            }
            #expect(order.lifetime == lifetime)
            #expect(order.clientOrderID == ClientOrderID(order: id, attempt: 1))
            #expect(order.quantity == 1 && order.pair == pit.pair && order.account == pit.trader)
        }
    }

    @Test func `a market order is bounded by the touch, its protection, the tick and what the funds pay for`() {
        var pit = Pit(usd: "1000")
        #expect(pit.refusal(of: .place(pit.ticket(.buy, "1"))) == .noMarket)
        pit.quote("229.001", "230.001")
        pit.place(.buy, "1")
        #expect(pit.engine.order(OrderID(1))?.price == .market(protection: d("241.502")))
        pit.cancel(OrderID(1))
        pit.canceled(OrderID(1))
        // 1000 / 1.002 / 4.3 = 232.096...
        pit.place(.buy, "4.3")
        #expect(pit.engine.order(OrderID(2))?.price == .market(protection: d("232.093")))
        #expect(pit.funds("usd").free < 1)
        pit.canceled(OrderID(2))
        #expect(pit.refusal(of: .place(pit.ticket(.buy, "4.4"))) == .insufficientFunds)
        pit.place(.sell, "1")
        #expect(pit.engine.order(OrderID(3))?.price == .market(protection: d("217.55")))
        pit.fill(OrderID(3), "0.5", at: "229")
        pit.canceled(OrderID(3))
        #expect(pit.told == ["#3 canceled"])
        #expect(pit.engine.order(OrderID(3))?.filled == d("0.5"))
        #expect(pit.funds("btc") == Funds(total: d("99.5")))
    }

    @Test func `a rejection frees everything and carries the exchange's reason`() {
        var pit = Pit()
        let id = pit.place(.buy, "1", at: "230", post: true)
        pit.report(.rejected(pit.client(id), code: .wouldTrade, reason: "it would trade"))
        #expect(pit.told == ["#1 rejected"])
        #expect(pit.engine.order(id)?.rejection == .wouldTrade)
        #expect(pit.funds("usd") == Funds(total: 10_000))
    }

    @Test func `what cannot be is refused before the exchange hears of it`() {
        var pit = Pit(rules: rules("btc_usd", valueMin: "1"), limits: EngineLimits(openOrdersMax: 3))
        let past = pit.now
        let cases: [(OrderTicket, RefusalCode, EngineRefusal.Subject?, String?)] = [
            (pit.ticket(.buy, "0.0009", at: "230"), .belowMinimum, .amount, nil),
            (pit.ticket(.buy, "0", at: "230"), .belowMinimum, .amount, nil),
            (pit.ticket(.buy, "-1", at: "230"), .belowMinimum, .amount, nil),
            (pit.ticket(.buy, "0.123456789", at: "230"), .offStep, .amount, "0.12345678"),
            (pit.ticket(.buy, "1", at: "230.0004"), .offTick, .price, "230"),
            (pit.ticket(.buy, "1", at: "0"), .outOfRange, .price, nil),
            (pit.ticket(.buy, "1", at: "-5"), .outOfRange, .price, nil),
            (pit.ticket(.buy, "0.001", at: "230"), .belowMinimum, .amount, nil),
            (pit.ticket(.buy, "44", at: "230"), .insufficientFunds, .amount, nil),
            (pit.ticket(.sell, "100.00000001", at: "230"), .insufficientFunds, .amount, nil),
            (pit.ticket(.buy, "100000000000", at: "100000000000"), .outOfRange, .amount, nil),
            (pit.ticket(.buy, "1", at: "230", timeInForce: .goodTillDate(past)), .timePassed, .expiry, nil),
            (
                pit.ticket(.buy, "1", at: "230", plan: .paired(contraPrice: d("0.0001"))), .offTick, .contraPrice,
                "0.001"
            ),
        ]
        for (ticket, code, subject, suggestion) in cases {
            pit.process(.place(ticket))
            #expect(pit.last.refusal?.code == code, "\(ticket.quantity) at \(ticket.price)")
            #expect(pit.last.refusal?.subject == subject, "\(ticket.quantity) at \(ticket.price)")
            #expect(pit.last.refusal?.suggestion == suggestion, "\(ticket.quantity) at \(ticket.price)")
        }
        var unknown = pit.ticket(.buy, "1", at: "230")
        unknown.pair = "ltc_usd"
        #expect(pit.refusal(of: .place(unknown)) == .unknownPair)
        for _ in 0..<3 { pit.place(.buy, "1", at: "230") }
        #expect(pit.refusal(of: .place(pit.ticket(.buy, "1", at: "230"))) == .tooManyOrders)
    }

    @Test func `all the funds may be used, and not a digit more`() {
        var pit = Pit(usd: "230.46")
        pit.place(.buy, "1", at: "230")
        #expect(pit.funds("usd").free == 0)
        var short = Pit(usd: "230.459999999999999999")
        #expect(short.refusal(of: .place(short.ticket(.buy, "1", at: "230"))) == .insufficientFunds)
    }

    @Test func `funds come and go, inside what a number can hold`() {
        var pit = Pit()
        pit.deposit("-9999.5", "usd")
        #expect(pit.funds("usd").total == d("0.5"))
        for amount in ["170000000000000000000", "-170000000000000000000"] {
            let adjustment = FundsAdjustment(
                account: pit.trader, coin: "usd", amount: d(amount), reason: .credit, at: pit.now)
            #expect(pit.refusal(of: .adjustFunds(adjustment)) == .outOfRange)
        }
    }
}

/// Cancel, at any moment.
@Suite struct CancelTests {
    @Test func `a pending order is canceled once the exchange has answered`() {
        var pit = Pit()
        let id = pit.place(.buy, "1", at: "230")
        pit.cancel(id)
        #expect(pit.asked == [])
        #expect(pit.refusal(of: .cancel([id], account: pit.trader)) == .cancelUnderWay)
        pit.accept(id)
        #expect(pit.asked == ["cancel #1"])
        pit.canceled(id)
        #expect(pit.told == ["#1 canceled"])
        #expect(pit.funds("usd") == Funds(total: 10_000))
    }

    @Test func `a pending order that is rejected or filled at once needs no cancel`() {
        for fills in [false, true] {
            var pit = Pit()
            let id = pit.place(.buy, "1", at: "230")
            pit.cancel(id)
            if fills { pit.fill(id, "1", at: "230") } else { pit.rejected(id) }
            #expect(pit.asked == [])
            #expect(pit.status(id) == (fills ? .filled : .rejected))
        }
    }

    @Test func `an order filled in part keeps what it has`() {
        var pit = Pit()
        let id = pit.place(.buy, "1", at: "230")
        pit.accept(id)
        pit.fill(id, "0.25", at: "228")
        pit.cancel(id)
        pit.canceled(id)
        #expect(pit.status(id) == .canceled)
        #expect(pit.engine.order(id)?.filled == d("0.25"))
        #expect(pit.funds("usd") == Funds(total: d("9942.886")))
    }

    @Test func `an order that fills while it is being canceled is filled`() {
        var pit = Pit()
        let id = pit.place(.buy, "1", at: "230")
        pit.accept(id)
        pit.cancel(id)
        pit.fill(id, "1", at: "230")
        #expect(pit.told == ["#1 filled"])
        pit.cancelRejected(id)
        #expect(pit.last.records.isEmpty)
        #expect(pit.status(id) == .filled)
    }

    @Test func `a cancel that the exchange refuses leaves the order working, to be canceled again`() {
        var pit = Pit()
        let id = pit.place(.buy, "1", at: "230")
        pit.accept(id)
        pit.cancel(id)
        pit.cancelRejected(id)
        #expect(pit.told == ["#1 cancel_failed"] && pit.asked == ["status #1"])
        #expect(pit.engine.order(id)?.cancelReason == nil)
        pit.wait(seconds: 5)
        #expect(pit.asked == [])
        pit.cancel(id)
        #expect(pit.asked == ["cancel #1"])
    }

    @Test func `a cancel that the desk repeats is told once, however often it fails`() {
        var pit = Pit()
        let end = pit.now.advanced(bySeconds: 10)
        let id = pit.place(.buy, "1", at: "230", timeInForce: .goodTillDate(end))
        pit.accept(id)
        pit.wait(seconds: 10)
        #expect(pit.asked == ["cancel #1"])
        pit.cancelRejected(id)
        #expect(pit.told == ["#1 cancel_failed"] && pit.asked == ["status #1"])
        for _ in 0..<3 {
            pit.wait(seconds: 1)
            #expect(pit.asked == ["cancel #1"])
            pit.cancelRejected(id)
            #expect(pit.told.isEmpty && pit.asked == ["status #1"])
        }
        pit.canceled(id)
        #expect(pit.told == ["#1 expired"])
    }

    @Test func `several are canceled together or not at all, each once`() {
        var pit = Pit()
        let ids = (0..<3).map { _ in pit.place(.buy, "1", at: "230") }
        for id in ids { pit.accept(id) }
        #expect(pit.refusal(of: .cancel(ids + [OrderID(99)], account: pit.trader)) == .unknownOrder)
        #expect(pit.refusal(of: .cancel(ids, account: AccountID(8))) == .unknownOrder)
        #expect(ids.allSatisfy { pit.engine.order($0)?.cancelReason == nil })
        pit.cancel(ids[0], ids[1], ids[0])
        #expect(pit.asked == ["cancel #1", "cancel #2"])
        pit.canceled(ids[0])
        #expect(pit.refusal(of: .cancel([ids[0]], account: pit.trader)) == .orderFinished)
    }

    @Test func `an order that the exchange takes off by itself is canceled`() {
        var pit = Pit()
        let id = pit.place(.buy, "1", at: "230")
        pit.accept(id)
        pit.canceled(id)
        #expect(pit.told == ["#1 canceled"])
    }
}

/// `until 18:00`.
@Suite struct TimedOrderTests {
    @Test func `its time ends it to the second`() {
        var pit = Pit()
        let id = pit.place(.buy, "1", at: "230", timeInForce: .goodTillDate(pit.now.advanced(bySeconds: 60)))
        #expect(pit.engine.order(id)?.kind == .timed)
        pit.accept(id)
        pit.wait(seconds: 59)
        #expect(pit.last.records.isEmpty)
        pit.wait(seconds: 1)
        #expect(pit.asked == ["cancel #1"] && pit.told == [])
        pit.canceled(id)
        #expect(pit.told == ["#1 expired"])
        #expect(pit.status(id) == .expired)
        #expect(pit.funds("usd") == Funds(total: 10_000))
    }

    @Test func `what fills while it expires is filled, for what was filled`() {
        for (filled, status) in [("1", OrderStatus.filled), ("0.4", .expired)] {
            var pit = Pit()
            let id = pit.place(.buy, "1", at: "230", timeInForce: .day(pit.now.advanced(bySeconds: 60)))
            pit.accept(id)
            pit.wait(seconds: 60)
            pit.fill(id, filled, at: "230")
            if status == .expired { pit.canceled(id) } else { pit.cancelRejected(id) }
            #expect(pit.status(id) == status)
            #expect(pit.engine.order(id)?.filled == d(filled))
            #expect(pit.funds("usd").reserved == 0)
        }
    }

    @Test func `a thousand that expire in the same second expire in that second`() {
        var pit = Pit(usd: "1000000")
        let time = pit.now.advanced(bySeconds: 60)
        let ids = (1...1_000).map { OrderID($0) }
        for _ in ids {
            _ = pit.engine.process(
                .place(pit.ticket(.buy, "1", at: "230", timeInForce: .goodTillDate(time))), at: pit.now)
        }
        for id in ids {
            _ = pit.engine.process(.report(.accepted(pit.client(id), exchangeOrderID: "x")), at: pit.now)
        }
        var requests: [OrderRequest] = []
        var turns = 0
        while pit.engine.nextExpiry == time {
            requests += pit.engine.process(.timePassed, at: time).requests
            turns += 1
        }
        #expect(requests == ids.map { .cancel(pit.sent($0, "x")) })
        #expect(turns == 1_000 / pit.engine.limits.decisionOrdersMax)
        for id in ids { _ = pit.engine.process(.report(.canceled(pit.client(id))), at: time) }
        #expect(ids.allSatisfy { pit.status($0) == .expired && pit.engine.order($0)?.closedAt == time })
        #expect(pit.engine.nextExpiry == nil)
    }

    @Test func `a pending or unknown order whose time ends is canceled as soon as it is known`() {
        for isLost in [false, true] {
            var pit = Pit()
            let id = pit.place(.buy, "1", at: "230", timeInForce: .goodTillDate(pit.now.advanced(bySeconds: 60)))
            if isLost { pit.report(.lost(pit.client(id))) }
            pit.wait(seconds: 60)
            #expect(pit.asked == [])
            pit.accept(id)
            #expect(pit.asked == ["cancel #1"])
            pit.canceled(id)
            #expect(pit.status(id) == .expired)
        }
    }

    @Test func `an expiry that the exchange refuses is repeated by the desk until it is done`() {
        var pit = Pit()
        let id = pit.place(.buy, "1", at: "230", timeInForce: .goodTillDate(pit.now.advanced(bySeconds: 60)))
        pit.accept(id)
        pit.wait(seconds: 60)
        for _ in 0..<3 {
            pit.cancelRejected(id)
            #expect(pit.asked == ["status #1"])
            pit.wait(seconds: 1)
            #expect(pit.asked == ["cancel #1"])
        }
        pit.canceled(id)
        #expect(pit.status(id) == .expired)
        #expect(pit.engine.nextExpiry == nil)
    }

    @Test func `a trader's cancel that fails gives the order its time back`() {
        var pit = Pit()
        let time = pit.now.advanced(bySeconds: 60)
        let id = pit.place(.buy, "1", at: "230", timeInForce: .goodTillDate(time))
        pit.accept(id)
        pit.cancel(id)
        #expect(pit.engine.nextExpiry == nil)
        pit.cancelRejected(id)
        #expect(pit.engine.nextExpiry == time)
        pit.wait(seconds: 60)
        #expect(pit.asked == ["cancel #1"])
    }

    @Test func `what a restart finds overdue expires then`() {
        var pit = Pit()
        let time = pit.now.advanced(bySeconds: 60)
        let id = pit.place(.buy, "1", at: "230", timeInForce: .goodTillDate(time))
        pit.accept(id)
        pit.engine = OrderEngine(restoring: pit.engine.snapshot())
        pit.wait(seconds: 86_400)
        #expect(pit.asked == ["cancel #1"])
    }
}
