import Conversation
import Exchange
import OrderEngine
import Testing
import Trading

@testable import Desk

/// What a line with `on EXCHANGE` leaves to the other exchange.
@Suite struct NamedExchangeTests {
    @Test func `undo takes back the last order command at the named exchange`() throws {
        let two = try TwoSeats()
        #expect(two.typed("undo on lossy").hasPrefix("! nothing has been ordered yet on lossy"))
        _ = two.typed("buy 0.2 btc_usd at 220 on lossy")
        _ = two.typed("buy 0.1 btc_usd at 190")
        let preview = two.typed("? undo on lossy")
        #expect(preview.hasPrefix("? undo: would cancel #1 buy 0.2 btc_usd at 220 on lossy"), "\(preview)")
        #expect(two.typed("undo on lossy") == "+ #1 canceled: buy 0.2 btc_usd at 220 on lossy")
        #expect(two.typed("undo on lossy").hasPrefix("! the last order has been undone already"))
        #expect(two.typed("undo on paper") == "+ #2 canceled: buy 0.1 btc_usd at 190 on paper")
        _ = two.typed("buy 0.1 btc_usd at 191")
        _ = two.typed("buy 0.2 btc_usd at 221 on lossy")
        _ = two.typed("cancel 3")
        #expect(two.typed("undo on paper").hasPrefix("! a cancel cannot be undone"))
        try two.bench.restart()
        two.bench.reconcile()
        _ = two.bench.takeTold()
        #expect(two.typed("undo on lossy") == "+ #4 canceled: buy 0.2 btc_usd at 221 on lossy")
    }

    @Test func `an exchange that is not compared holds up no undo on the other`() throws {
        let two = try TwoSeats()
        _ = two.typed("buy 0.1 btc_usd at 190")
        _ = two.typed("buy 0.2 btc_usd at 220 on lossy")
        two.bench.exchange.isDeaf = true
        try two.bench.restart()
        _ = two.bench.takeTold()
        #expect(two.typed("undo on lossy").hasPrefix("! this account is being compared with lossy"))
        #expect(two.typed("undo on paper") == "+ #1 canceled: buy 0.1 btc_usd at 190 on paper")
    }

