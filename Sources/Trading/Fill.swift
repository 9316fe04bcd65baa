/// A trade of one order at the exchange (FIX ExecType=Trade).
public struct Fill: Hashable, Sendable {
    /// The exchange's number of this fill.
    public let id: FillID
    /// In the quote coin.
    public let price: ExactDecimal
    /// In the base coin.
    public let quantity: ExactDecimal
    /// What was actually paid, in `feeCurrency`.
    public let fee: ExactDecimal
    public let feeCurrency: Coin
    public let liquidity: Liquidity
    /// When the exchange says that it happened.
    public let at: Timestamp

    public init(
        id: FillID, price: ExactDecimal, quantity: ExactDecimal, fee: ExactDecimal, feeCurrency: Coin,
        liquidity: Liquidity, at: Timestamp
    ) {
        self.id = id
        self.price = price
        self.quantity = quantity
        self.fee = fee
        self.feeCurrency = feeCurrency
        self.liquidity = liquidity
        self.at = at
    }
}
