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

    /// Places an order of an account with no desk involved, as its trader would at the exchange's own page: a limit order. The
    /// exchange's id of it. For `.foreignOrders`.
    func placeElsewhere(_ account: AccountID, _ side: Side, quantity: ExactDecimal, price: ExactDecimal) throws
        -> String

    /// Moves an account's money other than by trading; the exchange's id of the transaction. For `.transactions`.
    func transact(
        _ account: AccountID, _ kind: BalanceChangeReason, _ coin: Coin, _ amount: ExactDecimal,
        _ status: TransactionStatus, description: String
    ) throws -> String

    /// A transaction that waits becomes another. For `.transactions`.
    func settle(_ transaction: String, as status: TransactionStatus) throws

    /// Withdraws the right to trade from an account's key, or gives it back. For `.keyRights`.
    func setTradeRight(_ mayTrade: Bool, of account: AccountID) throws

    /// Reports that came by themselves since the last call. Waits for the first of them, up to a bound of the harness's own
    /// choosing, and returns none when that is over.
    func nextReports() -> [ExchangeReport]
}

extension ExchangeHarness {
    private func cannot(_ what: String) -> ConformanceFailure {
        ConformanceFailure(check: "the harness", message: "it claims what it cannot: \(what)")
    }

    /// A harness without `.foreignOrders` need not.
    public func placeElsewhere(
        _ account: AccountID, _ side: Side, quantity: ExactDecimal, price: ExactDecimal
    ) throws -> String { throw cannot("an order from elsewhere") }

    /// A harness without `.transactions` need not.
    public func transact(
        _ account: AccountID, _ kind: BalanceChangeReason, _ coin: Coin, _ amount: ExactDecimal,
        _ status: TransactionStatus, description: String
    ) throws -> String { throw cannot("a transaction") }

    /// A harness without `.transactions` need not.
    public func settle(_ transaction: String, as status: TransactionStatus) throws { throw cannot("a transaction") }

    /// A harness without `.keyRights` need not.
    public func setTradeRight(_ mayTrade: Bool, of account: AccountID) throws { throw cannot("a key's rights") }
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
    /// Accounts may have orders that the desk did not make, which it may cancel.
    case foreignOrders
    /// Deposits, withdrawals, credits and debits are listed.
    case transactions
    /// Accounts have keys whose rights may change.
    case keyRights
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
