public import Exchange
import Ledger
import Secrets

/// The nonces of an exchange's keys in a file beside the desk's database. May be used from any thread: a reservation waits for
/// the disk.
public final class DurableNonces: NonceStore, Sendable {
    private let ledger: NonceLedger

    /// Opens or makes the file that belongs to the desk's database. Throws `LedgerError`.
    public init(beside database: String) throws {
        ledger = try NonceLedger(path: NonceLedger.path(beside: database))
    }

    /// The highest nonce that was ever reserved for the key. Throws `LedgerError`.
    public func reserved(key: String) throws -> UInt64? { try ledger.reserved(KeyFingerprint.of(key)) }

    /// On the disk when it returns. Throws `LedgerError`: then the nonces are not to be used, and no others until a restart.
    public func reserve(through last: UInt64, key: String) throws {
        try ledger.reserve(through: last, KeyFingerprint.of(key))
    }
}
