/// Which way an order trades.
public enum Side: String, Hashable, Sendable, Codable, CaseIterable {
    case buy
    case sell

    public var opposite: Side { self == .buy ? .sell : .buy }
}

/// Whether a fill's order was on the book first (maker) or came to it (taker).
public enum Liquidity: String, Hashable, Sendable, Codable, CaseIterable {
    case maker
    case taker
}
