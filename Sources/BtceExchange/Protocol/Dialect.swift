/// Which relative of btc-e an exchange is: where its answers and demands differ.
public enum Dialect: String, Hashable, Sendable, CaseIterable {
    case btce
    case yobit

    /// The highest nonce that a key can ever send. After it only a new key helps.
    public var nonceMax: UInt64 {
        switch self {
        case .btce: 4_294_967_294
        case .yobit: 2_147_483_646
        }
    }

    /// Whether a ticker's `buy` is what somebody who buys pays, the best ask; else it is the best bid, as it is named.
    public var isTickerBuyTheAsk: Bool { self == .btce }

    /// Whether ActiveOrders and TradeHistory are refused without a pair.
    public var requiresPair: Bool { self == .yobit }
}
