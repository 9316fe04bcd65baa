public import Trading

/// An outside that is another exchange's market: what that tells of its pairs and prices, this trades at.
extension PaperExchange {
    /// What the other exchange tells of a pair: the quote moves, orders that it crosses fill whole, and a last price that is new is a
    /// print of unknown quantity, which fills nothing by itself, where `isPrint` says that it was done now. Alone it is no reason to
    /// write. Says nothing of a pair that is not known.
    public func follow(
        _ ticker: Ticker, of pair: Pair, isPrint: Bool = true, at now: Timestamp
    ) -> [ExchangeReport] {
        guard let market = marketIndex[pair] else { return [] }
        var reports = moveQuote(of: market, bid: ticker.bid, ask: ticker.ask, at: now)
        if let last = ticker.last, last.isPositive, markets[market].last != last {
            markets[market].last = last
            let print = MarketTrade(pair: pair, price: last, quantity: .zero, takerSide: nil, at: now)
            if isPrint { reports.append(.trade(print)) }
        }
        appendTicker(of: market, at: now, &reports)
        return reports
    }

    /// What the other exchange allows on a pair, and what it takes. Refused with `outOfRange` where its tick, step or fee's coin are
    /// others while orders rest here.
    public func follow(_ rules: PairRules) throws(Refusal) -> [ExchangeReport] {
        guard marketIndex[rules.pair].map({ markets[$0].rules != rules }) ?? true else { return [] }
        return try add(rules)
    }
}
