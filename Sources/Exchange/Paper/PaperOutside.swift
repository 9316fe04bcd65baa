public import Trading

/// What comes from outside the accounts: quotes, prints, money and rules, from a tape or by hand.
extension PaperExchange {
    /// Sets the outside quote by hand; nil is a side without a market. Fills whole what it crosses.
    ///
    /// Refused with `unknownPair`, or `outOfRange` where a price is not above zero or the bid is above the ask.
    public func quote(
        _ pair: Pair, bid: ExactDecimal?, ask: ExactDecimal?, at now: Timestamp
    ) throws(Refusal) -> [ExchangeReport] {
        let market = try index(of: pair)
        guard bid?.isPositive ?? true, ask?.isPositive ?? true else {
            throw Refusal(.outOfRange, "a quote must be above zero")
        }
        if let bid, let ask, bid > ask { throw Refusal(.outOfRange, "the bid \(bid) is above the ask \(ask)") }
        changes.durable.insert(.market(pair))
        var reports = moveQuote(of: market, bid: bid, ask: ask, at: now)
        appendTicker(of: market, at: now, &reports)
        return reports
    }

    /// Sets the outside quote, and fills whole what it crosses.
    func moveQuote(
        of market: Int, bid: ExactDecimal?, ask: ExactDecimal?, at now: Timestamp
    ) -> [ExchangeReport] {
        markets[market].quotedBid = bid
        markets[market].quotedAsk = ask
        changes.market.insert(.market(markets[market].rules.pair))
        var reports: [ExchangeReport] = []
        var prints: [MarketTrade] = []
        while let order = markets[market].book.best(.buy), let ask, order.price >= ask {
            fillFromQuote(order, .buy, in: market, at: now, &reports, &prints)
        }
        while let order = markets[market].book.best(.sell), let bid, order.price <= bid {
            fillFromQuote(order, .sell, in: market, at: now, &reports, &prints)
        }
        for print in prints { reports.append(record(print, in: market)) }
        return reports
    }

    private func fillFromQuote(
        _ order: OrderBook.Resting, _ side: Side, in market: Int, at now: Timestamp,
        _ reports: inout [ExchangeReport], _ prints: inout [MarketTrade]
    ) {
        reports.append(fillMaker(order, order.quantity, in: market, at: now))
        prints.append(
            MarketTrade(
                pair: markets[market].rules.pair, price: order.price, quantity: order.quantity,
                takerSide: side.opposite, at: now))
    }

    /// Prints a trade by hand. It is written down whether or not it fills anything.
    ///
    /// Refused with `unknownPair`, or `outOfRange` where the price or the quantity is not above zero.
    public func trade(_ print: MarketTrade) throws(Refusal) -> [ExchangeReport] {
        let market = try index(of: print.pair)
        guard print.price.isPositive, print.quantity.isPositive else {
            throw Refusal(.outOfRange, "price and amount must be above zero")
        }
        changes.durable.insert(.market(print.pair))
        return fill(from: print, in: market)
    }

    /// Prints a trade of a tape. Alone it is no reason to write. A pair that is new is added, with rules from the digits of
    /// this trade; a trade without price or quantity says nothing.
    public func play(_ print: MarketTrade) -> [ExchangeReport] {
        guard print.price.isPositive, print.quantity.isPositive else { return [] }
        if let market = marketIndex[print.pair] { return fill(from: print, in: market) }
        let rules = PairRules(
            tapePair: print.pair, priceDecimals: print.price.significantDecimals,
            quantityDecimals: max(print.quantity.significantDecimals, 8))
        addMarket(rules)
        return [.rules(rules)] + fill(from: print, in: markets.count - 1)
    }

    private func fill(from print: MarketTrade, in market: Int) -> [ExchangeReport] {
        var reports: [ExchangeReport] = []
        var left = ExactDecimal(units: print.quantity.units - print.quantity.units % quantityStep(of: market))
        for side in [Side.buy, .sell] {
            while left.isPositive, let order = markets[market].book.best(side),
                PaperExchange.fills(print, side, at: order.price)
            {
                let quantity = min(left, order.quantity)
                reports.append(fillMaker(order, quantity, in: market, at: print.at))
                left -= quantity
            }
        }
        markets[market].moveQuote(to: print)
        reports.append(record(print, in: market))
        appendTicker(of: market, at: print.at, &reports)
        return reports
    }

    private func quantityStep(of market: Int) -> Int128 { markets[market].rules.quantityStep.units }

    /// Whether a print reaches an order that rests at `price`: through it always, at it unless the taker stood on the
    /// order's own side.
    private static func fills(_ print: MarketTrade, _ side: Side, at price: ExactDecimal) -> Bool {
        if print.price == price { return print.takerSide != side }
        return side == .buy ? print.price < price : print.price > price
    }

