import Exchange
import Testing
import Trading

@testable import BtceExchange

@Suite struct `Orders through the gateway` {
    private let unit = TestVenue.unit

    private func id(_ number: UInt64) -> ClientOrderID { ClientOrderID(order: OrderID(number), attempt: 1) }

    /// An order that rests, that fills at once, and that fills in part at once, by what becomes of its answer.
    @Test(arguments: [
        (Fate.answered, "100", ["accepted"]),
        (.answered, "105", ["accepted", "filled 0.5 at 104", "filled 1.5 at 105"]),
        (.answered, "104", ["accepted", "filled 0.5 at 104"]),
        (.answerLost, "100", ["lost", "open"]), (.answerLost, "105", ["lost", "closed"]),
        (.answerLost, "104", ["lost", "open"]),
        (.html, "100", ["lost", "open"]), (.html, "105", ["lost", "closed"]), (.cut, "105", ["lost", "closed"]),
        (.requestLost, "100", ["lost", "never arrived"]), (.requestLost, "105", ["lost", "never arrived"]),
        // Found by seed 47 of the profile btce of the simulator.
        (.copyRefused, "100", ["lost", "open"]), (.copyRefused, "105", ["lost", "closed"]),
        // It comes after a later nonce, and is refused.
        (.overtaken, "105", ["lost", "never arrived"]),
    ])
    func `an answer that is lost is settled by what the exchange shows`(
        fate: Fate, price: String, expected: [String]
    ) throws {
        let bench = try GatewayBench()
        bench.venue.asks = [(104 * unit, unit / 2), (105 * unit, 10 * unit)]
        bench.fates = [("Trade", fate)]
        bench.place(bench.order(1, .buy, "2", at: price))
        bench.run(seconds: 10)
        #expect(bench.said(1) == expected)
        let filled = try #require(bench.known(1)?.filled)
        #expect(
            filled == (expected.contains("never arrived") ? 0 : price == "100" ? 0 : price == "104" ? .of("0.5") : 2))
        let placed = bench.venue.requests.filter { $0 == "Trade" }.count
        #expect(placed == (fate == .requestLost ? 0 : 1))
        #expect(bench.gateway.contradictions == 0)
    }

    @Test func `what is found of a lost order has its fees`() throws {
        let bench = try GatewayBench()
        bench.venue.asks = [(104 * unit, unit / 2), (105 * unit, 10 * unit)]
        bench.fates = [("Trade", .answerLost)]
        bench.place(bench.order(1, .buy, "2", at: "105"))
        bench.run(seconds: 10)
        let fills = bench.known(1)?.fills.values.sorted { $0.id < $1.id } ?? []
        #expect(fills.map(\.fee) == [.of("0.001"), .of("0.003")])
        #expect(fills.map(\.feeCurrency) == ["btc", "btc"] && fills.allSatisfy { $0.liquidity == .taker })
        #expect(bench.known(1)?.number == "0")
    }

    /// Found by seed 98 of the profile btce of the simulator, and by 77700010 of yobit: what fills may come to exactly as much.
    @Test(arguments: [2, 1])
    func `what fills between the list and the history does not stand in for trades on arrival`(halves: Int64) throws {
        let bench = try GatewayBench()
        bench.venue.asks = [(104 * unit, unit / 2)]
        bench.fates = [("Trade", .answerLost)]
        var hasHit = false
        bench.chooseFate = { [unowned bench, unit] method in
            if method == "TradeHistory", bench.venue.requests.contains("Trade"), !hasHit {
                hasHit = true
                bench.venue.hit(.sell, upTo: 104 * unit, unit * halves / 2)
            }
            return .answered
        }
        bench.place(bench.order(1, .buy, "2", at: "104"))
        bench.run(seconds: 10)
        _ = try bench.ask(.openOrders(GatewayBench.account, pair: nil), within: 20)
        #expect(bench.known(1)?.filled == (halves == 2 ? .of("1.5") : .of("1")))
        bench.venue.hit(.sell, upTo: 104 * unit, unit * (3 - halves) / 2)
        bench.run(seconds: 10)
        #expect(bench.known(1)?.filled == 2)
    }

    /// Found by the fuzzer of the adapter.
    @Test(arguments: [(Side.buy, "1.6"), (.buy, "2.5"), (.sell, "0.1")])
    func `a trade that does not fit its order is not believed`(side: Side, amount: String) throws {
        let bench = try GatewayBench()
        bench.place(bench.order(1, .buy, "2", at: "100"))
        bench.run(seconds: 3)
        bench.venue.hit(.sell, upTo: 100 * unit, unit / 2)
        bench.run(seconds: 10)
        let number = try #require(bench.known(1)?.number.flatMap { UInt64($0) })
        bench.venue.showTrade(of: number, side, 100 * unit, Int64(ExactDecimal.of(amount).units / 10_000_000_000))
        bench.run(seconds: 10)
        #expect(bench.said(1) == ["accepted", "filled 0.5 at 100"])
        #expect(bench.gateway.contradictions > 0)
        // What fits is believed all the same.
        bench.venue.hit(.sell, upTo: 100 * unit, unit)
        bench.run(seconds: 10)
        #expect(bench.said(1) == ["accepted", "filled 0.5 at 100", "filled 1 at 100"])
    }

    @Test func `an order that fills at once has no number, and its fills are found`() throws {
        let bench = try GatewayBench()
        bench.venue.bids = [(99 * unit, 10 * unit)]
        bench.place(bench.order(1, .sell, "2", at: "98"))
        bench.run(seconds: 3)
        #expect(bench.said(1) == ["accepted", "filled 2 at 99"])
        #expect(bench.known(1)?.number == "0")
        #expect(bench.known(1)?.fills.values.first?.fee == .of("0.396"))
        bench.cancel(id(1))
        bench.run(seconds: 3)
        #expect(bench.said(1).suffix(2) == ["cancel rejected", "closed"])
        #expect(!bench.venue.requests.contains("CancelOrder"))
    }

    @Test func `a refusal in the exchange's known words is a refusal`() throws {
        let bench = try GatewayBench(venue: TestVenue(usd: 10))
        bench.place(bench.order(1, .buy, "2", at: "100"))
        bench.run(seconds: 1)
        #expect(bench.said(1) == ["rejected insufficient_funds"])
    }

    @Test(arguments: [
        ("100.0001", "1", "off_tick"), ("100", "0.000000001", "off_step"), ("100", "0.001", "below_minimum"),
        ("401", "1", "out_of_range"), ("0.05", "1", "out_of_range"),
    ])
    func `what the pair's rules forbid is never sent`(price: String, quantity: String, code: String) throws {
        let bench = try GatewayBench()
        bench.place(bench.order(1, .buy, quantity, at: price))
        bench.run(seconds: 1)
        #expect(bench.said(1) == ["rejected \(code)"])
        #expect(!bench.venue.requests.contains("Trade"))
    }

    @Test func `a price that the exchange does not take is kept inside for a market order`() throws {
        let bench = try GatewayBench()
        bench.venue.asks = [(399 * unit, 10 * unit)]
        let order = NewOrder(
            clientOrderID: id(1), account: GatewayBench.account, pair: "btc_usd", side: .buy, quantity: 1,
            price: .market(protection: 419), lifetime: .immediateOrCancel)
        bench.place(order)
        bench.run(seconds: 3)
        #expect(bench.said(1) == ["accepted", "filled 1 at 399"])
    }

    @Test(arguments: [Fate.answered, .answerLost])
    func `an immediate-or-cancel is taken off with what is left`(fate: Fate) throws {
        let bench = try GatewayBench()
        bench.venue.asks = [(100 * unit, unit / 2)]
        bench.fates = [("Trade", fate)]
        bench.place(
            NewOrder(
                clientOrderID: id(1), account: GatewayBench.account, pair: "btc_usd", side: .buy, quantity: 2,
                price: .limit(100), lifetime: .immediateOrCancel))
        bench.run(seconds: 10)
        #expect(bench.said(1).last == "closed" && bench.said(1).contains("canceled"))
        #expect(bench.known(1)?.filled == .of("0.5"))
        #expect(bench.venue.orders.values.allSatisfy { !$0.isActive })
    }

    @Test func `fill-or-kill and post-only are refused`() throws {
        let bench = try GatewayBench()
        for (number, lifetime) in [(UInt64(1), NewOrder.Lifetime.fillOrKill), (2, .postOnly)] {
            bench.place(
                NewOrder(
                    clientOrderID: id(number), account: GatewayBench.account, pair: "btc_usd", side: .buy, quantity: 2,
                    price: .limit(100), lifetime: lifetime))
        }
        bench.run(seconds: 1)
        #expect(bench.said(1) == ["rejected exchange_rejected"] && bench.said(2) == bench.said(1))
    }

    /// A cancel, by what becomes of its answer.
    @Test(arguments: [
        (Fate.answered, ["accepted", "canceled", "closed"]), (.answerLost, ["accepted", "lost", "closed"]),
        (.requestLost, ["accepted", "lost", "open"]), (.html, ["accepted", "lost", "closed"]),
    ])
    func `a cancel whose answer is lost is settled too`(fate: Fate, expected: [String]) throws {
        let bench = try GatewayBench()
        bench.place(bench.order(1, .buy, "2", at: "90"))
        bench.run(seconds: 1)
        bench.fates = [("CancelOrder", fate)]
        bench.cancel(id(1))
        bench.run(seconds: 10)
        #expect(bench.said(1) == expected)
    }

    @Test func `bad status is a cancel that came too late`() throws {
        let bench = try GatewayBench()
        bench.place(bench.order(1, .buy, "2", at: "90"))
        bench.run(seconds: 1)
        bench.venue.hit(.sell, upTo: 80 * unit, unit / 2)
        bench.venue.takeOff(1_001)
        bench.cancel(id(1))
        bench.run(seconds: 10)
        #expect(bench.said(1).contains("cancel rejected") && bench.said(1).last == "closed")
        #expect(bench.known(1)?.filled == .of("0.5"))
    }

    @Test func `an order canceled before it was sent never is`() throws {
        let bench = try GatewayBench()
        bench.fates = [("Trade", .answerLost)]
        bench.place(bench.order(1, .buy, "1", at: "90"))
        bench.place(bench.order(2, .buy, "2", at: "90"))
        bench.run(seconds: 0)
        bench.cancel(id(2))
        bench.run(seconds: 20)
        #expect(bench.said(2) == ["canceled", "never arrived"])
        #expect(bench.venue.taken.count == 1)
    }

    @Test func `canceled and filled elsewhere are told as what they were`() throws {
        let bench = try GatewayBench()
        for number in UInt64(1)...3 { bench.place(bench.order(number, .buy, "1", at: "9\(number)")) }
        bench.run(seconds: 1)
        bench.venue.hit(.sell, upTo: 93 * unit, unit)
        bench.venue.hit(.sell, upTo: 92 * unit, unit / 4)
        bench.venue.takeOff(1_002)
        bench.run(seconds: 10)
        #expect(bench.said(3) == ["accepted", "filled 1 at 93"])
        #expect(bench.said(2).prefix(3) == ["accepted", "filled 0.25 at 92", "canceled"])
        #expect(bench.said(2).last == "closed")
        #expect(bench.said(1) == ["accepted"])
    }

    @Test func `two equal orders are never in flight together`() throws {
        let bench = try GatewayBench()
        bench.fates = [("Trade", .requestLost), ("Trade", .answerLost)]
        for number in UInt64(1)...3 { bench.place(bench.order(number, .buy, "1", at: "90")) }
        bench.place(bench.order(4, .sell, "1", at: "110"))
        // The first is lost: of its pair and side nothing goes until it is settled.
        bench.run(seconds: 1)
        #expect(bench.said(1) == ["lost"] && bench.said(2).isEmpty && bench.said(4).first == "lost")
        bench.run(seconds: 30)
        #expect(bench.said(1) == ["lost", "never arrived"])
        #expect(bench.said(2) == ["accepted"] && bench.said(3) == ["accepted"] && bench.said(4) == ["lost", "open"])
    }

    @Test func `the second of two equal orders waits until the desk has written down where the first is`() throws {
        let bench = try GatewayBench()
        bench.writesDown = false
        bench.fates = [("Trade", .requestLost)]
        for number in UInt64(1)...2 { bench.place(bench.order(number, .buy, "1", at: "90")) }
        bench.run(seconds: 6)
        #expect(bench.said(1) == ["lost", "never arrived"] && bench.said(2).isEmpty)
        #expect(!bench.venue.requests.contains("Trade"))
        bench.gateway.noted(id(1), of: GatewayBench.account, at: bench.now)
        bench.run(seconds: 1)
        #expect(bench.said(2) == ["accepted"])
    }

    @Test func `an account is kept from trading with itself`() throws {
        let bench = try GatewayBench()
        bench.place(bench.order(1, .sell, "1", at: "100"))
        bench.run(seconds: 1)
        bench.place(bench.order(2, .buy, "1", at: "101"))
        bench.run(seconds: 1)
        #expect(bench.said(2) == ["rejected self_trade"])
        bench.place(
            NewOrder(
                clientOrderID: id(3), account: GatewayBench.account, pair: "btc_usd", side: .buy, quantity: 1,
                price: .limit(101), lifetime: .rest, selfTrade: .cancelResting))
        bench.run(seconds: 5)
        #expect(bench.said(1).contains("canceled") && bench.said(1).last == "closed")
        #expect(bench.said(3) == ["accepted"])
    }

    @Test func `an order that the exchange has forgotten ends when what it traded on arrival is found`() throws {
        let bench = try GatewayBench()
        bench.venue.forgetsEnded = true
        bench.venue.historyLagSeconds = 30
        bench.venue.asks = [(100 * unit, unit / 2)]
        let order = bench.order(1, .buy, "1", at: "100")
        bench.place(order)
        bench.run(seconds: 2)
        bench.venue.takeOff(1_001)
        bench.run(seconds: 20)
        #expect(bench.known[order.clientOrderID]?.isClosed == false)
        bench.run(seconds: 60)
        #expect(bench.known[order.clientOrderID]?.isClosed == true)
        #expect(bench.known[order.clientOrderID]?.filled == .of("0.5"))
    }

    @Test func `a stranger's order and fills are told as such and never adopted`() throws {
        let bench = try GatewayBench()
        bench.venue.asks = [(104 * unit, 10 * unit)]
        _ = bench.venue.handle(
            TapiKey(key: "K", secret: []).signed(
                .trade(pair: "btc_usd", side: .buy, rate: 90, amount: 1), nonce: 500, url: ""))
        _ = bench.venue.handle(
            TapiKey(key: "K", secret: []).signed(
                .trade(pair: "btc_usd", side: .buy, rate: 104, amount: 1), nonce: 501, url: ""))
        guard case .openOrders(let open) = try bench.ask(.openOrders(GatewayBench.account, pair: nil), within: 20),
            case .fills(let page) = try bench.ask(.fills(GatewayBench.account, after: nil, limit: 10), within: 20)
        else {
            Issue.record("no answers")
            return
        }
        #expect(open.map(\.clientOrderID) == [nil] && open.map(\.exchangeOrderID) == ["1001"])
        #expect(page.fills.map(\.clientOrderID) == [nil] && page.fills.map(\.fill.quantity) == [1])
        // One of the same figures that was lost on the way is not taken for it.
        bench.fates = [("Trade", .requestLost)]
        bench.place(bench.order(1, .buy, "1", at: "90"))
        bench.run(seconds: 10)
        #expect(bench.said(1) == ["lost", "never arrived"])
    }

    @Test func `funds are read between two equal words, and money that came is told by its kind`() throws {
        let bench = try GatewayBench()
        bench.venue.transactions = [.init(1, 5 * unit, "USD"), .init(2, unit, "BTC")]
        bench.place(bench.order(1, .buy, "2", at: "90"))
        bench.place(bench.order(2, .sell, "3", at: "110"))
        bench.run(seconds: 1)
        guard case .balances(let balances) = try bench.ask(.balances(GatewayBench.account), within: 10) else {
            Issue.record("no balances")
            return
        }
        #expect(
            balances == [
                CoinBalance(coin: "btc", free: 7, held: 3), CoinBalance(coin: "usd", free: 820, held: 180),
            ])
        let told = bench.reports.compactMap { report -> String? in
            guard case .balanceChanged(_, let coin, let amount, let reason) = report else { return nil }
            return "\(amount) \(coin) \(reason.rawValue)"
        }
        #expect(told == ["5 usd deposit", "-1 btc withdrawal"])
    }

    @Test func `an account without a key is told so`() throws {
        let bench = try GatewayBench()
        try bench.gateway.setKey(nil, for: GatewayBench.account, at: bench.now)
        bench.place(bench.order(1, .buy, "1", at: "90"))
        let answer = try bench.ask(.balances(GatewayBench.account), within: 5)
        #expect(bench.said(1) == ["rejected not_allowed"])
        #expect(answer == .refused(.notAllowed, reason: "no key of this account is known here"))
    }

    @Test func `an exchange that goes silent is said to be lost once, and back once`() throws {
        let bench = try GatewayBench()
        bench.place(bench.order(1, .buy, "1", at: "90"))
        bench.run(seconds: 1)
        bench.chooseFate = { _ in .html }
        bench.run(seconds: 200)
        bench.chooseFate = nil
        bench.run(seconds: 200)
        let said = bench.reports.compactMap { report -> String? in
            switch report {
            case .connection(.lost): "lost"
            case .connection(.back): "back"
            default: nil
            }
        }
        #expect(said == ["lost", "back"])
        #expect(bench.said(1) == ["accepted"])
    }

    @Test func `tickers that are asked for together take one request, unknown pairs are refused`() throws {
        let bench = try GatewayBench()
        bench.venue.asks = [(104 * unit, unit)]
        bench.venue.bids = [(103 * unit, unit)]
        let ids = [bench.ask(.ticker("btc_usd")), bench.ask(.ticker("nil_nil")), bench.ask(.ticker("btc_usd"))]
        bench.run(seconds: 1)
        #expect(ids.compactMap { bench.answers[$0] }.count == 3)
        guard case .ticker(_, let ticker) = bench.answers[ids[0]],
            case .refused(.unknownPair, _) = bench.answers[ids[1]]
        else {
            Issue.record("answered: \(bench.answers)")
            return
        }
        #expect(ticker.bid == 103 && ticker.ask == 104 && bench.answers[ids[2]] == bench.answers[ids[0]])
    }
}
