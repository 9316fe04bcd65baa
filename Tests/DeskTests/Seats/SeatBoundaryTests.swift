import Accounts
import Exchange
import Foundation
import Ledger
import OrderEngine
import Secrets
import Testing
import Trading

@testable import Desk

/// What belongs to one exchange does not spill over to another.
@Suite struct SeatBoundaryTests {
    private func typed(_ line: String, _ bench: WireBench) -> String { bench.typed(line) }

    private func open(_ exchange: ExchangeID, _ bench: WireBench) throws -> [UInt64] {
        try #require(bench.desk?.seat(exchange)).engine.openOrders(of: bench.account).map(\.id.rawValue)
    }

    @Test func `go does what was previewed at the exchange that the previewed line names, and nowhere else`() throws {
        let bench = try WireBench.besidePaper()
        _ = typed("buy 0.1 btc_usd at 190", bench)
        _ = typed("buy 0.2 btc_usd at 220 on lossy", bench)
        let preview = typed("? cancel all on paper", bench)
        #expect(preview.contains("#1") && !preview.contains("#2"), "\(preview)")
        #expect(typed("go", bench) == "+ #1 canceled: buy 0.1 btc_usd at 190 on paper")
        #expect(try open("lossy", bench) == [2])
        _ = typed("use lossy", bench)
        _ = typed("buy 0.1 btc_usd at 190 on paper", bench)
        _ = typed("? cancel all", bench)
        #expect(typed("go", bench).hasPrefix("+ 2 orders"))
    }

    @Test func `an exchange that is not compared yet holds up no line about another's orders`() throws {
        let bench = try WireBench.besidePaper()
        bench.exchange.isDeaf = true
        let hash = try PasswordHash(hashing: Secret("a password"), cost: ReadyPasswords.cost)
        let desk = try #require(bench.desk)
        let cat = try desk.addAccount(
            try #require(AccountName("cat")), role: .trader, passwordHash: hash, funds: [(1_000, "usd")], at: bench.now)
        _ = typed("logout", bench)
        _ = typed("login cat a-password", bench)
        _ = typed("buy 0.1 btc_usd at 190", bench)
        _ = typed("buy 0.1 btc_usd at 191", bench)
        _ = typed("? buy 0.1 btc_usd at 220 on lossy", bench)
        let waits = "! this account is being compared with lossy; nothing was done"
        #expect(typed("go", bench).hasPrefix(waits))
        _ = typed("use lossy", bench)
        #expect(typed("buy 0.1 btc_usd at 220", bench).hasPrefix(waits))
        #expect(typed("cancel all on lossy", bench).hasPrefix(waits))
        #expect(typed("move 1 to 189", bench) == "+ #1 moved: buy 0.1 btc_usd at 189 on paper")
        #expect(typed("cancel 1", bench) == "+ #1 canceled: buy 0.1 btc_usd at 189 on paper")
        #expect(typed("cancel all", bench) == "+ #2 canceled: buy 0.1 btc_usd at 191 on paper")
        #expect(desk.seat("lossy")?.wire?.accounts[cat]?.isReconciled == false)
    }

    @Test func `what would trade a fill back is typed with its exchange`() throws {
        let bench = try WireBench.besidePaper()
        _ = typed("buy 0.5 btc_usd at 229 on lossy", bench)
        bench.exchange.fill(bench.client(1), d("0.2"), at: bench.now)
        bench.pass(seconds: 3)
        _ = bench.takeTold()
        #expect(typed("undo", bench).contains("sell 0.2 btc_usd at market on lossy would trade it back"))
    }

    @Test func `a fill at one exchange is not taken for another's of the same number`() throws {
        let bench = try WireBench.besidePaper()
        _ = typed("buy 0.1 btc_usd at 201", bench)
        let ours = try #require(bench.desk).ledger.fills(bench.account, FillFilter(limit: 9))
        let number = try #require(ours.first).fill.id
        let seat = try #require(bench.seat)
        let same = Fill(
            id: number, price: 230, quantity: 1, fee: d("0.46"), feeCurrency: "usd", liquidity: .maker, at: bench.now)
        let foreign = AccountFill(
            clientOrderID: nil, exchangeOrderID: "x9", pair: "btc_usd", side: .buy, fill: same)
        _ = try #require(bench.desk).takeDirectly(at: bench.now) {
            #expect(try !seat.isCounted(foreign, bench.account))
            let paper = try #require(bench.desk?.seat(.paper))
            #expect(try paper.isCounted(foreign, bench.account))
        }
    }

    @Test func `an order's number is not given again by a desk without the exchange that gave it`() throws {
        let bench = try WireBench.besidePaper(usd: "100", btc: "0")
        _ = typed("buy 0.1 btc_usd at 190", bench)
        _ = typed("buy 0.1 btc_usd at 220 on lossy", bench)
        #expect(typed("cancel 2", bench).hasPrefix("+ #2 canceled"))
        bench.exchange.books.deposit(d("-100"), "usd")
        bench.pass(seconds: 3_600)
        #expect(bench.funds("usd").total == 0)
        bench.close()
        let path = bench.home.appending(path: "desk.db").path
        func paperAlone() throws -> DeskCore {
            try DeskCore.openPaper(
                database: path, DeskConfiguration(), passwords: ReadyPasswords(), log: bench.log, now: bench.now)
        }
        for _ in 0..<2 {
            let desk = try paperAlone()
            #expect(desk.recorded.nextOrderID == OrderID(3))
            _ = try desk.perform(.deposit(bench.account, 1, "usd"), at: bench.now)
            try desk.keepSnapshotNow()
        }
        // Where nothing of it was pruned a desk with no record of one of its exchanges may be pruned too.
        _ = try OperatorDesk.prune(database: path, before: bench.now.advanced(bySeconds: -1), at: bench.now)
    }

    @Test func `a desk with an exchange at which nothing has been done is pruned`() throws {
        let bench = try WireBench(usd: "0", btc: "0", isBesidePaper: true)
        _ = try #require(bench.desk).perform(.deposit(bench.account, 1_000, "usd"), at: bench.now)
        _ = typed("buy 0.1 btc_usd at 190", bench)
        _ = typed("cancel 1", bench)
        try #require(bench.desk).keepSnapshotNow()
        bench.close()
        let path = bench.home.appending(path: "desk.db").path
        let later = bench.now.advanced(bySeconds: 86_400)
        let pruned = try OperatorDesk.prune(database: path, before: later.advanced(bySeconds: -1), at: later)
        #expect(pruned.rows.orders == 1)
    }
}
