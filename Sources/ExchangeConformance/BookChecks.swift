import Exchange
import Secrets
import Trading

extension ExchangeConformance {
    /// What an account has at the exchange that the desk did not do.
    static let books: [Check] = [
        check("what orders placed elsewhere hold is held, and they are told without a name", needs: [.foreignOrders]) {
            bench in
            let account = try bench.account(base: 2, quote: 1_000)
            try bench.quote("100", "100.2")
            let ids = [
                try bench.placeElsewhere(account, .sell, "0.5", at: "105"),
                try bench.placeElsewhere(account, .buy, "1", at: "99"),
            ]
            let own = try bench.place(account, .sell, "1", at: "104")
            guard case .openOrders(let open) = try bench.ask(.openOrders(account, pair: nil)) else {
                throw bench.failure("open orders are not answered with open orders")
            }
            try bench.expect(
                open.filter { $0.clientOrderID == nil }.map(\.exchangeOrderID) == ids
                    && open.compactMap(\.clientOrderID) == [own.clientOrderID], "they are \(open)")
            let balances = try bench.balances(of: account)
            try bench.expect(
                balances == [
                    CoinBalance(
                        coin: bench.rules.pair.base, free: try bench.number("0.5"), held: try bench.number("1.5")),
                    CoinBalance(coin: bench.rules.pair.quote, free: 901, held: 99),
                ], "they are \(balances)")
            let beyond = try bench.order(account, .sell, "0.6", at: "104")
            bench.submit(beyond)
            let code: RefusalCode = try bench.wait("a rejection") { _ in bench.rejection(of: beyond) }
            try bench.expect(code == .insufficientFunds, "it was refused with \(code)")
        },
        check("an order placed elsewhere is canceled once, and holds nothing then", needs: [.foreignOrders]) { bench in
            let account = try bench.account(base: 2)
            try bench.quote("100", "100.2")
            let id = try bench.placeElsewhere(account, .sell, "0.5", at: "105")
            let first = try bench.cancelForeign(id, of: account)
            try bench.expect(first == .foreignCanceled(exchangeOrderID: id), "it was answered \(first)")
            guard case .refused(.orderFinished, _) = try bench.cancelForeign(id, of: account) else {
                throw bench.failure("a second cancel is not refused with orderFinished")
            }
            try bench.expectOpen(account, [])
            try bench.expectBalances(of: account)
        },
        check("trades made elsewhere are told from the first, with side, fee and who waited", needs: [.foreignOrders]) {
            bench in
            let account = try bench.account(base: 2, quote: 1_000)
            try bench.quote("100", "100.2")
            _ = try bench.placeElsewhere(account, .buy, "1", at: "101")
            let resting = try bench.placeElsewhere(account, .sell, "0.5", at: "100.1")
            try bench.print("100.1", "0.5", .buy)
            guard case .fills(let page) = try bench.ask(.fills(account, after: nil, limit: 10)) else {
                throw bench.failure("fills are not answered with fills")
            }
            let fills = page.fills
            let told = fills.map {
                "\($0.side.rawValue) \($0.fill.quantity) at \($0.fill.price) \($0.fill.liquidity) fee \($0.fill.fee)"
            }
            let fee = bench.rules.feeRate
            let wanted = [
                "buy 1 at 100.2 taker fee \(fee)",
                "sell 0.5 at 100.1 maker fee \(try (try bench.number("50.05")).multiplied(by: fee, rounding: .exact))",
            ]
            try bench.expect(
                told == wanted && fills.allSatisfy { $0.clientOrderID == nil }
                    && fills.last?.exchangeOrderID == resting,
                "they are \(fills)")
        },
        check("a cancel of an order that nobody has is refused in words") { bench in
            let account = try bench.account(quote: 1_000)
            for id in ["1", "none"] {
                guard case .refused(_, let reason) = try bench.cancelForeign(id, of: account), !reason.isEmpty else {
                    throw bench.failure("a cancel of \(id) is not refused")
                }
            }
        },
        check("an order of the desk's own is not canceled as somebody else's") { bench in
            let account = try bench.account(quote: 1_000)
            try bench.quote("100", "100.2")
            let order = try bench.place(account, .buy, "1", at: "99")
            guard case .accepted(_, let id) = bench.executions(of: order).first,
                case .refused = try bench.cancelForeign(id, of: account)
            else { throw bench.failure("it is not refused") }
            try bench.expectOpen(account, [order])
            try bench.expectBalances(of: account, open: [order])
        },
        check("transactions are answered, with none where the exchange lists none") { bench in
            let account = try bench.account(quote: 1_000)
            let rows = try bench.transactions(account)
            try bench.expect(
                bench.harness.exchange.traits.listsTransactions || rows.isEmpty,
                "an exchange without a list lists \(rows)")
        },
        check("every kind and status of a transaction is told, with its words", needs: [.transactions]) { bench in
            let account = try bench.account(quote: 1_000)
            let coin = bench.rules.pair.quote
            var wanted: [String] = []
            for kind in BalanceChangeReason.allCases {
                for status in TransactionStatus.allCases {
                    let words = "\(kind.rawValue), \(status.name): 10% of \"it\""
                    let id = try bench.harness.transact(account, kind, coin, 2, status, description: words)
                    wanted.append("\(id) \(kind.rawValue) \(status.name) 2 \(coin) \(words)")
                }
            }
            let told = try bench.transactions(account).suffix(wanted.count).map {
                "\($0.id) \($0.kind.rawValue) \($0.status.name) \($0.amount) \($0.coin) \($0.description)"
            }
            try bench.expect(told == wanted, "they are \(told)")
        },
        check("transactions are paged from the first, each row once", needs: [.transactions]) { bench in
            let account = try bench.account(quote: 1_000)
            for _ in 0..<4 {
                _ = try bench.harness.transact(
                    account, .deposit, bench.rules.pair.quote, 1, .successful, description: "")
            }
            let all = try bench.transactions(account)
            for limit in [1, 2, 3] {
                var (rows, cursor): ([ExchangeTransaction], HistoryCursor?) = ([], nil)
                repeat {
                    guard
                        case .transactions(let page, let next) = try bench.ask(
                            .transactions(account, after: cursor, limit: limit)), page.count <= limit
                    else { throw bench.failure("no page of \(limit)") }
                    rows += page
                    cursor = next
                } while cursor != nil && rows.count <= all.count
                try bench.expect(
                    rows == all, "in pages of \(limit) they are \(rows.map(\.id)), at once \(all.map(\.id))")
            }
        },
        check(
            "a transaction that waited is asked about by its place, and its money is free then", needs: [.transactions]
        ) {
            bench in
            let account = try bench.account(quote: 1_000)
            let coin = bench.rules.pair.quote
            let id = try bench.harness.transact(account, .deposit, coin, 50, .waiting, description: "a wire")
            try bench.expectBalances(of: account)
            guard let row = try bench.transactions(account).last, row.id == id, row.status == .waiting else {
                throw bench.failure("a deposit that waits is not told")
            }
            try bench.harness.settle(id, as: .successful)
            guard
                case .transactions(let rows, _) = try bench.ask(.transactions(account, after: row.place, limit: 1)),
                rows.map(\.id) == [id], rows[0].status == .successful
            else { throw bench.failure("it is not told to be successful") }
            let free = try bench.balances(of: account).first { $0.coin == coin }?.free
            try bench.expect(free == 1_050, "free is \(String(describing: free))")
        },
        check("a right that is withdrawn is told and named, and told again when it is back", needs: [.keyRights]) {
            bench in
            let account = try bench.account(quote: 1_000)
            try bench.quote("100", "100.2")
            for mayTrade in [true, false, true] {
                try bench.harness.setTradeRight(mayTrade, of: account)
                _ = try bench.balances(of: account)
                let told = bench.rights(of: account)
                try bench.expect(told.last?.trade == mayTrade, "told were \(told)")
                let order = try bench.place(account, .buy, "1", at: "99")
                for case .rejected(_, let code, let reason) in bench.executions(of: order) {
                    try bench.expect(
                        !mayTrade && code == .notAllowed && reason.contains("trade right"), "refused: \(code) \(reason)"
                    )
                }
                try bench.expect((bench.rejection(of: order) == nil) == mayTrade, "it was not refused")
            }
            try bench.expect(bench.rights(of: account).count == 3, "told were \(bench.rights(of: account))")
        },
    ]
}

extension ConformanceBench {
    fileprivate func placeElsewhere(
        _ account: AccountID, _ side: Side, _ quantity: String, at price: String
    ) throws -> String {
        try harness.placeElsewhere(account, side, quantity: try number(quantity), price: try number(price))
    }

    fileprivate func balances(of account: AccountID) throws -> [CoinBalance] {
        guard case .balances(let told) = try ask(.balances(account)) else {
            throw failure("balances are not answered with balances")
        }
        return told.filter { $0.coin == rules.pair.base || $0.coin == rules.pair.quote }
    }

    fileprivate func transactions(_ account: AccountID) throws -> [ExchangeTransaction] {
        guard case .transactions(let rows, nil) = try ask(.transactions(account, after: nil, limit: 100)) else {
            throw failure("transactions are not answered with transactions")
        }
        return rows
    }

    fileprivate func rights(of account: AccountID) -> [ExchangeKeyRights] {
        reports.compactMap { if case .keyRights(account, let rights) = $0 { rights } else { nil } }
    }
}
