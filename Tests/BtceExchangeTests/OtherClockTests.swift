import Exchange
import Testing
import Trading

@testable import BtceExchange

/// What is whose is told by the numbers that had been seen before an order was sent. The exchange's clock may be anywhere.
@Suite struct `An exchange with another clock` {
    private var unit: Int64 { TestVenue.unit }
    /// In seconds by which it is ahead of ours; a second more or less is what rounding does.
    private static let clocks: [Int64] = [-8 * 86_400, -6 * 3_600, -301, -1, 0, 1, 6 * 3_600]

    private func bench(ahead: Int64) throws -> GatewayBench {
        let venue = TestVenue()
        venue.clockAheadSeconds = ahead
        venue.asks = [(104 * unit, unit / 2), (105 * unit, 10 * unit)]
        return try GatewayBench(venue: venue)
    }

    @Test(arguments: clocks)
    func `the fills of an order whose answer was lost are found`(ahead: Int64) throws {
        let bench = try bench(ahead: ahead)
        bench.fates = [("Trade", .answerLost)]
        bench.place(bench.order(1, .buy, "2", at: "105"))
        bench.run(seconds: 10)
        #expect(bench.said(1) == ["lost", "closed"])
        #expect(bench.known(1)?.filled == 2)
    }

    @Test(arguments: clocks)
    func `an order whose answer was lost is found on the book, and what fills later too`(ahead: Int64) throws {
        let bench = try bench(ahead: ahead)
        bench.fates = [("Trade", .answerLost)]
        bench.place(bench.order(1, .buy, "2", at: "100"))
        bench.run(seconds: 10)
        #expect(bench.said(1) == ["lost", "open"])
        bench.venue.hit(.sell, upTo: 100 * unit, unit / 2)
        bench.run(seconds: 10)
        #expect(bench.known(1)?.filled == .of("0.5"))
    }

    @Test(arguments: clocks)
    func `an older trade of the same price and size is not taken for a lost order's`(ahead: Int64) throws {
        let bench = try bench(ahead: ahead)
        bench.venue.byHand(.buy, "2", at: "105")
        bench.fates = [("Trade", .requestLost)]
        bench.place(bench.order(1, .buy, "2", at: "105"))
        bench.run(seconds: 10)
        #expect(bench.said(1) == ["lost", "never arrived"])
    }

    @Test(arguments: clocks, [Int64(60), 7_200])
    func `an older order of the same terms is not taken for a lost one`(ahead: Int64, quietSeconds: Int64) throws {
        let bench = try bench(ahead: ahead)
        // A quiet account, of which nothing is read for long.
        bench.place(bench.order(1, .buy, "1", at: "90"))
        bench.run(seconds: 1)
        bench.cancel(ClientOrderID(order: OrderID(1), attempt: 1))
        bench.run(seconds: 10 + quietSeconds)
        bench.venue.byHand(.buy, "2", at: "100")
        bench.fates = [("Trade", .requestLost)]
        bench.place(bench.order(2, .buy, "2", at: "100"))
        bench.run(seconds: 1)
        // It fills only now: what it trades is no older than our order, and still not its own.
        bench.venue.hit(.sell, upTo: 100 * unit, unit / 2)
        bench.run(seconds: 10)
        #expect(bench.said(2) == ["lost", "never arrived"])
    }

    @Test(arguments: clocks)
    func `what was seen before is remembered over a restart`(ahead: Int64) throws {
        let bench = try bench(ahead: ahead)
        bench.venue.byHand(.buy, "0.5", at: "104")
        bench.venue.byHand(.buy, "1", at: "100")
        _ = try bench.ask(.fills(GatewayBench.account, after: nil, limit: 100), within: 20)
        _ = try bench.ask(.openOrders(GatewayBench.account, pair: nil), within: 20)
        bench.fates = [("Trade", .requestLost), ("Trade", .answerLost)]
        bench.place(bench.order(1, .buy, "1", at: "100"))
        bench.place(bench.order(2, .sell, "1", at: "110"))
        bench.run(nanoseconds: 30_000_000)
        try bench.restart()
        bench.run(seconds: 30)
        #expect(bench.said(1).last == "never arrived")
        if bench.venue.taken.count == 3 { #expect(bench.said(2).last == "open") }
        // One that fills at once, and whose process dies before the answer.
        bench.fates = [("Trade", .answerLost)]
        bench.venue.asks = [(104 * unit, unit / 2)]
        bench.place(bench.order(3, .buy, "0.5", at: "104"))
        bench.run(nanoseconds: 90_000_000)
        try bench.restart()
        bench.run(seconds: 30)
        let rows = bench.venue.rows.count
        if rows == 2 { #expect(bench.known(3)?.fills.keys.compactMap(\.number) == [2]) }
        if rows == 1 { #expect(bench.known(3)?.filled == 0) }
    }

    @Test(arguments: clocks)
    func `a history that is read page by page tells the same`(ahead: Int64) throws {
        let bench = try bench(ahead: ahead)
        bench.settings.historyRows = 2
        try bench.restart()
        bench.venue.asks = (0..<5).map { _ in (104 * unit, unit / 2) } + [(105 * unit, 10 * unit)]
        // Five rows by hand, of which two together have our order's figures.
        for _ in 0..<5 { bench.venue.byHand(.buy, "0.5", at: "104") }
        bench.venue.asks = [(104 * unit, unit / 2), (104 * unit, unit / 2), (105 * unit, 10 * unit)]
        bench.fates = [("Trade", .answerLost)]
        bench.place(bench.order(1, .buy, "1", at: "104"))
        bench.run(seconds: 10)
        #expect(bench.said(1) == ["lost", "closed"])
        #expect(bench.known(1)?.fills.keys.compactMap(\.number).sorted() == [6, 7])
        _ = try bench.ask(.fills(GatewayBench.account, after: HistoryCursor(number: 0), limit: 100), within: 20)
        bench.fates = [("Trade", .requestLost)]
        bench.place(bench.order(2, .buy, "0.5", at: "104"))
        bench.run(seconds: 10)
        #expect(bench.said(2) == ["lost", "never arrived"])
    }

    @Test func `an order of an account that was looked at a moment ago goes out at once`() throws {
        let bench = try bench(ahead: 0)
        bench.place(bench.order(1, .buy, "1", at: "90"))
        bench.run(seconds: 5)
        let before = bench.venue.requests.count
        bench.place(bench.order(2, .buy, "1", at: "91"))
        bench.run(nanoseconds: 10_000_000)
        #expect(bench.venue.requests.dropFirst(before).first == "Trade")
    }
}
