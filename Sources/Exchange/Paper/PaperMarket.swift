import Trading

/// One pair of the paper exchange: the accounts' orders, and what is known of the world outside.
struct PaperMarket {
    var rules: PairRules
    var book = OrderBook()
    /// The outside quote as it was given, perhaps finer than the tick.
    var quotedBid: ExactDecimal?
    var quotedAsk: ExactDecimal?
    /// The price of the newest print.
    var last: ExactDecimal?
    /// What everybody was last told.
    var ticker: Ticker
    /// The newest prints, at most `recentTradesMax`: the print with number n is at n modulo that.
    var prints: [MarketTrade] = []
    var printCount: UInt64 = 0

    /// How many prints a pair remembers for `ExchangeQuery.recentTrades`.
    static let recentTradesMax = 100

    init(rules: PairRules) {
        self.rules = rules
        ticker = Ticker(at: Timestamp(nanoseconds: 0))
    }

    /// What a buyer from inside pays outside: the quoted ask, rounded up to the tick.
    ///
    /// While an account's buy order rests at or above it (the print that came to it was too small to fill it whole),
    /// the outside stands one tick above that order, so that nobody buys cheaper than one who has waited longer.
    var outsideAsk: ExactDecimal? {
        guard let quotedAsk, let ask = onTick(quotedAsk, .up) else { return nil }
        guard let waiting = book.best(.buy), waiting.price >= ask else { return ask }
        return waiting.price + rules.priceTick
    }

    /// What a seller from inside gets outside: the quoted bid, rounded down to the tick; the mirror of `outsideAsk`.
    var outsideBid: ExactDecimal? {
        guard let quotedBid, let bid = onTick(quotedBid, .down) else { return nil }
        guard let waiting = book.best(.sell), waiting.price <= bid else { return bid }
        let below = waiting.price - rules.priceTick
        return below.isPositive ? below : nil
    }

    private func onTick(_ price: ExactDecimal, _ rounding: Rounding) -> ExactDecimal? {
        do {
            let rounded = try price.rounded(toMultipleOf: rules.priceTick, rounding)
            return rounded.isPositive ? rounded : nil
        } catch {
            // Beyond the largest number: nobody trades there.
            return nil
        }
    }

    /// The best price of either kind on each side.
    var bestBid: ExactDecimal? { higher(book.best(.buy)?.price, outsideBid) }
    var bestAsk: ExactDecimal? { lower(book.best(.sell)?.price, outsideAsk) }

    /// The best price of either kind on a side.
    func best(_ side: Side) -> ExactDecimal? { side == .buy ? bestBid : bestAsk }

    /// Who trades next with an order on `side` that goes no further than `limit`.
    func opposite(_ side: Side, limit: ExactDecimal) -> Counterparty? {
        let resting = book.best(side.opposite)
        let outside = side == .buy ? outsideAsk : outsideBid
        let isWithin = { (price: ExactDecimal) in side == .buy ? price <= limit : price >= limit }
        switch (resting, outside) {
        case (let resting?, let outside?):
            let isRestingFirst = side == .buy ? resting.price <= outside : resting.price >= outside
            if isRestingFirst { return isWithin(resting.price) ? .order(resting) : nil }
            return isWithin(outside) ? .outside(outside) : nil
        case (let resting?, nil):
            return isWithin(resting.price) ? .order(resting) : nil
        case (nil, let outside?):
            return isWithin(outside) ? .outside(outside) : nil
        case (nil, nil):
            return nil
        }
    }

    enum Counterparty {
        case order(OrderBook.Resting)
        case outside(ExactDecimal)

        var price: ExactDecimal {
            switch self {
            case .order(let resting): resting.price
            case .outside(let price): price
            }
        }
    }

    /// Moves the outside quote to where a print says that it must have been.
    mutating func moveQuote(to print: MarketTrade) {
        switch print.takerSide {
        case .buy:
            quotedAsk = print.price
            quotedBid = quotedBid.map { min($0, print.price) } ?? print.price
        case .sell:
            quotedBid = print.price
            quotedAsk = quotedAsk.map { max($0, print.price) } ?? print.price
        case nil:
            quotedBid = print.price
            quotedAsk = print.price
        }
    }

    /// Remembers a print; its slot.
    mutating func remember(_ print: MarketTrade) -> Int {
        last = print.price
        ticker.at = print.at
        let slot = Int(printCount % UInt64(PaperMarket.recentTradesMax))
        if slot < prints.count { prints[slot] = print } else { prints.append(print) }
        printCount += 1
        return slot
    }

    /// Brings the ticker up to date; whether there was anything to tell.
    mutating func refreshTicker(at now: Timestamp) -> Bool {
        let (bid, ask) = (bestBid, bestAsk)
        guard ticker.bid != bid || ticker.ask != ask || ticker.last != last else { return false }
        ticker = Ticker(bid: bid, ask: ask, last: last, at: now)
        return true
    }

    /// The newest prints, newest first.
    func recentTrades(_ count: Int) -> [MarketTrade] {
        (0..<min(max(count, 0), prints.count)).map { age in
            prints[Int((printCount - 1 - UInt64(age)) % UInt64(PaperMarket.recentTradesMax))]
        }
    }

    /// The accounts' orders and the outside touch together, best first.
    func depth(rows: Int) -> MarketDepth {
        let rows = max(rows, 0)
        return MarketDepth(
            pair: rules.pair,
            bids: PaperMarket.merge(book.depth(.buy, rows: rows), outsideBid, rows: rows) { $0 > $1 },
            asks: PaperMarket.merge(book.depth(.sell, rows: rows), outsideAsk, rows: rows) { $0 < $1 })
    }

    private static func merge(
        _ levels: [DepthLevel], _ outside: ExactDecimal?, rows: Int,
        isBetter: (ExactDecimal, ExactDecimal) -> Bool
    ) -> [DepthLevel] {
        guard let outside else { return levels }
        let better = levels.prefix { isBetter($0.price, outside) }
        let rest = levels.dropFirst(better.count).drop { $0.price == outside }
        return Array((better + [DepthLevel(price: outside, quantity: nil)] + rest).prefix(rows))
    }
}

private func higher(_ left: ExactDecimal?, _ right: ExactDecimal?) -> ExactDecimal? {
    guard let left, let right else { return left ?? right }
    return max(left, right)
}

private func lower(_ left: ExactDecimal?, _ right: ExactDecimal?) -> ExactDecimal? {
    guard let left, let right else { return left ?? right }
    return min(left, right)
}
