import Testing
import Trading

@Suite struct OrderFeeTests {
    private func order() -> Order {
        Order(
            id: OrderID(1), account: AccountID(1), exchange: .paper, pair: "btc_usd", side: .buy, kind: .simple,
            quantity: 1, price: .limit(230), line: "", createdAt: Timestamp(seconds: 0), status: .open, reserved: .zero,
            feeCurrency: "btc")
    }

    @Test func `what fills paid in several coins is a figure for each, never one sum`() {
        var order = order()
        #expect(order.fees.isEmpty && order.fee(in: "btc") == .zero)
        order.pay(1, "btc")
        order.pay(2, "btc")
        #expect(order.fees == [CoinAmount(3, "btc")])
        order.pay(5, "bnb")
        #expect(order.fee == 5 && order.feeCurrency == "bnb")
        #expect(order.fees == [CoinAmount(5, "bnb"), CoinAmount(3, "btc")])
        order.pay(4, "btc")
        #expect(order.fee == 7 && order.feeCurrency == "btc")
        order.pay(1, "usd")
        #expect(order.fees == [CoinAmount(5, "bnb"), CoinAmount(7, "btc"), CoinAmount(1, "usd")])
        #expect(order.fee(in: "bnb") == 5 && order.fee(in: "eur") == .zero)
    }

    @Test func `a fill without a fee changes no figure`() {
        var order = order()
        order.pay(.zero, "usd")
        #expect(order.fees.isEmpty && order.feeCurrency == "btc")
        order.pay(1, "btc")
        order.pay(.zero, "usd")
        #expect(order.fees == [CoinAmount(1, "btc")])
    }
}
