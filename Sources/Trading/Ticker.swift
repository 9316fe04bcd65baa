/// What a pair trades at now. Each price is nil until one has been seen.
public struct Ticker: Hashable, Sendable {
    public var bid: ExactDecimal?
    public var ask: ExactDecimal?
    public var last: ExactDecimal?
    /// When the newest of the three was seen.
    public var at: Timestamp
    /// What traded in the last 24 hours, where the exchange says so; nil on paper.
    public var day: TickerDay? {
        get { box?.day }
        set { box = newValue.map { Box($0) } }
    }
    private var box: Box?

    /// Figures behind a reference: prices are copied wherever an order goes, and only people look at a day's figures.
    private final class Box: Hashable, Sendable {
        let day: TickerDay

        init(_ day: TickerDay) { self.day = day }

        static func == (left: Box, right: Box) -> Bool { left.day == right.day }

        func hash(into hasher: inout Hasher) { hasher.combine(day) }
    }

    public init(
        bid: ExactDecimal? = nil, ask: ExactDecimal? = nil, last: ExactDecimal? = nil, at: Timestamp,
        day: TickerDay? = nil
    ) {
        self.bid = bid
        self.ask = ask
        self.last = last
        self.at = at
        box = day.map { Box($0) }
    }
}

/// What a pair traded at in the last 24 hours, as the exchange says. Figures to be shown, not traded on: digits beyond the 18th
/// decimal are cut. Each is nil where the exchange does not say it.
public struct TickerDay: Hashable, Sendable {
    /// The highest price, in the quote coin.
    public var high: ExactDecimal?
    /// The lowest price, in the quote coin.
    public var low: ExactDecimal?
    /// In the quote coin. Exchanges differ in what they call the average: btc-e's is halfway between high and low.
    public var average: ExactDecimal?
    /// How much traded, in the base coin.
    public var volume: ExactDecimal?
    /// What that came to, in the quote coin.
    public var value: ExactDecimal?

    public init(
        high: ExactDecimal? = nil, low: ExactDecimal? = nil, average: ExactDecimal? = nil, volume: ExactDecimal? = nil,
        value: ExactDecimal? = nil
    ) {
        self.high = high
        self.low = low
        self.average = average
        self.volume = volume
        self.value = value
    }

    /// Whether nothing of it is known.
    public var isEmpty: Bool { self == TickerDay() }
}

/// A trade of the market, anybody's: a print on the tape.
public struct MarketTrade: Hashable, Sendable {
    public let pair: Pair
    public let price: ExactDecimal
    public let quantity: ExactDecimal
    /// The taker's side, or nil where the source does not say.
    public let takerSide: Side?
    public let at: Timestamp

    public init(pair: Pair, price: ExactDecimal, quantity: ExactDecimal, takerSide: Side?, at: Timestamp) {
        self.pair = pair
        self.price = price
        self.quantity = quantity
        self.takerSide = takerSide
        self.at = at
    }
}
