import Conversation
import Exchange
import OrderEngine
import Testing
import Trading

@testable import Desk

/// Orders on the account's book that were not made here: what they hold is not free, and they can be canceled.
@Suite struct ForeignOrderTests {
    private let bench: WireBench

    init() throws {
        bench = try WireBench(usd: "1000", btc: "2.0998")
        bench.reconcile()
        bench.pass(seconds: 90)
        _ = bench.takeTold()
    }

    /// What is answered to a line, with all lines of it.
    private func typed(_ line: String, _ bench: WireBench) -> String { bench.typed(line, seconds: 3) }

    private func typed(_ line: String) -> String { typed(line, bench) }

    private func rest(_ side: Side = .sell, _ quantity: String = "0.5", at price: String = "275") {
        bench.exchange.books.restElsewhere(side, d(quantity), at: d(price), bench.now)
    }

    @Test func `what an order made elsewhere holds is in orders, not free, and not spent`() throws {
        rest()
        let funds = typed("funds")
        #expect(
            funds.contains("btc      1.5998   367.954        0.5  115     2.0998")
                && funds.contains("0.5 btc in orders that were not made here: orders"),
            "\(funds)")
        #expect(bench.funds("btc").foreign == d("0.5") && bench.funds("btc").free == d("1.5998"))
        let fund = typed("fund btc")
        #expect(fund.hasPrefix("= btc: 1.5998 free (367.954 usd), 0.5 in orders (115 usd), 2.0998 total"), "\(fund)")
        #expect(
            typed("sell 1.7 btc_usd at 240").hasPrefix(
                "! selling 1.7 btc at 240 needs 1.7 btc; 1.5998 btc is free; 0.5 is in orders that were not made here: orders"
            ))
        #expect(typed("? sell 1.7 btc_usd at 240").contains("0.5 is in orders that were not made here"))
        #expect(typed("report drift").hasPrefix("= no difference"))
        #expect(typed("? sell all btc_usd at 240").contains("1.5998 free now, 0 then"))
        #expect(typed("sell 50% btc_usd at 240").hasPrefix("+ #1 sell 0.7999 btc_usd at 240"))
        #expect(typed("sell all btc_usd at 241").hasPrefix("+ #2 sell 0.7999 btc_usd at 241"))
        #expect(bench.exchange.books.free("btc") == 0)
        #expect(typed("report drift").hasPrefix("= no difference"))
        #expect(bench.differences() == [])
    }

    @Test func `a purchase made elsewhere holds what it may cost, with the fee where that is taken in the quote coin`()
        throws
    {
        rest(.buy, "2", at: "200")
        _ = typed("funds")
        #expect(bench.funds("usd").foreign == d("400.8") && bench.funds("usd").free == d("599.2"))
        #expect(typed("buy 3 btc_usd at 200").contains("599.2 usd is free; 400.8 is in orders that were not made here"))
        #expect(typed("report drift").hasPrefix("= no difference"))
    }

    @Test func `orders shows them marked, under the account's own, and drops those that are gone`() throws {
        #expect(typed("orders") == "= no open orders")
        rest()
        bench.pass(seconds: 11)
        #expect(
            typed("orders") == """
                = no open orders, 1 foreign
                  foreign x501 sell 0.5 btc_usd at 275: open
                """)
        #expect(typed("buy 1 btc_usd at 200").hasPrefix("+ #1"))
        bench.exchange.books.fillForeign("x501", d("0.2"), at: bench.now)
        bench.pass(seconds: 2)
        #expect(
            typed("orders btc") == """
                = 1 open order of btc_usd, 1 foreign
                  #1 buy 1 btc_usd at 200: open
                  foreign x501 sell 0.5 btc_usd at 275: filled in part, 0.2 of 0.5 filled
                """)
        #expect(typed("orders simple") == "= 1 open simple order\n  #1 buy 1 btc_usd at 200: open")
        _ = bench.exchange.books.cancelForeign("x501")
        bench.pass(seconds: 2)
        #expect(typed("orders") == "= 1 open order\n  #1 buy 1 btc_usd at 200: open")
        #expect(bench.funds("btc").foreign == 0)
        bench.pass(seconds: 200)
        #expect(bench.differences() == [])
    }

    @Test func `cancel foreign takes it off, and what it held is free again`() throws {
        rest()
        #expect(
            typed("? cancel foreign x501") == """
                ? cancel foreign x501: would cancel 1 order that was not made here; go does it
                  foreign x501 sell 0.5 btc_usd at 275: open
                """)
        #expect(bench.funds("btc").free == d("1.5998"))
        #expect(typed("go") == "+ foreign x501 sell 0.5 btc_usd at 275: canceled")
        #expect(bench.funds("btc").free == d("2.0998"))
        #expect(typed("orders") == "= no open orders")
        #expect(typed("cancel foreign x501").hasPrefix("! there is no foreign order x501"))
        #expect(typed("sell 2.0998 btc_usd at 240").hasPrefix("+ #1"))
        #expect(typed("undo").hasPrefix("+ #1"))
    }

    @Test func `cancel foreign of what is gone, unknown, or the account's own is refused`() throws {
        rest()
        _ = typed("orders")
        _ = bench.exchange.books.cancelForeign("x501")
        #expect(
            typed("cancel foreign x501").hasPrefix("! lossy did not cancel x501: x501 is filled or canceled already"))
        #expect(typed("orders") == "= no open orders")
        #expect(typed("cancel foreign 77").hasPrefix("! there is no foreign order 77"))
        #expect(typed("buy 1 btc_usd at 200").hasPrefix("+ #1"))
        #expect(typed("cancel foreign x502").hasPrefix("! x502 is #1, which was made here: cancel 1"))
        #expect(bench.order(1)?.status == .open)
    }

    @Test func `nobody says that an order is gone whose cancel was not answered, and the list tells`() throws {
        rest()
        _ = typed("orders")
        bench.exchange.losesForeignCancels = true
        #expect(typed("cancel foreign x501").hasPrefix("! no answer from lossy: nobody knows whether foreign x501"))
        #expect(bench.funds("btc").foreign == 0, "the list was asked for, and it is gone")
        #expect(typed("orders") == "= no open orders")
    }

    @Test func `a list from before a cancel does not bring its order back`() throws {
        var orders = ForeignOrders()
        let order = OpenOrder(
            clientOrderID: nil, exchangeOrderID: "7", pair: "btc_usd", side: .sell, price: 275, quantity: 1,
            remaining: 1, placedAt: bench.now)
        let (first, second, third) = (bench.now, bench.now.advanced(bySeconds: 1), bench.now.advanced(bySeconds: 2))
        orders.take([order], askedAt: first, most: 10, rules: [:])
        #expect(orders.held == ["btc": 1])
        orders.cancel("7", at: second, rules: [:])
        orders.take([order], askedAt: first, most: 10, rules: [:])
        #expect(orders.listed.isEmpty && orders.held.isEmpty)
        // The exchange has it nevertheless.
        orders.take([order], askedAt: third, most: 10, rules: [:])
        #expect(orders.listed == [order])
        let many = (1...5).map { number in
            OpenOrder(
                clientOrderID: nil, exchangeOrderID: "\(number)", pair: "btc_usd", side: .sell, price: 275, quantity: 1,
                remaining: 1, placedAt: bench.now)
        }
        orders.take(many, askedAt: third, most: 2, rules: [:])
        #expect(orders.listed.count == 2 && orders.held == ["btc": 5], "all of them hold something")
    }

    @Test func `after a restart nothing is traded before the orders made elsewhere are known`() throws {
        rest()
        _ = typed("funds")
        try bench.restart(afterSeconds: 1)
        bench.type("sell 2 btc_usd at 240")
        #expect(bench.takeTold().last?.hasPrefix("! ") == true)
        bench.reconcile()
        #expect(bench.funds("btc").foreign == d("0.5"))
        #expect(bench.seat?.engine.snapshot().funds.allSatisfy { $0.funds.foreign.isZero } == true)
        _ = bench.takeTold()
        #expect(typed("sell 2 btc_usd at 240").contains("1.5998 btc is free"))
        #expect(bench.exchange.books.held.isEmpty)
    }

    @Test func `an order whose answer is awaited is never taken for one made elsewhere`() throws {
        bench.exchange.isMute = true
        bench.type("sell 1 btc_usd at 240")
        bench.pass(seconds: 15)
        #expect(bench.funds("btc").foreign == 0 && bench.funds("btc").reserved == 1)
        bench.exchange.isMute = false
        bench.pass(seconds: 60)
        #expect(bench.funds("btc").foreign == 0 && bench.differences() == [])
    }

    @Test func `while an answer is awaited, what is not known to be ours is not known to hold nothing`() throws {
        bench.exchange.isMute = true
        bench.type("sell 1 btc_usd at 240")
        bench.pass(seconds: 2)
        rest()
        let before = bench.now
        bench.pass(seconds: 40)
        let known = bench.seat?.wire?.accounts[bench.account]?.funds.age.ordersAt
        #expect(known.map { $0 <= before } == true, "\(String(describing: known))")
        bench.exchange.isMute = false
        bench.pass(seconds: 60)
        #expect(bench.funds("btc").foreign == d("0.5") && bench.differences() == [])
    }

    @Test func `an order of ours at another exchange is none of ours here`() throws {
        let bench = try WireBench(isBesidePaper: true)
        bench.reconcile()
        bench.pass(seconds: 60)
        bench.type("buy 1 btc_usd at 200 on paper")
        bench.pass(seconds: 2)
        bench.exchange.books.restElsewhere(
            .sell, d("0.5"), at: 275, bench.now, named: ClientOrderID(order: OrderID(1), attempt: 1))
        bench.pass(seconds: 11)
        _ = bench.takeTold()
        #expect(typed("orders on lossy", bench).hasSuffix("foreign x501 sell 0.5 btc_usd at 275 on lossy: open"))
    }

    @Test func `where an account trades at two exchanges the line may say at which`() throws {
        let bench = try WireBench(isBesidePaper: true)
        bench.reconcile()
        bench.pass(seconds: 60)
        bench.exchange.books.restElsewhere(.sell, d("0.5"), at: 275, bench.now)
        _ = bench.takeTold()
        #expect(typed("orders", bench).hasSuffix("foreign x501 sell 0.5 btc_usd at 275 on lossy: open"))
        #expect(typed("cancel foreign x501 on paper", bench).hasPrefix("! there is no foreign order x501 on paper"))
        #expect(typed("cancel all", bench) == "+ nothing to cancel")
        let canceled = typed("cancel foreign x501 on lossy", bench)
        #expect(canceled == "+ foreign x501 sell 0.5 btc_usd at 275 on lossy: canceled")
    }

    @Test func `in JSON they stand under foreign, and funds say what they hold and as of when`() throws {
        rest()
        let session = SessionID(rawValue: 900)
        bench.process([
            .server(.opened(session, Peer(address: "127.0.0.1", format: .json))),
            .server(.lines(session, [IncomingLine(text: "login dog a-password")])),
        ])
        bench.heardBy(session)
        for line in ["orders", "funds"] {
            bench.process([.server(.lines(session, [IncomingLine(text: line)]))])
            bench.pass(seconds: 2)
        }
        let told = bench.takeTold().joined(separator: "\n")
        #expect(
            told.contains(
                #""orders":[],"foreign":[{"exchange":"lossy","exchange_order_id":"x501","pair":"btc_usd","side":"sell","quantity":"0.5","remaining":"0.5","price":"275","status":"open","#
            ), "\(told)")
        #expect(told.contains(#""free":"1.5998","in_orders":"0.5","total":"2.0998""#), "\(told)")
        #expect(told.contains(#""in_foreign_orders":"0.5","as_of":"2025-"#), "\(told)")
    }
}