    // MARK: Money and rules

    /// Gives an account money.
    ///
    /// Refused with `unknownCoin` where no pair has the coin, or `outOfRange` where the amount is not above zero or the
    /// account would have more than `balanceMax` of it.
    public func deposit(
        _ amount: ExactDecimal, _ coin: Coin, to account: AccountID
    ) throws(Refusal) -> [ExchangeReport] {
        guard markets.contains(where: { $0.rules.pair.base == coin || $0.rules.pair.quote == coin }) else {
            throw Refusal(.unknownCoin, "no pair has the coin \(coin)")
        }
        guard amount.isPositive else { throw Refusal(.outOfRange, "a deposit must be above zero") }
        let before = wallets[account]?.balances[coin] ?? PaperWallet.Balance()
        guard amount <= PaperExchange.balanceMax, before.free + before.held + amount <= PaperExchange.balanceMax else {
            throw Refusal(.outOfRange, "at most \(PaperExchange.balanceMax) \(coin) an account")
        }
        changeBalance(account, coin) { $0.free += amount }
        return [.balanceChanged(account: account, coin: coin, by: amount, reason: .deposit)]
    }

    /// Takes money from an account, or corrects what it has: a withdrawal, a credit, a debit. What open orders hold stays.
    ///
    /// Refused as a deposit is, and with `insufficientFunds` where less is free than goes.
    public func adjust(
        _ amount: ExactDecimal, _ coin: Coin, of account: AccountID, _ reason: BalanceChangeReason
    ) throws(Refusal) -> [ExchangeReport] {
        switch reason {
        case .deposit: return try deposit(amount, coin, to: account)
        case .credit:
            _ = try deposit(amount, coin, to: account)
            return [.balanceChanged(account: account, coin: coin, by: amount, reason: reason)]
        case .withdrawal, .debit:
            guard amount.isPositive else { throw Refusal(.outOfRange, "a \(reason.rawValue) must be above zero") }
            let free = wallets[account]?.balances[coin]?.free ?? .zero
            guard amount <= free else {
                throw Refusal(.insufficientFunds, "\(free) \(coin) is free, less than \(amount)")
            }
            changeBalance(account, coin) { $0.free -= amount }
            return [.balanceChanged(account: account, coin: coin, by: -amount, reason: reason)]
        }
    }

    /// Sets a pair's fee, 0.002 for 0.2%, for orders that are placed from now on.
    ///
    /// Refused with `unknownPair`, or `outOfRange` where the rate is negative, or one or more.
    public func setFee(_ pair: Pair, rate: ExactDecimal) throws(Refusal) -> [ExchangeReport] {
        let market = try index(of: pair)
        do {
            return try add(markets[market].rules.with(feeRate: rate))
        } catch let error as Refusal {
            throw error
        } catch {
            throw Refusal(.outOfRange, "a fee of \(rate) is not from 0 to below 1")
        }
    }

    /// Adds a pair, or changes its rules. While orders rest on it, only minimums and the fee may change: `outOfRange`.
    public func add(_ rules: PairRules) throws(Refusal) -> [ExchangeReport] {
        guard let market = marketIndex[rules.pair] else {
            addMarket(rules)
            return [.rules(rules)]
        }
        let old = markets[market].rules
        let isSameGrid =
            old.priceTick == rules.priceTick && old.quantityStep == rules.quantityStep && old.feeBasis == rules.feeBasis
        guard isSameGrid || markets[market].book.count == 0 else {
            throw Refusal(.outOfRange, "orders rest on \(rules.pair): its tick, step and fee basis stay")
        }
        markets[market].rules = rules
        changes.durable.insert(.rules(rules.pair))
        return [.rules(rules)]
    }

    private func index(of pair: Pair) throws(Refusal) -> Int {
        guard let market = marketIndex[pair] else {
            throw Refusal(.unknownPair, "no pair \(pair) on the paper exchange")
        }
        return market
    }

    // MARK: Notes

    /// Keeps something small with the books for who runs the exchange: a tape's position. Nil forgets it. A note is
    /// written with the next change that has to be; by itself it is a reason to write only if `isDurable`.
    public func setNote(_ key: String, _ value: [UInt8]?, isDurable: Bool = false) {
        guard notes[key] != value else { return }
        notes[key] = value
        if isDurable { changes.durable.insert(.note(key)) } else { changes.market.insert(.note(key)) }
    }

    /// What was kept under a key.
    public func note(_ key: String) -> [UInt8]? { notes[key] }
}
