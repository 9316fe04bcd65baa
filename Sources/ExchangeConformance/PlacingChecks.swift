import Exchange
import Trading

extension ExchangeConformance {
    /// One order of one account: in, out, refused.
    static let placing: [Check] = [
        check("an order that cannot trade is accepted and rests") { bench in
            let account = try bench.account(quote: 1_000)
            try bench.quote("100", "100.2")
            let order = try bench.place(account, .buy, "1", at: "99")
            guard case .accepted(_, let exchangeID) = bench.executions(of: order).first else {
                throw bench.failure("the first report of \(order.clientOrderID) is not that it was accepted")
            }
            let state = try bench.state(of: order)
            try bench.expect(state == .open(exchangeOrderID: exchangeID, fills: []), "its state is \(state)")
            try bench.expectBalances(of: account, open: [order])
        },
        check("a client order id that is known is answered with the order's state, not placed again") { bench in
            let account = try bench.account(quote: 1_000)
            try bench.quote("100", "100.2")
            let order = try bench.place(account, .buy, "1", at: "99")
            bench.submit(order)
            let state: ExchangeOrderState = try bench.wait("an answer to the second") { _ in
                for case .status(_, let state) in bench.executions(of: order) { return state }
                return nil
            }
            guard case .open(_, let fills) = state, fills.isEmpty else { throw bench.failure("it said \(state)") }
            try bench.expectOpen(account, [order])
            try bench.expectBalances(of: account, open: [order])
        },
        check("a client order id that has filled is answered with its fills") { bench in
            let account = try bench.account(quote: 1_000)
            try bench.quote("100", "100.2")
            let order = try bench.place(account, .buy, "1", at: "101")
            try bench.expectFilled(order, "1", at: "100.2")
            bench.submit(order)
            try bench.wait("an answer to the second") { _ in
                bench.executions(of: order).contains { execution in
                    if case .status(_, .closed(_, let fills)) = execution {
                        fills == bench.fills(of: order)
                    } else {
                        false
                    }
                }
            }
            try bench.expectFilled(order, "1")
            try bench.expectBalances(of: account)
        },
        check("a canceled order is off the book and holds nothing") { bench in
            let account = try bench.account(base: 2)
            try bench.quote("100", "100.2")
            let order = try bench.place(account, .sell, "2", at: "105")
            bench.cancel(order)
            try bench.wait("the cancel") { _ in bench.isCanceled(order) }
            try bench.expectOpen(account, [])
            guard case .closed(_, let fills) = try bench.state(of: order), fills.isEmpty else {
                throw bench.failure("a canceled order is not closed without fills")
            }
            try bench.quote("106", "106.2")
            try bench.expectBalances(of: account)
        },
        check("a cancel of what is filled, canceled or never came is rejected") { bench in
            let account = try bench.account(base: 5, quote: 1_000)
            try bench.quote("100", "100.2")
            let filled = try bench.place(account, .buy, "1", at: "101")
            try bench.expectFilled(filled, "1")
            let canceled = try bench.place(account, .buy, "1", at: "90")
            bench.cancel(canceled)
            try bench.wait("the cancel") { _ in bench.isCanceled(canceled) }
            let unsent = try bench.order(account, .buy, "1", at: "90")
            for order in [filled, canceled, unsent] {
                bench.cancel(order)
                try bench.wait("a rejection of the cancel of \(order.clientOrderID)") { _ in
                    bench.executions(of: order).contains { if case .cancelRejected = $0 { true } else { false } }
                }
            }
            try bench.expectBalances(of: account)
        },
        check("an order that never arrived is said not to have") { bench in
            let account = try bench.account(quote: 1_000)
            let state = try bench.state(of: try bench.order(account, .buy, "1", at: "90"))
            try bench.expect(state == .neverArrived, "its state is \(state)")
        },
        check("an order beyond the funds, off the grid, too small or of no pair is refused and holds nothing") {
            bench in
            let account = try bench.account(base: 1, quote: 100)
            try bench.quote("100", "100.2")
            let rules = bench.rules
            let small = ExactDecimal(units: rules.quantityMin.units - rules.quantityStep.units)
            var refused: [(NewOrder, RefusalCode)] = [
                // The fee comes on top, or the quote coin would just do.
                (try bench.order(account, .buy, rules.feeBasis == .quote ? "1" : "1.1", at: "100"), .insufficientFunds),
                (try bench.order(account, .sell, "1.1", at: "105"), .insufficientFunds),
                (try bench.order(account, .buy, "0.1", at: half(rules.priceTick, above: 90)), .offTick),
                (try bench.order(account, .sell, half(rules.quantityStep, above: 0), at: "105"), .offStep),
                (try bench.order(account, .buy, "0.1", at: "90", pair: "nil_nil"), .unknownPair),
            ]
            if small.isPositive {
                refused.append((try bench.order(account, .buy, small.description, at: "90"), .belowMinimum))
            }
            for (order, code) in refused {
                bench.submit(order)
                let seen: RefusalCode = try bench.wait("a rejection of \(order)") { _ in bench.rejection(of: order) }
                try bench.expect(seen == code, "\(order) was refused with \(seen), not \(code)")
            }
            try bench.expectOpen(account, [])
            try bench.expectBalances(of: account)
        },
        check("immediate-or-cancel trades what it can and rests nothing", needs: [.immediateOrCancel]) { bench in
            let account = try bench.account(quote: 1_000)
            try bench.quote("100", "100.2")
            let beyond = try bench.place(account, .buy, "1", at: "99", .immediateOrCancel)
            try bench.wait("the end of it") { _ in bench.isCanceled(beyond) }
            let within = try bench.place(account, .buy, "1", at: "101", .immediateOrCancel)
            try bench.expectFilled(within, "1", at: "100.2")
            try bench.expectOpen(account, [])
            try bench.expectBalances(of: account)
        },
        check("a post-only order rests, or is refused where it would trade", needs: [.postOnly]) { bench in
            let account = try bench.account(quote: 1_000)
            try bench.quote("100", "100.2")
            let crossing = try bench.place(account, .buy, "1", at: "100.2", .postOnly)
            try bench.expect(bench.rejection(of: crossing) == .wouldTrade, "it was not refused with wouldTrade")
            let resting = try bench.place(account, .buy, "1", at: "100.1", .postOnly)
            try bench.expectOpen(account, [resting])
            try bench.expectBalances(of: account, open: [resting])
        },
    ]

    private static func half(_ step: ExactDecimal, above base: ExactDecimal) -> String {
        ExactDecimal(units: base.units + step.units + step.units / 2).description
    }
}

extension ConformanceBench {
    /// Holds the open orders of an account against what should be open, in the order in which they were placed.
    func expectOpen(_ account: AccountID, _ orders: [NewOrder]) throws {
        guard case .openOrders(let open) = try ask(.openOrders(account, pair: rules.pair)) else {
            throw failure("open orders are not answered with open orders")
        }
        try expect(
            open.map(\.clientOrderID) == orders.map(\.clientOrderID),
            "open are \(open.map { $0.clientOrderID?.description ?? $0.exchangeOrderID })")
        for (seen, order) in zip(open, orders) {
            let isSame =
                seen.side == order.side && seen.price == order.price.bound && seen.quantity == order.quantity
                && seen.remaining == order.quantity - filled(order)
            try expect(isSame, "\(order.clientOrderID) is shown as \(seen)")
        }
    }
}
