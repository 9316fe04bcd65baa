/// So much of a coin.
public struct CoinAmount: Hashable, Sendable {
    public let coin: Coin
    public let amount: ExactDecimal

    public init(_ amount: ExactDecimal, _ coin: Coin) {
        self.amount = amount
        self.coin = coin
    }
}
