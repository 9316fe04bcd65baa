import OrderEngine
import Testing
import Trading

/// Orders at the market: what they come to, what they hold, what they may spend.
@Suite struct MarketOrderTests {
    private func placing(_ pit: inout Pit, _ side: Side, _ quantity: String, cash: String? = nil) -> RefusalCode? {
        var ticket = pit.ticket(side, quantity)
        ticket.cashQuantity = cash.map { d($0) }
        return pit.refusal(of: .place(ticket))
    }

    @Test func `the least value is judged at what an order would trade at, and not at its protection`() {
        var pit = Pit(rules: rules("btc_usd", valueMin: "10"))
        pit.quote("230", "230.2", last: "230")
        // 10.235 at the bid, 9.72 at the protection.
        #expect(placing(&pit, .sell, "0.0445") == nil)
        // 9.93 at the ask, 10.43 at the protection.
        #expect(placing(&pit, .buy, "0.0431") == .belowMinimum)
        #expect(placing(&pit, .buy, "0.0435") == nil)
    }

    @Test func `a stop at the market is judged at the market that fires it`() {
        var pit = Pit(rules: rules("btc_usd", valueMin: "10"))
        pit.quote("230", "230.2", last: "230")
        let stop = pit.place(.sell, "0.0445", plan: .stop(trigger: d("229"), then: .market))
        pit.quote("229", "229.2", last: "229")
        pit.trade(at: "229")
        #expect(pit.asked == ["place #2"] && pit.status(stop) == .pending)
    }

    @Test func `a cash quantity is held, spent as it fills and freed at the end`() {
        var pit = Pit(usd: "500")
        pit.quote("230", "231", last: "230")
        #expect(placing(&pit, .buy, "2.16", cash: "500.1") == .insufficientFunds)
        #expect(placing(&pit, .buy, "2.16", cash: "500") == nil)
        let id = OrderID(1)
        #expect(
            pit.last.requests.contains { if case .place(let order) = $0 { order.cashQuantity == 500 } else { false } })
        #expect(pit.funds("usd") == Funds(total: 500, reserved: 500))
        pit.accept(id)
        pit.fill(id, "0.5", at: "230")
        #expect(pit.funds("usd") == Funds(total: d("384.77"), reserved: d("384.77")))
        pit.fill(id, "1.6", at: "231")
        pit.canceled(id)
        #expect(pit.funds("usd") == Funds(total: d("14.4308")))
    }
}
