/// What a pair trades at now. Each price is nil until one has been seen.
public struct Ticker: Hashable, Sendable {
    public var bid: ExactDecimal?
    public var ask: ExactDecimal?
    public var last: ExactDecimal?
    /// When the newest of the three was seen.
    public var at: Timestamp

    public init(bid: ExactDecimal? = nil, ask: ExactDecimal? = nil, last: ExactDecimal? = nil, at: Timestamp) {
        self.bid = bid
        self.ask = ask
        self.last = last
        self.at = at
    }
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
