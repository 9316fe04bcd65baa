import Exchange
import OrderEngine
import Testing
import Trading

@testable import Desk

/// Differences between the books and an exchange's, which on paper there never are.
@Suite struct DriftTests {
    private let rules: [Pair: PairRules]
    private let start = Timestamp(seconds: 1_756_576_800)

    init() throws {
        rules = [
            "btc_usd": try PairRules(
                pair: "btc_usd", priceTick: d("0.001"), quantityStep: d("0.0001"), quantityMin: d("0.001"),
                feeRate: d("0.002"))
        ]
    }

    private func order(_ id: UInt64, _ side: Side, _ quantity: String, at price: String) throws -> Order {
        let rules = try #require(rules["btc_usd"])
        let held = rules.reservation(side: side, price: d(price), quantity: d(quantity))
        return Order(
            id: OrderID(id), account: AccountID(1), exchange: .paper, pair: "btc_usd", side: side, kind: .simple,
            quantity: d(quantity),
            price: .limit(d(price)), line: "", createdAt: start, status: .open, reserved: held, feeCurrency: "usd")
    }

    private func open(_ id: UInt64?, _ side: Side, _ quantity: String, left: String, at price: String) -> OpenOrder {
        OpenOrder(
            clientOrderID: id.map { ClientOrderID(order: OrderID($0), attempt: 1) }, exchangeOrderID: "E\(id ?? 77)",
            pair: "btc_usd", side: side, price: d(price), quantity: d(quantity), remaining: d(left), placedAt: start)
    }

    private func balance(_ coin: Coin, _ free: String, _ held: String) -> CoinBalance {
        CoinBalance(coin: coin, free: d(free), held: d(held))
    }

    /// What each difference is, and of each reason the amount; that they add up is checked on the way.
    private func explained(_ drift: Drift) -> [String] {
        drift.differences.map { one in
            let sum: ExactDecimal = one.reasons.reduce(.zero) { $0 + $1.amount }
            #expect(sum == one.amount, "\(one)")
            let reasons = one.reasons.map { "\($0.amount) \($0.text.prefix(22))" }.joined(separator: " | ")
            return "\(one.coin) \(one.what.rawValue) \(one.here) \(one.there): \(reasons)"
        }
    }

    @Test func `the same there and here is no difference`() throws {
        let order = try order(1, .buy, "1", at: "230")
        let drift = Drift(
            Drift.Books(
                funds: ["usd": Funds(total: 1_000, reserved: order.reserved), "btc": Funds(total: 2)], orders: [order]),
            Drift.Told(
                balances: [balance("usd", "769.54", "230.46"), balance("btc", "2", "0")],
                orders: [open(1, .buy, "1", left: "1", at: "230")], fills: []), rules: rules)
        #expect(drift.differences.isEmpty && drift.coins == 2)
    }

    @Test func `a fill that was not told explains both coins, and what is left there explains the hold`() throws {
        let order = try order(1, .buy, "1", at: "230")
        let fill = Fill(
            id: FillID(9), price: 230, quantity: d("0.4"), fee: d("0.184"), feeCurrency: "usd", liquidity: .maker,
            at: start)
        let drift = Drift(
            Drift.Books(funds: ["usd": Funds(total: 1_000, reserved: order.reserved)], orders: [order]),
            Drift.Told(
                balances: [balance("usd", "769.54", "138.276"), balance("btc", "0.4", "0")],
                orders: [open(1, .buy, "1", left: "0.6", at: "230")],
                fills: [
                    AccountFill(
                        clientOrderID: ClientOrderID(order: OrderID(1), attempt: 1), exchangeOrderID: "E1",
                        pair: "btc_usd", side: .buy, fill: fill)
                ]), rules: rules)
        #expect(
            explained(drift) == [
                "btc total 0 0.4: 0.4 fill 9 of #1 has not b",
                "usd total 1000 907.816: -92.184 fill 9 of #1 has not b",
                "usd in_orders 230.46 138.276: -92.184 #1 has 0.6 left there ",
            ])
    }

    @Test func `orders that only one of the two knows explain what is held, and the rest is said to be unexplained`()
        throws
    {
        let mine = try order(1, .sell, "1", at: "300")
        let drift = Drift(
            Drift.Books(funds: ["btc": Funds(total: 5, reserved: 1), "usd": Funds(total: 100)], orders: [mine]),
            Drift.Told(
                balances: [balance("btc", "2.5", "2.5"), balance("usd", "170", "0")],
                orders: [open(nil, .sell, "2", left: "2", at: "310")], fills: []), rules: rules)
        #expect(
            explained(drift) == [
                "btc in_orders 1 2.5: 2 order E77 there was no | -1 #1 holds it here (open | 0.5 no order says why: the",
                "usd total 100 170: 70 no fill and no transac",
            ])
    }

    @Test func `over the wire a line asks the exchange and is answered when it has, or is refused when it has not`()
        throws
    {
        let bench = try WireBench()
        bench.reconcile()
        bench.pass(seconds: 5)
        _ = bench.takeTold()
        bench.type("report drift")
        bench.type("time")
        #expect(bench.takeTold() == [])
        bench.pass(seconds: 5)
        let told = bench.takeTold()
        #expect(
            told.first
                == "= no difference between the books and \(bench.exchange.name): 2 coins compared, in total and in orders"
        )
        #expect(told.count == 2)
        bench.exchange.isDeaf = true
        bench.type("report drift")
        bench.pass(seconds: 30)
        #expect(bench.takeTold().last == "! \(bench.exchange.name) has not answered; nothing was changed")
    }
}
