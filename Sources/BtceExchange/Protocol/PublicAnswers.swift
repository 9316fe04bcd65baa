public import Trading

/// A pair as `info` tells it.
public struct PairInfo: Hashable, Sendable {
    public let pair: Pair
    /// Decimals of a price.
    public let decimalPlaces: Int
    public let priceMin: ExactDecimal
    public let priceMax: ExactDecimal
    /// In the base coin.
    public let amountMin: ExactDecimal
    /// Not shown to people; it trades all the same.
    public let isHidden: Bool
    /// What is taken of each fill: 0.002 is 0.2%.
    public let feeRate: ExactDecimal

    /// Decimals of a quantity: the protocol sets none, its exchanges keep eight.
    public static let quantityDecimals = 8

    /// As the desk holds a pair's rules; the fee is taken of what is received.
    public func rules() throws(PairRules.RulesError) -> PairRules {
        let step = ExactDecimal.step(decimals: PairInfo.quantityDecimals)
        return try PairRules(
            pair: pair, priceTick: .step(decimals: decimalPlaces), quantityStep: step,
            quantityMin: max(amountMin, step), feeRate: feeRate, feeBasis: .received)
    }
}

/// The answer to `info`.
public struct MarketInfo: Hashable, Sendable {
    public let serverTime: Timestamp
    /// By pair.
    public let pairs: [PairInfo]
}

/// A pair's ticker, with the figures of its day.
public struct WireTicker: Hashable, Sendable {
    public let ticker: Ticker

    /// Whether the best bid is above the best ask: a wrong dialect, or a market of another moment.
    public var isCrossed: Bool {
        guard let bid = ticker.bid, let ask = ticker.ask else { return false }
        return bid > ask
    }
}

/// One price of a book.
public struct WireLevel: Hashable, Sendable {
    /// In the quote coin.
    public let price: ExactDecimal
    /// In the base coin.
    public let amount: ExactDecimal
}

/// A pair's book, nearest prices first.
public struct WireDepth: Hashable, Sendable {
    public let asks: [WireLevel]
    public let bids: [WireLevel]
}

/// A trade of the market.
public struct WirePrint: Hashable, Sendable {
    public let id: UInt64
    public let takerSide: Side
    public let price: ExactDecimal
    public let amount: ExactDecimal
    public let at: Timestamp
}

/// Something told of a pair.
public struct OfPair<Value: Hashable & Sendable>: Hashable, Sendable {
    public let pair: Pair
    public let value: Value

    public init(_ pair: Pair, _ value: Value) {
        self.pair = pair
        self.value = value
    }
}

extension JSONPlace {
    func info(of pair: Pair) throws(UnreadableAnswer) -> PairInfo {
        let places = try required("decimal_places")
        let decimals = try places.whole()
        guard decimals <= 12 else { throw places.unreadable("more decimals than a price has: \(decimals)") }
        let fee = try required("fee")
        return PairInfo(
            pair: pair, decimalPlaces: Int(decimals), priceMin: try required("min_price").amount(),
            priceMax: try required("max_price").positiveAmount(), amountMin: try required("min_amount").amount(),
            isHidden: try optional("hidden")?.flag() ?? false, feeRate: try fee.feeRate())
    }

    /// A percentage, as a rate.
    func feeRate() throws(UnreadableAnswer) -> ExactDecimal {
        let percent = try amount()
        guard percent < 100, percent.units % 100 == 0 else { throw unreadable("no fee in percent: \(percent)") }
        return ExactDecimal(units: percent.units / 100)
    }

    func ticker(_ dialect: Dialect, at fallback: Timestamp?) throws(UnreadableAnswer) -> WireTicker {
        let buy = try required("buy").amount().orNilIfZero
        let sell = try required("sell").amount().orNilIfZero
        let last = try required("last").amount().orNilIfZero
        guard let at = try optional("updated")?.timestamp() ?? fallback else { throw unreadable("has no updated") }
        let ticker = Ticker(
            bid: dialect.isTickerBuyTheAsk ? sell : buy, ask: dialect.isTickerBuyTheAsk ? buy : sell, last: last,
            at: at,
            day: try day())
        return WireTicker(ticker: ticker)
    }

    /// The last 24 hours; nil where nothing is said of them. `vol` is in the quote coin and `vol_cur` in the base coin, in both
    /// dialects. A figure that is none spoils no price.
    private func day() throws(UnreadableAnswer) -> TickerDay? {
        func figure(_ name: String) throws(UnreadableAnswer) -> ExactDecimal? {
            guard let figure = try optional(name)?.figure(), !figure.isNegative else { return nil }
            return figure
        }
        let day = TickerDay(
            high: try figure("high")?.orNilIfZero, low: try figure("low")?.orNilIfZero,
            average: try figure("avg")?.orNilIfZero, volume: try figure("vol_cur"), value: try figure("vol"))
        return day.isEmpty ? nil : day
    }

    func depth() throws(UnreadableAnswer) -> WireDepth {
        WireDepth(asks: try optional("asks")?.levels() ?? [], bids: try optional("bids")?.levels() ?? [])
    }

    private func levels() throws(UnreadableAnswer) -> [WireLevel] {
        var levels: [WireLevel] = []
        for row in try elements() {
            let cells = try row.elements()
            guard cells.count >= 2 else { throw row.unreadable("expected a price and an amount") }
            levels.append(WireLevel(price: try cells[0].positiveAmount(), amount: try cells[1].positiveAmount()))
        }
        return levels
    }

    /// `ask`: the taker sold to a bid; `bid`: the taker bought. `names` are those of the API's version.
    func print(side: String, at: String) throws(UnreadableAnswer) -> WirePrint {
        let kind = try required(side)
        let taker: Side
        switch try kind.text() {
        case "ask", "sell": taker = .sell
        case "bid", "buy": taker = .buy
        case let other: throw kind.unreadable("neither ask nor bid: \(other.prefix(32))")
        }
        return WirePrint(
            id: try required("tid").whole(), takerSide: taker, price: try required("price").positiveAmount(),
            amount: try required("amount").positiveAmount(), at: try required(at).timestamp())
    }

    func prints(side: String, at: String) throws(UnreadableAnswer) -> [WirePrint] {
        var prints: [WirePrint] = []
        for row in try elements() { prints.append(try row.print(side: side, at: at)) }
        return prints
    }
}

extension ExactDecimal {
    /// A price of 0 stands for none.
    fileprivate var orNilIfZero: ExactDecimal? { isZero ? nil : self }
}
