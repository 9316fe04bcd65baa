import Conversation
import Exchange
import Foundation
import Ledger
import OrderEngine
import Testing
import Trading

@testable import Desk

/// A desk with the paper exchange, which is its first, and one over the wire.
@Suite struct TwoExchangesTests {
    private let bench: WireBench

    init() throws { bench = try .besidePaper() }

    private func typed(_ line: String) -> String { bench.typed(line) }

    private func paper() throws -> Seat { try #require(bench.desk?.seat(.paper)) }

    @Test func `a line is for the exchange that it names, or the one in use, or the first`() throws {
        #expect(typed("buy 0.1 btc_usd at 190") == "+ #1 buy 0.1 btc_usd at 190 on paper")
        #expect(typed("buy 0.2 btc_usd at 220 on lossy") == "+ #2 buy 0.2 btc_usd at 220 on lossy")
        #expect(typed("use lossy") == "+ lines without on EXCHANGE are for lossy from now on")
        #expect(typed("sell 0.3 btc_usd at 250") == "+ #3 sell 0.3 btc_usd at 250 on lossy")
        #expect(typed("sell 0.4 btc_usd at 250 on paper // over there") == "+ #4 sell 0.4 btc_usd at 250 on paper")
        #expect(try paper().engine.openOrders(of: bench.account).map(\.id.rawValue) == [1, 4])
        #expect(bench.seat?.engine.openOrders(of: bench.account).map(\.id.rawValue) == [2, 3])
        #expect(bench.exchange.books.held.count == 2)
        #expect(
            typed("orders") == """
                = 4 open orders
                  #1 buy 0.1 btc_usd at 190 on paper: open
                  #2 buy 0.2 btc_usd at 220 on lossy: open
                  #3 sell 0.3 btc_usd at 250 on lossy: open
                  #4 sell 0.4 btc_usd at 250 on paper: open
                """)
        #expect(typed("orders on paper").hasPrefix("= 2 open orders on paper\n"))
        #expect(typed("order 1").hasPrefix("= #1 buy 0.1 btc_usd at 190 on paper: open"))
        #expect(typed("buy 1 btc at 5 on lossi").hasPrefix("! no exchange lossi; expected paper or lossy"))
        #expect(typed("go") == "+ #5 buy 1 btc_usd at 5 on lossy")
    }

    @Test func `cancel all takes off what it can where another exchange is silent, and says what it has left`() throws {
        _ = typed("buy 0.1 btc_usd at 190")
        _ = typed("stop sell 0.1 btc_usd at 150")
        _ = typed("buy 0.2 btc_usd at 220 on lossy")
        bench.exchange.isDeaf = true
        try bench.restart(afterSeconds: 1)
        _ = bench.takeTold()
        let left = "not on lossy: this account is being compared with lossy; panic does not wait"
        #expect(typed("? cancel simple").hasSuffix("\n  #1 buy 0.1 btc_usd at 190 on paper\n  \(left)"))
        #expect(typed("cancel simple") == "+ #1 canceled: buy 0.1 btc_usd at 190 on paper\n  \(left)")
        // Nothing else is meant but what is there: the stop on paper is none of them.
        #expect(typed("cancel simple").hasPrefix("! this account is being compared with lossy; nothing was done"))
        #expect(typed("? cancel simple").hasPrefix("? cancel simple: would be refused (reconciling): this account is"))
        #expect(typed("cancel stop") == "+ #2 canceled: stop sell 0.1 btc_usd at 150 on paper")
        #expect(typed("cancel all").hasPrefix("! this account is being compared with lossy; nothing was done"))
        bench.exchange.isDeaf = false
        bench.reconcile()
        _ = bench.takeTold()
        #expect(typed("cancel all") == "+ #3 canceled: buy 0.2 btc_usd at 220 on lossy")
    }

