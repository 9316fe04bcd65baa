import Exchange
import OrderEngine
import Testing
import Trading

@testable import Desk

/// An exchange whose answers contradict one another is asked less and less often, about one order and about funds.
@Suite struct WireContradictionTests {
    /// Long enough for the waits to have grown to their longest, 600 s, and to stay there.
    private static let span: Int64 = 21_600

    /// A desk that asks about open orders each half minute, so that hours have not too many turns.
    private func ready() throws -> WireBench {
        let bench = try WireBench()
        bench.configuration.limits.openOrdersSeconds = 30
        bench.configuration.limits.tickerSeconds = 600
        try bench.restart()
        bench.reconcile()
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 3)
        #expect(bench.order(1)?.status == .open)
        _ = bench.asked()
        return bench
    }

    @Test func `an order that is not listed and said to be open is asked about less and less often`() throws {
        let bench = try ready()
        bench.exchange.books.listsNothing = true
        bench.pass(seconds: Self.span)
        let asked = bench.asked()
        #expect(Set(asked) == ["status #1"] && (30...55).contains(asked.count), "\(asked.count) times")
        _ = bench.takeTold()
        bench.type("why 1")
        let why = try #require(bench.takeTold().last)
        #expect(why.contains("lossy contradicts itself about it, "))
        #expect(
            why.contains(
                "it says that the order is open, and does not list it among the open orders; it is asked again at"))
        bench.exchange.books.listsNothing = false
        bench.pass(seconds: 60)
        _ = bench.asked()
        bench.type("why 1")
        #expect(bench.takeTold().last?.contains("contradicts") == false)
        // The waits begin anew.
        bench.exchange.books.listsNothing = true
        bench.pass(seconds: 100)
        #expect(bench.asked().count >= 2)
    }

    @Test func `an order that stays unknown is asked about once a minute`() throws {
        let bench = try ready()
        bench.exchange.isDeaf = true
        bench.type("buy 1 btc_usd at 201")
        bench.pass(seconds: Self.span)
        #expect(bench.order(2)?.status == .unknown)
        #expect(bench.asked().count { $0 == "status #2" } <= 370)
    }

    @Test func `a cancel that is said to be done, of an order that is said to be open`() throws {
        let bench = try ready()
        bench.exchange.isDeaf = true
        bench.exchange.say(.execution(account: bench.account, .canceled(bench.client(1))), at: bench.now)
        bench.pass(seconds: 1)
        bench.exchange.isDeaf = false
        _ = bench.asked()
        bench.pass(seconds: Self.span)
        #expect(bench.asked().count { $0 == "status #1" } <= 55)
    }

    @Test func `funds that are never told are asked for less and less often`() throws {
        let bench = try ready()
        bench.exchange.losesBalances = true
        bench.exchange.say(
            .balanceChanged(account: bench.account, coin: "usd", by: 500, reason: .deposit), at: bench.now)
        let before = bench.exchange.balancesAsked
        bench.pass(seconds: Self.span)
        let asked = bench.exchange.balancesAsked - before
        #expect((30...55).contains(asked), "\(asked) times")
    }

    @Test func `funds that are told differently each time are booked less and less often`() throws {
        let bench = try ready()
        bench.exchange.books.wobbles = true
        bench.exchange.say(
            .balanceChanged(account: bench.account, coin: "usd", by: 1, reason: .deposit), at: bench.now)
        let before = bench.exchange.balancesAsked
        // Funds that nothing has changed are asked for each six hours: it begins then.
        bench.pass(seconds: 3 * Self.span)
        let asked = bench.exchange.balancesAsked - before
        #expect((40...130).contains(asked), "\(asked) times")
    }

    @Test func `a fill of no order is told once, and nothing is asked for it`() throws {
        let bench = try ready()
        bench.exchange.books.tradeElsewhere(.sell, 2, at: 230, bench.now)
        _ = bench.takeTold()
        bench.pass(seconds: Self.span)
        #expect(bench.takeTold().count { $0.contains("foreign fill") } == 1)
        #expect(bench.asked() == [])
    }

    @Test func `what the adapter says of an order is in why and in jobs until it agrees`() throws {
        let bench = try ready()
        let said = Contradiction(
            words: "ActiveOrders says that 0.5 has filled, TradeHistory has 0.3", times: 6, since: bench.now,
            nextAt: bench.now.advanced(bySeconds: 600))
        bench.exchange.say(.contradiction(account: bench.account, bench.client(1), said), at: bench.now)
        bench.pass(seconds: 1)
        _ = bench.takeTold()
        bench.type("why 1")
        #expect(bench.takeTold().last?.contains("ActiveOrders says that 0.5 has filled, TradeHistory has 0.3") == true)
        let job = try #require(bench.desk?.firstSeat.jobs[.orderChecks])
        #expect(job.failures == 1 && job.lastError == "#1: ActiveOrders says that 0.5 has filled, TradeHistory has 0.3")
        // The account's list is not asked for before that: it has no other order.
        let before = bench.exchange.queries.count { if case .openOrders = $0 { true } else { false } }
        bench.pass(seconds: 560)
        let asked = bench.exchange.queries.count { if case .openOrders = $0 { true } else { false } } - before
        #expect(asked <= 2, "\(asked) times")
        bench.exchange.say(.contradiction(account: bench.account, bench.client(1), nil), at: bench.now)
        bench.pass(seconds: 1)
        _ = bench.takeTold()
        bench.type("why 1")
        #expect(bench.takeTold().last?.contains("contradicts") == false)
    }
}

