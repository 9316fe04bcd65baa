import Testing
import Trading

@testable import Exchange

/// Random trading, held against a ledger that shares nothing with the exchange, and restored at random points.
@Suite struct `Paper properties` {
    @Test(arguments: (1...8).map { UInt64($0) })
    func `restored at any point, an exchange goes on as if nothing had been`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let original = PaperExchange(finishedOrdersMax: 30)
        var twin = PaperExchange(finishedOrdersMax: 30)
        var store: [String: [UInt8]] = [:]
        for step in 1...400 {
            let move = RandomMove(&random, step: step)
            #expect(try move.make(on: original) == move.make(on: twin), "seed \(seed), step \(step)")
            write(original.drainBookChanges(), to: &store)
            #expect(!original.hasDurableChanges)
            if random.below(8) == 0 {
                let entries = store.map { BookEntry(key: $0.key, value: $0.value) }
                twin = try PaperExchange(restoring: entries, finishedOrdersMax: 30)
                #expect(!twin.hasDurableChanges && twin.drainBookChanges().isEmpty)
                #expect(twin.bookEntries() == original.bookEntries(), "seed \(seed), step \(step)")
            }
        }
        // What was written bit by bit is what would be written whole.
        #expect(original.bookEntries() == store.keys.sorted().map { BookEntry(key: $0, value: store[$0]) })
    }

    private func write(_ entries: [BookEntry], to store: inout [String: [UInt8]]) {
        #expect(Set(entries.map(\.key)).count == entries.count)
        for entry in entries { store[entry.key] = entry.value }
    }

    @Test(arguments: (1...8).map { UInt64($0) }, [FeeBasis.quote, .received])
    func `balances are deposits and fills, and what is not traded outside stays`(
        seed: UInt64, basis: FeeBasis
    ) throws {
        var random = SplitMix64(seed: seed)
        let paper = PaperExchange(
            pairs: try PairRules.paperDefaults.map { rules in
                try PairRules(
                    pair: rules.pair, priceTick: rules.priceTick, quantityStep: rules.quantityStep,
                    quantityMin: rules.quantityMin, feeRate: rules.feeRate, feeBasis: basis)
            })
        // Units of 10^-18 as they should be, by account and coin; and what came in from outside less fees, by coin.
        var wanted: [AccountID: [Coin: Int128]] = [:]
        var outside: [Coin: Int128] = [:]
        var orders: [PaperOrderName: NewOrder] = [:]
        var filled: [PaperOrderName: ExactDecimal] = [:]
        for step in 1...500 {
            let move = RandomMove(&random, step: step)
            for report in try move.make(on: paper) {
                switch report {
                case .balanceChanged(let account, let coin, let amount, _):
                    wanted[account, default: [:]][coin, default: 0] += amount.units
                    outside[coin, default: 0] += amount.units
                case .execution(let account, .accepted(let id, _)):
                    guard case .submit(.place(let order)) = move.kind else { break }
                    orders[PaperOrderName(account: account, client: id)] = order
                case .execution(let account, .filled(let id, let fill)):
                    let name = PaperOrderName(account: account, client: id)
                    let order = try #require(orders[name])
                    let value = fill.price.units * (fill.quantity.units / 10_000_000_000) / 100_000_000
                    let sign: Int128 = order.side == .buy ? 1 : -1
                    let (base, quote) = (order.pair.base, order.pair.quote)
                    for (coin, change) in [
                        (base, sign * fill.quantity.units), (quote, -sign * value), (fill.feeCurrency, -fill.fee.units),
                    ] {
                        wanted[account, default: [:]][coin, default: 0] += change
                        outside[coin, default: 0] += change
                    }
                    #expect(fill.feeCurrency == (basis == .received && sign == 1 ? base : quote))
                    let charged = fill.feeCurrency == base ? fill.quantity.units : value
                    #expect(fill.fee.units == charged / 1_000 * 2, "seed \(seed), step \(step)")
                    filled[name, default: 0] += fill.quantity
                    #expect((filled[name] ?? 0) <= order.quantity, "seed \(seed), step \(step)")
                    #expect(order.side == .buy ? fill.price <= order.price.bound : fill.price >= order.price.bound)
                default: break
                }
            }
            var sums: [Coin: Int128] = [:]
            for account in wanted.keys {
                for balance in paper.balances(of: account) {
                    #expect(
                        balance.total.units == wanted[account]?[balance.coin], "seed \(seed), step \(step), \(account)")
                    sums[balance.coin, default: 0] += balance.total.units
                    #expect(balance.held.units == held(balance.coin, of: account, on: paper), "seed \(seed), \(step)")
                }
            }
            #expect(sums == outside, "seed \(seed), step \(step)")
            #expect(isUncrossed(paper), "seed \(seed), step \(step)")
        }
    }

    /// Prices, amounts and fees whose products have far more than 18 decimals: nobody spends more than is held for an order, and only fees
    /// leave the accounts.
    @Test(arguments: (1...6).map { UInt64($0) }, [FeeBasis.quote, .received])
    func `what needs rounding creates nothing and loses nothing`(seed: UInt64, basis: FeeBasis) throws {
        var random = SplitMix64(seed: seed)
        let least = ExactDecimal(units: 1)
        let paper = PaperExchange(pairs: [
            try PairRules(
                pair: "btc_usd", priceTick: least, quantityStep: least, quantityMin: least,
                feeRate: ExactDecimal(parsing: "0.00123456789012345"), feeBasis: basis)
        ])
        var bench = try PaperBench(paper)
        let accounts = [PaperBench.ada, PaperBench.bob, PaperBench.cyd]
        func units(_ most: Int) -> String { ExactDecimal(units: Int128(random.below(most)) + 1).description }
        var (names, fees): ([NewOrder], [Coin: ExactDecimal]) = ([], [:])
        for step in 1...400 {
            let order = try bench.order(
                accounts[random.below(3)], random.below(2) == 0 ? .buy : .sell, units(3_000_000_000_000_000_000),
                at: units(9_000_000_000_000_000_000))
            names.append(order)
            var reports = paper.submit(.place(order), at: bench.now())
            if step % 5 == 0 {
                let old = names[random.below(names.count)]
                reports += paper.submit(
                    .cancel(SentOrder(old, exchangeOrderID: nil, sentAt: bench.now())), at: bench.now())
            }
            for case .execution(_, .filled(_, let fill)) in reports {
                fees[fill.feeCurrency, default: 0] += fill.fee
            }
            for coin in ["btc", "usd"] as [Coin] {
                let all = accounts.compactMap { bench.balance($0, coin) }
                #expect(all.allSatisfy { !$0.free.isNegative && !$0.held.isNegative }, "seed \(seed), step \(step)")
                let sum = all.reduce(ExactDecimal.zero) { $0 + $1.total }
                #expect(sum == 30_000 - (fees[coin] ?? 0), "seed \(seed), step \(step): \(sum) \(coin)")
            }
        }
        #expect(fees.values.contains { $0.isPositive })
        for account in accounts {
            for order in paper.openOrders(of: account) {
                guard let client = order.clientOrderID, let sent = names.first(where: { $0.clientOrderID == client })
                else { continue }
                _ = paper.submit(.cancel(SentOrder(sent, exchangeOrderID: nil, sentAt: bench.now())), at: bench.now())
            }
            #expect(paper.balances(of: account).allSatisfy { $0.held.isZero })
        }
    }

    private func held(_ coin: Coin, of account: AccountID, on paper: PaperExchange) -> Int128 {
        paper.openOrders(of: account).reduce(0) { sum, order in
            let isQuote = order.side == .buy
            guard (isQuote ? order.pair.quote : order.pair.base) == coin else { return sum }
            guard isQuote else { return sum + order.remaining.units }
            let value = order.price.units * (order.remaining.units / 10_000_000_000) / 100_000_000
            let fee = paper.rules(of: order.pair)?.feeBasis == .quote ? value / 1_000 * 2 : 0
            return sum + value + fee
        }
    }

    private func isUncrossed(_ paper: PaperExchange) -> Bool {
        paper.markets.allSatisfy { market in
            guard let bid = market.book.best(.buy), let ask = market.book.best(.sell) else { return true }
            return bid.price < ask.price
        }
    }

    @Test func `a quote of the tape alone is no reason to write, and goes along when there is one`() throws {
        let paper = PaperExchange()
        _ = paper.drainBookChanges()
        let trade = MarketTrade(pair: "btc_usd", price: 230, quantity: 1, takerSide: nil, at: Timestamp(seconds: 1))
        _ = paper.play(trade)
        paper.setNote("tape", [1, 2, 3])
        #expect(!paper.hasDurableChanges)
        _ = try paper.deposit(1, "btc", to: AccountID(1))
        #expect(paper.hasDurableChanges)
        #expect(
            paper.drainBookChanges().map(\.key) == ["balance/1/btc", "market/btc_usd", "note/tape", "print/btc_usd/0"])
        _ = try paper.quote("btc_usd", bid: 229, ask: 231, at: Timestamp(seconds: 2))
        #expect(paper.hasDurableChanges)
        _ = paper.drainBookChanges()
        _ = try paper.trade(trade)
        #expect(paper.hasDurableChanges)
    }

    @Test func `books that were damaged are not read`() throws {
        let paper = PaperExchange()
        _ = try paper.deposit(1_000, "usd", to: AccountID(1))
        let order = NewOrder(
            clientOrderID: ClientOrderID(order: OrderID(1), attempt: 1), account: AccountID(1), pair: "btc_usd",
            side: .buy, quantity: 1, price: .limit(230), lifetime: .rest)
        _ = paper.submit(.place(order), at: Timestamp(seconds: 1))
        _ = paper.play(
            MarketTrade(
                pair: "btc_usd", price: 229, quantity: ExactDecimal(units: ExactDecimal.one.units / 2),
                takerSide: .sell, at: Timestamp(seconds: 2)))
        let entries = paper.bookEntries()
        for index in entries.indices where entries[index].key != "note" {
            var damaged = entries
            damaged[index] = BookEntry(key: entries[index].key, value: entries[index].value?.dropLast())
            #expect(throws: BookError.self, "\(entries[index].key)") { try PaperExchange(restoring: damaged) }
        }
        #expect(throws: BookError.unreadable(key: "what/is/this")) {
            try PaperExchange(restoring: [BookEntry(key: "what/is/this", value: [1])])
        }
    }
}

