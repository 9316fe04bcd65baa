import Conversation
import Exchange
import OrderEngine
import Testing
import Trading

@testable import Desk

/// With several exchanges, what is said of one has its name: in text where it is not obvious, in JSON always.
@Suite struct ExchangeInWordsTests {
    @Test func `what is said of a market names it`() throws {
        let two = try TwoSeats()
        #expect(two.typed("price btc_usd").hasPrefix("= prices of 1 pair on paper"))
        #expect(two.typed("price btc_usd on lossy").hasPrefix("= prices of 1 pair on lossy"))
        #expect(two.typed("price nmc_usd") == "! no price of nmc_usd on paper yet")
        #expect(two.typed("pairs on lossy").hasPrefix("= 1 pair on lossy"))
        #expect(two.typed("fee btc_usd").hasPrefix("= btc_usd on paper fee 0.2% of each fill"))
        #expect(two.typed("depth btc_usd").hasPrefix("= btc_usd on paper: the best prices"))
        #expect(two.typed("tape btc_usd") == "= no trades of btc_usd on paper yet")
        #expect(two.typed("chart nmc_usd").hasPrefix("! no price of nmc_usd on paper yet"))
        _ = try two.trade(at: 200)
        #expect(two.typed("chart btc_usd").hasPrefix("= btc_usd on paper, "))
        #expect(two.typed("tape btc_usd").hasPrefix("= btc_usd on paper: 1 trade, "))
        #expect(two.typed("chart funds btc").hasPrefix("= what you have of btc on paper, "))
    }

    @Test func `the greeting of a login says whose price and whose funds it has`() throws {
        let two = try TwoSeats()
        _ = two.typed("use lossy")
        _ = two.typed("logout")
        let told = two.typed("login dog a-password")
        #expect(told.contains("\n  btc_usd on lossy: last 230, bid 229, ask 231\n"), "\(told)")
        #expect(told.contains("\n  free on lossy: 100 btc, 10000 usd; no open orders"), "\(told)")
    }

    @Test func `what happens to an order is told with its exchange`() throws {
        let two = try TwoSeats()
        _ = two.typed("pair buy 0.1 btc_usd at 190")
        _ = two.typed("slice buy 0.2 btc_usd 188..189 x2")
        _ = two.typed("stop sell 0.1 btc_usd at 187 market")
        _ = two.typed("alert btc_usd below 187")
        let down = try two.trade(at: 186)
        for words in [
            "* #1 on paper contra ready: ", "* #2 on paper sliced done: ", "* #5 on paper triggered at 186",
            "* alert 1: btc_usd on paper traded at 186 (below 187)",
        ] {
            #expect(down.contains { $0.hasPrefix(words) }, "\(words) is not in \(down)")
        }
        _ = two.typed("contra 1 at 230")
        let up = try two.trade(at: 240)
        #expect(up.contains { $0.hasPrefix("* #1 on paper paired done: ") }, "\(up)")
        let report = two.typed("report paired")
        #expect(report.contains("#1 on paper bought 0.1"), "\(report)")
        #expect(two.typed("undo on paper").contains("on paper is filled: nothing of it is left to undo"))
    }

    @Test func `the totals of a report are one exchange's each`() throws {
        let two = try TwoSeats()
        for _ in 0..<2 { _ = two.typed("buy 0.1 btc_usd at 201") }
        _ = two.typed("buy 0.2 btc_usd at 220 on lossy")
        two.bench.exchange.fill(two.bench.client(3), 1, at: two.bench.now)
        two.bench.pass(seconds: 3)
        _ = two.bench.takeTold()
        let report = two.typed("report")
        #expect(report.contains("total btc_usd on lossy: 1 order, bought 0.2 btc for 44 usd"), "\(report)")
        #expect(report.contains("total btc_usd on paper: 2 orders, bought 0.2 btc for 40.2 usd"), "\(report)")
    }

    @Test func `a tagged line that waits says which exchange is asked`() throws {
        let two = try TwoSeats(isJSON: true)
        two.bench.pass(seconds: 60)
        two.bench.exchange.isDeaf = true
        // The same line from the account's two sessions: the second finds the first still waiting.
        two.bench.type("buy 50% btc_usd at 220 on lossy", tag: "k1")
        let told = two.told("buy 50% btc_usd at 220 on lossy", tag: "k1")
        #expect(told.contains { $0.contains("this line is still being answered: lossy is being asked") }, "\(told)")
    }

    @Test(arguments: [
        ("price", #""prices":[{"exchange":"paper","#), ("pairs on lossy", #""pairs":[{"exchange":"lossy","#),
        ("fee btc_usd", #""exchange":"paper","pair":"btc_usd","fee_rate""#),
        ("depth btc_usd", #""depth":{"exchange":"paper","#),
        ("tape btc_usd", #""exchange":"paper","pair":"btc_usd","tape""#),
        ("chart btc_usd", #""exchange":"paper","pair":"btc_usd""#),
        ("chart funds btc", #""exchange":"paper","coin":"btc""#),
        ("chart equity", #""exchanges":["paper","lossy"]"#),
        ("report drift on lossy", #""exchange":"lossy","drift":[]"#),
        ("watch btc_usd on lossy", #""pairs":[{"exchange":"lossy","pair":"btc_usd"}]"#),
        (
            "summary",
            #""exchanges":[{"exchange":"paper","keys":"paper needs none"},{"exchange":"lossy","keys":"the server's own"}]"#
        ),
        ("summary on lossy", #""finished_orders":null"#),
        ("export trades on lossy", #""export":{"what":"trades","exchange":"lossy","#),
        ("? buy 0.1 btc_usd at 220 on lossy", #""preview":{"allowed":true,"exchange":"lossy","#),
        ("alert btc_usd above 900 on lossy", #""alert":{"number":1,"exchange":"lossy","#),
    ]) func `an object of one exchange has its name`(line: String, part: String) throws {
        let two = try TwoSeats(isJSON: true)
        _ = try two.trade(at: 200)
        let told = two.typed(line)
        #expect(told.contains(part), "\(told)")
    }
}
