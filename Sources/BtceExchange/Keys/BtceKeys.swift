public import Exchange
public import Secrets
public import Trading

extension TapiKey {
    /// A key as the btc-e protocol signs with it.
    convenience init(_ key: ExchangeKey) {
        self.init(key: key.key, secret: Array(key.secret.revealed().utf8))
    }
}

extension BtceExchange: KeyedExchange {
    /// Beside what is under way: for a key that no account uses.
    public func check(_ key: ExchangeKey, seeing order: String?, answer: @escaping @Sendable (KeyVerdict) -> Void) {
        keyCheck.ask(key, seeing: order, answer: answer)
    }

    /// Two accounts never have the same key: the store of keys refuses it.
    public func use(_ key: ExchangeKey?, for account: AccountID) { setKey(key.map { TapiKey($0) }, for: account) }
}

extension KeyCheck {
    /// Asks about a key, and answers as `KeyedExchange.check` does.
    public func ask(_ key: ExchangeKey, seeing order: String?, answer: @escaping @Sendable (KeyVerdict) -> Void) {
        ask(TapiKey(key), seeing: order.flatMap { UInt64($0) }) { answer(KeyVerdict($0)) }
    }
}

extension ExchangeKeyRights {
    /// Rights as the btc-e protocol tells them.
    init(_ rights: KeyRights) { self.init(info: rights.info, trade: rights.trade, withdraw: rights.withdraw) }
}

extension KeyVerdict {
    /// What the answer to getInfo means for the key. What the exchange says of itself (that it is asked too often, that it is not
    /// available) says nothing of the key.
    init(_ result: Result<AccountInfo, KeyCheck.Failure>) {
        switch result {
        case .success(let info):
            self = .accepted(ExchangeKeyRights(info.rights))
        case .failure(.answer(.refused(let refusal, let words))):
            switch refusal {
            case .noPermission, .invalidKey, .invalidSignature, .unknown: self = .refused(words: words)
            default: self = .unavailable(reason: words)
            }
        case .failure(.answer(let failure)): self = .unavailable(reason: failure.reason)
        case .failure(.ofAnotherAccount(let words)): self = .ofAnotherAccount(words: words)
        case .failure(.noNonce(.exhausted)): self = .refused(words: "it has sent its last nonce; make a new key")
        case .failure(.noNonce(.storeFailed(let reason))): self = .unavailable(reason: reason)
        }
    }
}
