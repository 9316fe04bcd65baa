/// What is traded for what: the base coin's amount at a price in the quote coin. Printed as `btc_usd`.
public struct Pair: Hashable, Sendable {
    public let base: Coin
    public let quote: Coin

    public init(base: Coin, quote: Coin) {
        self.base = base
        self.quote = quote
    }

    /// Reads the printed form, `btc_usd`, in any case; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, let base = Coin(parts[0]), let quote = Coin(parts[1]) else { return nil }
        self.init(base: base, quote: quote)
    }
}

extension Pair: Comparable {
    public static func < (left: Pair, right: Pair) -> Bool {
        (left.base, left.quote) < (right.base, right.quote)
    }
}

extension Pair: CustomStringConvertible {
    public var description: String { "\(base)_\(quote)" }
}

extension Pair: ExpressibleByStringLiteral {
    /// A pair named in source code; stops the program where the text is none.
    public init(stringLiteral text: StaticString) {
        guard let pair = Pair(text.description) else { preconditionFailure("no pair: \(text)") }
        self = pair
    }
}
