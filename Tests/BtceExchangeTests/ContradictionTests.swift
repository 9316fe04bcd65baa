import Exchange
import Testing
import Trading

@testable import BtceExchange

/// An order about which the exchange does not agree with itself is asked about less and less often, and never given up.
@Suite struct `An exchange that contradicts itself` {
    private static let day: Int64 = 86_400
    /// Three requests a look: 11 looks of doubled waits from half a second on, then one each ten minutes.
    private static let requestsADay = 3 * (11 + 144)

    private var unit: Int64 { TestVenue.unit }

    enum Lie: CaseIterable {
        case tradeTooLarge
        case tradeOnBookHidden
        case tradeOnArrivalHidden
        case wholeFillHidden
        case endHidden
        case listedAfterCancel
        case notListed
    }

    /// An order, and what the exchange says wrongly of it; the words in which that is told.
    private func tell(_ lie: Lie, _ bench: GatewayBench) -> String {
        let first = ClientOrderID(order: OrderID(1), attempt: 1)
        switch lie {
        case .tradeTooLarge:
            bench.place(bench.order(1, .buy, "2", at: "100"))
            bench.run(seconds: 3)
            bench.venue.showTrade(of: 1_001, .buy, 100 * unit, 3 * unit)
            return "TradeHistory has a trade under its number that does not fit the order"
        case .tradeOnBookHidden:
            bench.place(bench.order(1, .buy, "2", at: "100"))
            bench.run(seconds: 3)
            bench.venue.hiddenRows = [1]
            bench.venue.hit(.sell, upTo: 100 * unit, unit / 2)
            return "ActiveOrders says that 0.5 has filled, TradeHistory has 0"
        case .tradeOnArrivalHidden:
            bench.venue.asks = [(100 * unit, unit / 2)]
            bench.venue.hiddenRows = [1]
            bench.place(bench.order(1, .buy, "2", at: "100"))
            return "0.5 traded when it was placed, by the answer to Trade, and TradeHistory lacks it"
        case .wholeFillHidden:
            bench.venue.asks = [(100 * unit, 2 * unit)]
            bench.venue.hiddenRows = [1]
            bench.place(bench.order(1, .buy, "2", at: "100"))
            return "2 traded when it was placed, by the answer to Trade, and TradeHistory lacks it"
        case .endHidden:
            bench.place(bench.order(1, .buy, "2", at: "100"))
            bench.run(seconds: 3)
            bench.venue.hiddenRows = [1]
            bench.venue.hit(.sell, upTo: 100 * unit, unit / 2)
            bench.venue.takeOff(1_001)
            return "OrderInfo says that 0.5 has filled, TradeHistory has 0"
        case .listedAfterCancel:
            bench.place(bench.order(1, .buy, "2", at: "100"))
            bench.run(seconds: 3)
            bench.venue.ghosts = [1_001]
            bench.cancel(first)
            return "it was said to be off the book when it was canceled, and ActiveOrders lists it"
        case .notListed:
            bench.place(bench.order(1, .buy, "2", at: "100"))
            bench.run(seconds: 3)
            bench.venue.unlisted = [1_001]
            return "OrderInfo says that it is open, and ActiveOrders does not list it"
        }
    }

    private func agree(_ bench: GatewayBench) {
        bench.venue.hiddenRows = []
        bench.venue.ghosts = []
        bench.venue.unlisted = []
    }

    @Test(arguments: Lie.allCases)
    func `is asked a few hundred times in a day, and believed once it agrees`(lie: Lie) throws {
        let bench = try GatewayBench()
        let words = tell(lie, bench)
        bench.run(seconds: 10)
        let before = bench.venue.requests.count
        bench.run(seconds: Self.day)
        let asked = bench.venue.requests.count - before
        #expect(asked <= Self.requestsADay && asked >= 100, "\(asked) requests")
        #expect(Set(bench.contradictions) == [words])
        guard lie != .tradeTooLarge else { return }
        agree(bench)
        bench.run(seconds: 1_300)
        #expect(bench.contradictions.last == "agrees")
    }

    @Test(arguments: Lie.allCases)
    func `does not keep others waiting`(lie: Lie) throws {
        let bench = try GatewayBench()
        _ = tell(lie, bench)
        bench.place(bench.order(2, .buy, "1", at: "80"))
        bench.run(seconds: 60)
        #expect(bench.said(2) == ["accepted"] || bench.said(2).isEmpty)
        let before = bench.venue.requests.count { $0 == "OrderInfo" }
        bench.run(seconds: 3_600)
        #expect(bench.venue.requests.count { $0 == "OrderInfo" } - before <= 10)
        guard bench.said(2) == ["accepted"] else { return }
        bench.venue.hit(.sell, upTo: 80 * unit, 10 * unit)
        bench.run(seconds: 5)
        #expect(bench.said(2) == ["accepted", "filled 1 at 80"])
    }

    @Test func `is sent a cancel again after longer and longer waits`() throws {
        let bench = try GatewayBench()
        let first = ClientOrderID(order: OrderID(1), attempt: 1)
        _ = tell(.listedAfterCancel, bench)
        let before = bench.venue.requests.count { $0 == "CancelOrder" }
        // A panic asks for it every second.
        for _ in 0..<3_600 {
            bench.run(seconds: 1)
            bench.cancel(first)
        }
        let sent = bench.venue.requests.count { $0 == "CancelOrder" } - before
        #expect((30...70).contains(sent), "\(sent) cancels")
    }

    @Test func `that has not a readable history is asked for it less and less often while an order is in doubt`() throws
    {
        let bench = try GatewayBench()
        bench.place(bench.order(1, .buy, "2", at: "90"))
        bench.run(seconds: 3)
        bench.chooseFate = { $0 == "TradeHistory" ? .copyRefused : .answered }
        bench.run(seconds: 10)
        let before = bench.venue.requests.count
        bench.run(seconds: Self.day)
        // A look each minute: the book, and the history three times.
        #expect(bench.venue.requests.count - before <= 4 * 1_460)
    }
}
