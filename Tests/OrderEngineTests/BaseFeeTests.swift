import Testing
import Trading

@testable import OrderEngine

/// What a fee that was taken out of the coins is worth in the other one.
@Suite struct BaseFeeTests {
    private func order(_ fills: [(quantity: String, price: String, fee: String)]) throws -> Order {
        var order = Order(
            id: OrderID(13), account: AccountID(1), exchange: .paper, pair: "ltc_usd", side: .buy, kind: .paired,
            quantity: 1, price: .limit(4), line: "", createdAt: Timestamp(seconds: 0), status: .open, reserved: .zero,
            feeCurrency: "ltc")
        for (number, fill) in fills.enumerated() {
            order.add(
                Fill(
                    id: FillID(UInt64(number + 1)), price: try ExactDecimal(parsing: fill.price),
                    quantity: try ExactDecimal(parsing: fill.quantity), fee: try ExactDecimal(parsing: fill.fee),
                    feeCurrency: "ltc", liquidity: .maker, at: Timestamp(seconds: 1)))
        }
        return order
    }

    /// The world of btce's seed 438: its value times its fee has more digits than a number, and was rounded to 7 of 6.2604.
    @Test func `it is exact at one price, however little has filled`() throws {
        let order = try order([("0.00000003", "3.478", "0.00000000006")])
        #expect(order.baseFeeValue == (try ExactDecimal(parsing: "0.00000000020868")))
    }

    @Test func `at several prices it is that of their average, rounded up in the last digit`() throws {
        let order = try order([("1", "3", "0.002"), ("2", "4", "0.004")])
        // 11 / 3 is 3.666666666666666667, times 0.006.
        #expect(order.baseFeeValue == (try ExactDecimal(parsing: "0.022000000000000001")))
    }
}
