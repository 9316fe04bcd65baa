import Exchange
import Trading

extension ExchangeConformance {
    /// Orders that trade, with the world outside and with each other.
    static let matching: [Check] = [
        check("an order that crosses the quote fills at the quote, as taker") { bench in
            let account = try bench.account(base: 3, quote: 1_000)
            try bench.quote("100", "100.2")
            let buy = try bench.place(account, .buy, "1", at: "101")
            try bench.expectFilled(buy, "1", at: "100.2")
            let sell = try bench.place(account, .sell, "3", at: "99")
            try bench.expectFilled(sell, "3", at: "100")
            for fill in bench.fills(of: buy) + bench.fills(of: sell) {
                try bench.expect(fill.liquidity == .taker, "fill \(fill.id) is not a taker's")
            }
            try bench.expectBalances(of: account)
        },
        check("a resting order that the market reaches fills at its own price, as maker") { bench in
            let account = try bench.account(quote: 1_000)
            try bench.quote("100", "100.2")
            let order = try bench.place(account, .buy, "2", at: "99.5")
            try bench.quote("99.1", "99.3")
            try bench.expectFilled(order, "2", at: "99.5")
            for fill in bench.fills(of: order) {
                try bench.expect(fill.liquidity == .maker, "fill \(fill.id) is not a maker's")
            }
            try bench.expectBalances(of: account)
        },
        check("an order that filled in part keeps that when the rest is canceled") { bench in
            let account = try bench.account(quote: 1_000)
            try bench.quote("100", "100.2")
            let order = try bench.place(account, .buy, "2", at: "99.5")
            try bench.print("99.4", "0.5", .sell)
            try bench.expectFilled(order, "0.5", at: "99.5")
            try bench.expectOpen(account, [order])
            try bench.expectBalances(of: account, open: [order])
            bench.cancel(order)
            try bench.wait("the cancel") { _ in bench.isCanceled(order) }
            guard case .closed(_, let fills) = try bench.state(of: order) else {
                throw bench.failure("a canceled order is not closed")
            }
            try bench.expect(fills == bench.fills(of: order), "its state has the fills \(fills)")
            try bench.expectBalances(of: account)
        },
        check("orders of accounts match by price, then by time", needs: [.severalAccounts]) { bench in
            let makers = [try bench.account(base: 2), try bench.account(base: 2), try bench.account(base: 2)]
            let taker = try bench.account(quote: 1_000)
            try bench.quote("95", "105")
            let second = try bench.place(makers[0], .sell, "1", at: "101")
            let third = try bench.place(makers[1], .sell, "1", at: "101")
            let first = try bench.place(makers[2], .sell, "1", at: "100.5")
            let order = try bench.place(taker, .buy, "2.5", at: "101")
            try bench.expectFilled(order, "2.5")
            try bench.expectFilled(first, "1", at: "100.5")
            try bench.expectFilled(second, "1", at: "101")
            try bench.expectFilled(third, "0.5", at: "101")
            try bench.expectBalances(of: taker)
            try bench.expectBalances(of: makers[0])
            try bench.expectBalances(of: makers[1], open: [third])
            try bench.expectBalances(of: makers[2])
        },
        check("an order takes what there is and rests with the rest", needs: [.severalAccounts]) { bench in
            let (maker, taker) = (try bench.account(base: 1), try bench.account(quote: 1_000))
            try bench.quote("95", "105")
            let resting = try bench.place(maker, .sell, "1", at: "101")
            let order = try bench.place(taker, .buy, "3", at: "102")
            try bench.expectFilled(order, "1", at: "101")
            try bench.expectFilled(resting, "1", at: "101")
            try bench.expectOpen(taker, [order])
            try bench.expectBalances(of: taker, open: [order])
        },
        check(
            "immediate-or-cancel keeps what it got and cancels the rest", needs: [.severalAccounts, .immediateOrCancel]
        ) { bench in
            let (maker, taker) = (try bench.account(base: 1), try bench.account(quote: 1_000))
            try bench.quote("95", "105")
            _ = try bench.place(maker, .sell, "1", at: "101")
            let order = try bench.place(taker, .buy, "3", at: "102", .immediateOrCancel)
            try bench.wait("the cancel of the rest") { _ in bench.isCanceled(order) }
            try bench.expectFilled(order, "1", at: "101")
            try bench.expectBalances(of: taker)
        },
        check("fill-or-kill trades whole or not at all", needs: [.severalAccounts, .fillOrKill]) { bench in
            let (maker, taker) = (try bench.account(base: 1), try bench.account(quote: 1_000))
            try bench.quote("95", "105")
            let resting = try bench.place(maker, .sell, "1", at: "101")
            let large = try bench.place(taker, .buy, "1.1", at: "102", .fillOrKill)
            try bench.expect(bench.rejection(of: large) == .cannotFill, "it was not refused with cannotFill")
            try bench.expect(bench.fills(of: resting).isEmpty, "it traded all the same")
            let right = try bench.place(taker, .buy, "1", at: "102", .fillOrKill)
            try bench.expectFilled(right, "1", at: "101")
            try bench.expectBalances(of: taker)
            try bench.expectBalances(of: maker)
        },
        check("an account does not trade with itself", needs: [.selfTradePrevention]) { bench in
            let account = try bench.account(base: 2, quote: 1_000)
            try bench.quote("95", "105")
            let resting = try bench.place(account, .sell, "1", at: "101")
            let order = try bench.place(account, .buy, "1", at: "102")
            try bench.expect(bench.rejection(of: order) == .selfTrade, "it was not refused with selfTrade")
            try bench.expectOpen(account, [resting])
            try bench.expectBalances(of: account, open: [resting])
        },
        check("every execution prints, after the executions") { bench in
            let account = try bench.account(quote: 1_000)
            try bench.quote("100", "100.2")
            let order = try bench.place(account, .buy, "1.5", at: "101")
            let at: (fill: Int, print: Int) = try bench.wait("a print of the fill") { reports in
                let fill = reports.firstIndex {
                    if case .execution(_, .filled(order.clientOrderID, _)) = $0 { true } else { false }
                }
                let print = reports.firstIndex {
                    if case .trade(let trade) = $0 { trade.quantity == order.quantity } else { false }
                }
                guard let fill, let print else { return nil }
                return (fill, print)
            }
            try bench.expect(at.fill < at.print, "the print came before the fill")
        },
    ]
}
