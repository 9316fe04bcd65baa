import Exchange
import OrderEngine
import Testing
import Trading

@testable import Desk

/// Funds are as the exchange has them, and never older than `funds_fresh_s` when somebody asks.
@Suite struct FundsAgeTests {
    private let bench: WireBench

    init() throws {
        bench = try WireBench(usd: "1000", btc: "2")
        bench.reconcile()
        // The funds are compared once more a minute after they were booked, and were asked for last some time before a test begins.
        bench.pass(seconds: 90)
        _ = bench.takeTold()
    }

    private func typed(_ line: String, seconds: Int64 = 3) -> String { bench.typed(line, seconds: seconds) }

    private func balancesAsked() -> Int {
        bench.exchange.queries.count { if case .balances = $0 { true } else { false } }
    }

    @Test func `a deposit is seen by the next question and spent by the next order`() throws {
        bench.exchange.books.deposit(5_000, "usd")
        bench.type("funds")
        bench.pass(seconds: 1)
        let told = bench.takeTold()
        #expect(told.contains("* funds changed: 5000 usd came (credit)"), "\(told)")
        #expect(told.contains { $0.hasPrefix("= funds") && $0.contains("6000") }, "\(told)")
        #expect(typed("buy 20 btc_usd at 230") == "+ #1 buy 20 btc_usd at 230")
        #expect(bench.differences() == [])
    }

    @Test func `an order that lacks funds asks first, and is placed where they have come`() throws {
        bench.exchange.books.deposit(5_000, "usd")
        #expect(typed("buy 20 btc_usd at 230") == "+ #1 buy 20 btc_usd at 230")
        #expect(bench.exchange.books.held.count == 1)
        // Nothing more has come: it is refused, and within ten seconds nobody is asked again.
        let asked = balancesAsked()
        #expect(typed("buy 20 btc_usd at 230", seconds: 1).hasPrefix("! buying 20 btc at 230 needs"))
        #expect(balancesAsked() == asked)
        bench.exchange.books.deposit(10_000, "usd")
        bench.pass(seconds: 15)
        #expect(typed("? buy 20 btc_usd at 229").contains("nothing was done; go does it"))
        #expect(typed("go") == "+ #2 buy 20 btc_usd at 229")
        #expect(bench.differences() == [])
    }

    @Test func `a share of the funds is a share of what is there now`() throws {
        bench.exchange.books.deposit(2, "btc")
        #expect(typed("sell all btc_usd at 240").hasPrefix("+ #1 sell 4 btc_usd at 240"))
    }

    @Test func `a line that is repeated with its tag while the exchange is asked is done once`() throws {
        bench.exchange.books.deposit(5_000, "usd")
        bench.type("buy 20 btc_usd at 230", tag: "k1")
        bench.logIn()
        _ = bench.takeTold()
        bench.type("buy 20 btc_usd at 230", tag: "k1")
        #expect(
            bench.takeTold() == [
                "[k1] ! this line is still being answered: lossy is being asked\n  send it again in a moment, with the same tag"
            ])
        bench.pass(seconds: 5)
        bench.type("buy 20 btc_usd at 230", tag: "k1")
        bench.pass(seconds: 2)
        let told = bench.takeTold().last
        #expect(told?.hasPrefix("[k1] + #1 buy 20 btc_usd at 230") == true, "\(told ?? "")")
        #expect(bench.exchange.books.held.count == 1)
    }

    @Test func `a line whose session has ended before the answer is not done, and its tag is free`() throws {
        bench.exchange.books.deposit(5_000, "usd")
        bench.type("buy 20 btc_usd at 230", tag: "k1")
        bench.type("logout")
        bench.endSession()
        bench.pass(seconds: 5)
        #expect(bench.exchange.books.held.isEmpty)
        bench.logIn()
        _ = bench.takeTold()
        bench.type("buy 20 btc_usd at 230", tag: "k1")
        bench.pass(seconds: 2)
        #expect(bench.takeTold().last == "[k1] + #1 buy 20 btc_usd at 230")
    }

    @Test func `a silent exchange is waited for ten seconds, and then what is known is told with its age`() throws {
        bench.exchange.isDeaf = true
        for line in ["funds", "fund usd", "summary", "buy 20 btc_usd at 230"] {
            bench.type(line)
            bench.pass(seconds: 9)
            #expect(bench.takeTold() == [], "\(line)")
            bench.pass(seconds: 2)
            let told = bench.takeTold().first ?? "nothing"
            #expect(told.contains("lossy told the funds") && told.contains("ago, at 2025-08-30"), "\(told)")
        }
        bench.exchange.say(.connection(.lost(since: bench.now, reason: "no route")), at: bench.now)
        bench.exchange.isDeaf = false
        bench.pass(seconds: 1)
        _ = bench.takeTold()
        bench.exchange.isDeaf = true
        bench.pass(seconds: 30)
        bench.type("funds")
        #expect(
            bench.takeTold().first?.hasPrefix("= funds") == true, "an exchange that is known to be silent is not asked")
    }

    @Test func `cancel and panic do not wait behind a line that waits for the funds`() throws {
        #expect(typed("buy 1 btc_usd at 200") == "+ #1 buy 1 btc_usd at 200")
        bench.pass(seconds: 30)
        bench.exchange.isDeaf = true
        bench.type("funds")
        bench.type("cancel 1")
        bench.pass(seconds: 1)
        #expect(bench.takeTold().first?.hasPrefix("= funds") == true)
        bench.pass(seconds: 0)
        #expect(bench.asked().contains("cancel #1"))
    }

    @Test func `a fill under way is never booked as money that came, however often the funds are asked for`() throws {
        #expect(typed("buy 1 btc_usd at 200") == "+ #1 buy 1 btc_usd at 200")
        bench.pass(seconds: 30)
        _ = bench.takeTold()
        // The exchange has it in the balances, and does not tell the fill by itself.
        bench.exchange.isMute = true
        bench.exchange.fill(bench.client(1), d("0.5"), at: bench.now)
        bench.exchange.books.hidesNamesOfFills = true
        for _ in 0..<3 {
            bench.type("funds")
            bench.pass(seconds: 5)
        }
        #expect(!bench.takeTold().contains { $0.contains("funds changed") })
        bench.exchange.books.hidesNamesOfFills = false
        bench.exchange.isMute = false
        bench.pass(seconds: 10)
        _ = bench.takeTold()
        #expect(bench.order(1)?.filled == d("0.5"))
        #expect(typed("funds").hasPrefix("= funds"))
        #expect(bench.differences() == [])
    }
}
