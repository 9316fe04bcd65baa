public import Exchange
public import Trading

/// What the conformance suite needs of an exchange under test: money, a market that it can move, and patience.
///
/// A harness is made anew for every check. It is free to be a real adapter against a simulator, or the paper exchange.
public protocol ExchangeHarness: AnyObject {
    var exchange: any Exchange { get }

    /// The pair that is traded, with a fee above zero. Its base and quote coin are the only ones used. The suite trades around
    /// 100 units of the quote coin, on prices of one decimal and quantities of one decimal from 0.1 to 10.
    var rules: PairRules { get }

    /// What the exchange under test can do; checks of what it cannot are skipped.
    var capabilities: Set<ExchangeCapability> { get }

    /// The time of the next request. Never goes back.
    var now: Timestamp { get }

    /// Opens an account that has this and nothing else.
    func openAccount(_ funds: [Coin: ExactDecimal]) throws -> AccountID

    /// Sets what the world outside bids and asks, with enough behind it for any order of the suite. What reports that
    /// gives at once is returned, or comes through `nextReports()`.
    func quote(bid: ExactDecimal, ask: ExactDecimal) throws -> [ExchangeReport]

    /// Has a trade of strangers print.
    func print(price: ExactDecimal, quantity: ExactDecimal, takerSide: Side?) throws -> [ExchangeReport]

    /// Reports that came by themselves since the last call. Waits for the first of them, up to a bound of the harness's own
    /// choosing, and returns none when that is over.
    func nextReports() -> [ExchangeReport]
}

/// What not every exchange can do.
public enum ExchangeCapability: String, Hashable, Sendable, CaseIterable {
    case immediateOrCancel
    case fillOrKill
    case postOnly
    /// Several accounts whose orders match each other.
    case severalAccounts
    /// Orders of one account are kept from trading with each other.
    case selfTradePrevention
}

/// What an exchange did that it may not do.
public struct ConformanceFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Which check: a sentence.
    public let check: String
    /// What was expected, and what was seen.
    public let message: String

    public init(check: String, message: String) {
        self.check = check
        self.message = message
    }

    public var description: String { "\(check): \(message)" }
}
