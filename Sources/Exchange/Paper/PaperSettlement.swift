import DequeModule
import Trading

/// What a trade does to orders and money, whoever it was with.
extension PaperExchange {
    /// Fills an order that rests, at its own price.
    func fillMaker(
        _ resting: OrderBook.Resting, _ quantity: ExactDecimal, in market: Int, at now: Timestamp
    ) -> ExchangeReport {
        let left = markets[market].book.fill(resting.handle, quantity)
        let report = fill(resting.id, price: resting.price, quantity: quantity, .maker, at: now)
        if left.isZero { finish(resting.id) }
        return report
    }

    /// Books a fill: the order, the money, the fee.
    func fill(
        _ number: UInt64, price: ExactDecimal, quantity: ExactDecimal, _ liquidity: Liquidity, at now: Timestamp
    ) -> ExchangeReport {
        guard let order = orders[number] else { preconditionFailure("a fill of order \(number), which is unknown") }
        let (new, rules) = (order.order, order.rules)
        precondition(quantity <= order.remaining, "order \(number) filled beyond its quantity")
        let fee = rules.fee(side: new.side, price: price, quantity: quantity)
        let feeCurrency = rules.feeCurrency(for: new.side)

        let spent = rules.reservedCoin(for: new.side)
        let cost = rules.spending(side: new.side, price: price, quantity: quantity)
        let held = new.cashQuantity == nil ? order.held(lessening: quantity) : cost
        changeBalance(new.account, spent) {
            $0.held -= held
            $0.free += held - cost
        }
        let received = new.side == .buy ? new.pair.base : new.pair.quote
        let gain = new.side == .buy ? quantity : price.times(quantity)
        changeBalance(new.account, received) { $0.free += feeCurrency == received ? gain - fee : gain }

        counters.fill += 1
        let id = FillID(counters.fill)
        let fill = Fill(
            id: id, price: price, quantity: quantity, fee: fee, feeCurrency: feeCurrency, liquidity: liquidity, at: now)
        fills[id] = PaperFill(order: number, fill: fill)
        orders[number]?.filled += quantity
        orders[number]?.cost += cost
        orders[number]?.fills.append(id)
        wallets[new.account]?.fills.append(id)
        changes.durable.insert(.fill(id))
        changes.durable.insert(.order(number))
        changes.durable.insert(.counters)
        return .execution(account: new.account, .filled(new.clientOrderID, fill))
    }

    /// Closes an order that is off the book and frees what it held.
    func finish(_ number: UInt64) {
        guard let order = orders[number] else { return }
        let rest = order.held
        if rest.isPositive {
            changeBalance(order.order.account, order.rules.reservedCoin(for: order.order.side)) {
                $0.held -= rest
                $0.free += rest
            }
        }
        counters.finished += 1
        orders[number]?.finishedAs = counters.finished
        orders[number]?.handle = nil
        wallets[order.order.account]?.openOrders.removeSorted(number)
        finished.append(number)
        changes.durable.insert(.order(number))
        changes.durable.insert(.counters)
        while finished.count > max(finishedOrdersMax, 0), let oldest = finished.popFirst() { forget(oldest) }
    }

    private func forget(_ number: UInt64) {
        guard let order = orders.removeValue(forKey: number) else { return }
        let (account, client) = (order.order.account, order.order.clientOrderID)
        orderNumbers[PaperOrderName(account: account, client: client)] = nil
        for id in order.fills {
            fills[id] = nil
            wallets[account]?.fills.removeSorted(id)
            changes.durable.insert(.fill(id))
        }
        changes.durable.insert(.order(number))
    }

    func changeBalance(_ account: AccountID, _ coin: Coin, _ body: (inout PaperWallet.Balance) -> Void) {
        body(&wallets[account, default: PaperWallet()].balances[coin, default: PaperWallet.Balance()])
        let after = wallets[account]?.balances[coin] ?? PaperWallet.Balance()
        precondition(
            !after.free.isNegative && !after.held.isNegative, "\(account) would have less than nothing of \(coin)")
        changes.durable.insert(.balance(account, coin))
    }

    /// Remembers a print and tells it.
    func record(_ print: MarketTrade, in market: Int) -> ExchangeReport {
        let slot = markets[market].remember(print)
        changes.market.insert(.print(print.pair, slot: slot))
        changes.market.insert(.market(print.pair))
        return .trade(print)
    }

    /// Tells the ticker where it is not what was last told.
    func appendTicker(of market: Int, at now: Timestamp, _ reports: inout [ExchangeReport]) {
        guard markets[market].refreshTicker(at: now) else { return }
        let pair = markets[market].rules.pair
        changes.market.insert(.market(pair))
        reports.append(.ticker(pair, markets[market].ticker))
    }
}