/// Something that happens to an exchange: mostly orders around 230, a few of them wrong.
struct RandomMove {
    enum Kind {
        case submit(OrderRequest)
        case ask(ExchangeQuery)
        case quote(Pair, bid: ExactDecimal, ask: ExactDecimal)
        case print(MarketTrade, isByHand: Bool)
        case deposit(ExactDecimal, Coin, AccountID)
    }

    let kind: Kind
    let at: Timestamp

    init(_ random: inout SplitMix64, step: Int) {
        at = Timestamp(seconds: Int64(step))
        let account = AccountID(Int64(1 + random.below(3)))
        let pair: Pair = random.below(4) == 0 ? "ltc_usd" : "btc_usd"
        let client = { (number: Int) in ClientOrderID(order: OrderID(UInt64(number)), attempt: 1) }
        let sent = { (number: Int) in
            SentOrder(
                NewOrder(
                    clientOrderID: client(1 + number), account: account, pair: pair, side: .buy, quantity: 1,
                    price: .limit(1), lifetime: .rest),
                exchangeOrderID: nil, sentAt: Timestamp(seconds: 0))
        }
        let price = { (random: inout SplitMix64) in
            ExactDecimal(units: Int128(229_500 + random.below(1_000)) * ExactDecimal.step(decimals: 3).units)
        }
        let amount = { (random: inout SplitMix64) in
            ExactDecimal(units: Int128(1 + random.below(400_000_000)) * ExactDecimal.step(decimals: 8).units)
        }
        switch random.below(20) {
        case _ where step <= 12:
            kind = .deposit(
                5_000, step % 3 == 0 ? "btc" : step % 3 == 1 ? "usd" : "ltc", AccountID(Int64(1 + step % 4)))
        case 0:
            kind = .deposit(amount(&random), random.below(2) == 0 ? "btc" : "usd", account)
        case 1:
            let bid = price(&random)
            kind = .quote(pair, bid: bid, ask: bid + amount(&random))
        case 2...5:
            let side = [Side.buy, .sell, nil][random.below(3)]
            kind = .print(
                MarketTrade(pair: pair, price: price(&random), quantity: amount(&random), takerSide: side, at: at),
                isByHand: random.below(4) == 0)
        case 6, 7:
            kind = .submit(.cancel(sent(random.below(step))))
        case 8:
            kind = .submit(.status(sent(random.below(step))))
        case 9:
            let queries: [ExchangeQuery] = [
                .openOrders(account, pair: nil), .balances(account), .ticker(pair), .depth(pair, rows: 5),
                .fills(account, after: HistoryCursor(number: UInt64(random.below(50))), limit: 20), .pairs,
                .recentTrades(pair, count: 20), .order(client(1 + random.below(step)), account: account),
            ]
            kind = .ask(queries[random.below(queries.count)])
        default:
            let lifetimes: [NewOrder.Lifetime] = [
                .rest, .rest, .rest, .rest, .immediateOrCancel, .fillOrKill, .postOnly,
            ]
            let bound = price(&random)
            // Now and then a name that was used before.
            let number = random.below(15) == 0 ? 1 + random.below(step) : step
            kind = .submit(
                .place(
                    NewOrder(
                        clientOrderID: client(number), account: account, pair: pair,
                        side: random.below(2) == 0 ? .buy : .sell, quantity: amount(&random),
                        price: random.below(8) == 0 ? .market(protection: bound) : .limit(bound),
                        lifetime: lifetimes[random.below(lifetimes.count)])))
        }
    }

    func make(on paper: PaperExchange) throws -> [ExchangeReport] {
        switch kind {
        case .submit(let request): paper.submit(request, at: at)
        case .ask(let query): paper.ask(query, id: QueryID(1), at: at)
        case .quote(let pair, let bid, let ask): try paper.quote(pair, bid: bid, ask: ask, at: at)
        case .print(let trade, let isByHand): isByHand ? try paper.trade(trade) : paper.play(trade)
        case .deposit(let amount, let coin, let account): try paper.deposit(amount, coin, to: account)
        }
    }
}
