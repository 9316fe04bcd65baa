import Exchange
import Trading

extension ExchangeConformance {
    /// Questions.
    static let asking: [Check] = [
        check("open orders are told oldest first, of one pair or of all") { bench in
            let account = try bench.account(base: 2, quote: 1_000)
            try bench.quote("100", "100.2")
            let orders = [
                try bench.place(account, .buy, "1", at: "98"), try bench.place(account, .sell, "1", at: "104"),
                try bench.place(account, .buy, "2", at: "99"),
            ]
            try bench.expectOpen(account, orders)
            guard case .openOrders(let all) = try bench.ask(.openOrders(account, pair: nil)) else {
                throw bench.failure("open orders are not answered with open orders")
            }
            try bench.expect(all.count == orders.count, "\(all.count) orders are open of all pairs")
            try bench.expectBalances(of: account, open: orders)
        },
        check("one order is told by its client order id") { bench in
            let account = try bench.account(quote: 1_000)
            try bench.quote("100", "100.2")
            let order = try bench.place(account, .buy, "1", at: "101")
            try bench.expectFilled(order, "1")
            guard
                case .order(let id, .closed(_, let fills)) = try bench.ask(
                    .order(order.clientOrderID, account: account))
            else { throw bench.failure("a filled order is not told as closed") }
            try bench.expect(id == order.clientOrderID && fills == bench.fills(of: order), "told were \(fills)")
        },
        check("fills are told once each, from any one on, as many as asked") { bench in
            let account = try bench.account(base: 5, quote: 1_000)
            try bench.quote("100", "100.2")
            var orders: [NewOrder] = []
            for _ in 0..<4 {
                let order = try bench.place(account, .buy, "0.5", at: "101")
                try bench.expectFilled(order, "0.5")
                orders.append(order)
            }
            let wanted = orders.flatMap { bench.fills(of: $0) }
            let all = try bench.fills(account, after: nil, limit: 100)
            try bench.expect(all.fills.map(\.fill) == wanted && !all.hasMore, "not all fills were told")
            let first = try bench.fills(account, after: nil, limit: 1)
            try bench.expect(first.fills.map(\.fill) == [wanted[0]] && first.hasMore, "not one, the first")
            let next = try bench.fills(account, after: first.end, limit: 2)
            try bench.expect(
                next.fills.map(\.fill) == Array(wanted[1...2]) && next.hasMore, "not two after the first")
            let rest = try bench.fills(account, after: next.end, limit: 100)
            try bench.expect(rest.fills.map(\.fill) == [wanted[3]] && !rest.hasMore, "not the one after the third")
            for last in [all, rest] {
                let none = try bench.fills(account, after: last.end, limit: 100)
                try bench.expect(none.fills.isEmpty && !none.hasMore, "fills after the last")
                try bench.expect(none.end == last.end, "the end is not where it was")
            }
        },
        check("the pairs and their rules are told") { bench in
            guard case .pairs(let pairs) = try bench.ask(.pairs) else {
                throw bench.failure("pairs are not answered with pairs")
            }
            try bench.expect(pairs.contains(bench.rules), "the rules of \(bench.rules.pair) are not among them")
        },
        check("the ticker tells bid, ask and last") { bench in
            try bench.quote("100", "100.2")
            try bench.print("100.2", "0.3", .buy)
            let wanted = (try bench.number("100"), try bench.number("100.2"))
            guard case .ticker(bench.rules.pair, let ticker) = try bench.ask(.ticker(bench.rules.pair)) else {
                throw bench.failure("the ticker is not answered with a ticker")
            }
            try bench.expect(
                ticker.bid == wanted.0 && ticker.ask == wanted.1 && ticker.last == wanted.1, "it is \(ticker)")
        },
        check("the depth shows what rests, best first") { bench in
            let account = try bench.account(base: 5, quote: 1_000)
            try bench.quote("95", "105")
            for (side, quantity, price) in [
                (Side.buy, "1", "98"), (.buy, "0.5", "99"), (.buy, "2", "98"), (.sell, "1", "101"), (.sell, "3", "102"),
            ] {
                _ = try bench.place(account, side, quantity, at: price)
            }
            guard case .depth(let depth) = try bench.ask(.depth(bench.rules.pair, rows: 2)) else {
                throw bench.failure("the depth is not answered with a depth")
            }
            let bids = [
                DepthLevel(price: 99, quantity: try bench.number("0.5")), DepthLevel(price: 98, quantity: 3),
            ]
            let asks = [DepthLevel(price: 101, quantity: 1), DepthLevel(price: 102, quantity: 3)]
            try bench.expect(depth.bids == bids && depth.asks == asks, "it is \(depth)")
        },
        check("recent trades are told newest first") { bench in
            try bench.quote("100", "100.2")
            for price in ["100.2", "100.1", "100.3"] { try bench.print(price, "0.3", .buy) }
            guard case .recentTrades(_, let trades) = try bench.ask(.recentTrades(bench.rules.pair, count: 2)) else {
                throw bench.failure("recent trades are not answered with trades")
            }
            let prices = [try bench.number("100.3"), try bench.number("100.1")]
            try bench.expect(trades.map(\.price) == prices, "they are \(trades)")
        },
        check("a question about a pair that does not exist is refused") { bench in
            guard case .refused(.unknownPair, _) = try bench.ask(.ticker("nil_nil")) else {
                throw bench.failure("it was answered")
            }
        },
    ]
}

extension ConformanceBench {
    fileprivate func fills(_ account: AccountID, after: HistoryCursor?, limit: Int) throws -> FillPage {
        guard case .fills(let page) = try ask(.fills(account, after: after, limit: limit)) else {
            throw failure("fills are not answered with fills")
        }
        return page
    }
}
