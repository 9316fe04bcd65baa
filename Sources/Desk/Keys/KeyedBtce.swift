public import Accounts
public import BtceExchange
public import Exchange
public import Trading

/// An adapter of the btc-e family together with the keys of its accounts: new ones are checked beside it, those that are kept are
/// handed to it.
public final class KeyedBtce: KeyedExchange {
    private let adapter: any Exchange
    private let keyCheck: KeyCheck
    private let setKey: (TapiKey?, AccountID) -> Void

    /// `setKey` gives the adapter an account's key, or with nil takes it away.
    public init(_ adapter: any Exchange, check: KeyCheck, setKey: @escaping (TapiKey?, AccountID) -> Void) {
        self.adapter = adapter
        keyCheck = check
        self.setKey = setKey
    }

    public var name: String { adapter.name }
    public var settlement: Settlement { adapter.settlement }

    /// As the adapter's.
    public func recall(_ orders: [SentOrder]) { adapter.recall(orders) }

    /// As the adapter's.
    public func submit(_ request: OrderRequest, at now: Timestamp) -> [ExchangeReport] {
        adapter.submit(request, at: now)
    }

    /// As the adapter's.
    public func ask(_ query: ExchangeQuery, id: QueryID, at now: Timestamp) -> [ExchangeReport] {
        adapter.ask(query, id: id, at: now)
    }

    /// Asks with getInfo, on connections of the check's own.
    public func check(_ key: ExchangeKey, answer: @escaping @Sendable (KeyVerdict) -> Void) {
        keyCheck.ask(TapiKey(key)) { answer(KeyVerdict($0)) }
    }

    /// Hands the key to the adapter.
    public func use(_ key: ExchangeKey?, for account: AccountID) { setKey(key.map { TapiKey($0) }, account) }
}