    @Test(arguments: ["trades", "orders", "transactions"]) func `an export has the named exchange's rows`(what: String)
        throws
    {
        // Rows of the other are passed over a few at a time.
        let two = try TwoSeats { $0.downloadBurst = 1 }
        for _ in 0..<3 { _ = two.typed("buy 0.1 btc_usd at 201") }
        _ = two.typed("buy 0.2 btc_usd at 220 on lossy")
        two.bench.exchange.fill(two.bench.client(4), 1, at: two.bench.now)
        two.bench.pass(seconds: 3)
        _ = two.typed("buy 0.2 btc_usd at 219 on lossy")
        _ = two.typed("buy 0.1 btc_usd at 190")
        func exported(_ line: String) throws -> String {
            let told = two.typed(line)
            #expect(told.hasPrefix("= "), "\(told)")
            return String(decoding: try #require(two.bench.offered.last).bytes, as: UTF8.self)
        }
        let lossy = try exported("export \(what) on lossy")
        #expect(lossy.contains(",lossy,") && !lossy.contains(",paper,"), "\(lossy)")
        let paper = try exported("export \(what) on paper")
        #expect(!paper.contains(",lossy,") && paper.contains(",paper,"), "\(paper)")
        let all = try exported("export \(what)")
        let rows = { (file: String) in file.split(separator: "\r\n").count - 1 }
        #expect(rows(all) == rows(lossy) + rows(paper))
        #expect(two.typed("export trades on lossy").hasPrefix("= 1 trade on lossy as csv"))
    }

    @Test func `a summary, and what all is worth, are of the named exchange`() throws {
        let two = try TwoSeats()
        _ = two.typed("buy 0.1 btc_usd at 190")
        let lossy = two.typed("summary on lossy")
        // 10,000 usd and 100 btc at 230.
        #expect(lossy.contains("= dog on lossy, ") && lossy.contains("equity        33000 usd"), "\(lossy)")
        #expect(lossy.contains("open orders   none") && !lossy.contains("paper"), "\(lossy)")
        #expect(lossy.contains("finished      report on lossy shows them"), "\(lossy)")
        let all = two.typed("summary")
        #expect(all.contains("= dog on paper, lossy, ") && all.contains("open orders   1: 1 simple"), "\(all)")
        #expect(all.contains("finished      none") && !all.contains("equity        33000 usd"), "\(all)")
        let chart = two.typed("chart equity on lossy")
        #expect(chart.hasPrefix("= what all you have on lossy is worth, "), "\(chart)")
        #expect(chart.contains("last 33000 usd"), "\(chart)")
        #expect(two.typed("exchanges on lossy").hasPrefix("= 1 exchange, "))
    }

    @Test func `alerts and watched pairs of the other exchange stay`() throws {
        let two = try TwoSeats()
        #expect(
            two.typed("alert btc_usd above 300") == "+ alert 1: btc_usd on paper above 300, which has not traded yet")
        #expect(two.typed("alert btc_usd above 310 on lossy") == "+ alert 2: btc_usd on lossy above 310, now at 230")
        #expect(two.typed("alerts").contains("exchange"))
        let lossy = two.typed("alerts on lossy")
        #expect(lossy.hasPrefix("= 1 alert on lossy") && lossy.contains("310") && !lossy.contains("300"), "\(lossy)")
        #expect(two.typed("alert drop 1 on lossy") == "! alert 1 is on paper, not on lossy")
        #expect(two.typed("alert drop 1") == "+ alert 1 dropped: btc_usd on paper above 300")
        _ = two.typed("watch btc_usd")
        _ = two.typed("watch btc_usd on lossy")
        #expect(two.typed("unwatch all on lossy") == "+ watching btc_usd on paper")
        _ = two.typed("watch btc_usd on lossy")
        #expect(two.typed("unwatch all") == "+ watching nothing")
    }

    @Test func `a named exchange has to be the order's, and last is the newest there`() throws {
        let two = try TwoSeats()
        _ = two.typed("buy 0.2 btc_usd at 220 on lossy")
        _ = two.typed("buy 0.1 btc_usd at 190")
        for line in ["order 2 on lossy", "why 2 on lossy", "cancel 2 on lossy"] {
            #expect(two.typed(line).hasPrefix("! #2 is on paper, not on lossy"), "\(line)")
        }
        #expect(two.typed("order 2 on paper").hasPrefix("= #2 buy 0.1"))
        #expect(two.typed("cancel last on lossy") == "+ #1 canceled: buy 0.2 btc_usd at 220 on lossy")
    }

    @Test func `a preview has the exchange of its line, and so does what go makes of it`() throws {
        let two = try TwoSeats()
        let preview = two.typed("? cancel all on lossy")
        #expect(preview == "? cancel all on lossy: nothing to cancel", "\(preview)")
        _ = two.typed("? buy 0.1 btc_usd at 220 on lossy")
        _ = two.typed("go")
        #expect(two.bench.order(1)?.line == "buy 0.1 btc_usd at 220 on lossy")
    }

    @Test func `where the rows are of one exchange by chance alone, no number is offered to go on with`() throws {
        let two = try TwoSeats()
        for _ in 0..<2 { _ = two.typed("buy 0.1 btc_usd at 201") }
        let all = two.typed("trades last 1")
        #expect(all.contains("there are more, name an exchange or a time, or say export trades"), "\(all)")
        let paper = two.typed("trades last 1 on paper")
        #expect(paper.contains("there are more, say to 1"), "\(paper)")
        #expect(two.typed("transactions last 1").contains("there are more, name an exchange"))
    }
}
