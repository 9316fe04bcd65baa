import Trading

/// Why the venue does not do what it was asked, in the words by which clients know it.
enum TapiError: Error, Hashable, Sendable {
    case invalidKey
    case invalidSign
    case invalidNonce(onKey: UInt64, sent: String)
    case invalidMethod
    case noPermission(KeyRight)
    case badField
    case invalidPair(String)
    case amountBelow(ExactDecimal, Coin)
    case priceBelow(ExactDecimal, Pair)
    case priceAbove(ExactDecimal, Pair)
    case notEnough(Coin, Side)
    case invalidOrder
    case badStatus
    case noOrders
    case noTrades
    case noTransactions
    case tooOften

    /// How much of a text that came in is said back.
    static let echoBytesMax = 64

    func text(_ dialect: VenueDialect) -> String {
        switch self {
        case .invalidKey: "invalid api key"
        case .invalidSign: "invalid sign"
        case .invalidNonce(let last, let sent): dialect.nonceRefusal(onKey: last, sent: TapiError.echo(sent))
        case .invalidMethod: "invalid method"
        case .noPermission(let right): "api key dont have \(right.rawValue) permission"
        case .badField: "You incorrectly entered one of fields."
        case .invalidPair(let name): "Invalid pair name: \(TapiError.echo(name))"
        case .amountBelow(let least, let coin): "Value \(coin.capitals) must be greater than \(least) \(coin.capitals)."
        case .priceBelow(let least, let pair):
            "Price per \(pair.base.capitals) must be greater than \(least) \(pair.quote.capitals)."
        case .priceAbove(let most, let pair):
            "Price per \(pair.base.capitals) must be lower than \(most) \(pair.quote.capitals)."
        case .notEnough(let coin, .sell): "It is not enough \(coin.capitals) in the account for sale"
        case .notEnough(let coin, .buy): "It is not enough \(coin.capitals) in the account for purchase"
        case .invalidOrder: "invalid order"
        case .badStatus: "bad status"
        case .noOrders: "no orders"
        case .noTrades: "no trades"
        case .noTransactions: "no transactions"
        case .tooOften: "Requests too often"
        }
    }

    private static func echo(_ text: String) -> String {
        String(decoding: text.utf8.prefix(echoBytesMax), as: UTF8.self)
    }
}

/// What a key may do.
public enum KeyRight: String, Hashable, Sendable, CaseIterable {
    case info
    case trade
    case withdraw
}

extension Coin {
    /// `BTC`, as error texts have it.
    var capitals: String { description.uppercased() }
}