    @Test func `a tagged cancel that has left an exchange out says so when it is sent again`() throws {
        _ = typed("buy 0.1 btc_usd at 190")
        _ = typed("buy 0.2 btc_usd at 220 on lossy")
        bench.exchange.isDeaf = true
        try bench.restart(afterSeconds: 1)
        _ = bench.takeTold()
        let said =
            "[c1] + #1 canceled: buy 0.1 btc_usd at 190 on paper\n  not on lossy: this account is being compared with lossy; panic does not wait"
        for now in ["", "\n  now #1 buy 0.1 btc_usd at 190 on paper: canceled, nothing was filled"] {
            bench.type("cancel all", tag: "c1")
            bench.pass(seconds: 2)
            #expect(bench.takeTold().filter { !$0.hasPrefix("*") } == [said + now])
        }
    }

    @Test func `what is in use outlasts the session and the process`() throws {
        _ = typed("use lossy")
        try bench.restart(afterSeconds: 5)
        bench.reconcile()
        _ = bench.takeTold()
        #expect(typed("use") == "= you trade on lossy; use paper")
        #expect(typed("set exchange paper") == "+ exchange is paper")
        #expect(typed("use") == "= you trade on paper; use lossy")
        #expect(typed("use krakn").hasPrefix("! no exchange krakn; expected paper or lossy"))
    }

    @Test func `a line that names an order is for the exchange where that is`() throws {
        _ = typed("buy 0.1 btc_usd at 190")
        _ = typed("buy 0.2 btc_usd at 220 on lossy")
        #expect(typed("move 2 to 219") == "+ #2 moved: buy 0.2 btc_usd at 219 on lossy")
        #expect(typed("move 2 to 218 on paper").hasPrefix("! #2 is on lossy, not on paper"))
        #expect(typed("why 2").contains("on lossy"))
        #expect(typed("cancel 1 2").hasPrefix("+ 2 orders"))
        #expect(bench.seat?.engine.openOrders(of: bench.account).isEmpty == true)
        #expect(try paper().engine.openOrders(of: bench.account).isEmpty)
        _ = typed("buy 0.1 btc_usd at 190")
        _ = typed("buy 0.2 btc_usd at 220 on lossy")
        #expect(typed("cancel all on paper") == "+ #3 canceled: buy 0.1 btc_usd at 190 on paper")
        #expect(typed("cancel all") == "+ #4 canceled: buy 0.2 btc_usd at 220 on lossy")
        #expect(typed("undo").hasPrefix("! a cancel cannot be undone"))
    }

    @Test func `a trade of one market fires and fills nothing of the other's`() throws {
        _ = typed("stop sell 0.1 btc_usd at 195")
        _ = typed("stop sell 0.1 btc_usd at 225 on lossy")
        let trade = MarketTrade(pair: "btc_usd", price: 190, quantity: 1, takerSide: .sell, at: bench.now)
        _ = try #require(bench.desk).perform(.trade(trade), at: bench.now)
        #expect(bench.desk?.orderInMemory(OrderID(1))?.triggeredAt != nil)
        #expect(bench.desk?.orderInMemory(OrderID(2))?.triggeredAt == nil)
        #expect(typed("price").contains("190"))
        #expect(typed("price on lossy").contains("230"))
    }

    @Test func `funds are each exchange's own, and worth something together`() throws {
        let all = typed("funds")
        #expect(all.contains("paper") && all.contains("lossy"), "\(all)")
        let one = typed("funds on lossy")
        #expect(one.contains("lossy") && !one.contains("paper"), "\(one)")
        // 3 btc at 200 or so and 1,000 usd on paper; nothing of it can be spent at the other.
        #expect(typed("buy 40 btc_usd at 190 on paper").hasPrefix("! "))
        #expect(typed("buy 40 btc_usd at 190 on lossy") == "+ #1 buy 40 btc_usd at 190 on lossy")
    }

    @Test func `an exchange that is silent holds the other up in nothing`() throws {
        _ = typed("buy 0.2 btc_usd at 220 on lossy")
        bench.exchange.isDeaf = true
        bench.type("buy 0.2 btc_usd at 219 on lossy")
        bench.pass(seconds: 60)
        _ = bench.takeTold()
        #expect(typed("buy 0.1 btc_usd at 201") == "+ #3 buy 0.1 btc_usd at 201 on paper")
        #expect(bench.desk?.orderInMemory(OrderID(3))?.status == .filled, "paper trades on")
        #expect(bench.desk?.orderInMemory(OrderID(2))?.status == .unknown)
        bench.exchange.isDeaf = false
        bench.pass(seconds: 300)
        #expect(bench.differences() == [])
    }

