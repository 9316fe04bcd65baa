import Exchange
import Testing
import Trading

@testable import BtceExchange

@Suite struct `Which trades on arrival are whose` {
    private func row(_ id: UInt64, _ amount: String, at rate: String = "100") -> WireFill {
        WireFill(
            id: id, pair: "btc_usd", side: .buy, rate: .of(rate), amount: .of(amount), orderID: 7, isYourOrder: false,
            at: Timestamp(seconds: 1_000))
    }

    /// `2?` may never have arrived, `2!` is there for certain, and either trades at no more than 100.
    private func order(_ number: Int, _ text: String, mark: UInt64 = 0) -> TakerMatching.Order {
        TakerMatching.Order(
            id: ClientOrderID(order: OrderID(UInt64(number)), attempt: 1), quantity: .of(String(text.dropLast())),
            isCertain: text.hasSuffix("!"), side: .buy, rate: 100, seenBefore: mark)
    }

    @Test(arguments: [
        // What the orders need, the rows' amounts, and the rows of each order.
        (["1!"], ["1"], [[1]]), (["1!"], ["0.5", "0.5"], [[1, 2]]), (["1!"], ["2"], [[]]), (["1?"], [], [[]]),
        // The earlier one has the earlier rows, also where another way explains more rows.
        (["1!"], ["1", "0.5", "0.5"], [[1]]), (["1!", "1!"], ["1", "0.5", "0.5"], [[1], [2, 3]]),
        // What is certain comes before what is not.
        (["1?", "1!"], ["1"], [[], [1]]), (["1?", "1!"], ["1", "1"], [[1], [2]]),
        // The first never arrived: with it, the second one's rows would not add up.
        (["1?", "2!"], ["1", "1"], [[], [1, 2]]), (["1?", "2?"], ["1", "1"], [[], [1, 2]]),
        (["1?", "2?"], ["1", "1", "1"], [[1], [2, 3]]), (["1?", "1?", "1?"], ["1", "1"], [[1], [2], []]),
        // A stranger's row stands between.
        (["1!", "2!"], ["1", "5", "2"], [[1], [3]]),
    ])
    func `rows are given to orders`(needs: [String], amounts: [String], expected: [[UInt64]]) {
        let orders = needs.enumerated().map { order($0.offset + 1, $0.element) }
        let rows = amounts.enumerated().map { row(UInt64($0.offset + 1), $0.element) }
        let found = TakerMatching(orders: orders, rows: rows).result()
        #expect(orders.map { found[$0.id] ?? [] } == expected)
    }

    @Test func `no row that was seen before the order or is beyond its limit is its own`() {
        let rows = [row(1, "1"), row(2, "1", at: "100.001"), row(3, "1")]
        #expect(TakerMatching(orders: [order(1, "1!", mark: 1)], rows: rows).result().values.first == [3])
        #expect(TakerMatching(orders: [order(1, "1!", mark: 3)], rows: rows).result().isEmpty)
    }
}

@Suite struct `What has been read of a history` {
    private let start = Timestamp(seconds: 1_000_000)

    @Test func `a history is read from where it matters, then from its end`() {
        var mirror = HistoryMirror(overlapNanoseconds: 10_000_000_000)
        #expect(mirror.plan(since: start, after: nil, now: start) == [.since(start)])
        // An empty one has no end to go on from.
        mirror.finished(.since(start), first: nil, at: start)
        #expect(mirror.plan(since: start.advanced(bySeconds: 5), after: nil, now: start) == [.since(start)])
        mirror.took([5, 9])
        mirror.finished(.since(start), first: 5, at: start)
        #expect(mirror.plan(since: start, after: nil, now: start) == [.after(4)])
        #expect(mirror.covers(after: 4) && !mirror.covers(after: 3))
        // What was seen may be followed by a lower number for a while.
        mirror.finished(.after(4), first: nil, at: start.advanced(bySeconds: 11))
        #expect(mirror.plan(since: start, after: nil, now: start) == [.after(4)])
        mirror.finished(.after(4), first: nil, at: start.advanced(bySeconds: 22))
        #expect(mirror.plan(since: start, after: nil, now: start) == [.after(9)])
        #expect(mirror.plan(since: start, after: 2, now: start) == [.after(2)])
        #expect(mirror.plan(since: start.advanced(bySeconds: -1), after: nil, now: start).count == 2)
    }

    @Test func `where since does not reach, numbers do`() {
        let mirror = HistoryMirror(overlapNanoseconds: 10_000_000_000)
        let late = start.advanced(bySeconds: 8 * 86_400)
        #expect(mirror.plan(since: start, after: nil, now: late) == [.after(0)])
        #expect(mirror.plan(since: start, after: 70, now: late) == [.after(70)])
    }
}

@Suite struct `Fees of fills` {
    private let fills = [
        FillFees.Traded(price: 100, quantity: 1), FillFees.Traded(price: 101, quantity: 3),
    ]

    @Test(arguments: [
        // What the answer called received, and the fees of the two fills.
        (Side.buy, nil, ["0.002", "0.006"]), (.buy, "3.992", ["0.002", "0.006"]),
        // A rate of its own: what is missing is shared out by amount.
        (.buy, "3.99", ["0.0025", "0.0075"]), (.buy, "4", ["0", "0"]),
        (.sell, nil, ["0.2", "0.606"]), (.sell, "402.194", ["0.2", "0.606"]),
        // The last digit is the exchange's.
        (.buy, "3.99200001", ["0.0019999975", "0.0059999925"]),
        // No fee is so high: what it calls received is something else.
        (.buy, "0", ["0.002", "0.006"]), (.buy, "5", ["0.002", "0.006"]),
    ])
    func `the answer's word settles the sum`(side: Side, received: String?, expected: [String]) {
        let fees = FillFees.fees(of: fills, side: side, rate: .of("0.002"), received: received.map { .of($0) })
        #expect(fees == expected.map { .of($0) })
    }
}
