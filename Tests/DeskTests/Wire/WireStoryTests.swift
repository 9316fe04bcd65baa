import Exchange
import OrderEngine
import Testing
import Trading

@testable import Desk

@Suite struct WireStoryTests {
    private func ready() throws -> WireBench {
        let bench = try WireBench()
        bench.reconcile()
        bench.pass(seconds: 3)
        _ = bench.takeTold()
        _ = bench.asked()
        return bench
    }

    @Test func `the first funds of an account are the exchange's, and lines that trade wait for them`() throws {
        let bench = try WireBench()
        #expect(!bench.isReconciled)
        bench.type("buy 1 btc_usd at 200")
        #expect(bench.takeTold().last == "! lossy has not told yet which pairs it trades; nothing was done")
        bench.reconcile()
        #expect(bench.funds("usd").total == 10_000 && bench.funds("btc").total == 100)
        #expect(bench.differences() == [])
    }

    @Test func `an order is placed, filled and told`() throws {
        let bench = try ready()
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 1)
        #expect(bench.takeTold() == ["+ #1 buy 1 btc_usd at 200"])
        #expect(bench.order(1)?.exchangeOrderID == "x501")
        bench.exchange.fill(bench.client(1), 1, at: bench.now)
        bench.pass(seconds: 1)
        #expect(bench.takeTold() == ["* #1 filled: bought 1 btc for 200 usd (average 200), fee 0.4 usd"])
        #expect(bench.differences() == [])
    }

    @Test func `a session is not pushed what its reply covers, when the exchange answers two sessions at once`() throws
    {
        let bench = try ready()
        bench.type("buy 1 btc_usd at 200")
        bench.logIn()
        _ = bench.takeTold()
        bench.type("buy 2 btc_usd at 201")
        bench.pass(seconds: 1)
        #expect(bench.takeTold() == ["+ #2 buy 2 btc_usd at 201", "* #1 opened: buy 1 btc_usd at 200"])
    }

    @Test func `an order without an answer is unknown, and asked about until the exchange says that it never came`()
        throws
    {
        let bench = try ready()
        bench.exchange.isDeaf = true
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 9)
        #expect(bench.asked() == ["place #1"])
        bench.pass(seconds: 2)
        #expect(bench.order(1)?.status == .unknown)
        bench.pass(seconds: 600)
        let asked = bench.asked()
        #expect(Set(asked) == ["status #1"] && (8...20).contains(asked.count), "\(asked.count) times")
        bench.exchange.isDeaf = false
        bench.pass(seconds: 120)
        #expect(bench.order(1)?.status == .rejected)
        #expect(bench.funds("usd").reserved == 0)
        #expect(!bench.asked().contains("place #1"))
        #expect(bench.differences() == [])
    }

    @Test func `an order whose answer was lost is found by its status`() throws {
        let bench = try ready()
        bench.exchange.isMute = true
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 11)
        #expect(bench.order(1)?.status == .unknown)
        bench.exchange.isMute = false
        bench.pass(seconds: 60)
        #expect(bench.order(1)?.status == .open)
        #expect(bench.differences() == [])
    }

    @Test func `a fill that is never told is found by looking at the fills`() throws {
        let bench = try ready()
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 1)
        bench.exchange.isMute = true
        bench.exchange.fill(bench.client(1), d("0.4"), at: bench.now)
        bench.pass(seconds: 2)
        #expect(bench.order(1)?.filled == d("0.4"))
        #expect(bench.differences() == [])
    }

    @Test func `an order that vanishes from the open ones is asked about, and its end is the exchange's word`() throws {
        let bench = try ready()
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 1)
        _ = bench.asked()
        bench.exchange.books.cancelElsewhere(bench.client(1))
        bench.pass(seconds: 3)
        #expect(bench.asked() == ["status #1"])
        #expect(bench.order(1)?.status == .canceled)
        #expect(bench.differences() == [])
    }

    @Test func `a cancel counts once all fills before it are known`() throws {
        let bench = try ready()
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 1)
        bench.exchange.isMute = true
        bench.exchange.fill(bench.client(1), d("0.4"), at: bench.now)
        bench.exchange.isMute = false
        bench.type("cancel 1")
        bench.pass(seconds: 1)
        #expect(bench.takeTold().contains { $0.hasPrefix("+ #1 canceled") && $0.contains("0.4 was filled") })
        #expect(bench.order(1)?.status == .canceled && bench.order(1)?.filled == d("0.4"))
        #expect(bench.differences() == [])
    }

    @Test func `a record that was written and never sent is rejected by the exchange's word after a restart`() throws {
        let bench = try ready()
        bench.diesAfterOutputs = 0
        bench.type("buy 1 btc_usd at 200")
        #expect(bench.desk == nil)
        try bench.restart(afterSeconds: 5)
        #expect(bench.exchange.recalled.map(\.clientOrderID) == [bench.client(1)])
        bench.type("sell 1 btc_usd at 300")
        #expect(bench.takeTold().last?.hasPrefix("! ") == true)
        bench.reconcile()
        #expect(bench.order(1)?.status == .rejected)
        #expect(bench.differences() == [])
        bench.type("sell 1 btc_usd at 300")
        bench.pass(seconds: 1)
        #expect(bench.order(2)?.status == .open)
    }

    @Test func `what comes and goes by itself is booked, and only once it can be nothing else`() throws {
        let bench = try ready()
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 1)
        bench.exchange.books.deposit(500, "usd")
        bench.exchange.isMute = true
        bench.exchange.fill(bench.client(1), d("0.5"), at: bench.now)
        bench.exchange.isMute = false
        for _ in 0..<2 {
            bench.exchange.say(
                .balanceChanged(account: bench.account, coin: "usd", by: 500, reason: .deposit), at: bench.now)
        }
        bench.pass(seconds: 10)
        #expect(bench.takeTold().filter { $0.contains("funds changed") } == ["* funds changed: 500 usd came (deposit)"])
        #expect(bench.differences() == [])
    }

    @Test func `what somebody else does in the account is told once and left alone`() throws {
        let bench = try ready()
        bench.type("buy 1 btc_usd at 200")
        bench.exchange.books.restElsewhere(.buy, 1, at: 100, bench.now)
        bench.exchange.books.tradeElsewhere(.sell, 2, at: 230, bench.now)
        bench.pass(seconds: 30)
        let told = bench.takeTold().filter { $0.contains("foreign") }
        #expect(told.count == 2 && told.contains { $0.contains("foreign order") }, "\(told)")
        #expect(bench.differences() == [])
    }

    @Test func `a fill that is told before it is known whose it is waits for its order, and is told once`() throws {
        let bench = try ready()
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 1)
        #expect(bench.order(1)?.status == .open)
        _ = bench.takeTold()
        bench.exchange.isMute = true
        bench.exchange.fill(bench.client(1), d("0.5"), at: bench.now)
        bench.exchange.isMute = false
        bench.exchange.books.hidesNamesOfFills = true
        bench.exchange.say(
            .balanceChanged(account: bench.account, coin: "usd", by: -100, reason: .withdrawal), at: bench.now)
        bench.pass(seconds: 10)
        #expect(bench.takeTold() == [])
        bench.exchange.books.hidesNamesOfFills = false
        bench.pass(seconds: 10)
        #expect(bench.takeTold() == ["* #1 filled 0.5 btc at 200; 0.5 left"])
        #expect(bench.differences() == [])
    }

    /// Found by seed 8 of the profile wire of the simulator.
    @Test func `a fill of an order whose name the exchange has forgotten is not told again, as foreign`() throws {
        let bench = try ready()
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 1)
        bench.exchange.fill(bench.client(1), 1, at: bench.now)
        bench.pass(seconds: 1)
        #expect(bench.order(1)?.status == .filled)
        _ = bench.takeTold()
        bench.exchange.books.hidesNamesOfFills = true
        bench.type("buy 0.1 btc_usd at 100")
        bench.pass(seconds: 150)
        #expect(bench.takeTold() == ["+ #2 buy 0.1 btc_usd at 100"])
        #expect(bench.differences() == [])
    }

    @Test func `a fill of the other side is not its order's, whatever the exchange says`() throws {
        let bench = try ready()
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 1)
        _ = bench.takeTold()
        bench.exchange.isMute = true
        bench.exchange.fill(bench.client(1), d("0.5"), at: bench.now)
        bench.exchange.isMute = false
        bench.exchange.books.tellsOtherSide = true
        bench.pass(seconds: 10)
        #expect(bench.order(1)?.filled == 0)
        bench.exchange.books.tellsOtherSide = false
        bench.pass(seconds: 10)
        #expect(bench.order(1)?.filled == d("0.5"))
    }

    @Test func `one that stays nobody's is foreign once no order can have made it on arrival`() throws {
        let bench = try ready()
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 1)
        _ = bench.takeTold()
        bench.exchange.books.tradeElsewhere(.buy, 1, at: 200, bench.now)
        bench.pass(seconds: 50)
        #expect(bench.takeTold() == [])
        bench.pass(seconds: 20)
        #expect(bench.takeTold().filter { $0.contains("foreign fill") }.count == 1)
        #expect(bench.differences() == [])
    }

    @Test func `a tagged line that was not answered before a crash is answered from what became of its order`() throws {
        let bench = try ready()
        bench.exchange.isDeaf = true
        bench.type("buy 1 btc_usd at 200", tag: "k1")
        #expect(bench.takeTold() == [])
        bench.exchange.isDeaf = false
        try bench.restart()
        _ = bench.takeTold()
        bench.type("buy 1 btc_usd at 200", tag: "k1")
        #expect(bench.takeTold() == [])
        bench.reconcile()
        let reply = "[k1] ! #1 buy 1 btc_usd at 200: never reached the exchange"
        #expect(bench.takeTold().contains(reply))
        bench.type("buy 1 btc_usd at 200", tag: "k1")
        #expect(bench.takeTold() == [reply + "\n  now #1 buy 1 btc_usd at 200: rejected, nothing was filled"])
        #expect(bench.exchange.books.held.isEmpty)
    }

    @Test func `a line that came too early is done when it comes again with its tag`() throws {
        let bench = try ready()
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 1)
        try bench.restart()
        bench.exchange.isDeaf = true
        bench.pass(seconds: 2)
        _ = bench.takeTold()
        bench.type("funds")
        #expect(bench.takeTold().last?.hasPrefix("= ") == true)
        bench.exchange.isDeaf = false
        bench.reconcile()
        bench.type("buy 1 btc_usd at 201", tag: "k2")
        bench.pass(seconds: 1)
        #expect(bench.order(2)?.status == .open)
    }

    @Test func `without a fresh price nothing is traded by one, and a limit is taken`() throws {
        let bench = try ready()
        bench.exchange.isDeaf = true
        bench.pass(seconds: 60)
        _ = bench.takeTold()
        for line in ["buy 1 btc_usd at market", "buy 1 btc_usd at last-1%", "slice 1 btc_usd 180..190 x3"] {
            bench.type(line)
            #expect(bench.takeTold().last?.contains("lossy has told no price") == true, "\(line)")
        }
        bench.exchange.isDeaf = false
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 1)
        #expect(bench.order(1)?.status == .open)
    }

    @Test func `a stop is fired by a price that is only seen when it is asked for`() throws {
        let bench = try ready()
        bench.type("stop sell 1 btc_usd at 220")
        bench.pass(seconds: 1)
        let price = d("219")
        bench.exchange.books.ticker = Ticker(bid: price, ask: d("219.1"), last: price, at: bench.now)
        bench.pass(seconds: 5)
        #expect(bench.order(2)?.status == .open && bench.order(2)?.parent == bench.order(1)?.id)
    }

    @Test func `the stop of a pair of orders is sent once all fills of its limit are known`() throws {
        let bench = try ready()
        bench.type("sell 1 btc_usd at 260 stop 220")
        bench.pass(seconds: 1)
        bench.exchange.isMute = true
        bench.exchange.fill(bench.client(1), d("0.4"), at: bench.now)
        bench.exchange.isMute = false
        let price = d("219")
        bench.exchange.books.ticker = Ticker(bid: price, ask: d("219.1"), last: price, at: bench.now)
        bench.pass(seconds: 5)
        #expect(bench.order(2)?.quantity == d("0.6"))
        #expect(bench.differences() == [])
    }

    @Test func `a fill between the answer about the funds and the one about the fills is not booked twice`() throws {
        let bench = try ready()
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 1)
        bench.exchange.books.deposit(500, "usd")
        bench.exchange.isMute = true
        var isFilled = false
        bench.exchange.afterAnswer = { [unowned bench] query in
            guard case .balances = query, !isFilled else { return }
            isFilled = true
            bench.exchange.fill(bench.client(1), d("0.5"), at: bench.now)
        }
        bench.exchange.say(
            .balanceChanged(account: bench.account, coin: "usd", by: 500, reason: .deposit), at: bench.now)
        bench.pass(seconds: 10)
        #expect(isFilled)
        #expect(bench.takeTold().filter { $0.contains("funds changed") } == ["* funds changed: 500 usd came (deposit)"])
        #expect(bench.differences() == [])
    }
}
