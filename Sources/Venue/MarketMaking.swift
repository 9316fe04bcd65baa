public import Trading

/// The market that is there without anybody's doing: quotes around a price, or around the trades of a tape.
extension TapiVenue {
    /// How many prices a side strangers quote.
    static let levelsPerSide = 5
    /// What they offer at each, in the base coin.
    static let levelQuantity: ExactDecimal = 10
    /// How long what was taken of standing quotes is away, in nanoseconds.
    public static let replenishNanoseconds: Int64 = 1_000_000_000

    /// Quotes for pairs that have a price and no market yet, with one trade so that there is a last price.
    func openMarkets(at now: Timestamp) {
        for pair in settings.prices.keys.sorted() {
            guard let price = settings.prices[pair], let rules = pairs[pair]?.rules, standing[pair] == nil,
                books.markets[pair]?.ticker.last == nil
            else { continue }
            let half = max(step(rules, price, 1_000), rules.priceTick)
            commit(.print(pair, .buy, price: rounded(price, rules), quantity: rules.quantityMin), at: now)
            commit(
                .quote(pair, ladder(bid: price - half, ask: price + half, rules), isStanding: true), at: now)
        }
    }

    /// Brings back what was taken of standing quotes, at most once in `replenishNanoseconds`.
    public func replenish(at now: Timestamp) {
        guard now >= replenishedAt.advanced(byNanoseconds: TapiVenue.replenishNanoseconds) else { return }
        replenishedAt = now
        for pair in standing.keys.sorted() {
            guard let levels = standing[pair], let book = books.markets[pair]?.book else { continue }
            let offered = levels.reduce(Int128(0)) { $0 + $1.quantity.units }
            let left = (book.bids.orders + book.asks.orders).reduce(Int128(0)) {
                $1.account == nil ? $0 + $1.left : $0
            }
            if left < offered { commit(.quote(pair, levels, isStanding: true), at: now) }
        }
    }

    /// Says which tape the trades are of that come from now on.
    public func beginTape(_ identity: String, at now: Timestamp) {
        if tapeIdentity != identity { commit(.tapeIs(identity), at: now) }
    }

    /// Plays a trade of a tape: prints it and moves the quotes. A pair that the venue does not trade is passed over, and so is
    /// what is less than a step, or more than `amountMax`.
    public func play(_ trade: MarketTrade, _ mark: VenueEntry.TapeMark, at now: Timestamp) {
        guard let rules = pairs[trade.pair]?.rules else { return }
        let step = rules.quantityStep.units
        let quantity = ExactDecimal(units: trade.quantity.units - trade.quantity.units % step)
        guard TapiVenue.isValueInRange(trade.price, quantity) else { return }
        commit(
            .tape(
                trade.pair, trade.takerSide, price: rounded(trade.price, rules), quantity: quantity, mark), at: now)
    }

    func play(_ pair: Pair, _ side: Side?, _ price: ExactDecimal, _ quantity: ExactDecimal, at now: Timestamp) {
        guard let market = books.markets[pair], price.isPositive, quantity.isPositive else { return }
        // A source that does not tell who took: whoever an account's order waits for at this price.
        let reachesBid = market.book.bids.orders.contains { $0.account != nil && $0.accepts(price.units) }
        books.print(pair, price: price, quantity: quantity, takerSide: side ?? (reachesBid ? .sell : .buy), at: now)
        let (rules, tick) = (market.rules, market.rules.priceTick)
        let widest = max(step(rules, price, 500), ExactDecimal(units: 2 * tick.units))
        let bid: ExactDecimal
        let ask: ExactDecimal
        switch side {
        case .buy: (bid, ask) = (max(min(market.ticker.bid ?? .zero, price - tick), price - widest), price)
        case .sell: (bid, ask) = (price, min(max(market.ticker.ask ?? .zero, price + tick), price + widest))
        case nil: (bid, ask) = (price - tick, price + tick)
        }
        standing[pair] = ladder(bid: bid, ask: ask, rules)
        offer(standing[pair] ?? [], pair, at: now)
    }

    /// Quotes on both sides, from the best outwards: a two-thousandth of the price between them.
    func ladder(bid: ExactDecimal, ask: ExactDecimal, _ rules: PairRules) -> [VenueEntry.Level] {
        let apart = max(step(rules, ask, 2_000), rules.priceTick)
        let quantity = max(TapiVenue.levelQuantity, rules.quantityMin)
        return (0..<TapiVenue.levelsPerSide).flatMap { level -> [VenueEntry.Level] in
            let distance = ExactDecimal(units: apart.units * Int128(level))
            return [
                VenueEntry.Level(.sell, price: rounded(ask + distance, rules), quantity: quantity),
                VenueEntry.Level(.buy, price: rounded(bid - distance, rules), quantity: quantity),
            ].filter(\.price.isPositive)
        }
    }

    func offer(_ levels: [VenueEntry.Level], _ pair: Pair, at now: Timestamp) {
        let offers = levels.map { VenueBooks.Offer($0.side, price: $0.price, quantity: $0.quantity) }
        books.quote(pair, offers, at: now)
    }

    /// A price in whole ticks, at least one.
    private func rounded(_ price: ExactDecimal, _ rules: PairRules) -> ExactDecimal {
        let tick = rules.priceTick.units
        guard price.isPositive else { return .zero }
        return ExactDecimal(units: max((price.units + tick / 2) / tick, 1) * tick)
    }

    /// So small a part of a price, in whole ticks.
    private func step(_ rules: PairRules, _ price: ExactDecimal, _ parts: Int128) -> ExactDecimal {
        let tick = rules.priceTick.units
        return ExactDecimal(units: price.units / parts / tick * tick)
    }
}
