import OrderEngine
public import Trading

/// A limit order as the engine writes it.
public func sampleOrder(_ number: UInt64) -> Order {
    let price = ExactDecimal(200 + Int(number % 30))
    let quantity = ExactDecimal(units: 500_000_000_000_000_000)
    return Order(
        id: OrderID(number), account: AccountID(1), exchange: .paper, pair: "btc_usd", side: .buy, kind: .simple,
        quantity: quantity,
        price: .limit(price), line: "buy 0.5 btc_usd at \(price)", createdAt: Timestamp(seconds: 1_756_576_800),
        status: .pending, reserved: price.times(quantity), feeCurrency: "usd")
}
