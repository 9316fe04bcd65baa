/// Where it is kept how far a key's nonces are spoken for. Durable: what `reserve` has returned from outlives a crash.
public protocol NonceStore: AnyObject {
    /// The highest nonce that was ever reserved for the key; nil for a key that is new here.
    func reserved(key: String) throws -> UInt64?

    /// Keeps that nonces up to `last` may have been used. On disk when it returns.
    func reserve(through last: UInt64, key: String) throws
}
