import Benchmark
import Ledger
import OrderEngine
import Trading

func recordBenchmarks() {
    let placed = Record.orderPlaced(
        Order(
            id: OrderID(41), account: AccountID(1), exchange: .paper, pair: "btc_usd", side: .buy, kind: .timed,
            quantity: decimal("0.5"), price: .limit(230), timeInForce: .goodTillDate(Timestamp(seconds: 1_756_580_400)),
            line: "buy 0.5 btc_usd at 230 until 18:00", createdAt: Timestamp(seconds: 1_756_576_800),
            status: .pending, reserved: decimal("115.23"), feeCurrency: "usd"))
    let filled = Record.orderFilled(
        OrderID(41),
        Fill(
            id: FillID(7), price: decimal("229.9"), quantity: decimal("0.2"), fee: decimal("0.09196"),
            feeCurrency: "usd", liquidity: .maker, at: Timestamp(seconds: 1_756_576_900)),
        reservedAfter: decimal("69.138"), at: Timestamp(seconds: 1_756_576_900))
    for (name, record) in [("order placed", placed), ("order filled", filled)] {
        Benchmark("record: \(name), encoded") { benchmark in
            for _ in benchmark.scaledIterations { blackHole(RecordCoder.encode(record)) }
        }
        let bytes = RecordCoder.encode(record)
        Benchmark("record: \(name), decoded") { benchmark in
            for _ in benchmark.scaledIterations { blackHole(try? RecordCoder.decode(bytes, of: .paper)) }
        }
    }
}
