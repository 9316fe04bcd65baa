import OrderEngine
import Testing
import Trading

@Suite struct TransitionTests {
    /// Written from the rules, not from the table: what is over takes nothing but late fills; what waits for a trigger
    /// is not at the exchange; only what has not been answered can be answered, refused, or lost.
    private func expected(_ status: OrderStatus, _ event: StatusEvent) -> OrderStatus? {
        let isUnanswered = status == .pending || status == .unknown
        switch event {
        case .accepted: return isUnanswered ? .open : nil
        case .rejected: return isUnanswered || status == .armed ? .rejected : nil
        case .answerLost: return status == .pending ? .unknown : nil
        case .canceled: return status.isFinal ? nil : .canceled
        case .expired: return status.isFinal ? nil : .expired
        case .filledInPart:
            if status == .filled || status == .armed { return nil }
            return status.isFinal ? status : .partiallyFilled
        case .filledWhole: return status == .filled || status == .armed ? nil : .filled
        case .replaced: return status.isAtExchange ? .pending : nil
        }
    }

    @Test func `every status takes every event as the rules say`() {
        for status in OrderStatus.allCases {
            for event in StatusEvent.allCases {
                #expect(status.after(event) == expected(status, event), "\(status) \(event)")
            }
        }
        #expect(OrderStatus.allCases.count * StatusEvent.allCases.count == 72)
    }

    @Test func `names and words are permanent`() {
        #expect(
            OrderStatus.allCases.map(\.rawValue) == [
                "pending", "open", "partially_filled", "filled", "canceled", "expired", "rejected", "armed", "unknown",
            ])
        for status in OrderStatus.allCases { #expect(!(status.isFinal && status.isAtExchange)) }
    }

    static let plans: [(String, OrderPlan)] = [
        ("simple", .none), ("sliced", .sliced(low: d("200"), high: d("202"), includesHigh: true, count: 2)),
        ("paired", .paired(contraPrice: nil)), ("paired then", .paired(contraPrice: d("400"))),
        ("stop", .stop(trigger: d("150"), then: .limit(d("149")))),
        ("oco", .oco(trigger: d("150"), then: .limit(d("149")))),
        (
            "trail",
            .trail(
                TrailingStop(
                    distance: .absolute(d("80")), step: d("0.001"), trigger: d("150"), best: d("230"),
                    bestAt: Timestamp(seconds: 0)))
        ),
    ]

    /// Ways to bring a fresh order somewhere; the numbers are the order's and its first child's.
    static let paths: [(String, @Sendable (inout Pit) -> Void)] = [
        ("pending", { _ in }),
        ("open", { $0.acceptAll() }),
        (
            "partly filled",
            {
                $0.acceptAll()
                $0.fillLive("0.25")
            }
        ),
        (
            "filled",
            {
                $0.acceptAll()
                $0.fillLive(nil)
                $0.fillLive(nil)
            }
        ),
        ("lost", { pit in for id in pit.live { pit.report(.lost(pit.client(id))) } }),
        ("rejected", { pit in for id in pit.live { pit.rejected(id) } }),
        (
            "being canceled",
            {
                $0.acceptAll()
                $0.process(.cancel([OrderID(1)], account: $0.trader))
            }
        ),
        ("being canceled, pending", { $0.process(.cancel([OrderID(1)], account: $0.trader)) }),
        (
            "expiring",
            {
                $0.acceptAll()
                $0.wait(seconds: 60)
            }
        ),
        ("expiring, pending", { $0.wait(seconds: 60) }),
        (
            "canceled",
            { pit in
                pit.acceptAll()
                for id in pit.live { pit.canceled(id) }
            }
        ),
        (
            "triggered",
            {
                $0.acceptAll()
                $0.trade(at: "150")
            }
        ),
        (
            "triggered, canceled",
            { pit in
                pit.acceptAll()
                pit.trade(at: "150")
                for id in pit.live { pit.canceled(id) }
            }
        ),
        (
            "triggered, accepted",
            { pit in
                pit.acceptAll()
                pit.trade(at: "150")
                for id in pit.live { pit.canceled(id) }
                pit.acceptAll()
            }
        ),
        (
            "cancel failed",
            { pit in
                pit.acceptAll()
                pit.process(.cancel([OrderID(1)], account: pit.trader))
                for id in pit.live { pit.cancelRejected(id) }
            }
        ),
    ]

    @Test(arguments: plans.indices)
    func `an order of every kind, anywhere, takes every input and every report`(plan: Int) {
        for (place, bring) in Self.paths {
            var start = Pit(usd: "1000000")
            start.quote("229", "231", last: "230")
            start.process(
                .place(
                    start.ticket(
                        .sell, "1", at: "230", timeInForce: .goodTillDate(start.now.advanced(bySeconds: 60)),
                        plan: Self.plans[plan].1)))
            #expect(start.last.refusal == nil)
            bring(&start)
            for id in [OrderID(1), OrderID(2), OrderID(3), OrderID(99)] {
                for input in inputs(about: id, &start) {
                    var pit = start
                    pit.process(input)
                    // And whatever is possible next.
                    pit.process(.timePassed)
                    pit.trade(at: "149")
                    pit.wait(seconds: 120)
                    pit.fill(id, "0.1", at: "231")
                    pit.canceled(id)
                    if case .move = input { continue }
                    #expect(pit.engine.order(id)?.clientOrderID.attempt ?? 1 == 1, "\(place): \(input)")
                }
            }
        }
    }

    private func inputs(about id: OrderID, _ pit: inout Pit) -> [Input] {
        let client = pit.client(id)
        let part = pit.makeFill(id, "0.1", at: "231")
        let rest = pit.makeFill(id, pit.engine.order(id)?.remaining.description ?? "1", at: "231")
        let reports: [ExecutionReport] = [
            .accepted(client, exchangeOrderID: "x"), .rejected(client, code: .exchangeRejected, reason: "no"),
            .filled(client, part), .filled(client, rest), .canceled(client), .cancelRejected(client, reason: "no"),
            .lost(client), .status(client, .neverArrived), .status(client, .open(exchangeOrderID: "x", fills: [])),
            .status(client, .open(exchangeOrderID: "x", fills: [part])),
            .status(client, .closed(exchangeOrderID: "x", fills: [])),
            .status(client, .closed(exchangeOrderID: "x", fills: [part])),
            .status(client, .closed(exchangeOrderID: "x", fills: [rest])),
            .accepted(ClientOrderID(order: id, attempt: 2), exchangeOrderID: "x"),
            .canceled(ClientOrderID(order: id, attempt: 0)),
        ]
        return reports.map { .report($0) } + [
            .cancel([id], account: pit.trader), .settle(id), .timePassed,
            .placeContra(order: id, account: pit.trader, price: .limit(d("229")), line: "contra"),
            .placeContra(order: id, account: pit.trader, price: .market, line: "contra"),
            .move(id, account: pit.trader, to: .price(d("232")), line: "move"),
            .move(id, account: pit.trader, to: .trigger(d("151")), line: "move"),
            .move(id, account: pit.trader, to: .quantity(d("0.7")), line: "move"),
            .panic(pit.trader), .liftPanic(pit.trader), .settlePanic(pit.trader),
        ]
    }
}

extension Pit {
    /// The orders that the exchange has, or may have.
    var live: [OrderID] { engine.openOrders(of: trader).filter(\.isAtExchangeItself).map(\.id) }

    mutating func acceptAll() { for id in live { accept(id) } }

    mutating func fillLive(_ quantity: String?) {
        for id in live { fill(id, quantity ?? engine.order(id)?.remaining.description ?? "1", at: "231") }
    }
}