/// Whose a fill is does not depend on the exchange's clock.
@Suite struct WireOtherClockTests {
    private static let clocks: [Int64] = [-6 * 3_600, -1, 0, 1, 6 * 3_600]

    private func ready(ahead: Int64) throws -> WireBench {
        let bench = try WireBench()
        bench.exchange.books.clockAheadSeconds = ahead
        bench.reconcile()
        bench.pass(seconds: 3)
        _ = bench.takeTold()
        return bench
    }

    @Test(arguments: clocks)
    func `a fill that is told before it is known whose it is waits for its order`(ahead: Int64) throws {
        let bench = try ready(ahead: ahead)
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 1)
        _ = bench.takeTold()
        bench.exchange.isMute = true
        bench.exchange.fill(bench.client(1), d("0.5"), at: bench.now)
        bench.exchange.isMute = false
        bench.exchange.books.hidesNamesOfFills = true
        bench.pass(seconds: 10)
        #expect(bench.takeTold() == [])
        bench.exchange.books.hidesNamesOfFills = false
        bench.pass(seconds: 10)
        #expect(bench.takeTold() == ["* #1 filled 0.5 btc at 200; 0.5 left"])
        #expect(bench.differences() == [])
    }

    @Test(arguments: clocks)
    func `a fill that stays nobody's is told as foreign a minute after it was first seen`(ahead: Int64) throws {
        let bench = try ready(ahead: ahead)
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 1)
        _ = bench.takeTold()
        bench.exchange.books.tradeElsewhere(.buy, 1, at: 200, bench.now)
        bench.pass(seconds: 50)
        #expect(bench.takeTold() == [])
        bench.pass(seconds: 20)
        #expect(bench.takeTold().count { $0.contains("foreign fill") } == 1)
        #expect(bench.differences() == [])
    }

    @Test(arguments: clocks)
    func `what had been seen before an order is kept over a restart`(ahead: Int64) throws {
        let bench = try ready(ahead: ahead)
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 1)
        bench.exchange.fill(bench.client(1), d("0.5"), at: bench.now)
        bench.pass(seconds: 3)
        bench.exchange.isDeaf = true
        bench.type("buy 0.5 btc_usd at 200")
        bench.pass(seconds: 1)
        // A fill that comes after it may be its own.
        bench.exchange.isDeaf = false
        bench.exchange.fill(bench.client(1), d("0.25"), at: bench.now)
        try bench.restart()
        let seen = Dictionary(bench.exchange.recalled.map { ($0.clientOrderID, $0.seenBefore) }) { first, _ in first }
        #expect(seen[bench.client(2)]?.fillNumber == 1_001)
        bench.reconcile()
        #expect(bench.differences() == [])
    }

    @Test func `marks are kept as steps, and an order is never given more than had been seen before it`() {
        var marks = SeenMarks(highestSent: OrderID(4))
        var written = [marks.sends(OrderID(5))]
        marks.saw(fill: FillID(10))
        marks.saw(exchangeOrderID: "700")
        marks.saw(exchangeOrderID: "x9")
        if let named = FillID("T-7") { marks.saw(fill: named) }
        written += [marks.sends(OrderID(6)), marks.sends(OrderID(7))]
        marks.saw(fill: FillID(12))
        // One that was decided earlier and is sent later: those above it that went before it had seen less.
        written += [marks.sends(OrderID(3)), marks.sends(OrderID(8))]
        #expect(written == [false, true, false, true, false])
        for marks in [marks, SeenMarks(marks.text, highestSent: OrderID(8))] {
            #expect(marks.seen(before: OrderID(5)) == SeenBefore())
            for order in [UInt64(6), 7] {
                #expect(marks.seen(before: OrderID(order)) == SeenBefore(fillNumber: 10, orderNumber: 700))
            }
            #expect(marks.seen(before: OrderID(3)) == SeenBefore())
            #expect(marks.seen(before: OrderID(8)) == SeenBefore(fillNumber: 12, orderNumber: 700))
        }
    }
}
