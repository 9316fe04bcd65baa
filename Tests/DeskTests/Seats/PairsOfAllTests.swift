import Exchange
import OrderEngine
import Testing
import Trading

@testable import Desk

/// Lines name pairs: those of their exchange, or, over all exchanges, those of any.
@Suite struct PairsOfAllTests {
    private let two: TwoSeats

    init() throws {
        two = try TwoSeats()
        _ = two.typed("buy 10 ltc_usd at 2 on paper")
        _ = two.typed("buy 0.1 btc_usd at 220 on lossy")
        _ = two.typed("use lossy")
    }

    @Test func `a line over all exchanges knows the pairs of all`() throws {
        #expect(
            two.typed("orders ltc_usd") == """
                = 1 open order of ltc_usd
                  #1 buy 10 ltc_usd at 2 on paper: open
                """)
        #expect(two.typed("orders ltc").hasPrefix("= 1 open order of ltc_usd"))
        #expect(two.typed("trades ltc_usd").hasPrefix("= no trades"))
        #expect(two.typed("report ltc_usd").hasPrefix("= no finished orders of ltc_usd"))
        #expect(two.typed("? cancel all ltc_usd").hasPrefix("? cancel all ltc_usd: would cancel 1 order"))
        #expect(two.typed("cancel all ltc_usd") == "+ #1 canceled: buy 10 ltc_usd at 2 on paper")
        #expect(two.typed("orders").hasPrefix("= 1 open order\n"))
        #expect(two.typed("set pairs ltc_usd btc_usd") == "+ pairs is ltc_usd btc_usd")
    }

    @Test func `a misspelt pair of another exchange is suggested in a line over all`() {
        let told = two.typed("cancel all ltc_uds")
        #expect(told.hasPrefix("! no pair ltc_uds; did you mean ltc_usd?"), "\(told)")
        #expect(two.typed("go") == "+ #1 canceled: buy 10 ltc_usd at 2 on paper")
    }

    @Test func `a line of one exchange knows its pairs alone, and says which exchange trades another`() {
        #expect(
            two.typed("buy 10 ltc_usd at 2") == """
                ! lossy does not trade that pair
                  buy 10 ltc_usd at 2
                         ^^^^^^^
                  paper does: end the line with on paper
                """)
        #expect(two.typed("orders ltc_usd on lossy").hasPrefix("! no pair ltc_usd"))
        #expect(two.typed("chart funds ltc").hasPrefix("! lossy does not have that coin"))
        #expect(two.typed("buy 10 xyz_usd at 2").hasPrefix("! no pair xyz_usd"))
    }

    @Test func `an exchange that has not told its pairs may have the one that is named over all`() throws {
        two.bench.exchange.isDeaf = true
        try two.bench.restart()
        _ = two.bench.takeTold()
        _ = two.typed("use paper")
        #expect(two.typed("orders xyz_usd").hasPrefix("! lossy has not told yet which pairs it trades"))
        #expect(two.typed("buy 1 xyz_usd at 2").hasPrefix("! no pair xyz_usd"))
    }
}