    @Test func `panic stops everything everywhere, and says of each exchange what is gone`() throws {
        _ = typed("buy 0.1 btc_usd at 190")
        _ = typed("slice buy 0.3 btc_usd 210..212 x3 on lossy")
        bench.type("panic")
        bench.pass(seconds: 20)
        let told = bench.takeTold()
        #expect(
            told.first
                == "+ panic: 5 orders being canceled (1 on paper, 4 on lossy), and new orders are refused; resume takes them again",
            "\(told)")
        let done = told.filter { $0.contains("panic done") }
        #expect(
            done == [
                "* panic done on paper: 1 order gone by the exchange's word, nothing is open there",
                "* panic done on lossy: 4 orders gone by the exchange's word, nothing is open there",
            ], "\(told)")
        #expect(typed("buy 0.1 btc_usd at 190").hasPrefix("! trading is stopped"))
        #expect(typed("buy 0.1 btc_usd at 190 on lossy").hasPrefix("! trading is stopped"))
        try bench.restart()
        bench.reconcile()
        _ = bench.takeTold()
        #expect(typed("buy 0.1 btc_usd at 190 on lossy").hasPrefix("! trading is stopped"))
        #expect(typed("resume") == "+ panic lifted: orders are taken again")
        #expect(typed("buy 0.1 btc_usd at 190 on lossy").hasPrefix("+ #"))
    }

    @Test(arguments: [false, true])
    func `all of it is there after a restart`(hasSnapshot: Bool) throws {
        _ = typed("buy 0.1 btc_usd at 190 until 23:00")
        _ = typed("slice buy 0.3 btc_usd 210..212 x3 on lossy")
        _ = typed("alert btc_usd above 240 on lossy")
        _ = typed("alert btc_usd above 250")
        if hasSnapshot { try #require(bench.desk).keepSnapshotNow() }
        _ = typed("sell 0.1 btc_usd at 300")
        let before = try #require(bench.desk).engineStates
        let rows = try #require(bench.desk).ledger.projectedRows()
        try bench.restart(afterSeconds: 1)
        bench.reconcile()
        #expect(try #require(bench.desk).engineStates == before)
        #expect(before.map(\.exchange) == [.paper, "lossy"])
        _ = bench.takeTold()
        let alerts = typed("alerts")
        #expect(alerts.contains("lossy") && alerts.contains("paper"), "\(alerts)")
        // The number of the next order goes on behind the last of all exchanges.
        #expect(typed("buy 0.1 btc_usd at 190 on lossy").hasPrefix("+ #7 "))
        let path = bench.home.appending(path: "desk.db").path
        let count = rows.count
        bench.close()
        _ = try OperatorDesk.rebuildTables(database: path)
        try bench.open()
        #expect(try #require(bench.desk).ledger.projectedRows().count == count + 1)
    }

    @Test func `a database is not served without an exchange that has something of somebody`() throws {
        _ = typed("buy 0.1 btc_usd at 190 on lossy")
        bench.close()
        let path = bench.home.appending(path: "desk.db").path
        #expect {
            try DeskCore.openPaper(
                database: path, DeskConfiguration(), passwords: ReadyPasswords(), log: bench.log, now: bench.now)
        } throws: { error in
            "\(error)".contains("orders or funds of lossy")
        }
    }

    @Test func `events, orders, fills and prices name their exchange in JSON`() throws {
        let session = SessionID(rawValue: 900)
        bench.process([
            .server(.opened(session, Peer(address: "127.0.0.1", format: .json))),
            .server(.lines(session, [IncomingLine(text: "login dog a-password")])),
        ])
        bench.heardBy(session)
        bench.type("buy 0.1 btc_usd at 231 on lossy")
        bench.pass(seconds: 30)
        let told = bench.takeTold().joined(separator: "\n")
        #expect(told.contains(#""exchange":"lossy""#), "\(told)")
        #expect(!told.contains(#""exchange":"paper""#), "\(told)")
    }
}
