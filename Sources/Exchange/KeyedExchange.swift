public import Secrets
public import Trading

/// An exchange whose accounts sign what they ask with keys of their own.
public protocol KeyedExchange: Exchange {
    /// Asks the exchange what a key may do; nothing is kept of it. Where the account has an order open there, `order` is the exchange's
    /// name of it, and a key that does not see it is of another account. `answer` is called once, on any thread.
    func check(_ key: ExchangeKey, seeing order: String?, answer: @escaping @Sendable (KeyVerdict) -> Void)

    /// From now on what is asked for an account is signed with this key; nil: nothing can be asked for it any more.
    func use(_ key: ExchangeKey?, for account: AccountID)
}

extension KeyedExchange {
    public var keyed: (any KeyedExchange)? { self }
}

/// What an exchange said of a key.
public enum KeyVerdict: Hashable, Sendable {
    case accepted(ExchangeKeyRights)
    /// It does not know the key, or the secret is not the key's, or the key may not even read. `words` are the exchange's.
    case refused(words: String)
    /// It knows the key, and says that the order which the key was to see is none of its account. `words` are the exchange's.
    case ofAnotherAccount(words: String)
    /// It said nothing, or nothing that can be read.
    case unavailable(reason: String)
}
