public import Exchange
public import Trading

/// A key's nonces: each higher than all before it, whatever crashes and whoever else used the key.
///
/// A block of them is reserved on disk before the first is used, so that one write serves many requests. A crash loses
/// what is left of its block: nonces are skipped, never repeated.
public struct NonceSource {
    /// Why there is none.
    public enum Failure: Error, Hashable, Sendable {
        /// The key has sent its last nonce: only a new key helps.
        case exhausted(max: UInt64)
        /// Nothing is sent under a nonce that is not reserved.
        case storeFailed(String)
    }

    /// A nonce, and how few are left where that has to be said now.
    public struct Issued: Hashable, Sendable {
        public let nonce: UInt64
        public let warning: Warning?
    }

    /// The key comes to its end.
    public struct Warning: Hashable, Sendable {
        public let remaining: UInt64
    }

    /// At one request a second the first is four months ahead, the last a quarter of an hour.
    public static let warningsAt: [UInt64] = [10_000_000, 1_000_000, 100_000, 10_000, 1_000]
    /// Nonces that one write to disk reserves.
    public static let blockSize: UInt64 = 1_000
    /// How far to jump where the exchange refuses a nonce without saying which it has; doubled with each refusal in a
    /// row.
    static let firstJump: UInt64 = 1_000

    public let key: String
    public let dialect: Dialect
    private let store: any NonceStore
    private let block: UInt64
    /// The highest nonce that is used up.
    private var last: UInt64
    private var reserved: UInt64
    private var jump = NonceSource.firstJump
    private var warnedAt: UInt64?

    /// Goes on behind all that was ever reserved.
    public init(
        key: String, dialect: Dialect, store: any NonceStore, blockSize: UInt64 = NonceSource.blockSize
    ) throws(Failure) {
        precondition(blockSize > 0, "a block of no nonces")
        self.key = key
        self.dialect = dialect
        self.store = store
        block = blockSize
        do {
            reserved = try store.reserved(key: key) ?? 0
        } catch {
            throw .storeFailed("\(error)")
        }
        last = reserved
    }

    /// How many are left.
    public var remaining: UInt64 { dialect.nonceMax - min(last, dialect.nonceMax) }

    /// The next nonce; it is used up, sent or not.
    public mutating func next() throws(Failure) -> Issued {
        guard last < dialect.nonceMax else { throw .exhausted(max: dialect.nonceMax) }
        if last >= reserved {
            // The room at the top is checked first: the sum could not be held near the end of 64 bits.
            let end = last + min(block, dialect.nonceMax - last)
            do {
                try store.reserve(through: end, key: key)
            } catch {
                throw .storeFailed("\(error)")
            }
            reserved = end
        }
        last += 1
        return Issued(nonce: last, warning: warning())
    }

    /// Takes in that the exchange refused a nonce: goes on above its own number. Where it tells none, jumps: first to
    /// the seconds since 1970, which is what other programs send, then further and further.
    public mutating func refused(onKey: UInt64?, next: UInt64?, at now: Timestamp) {
        let told = max(onKey ?? 0, (next ?? 0) > 0 ? (next ?? 0) - 1 : 0)
        defer { keep() }
        guard told == 0 else {
            last = max(last, told)
            return
        }
        let seconds = UInt64(clamping: now.seconds)
        if last < seconds, seconds < dialect.nonceMax {
            last = seconds
        } else {
            last += min(jump, dialect.nonceMax - min(last, dialect.nonceMax))
            jump = jump.multipliedReportingOverflow(by: 2).overflow ? .max : jump * 2
        }
    }

    /// Keeps how far the exchange is, so that a crash does not fall behind it. Where the disk fails, `next` will say
    /// so.
    private mutating func keep() {
        guard last > reserved, (try? store.reserve(through: min(last, dialect.nonceMax), key: key)) != nil else {
            return
        }
        reserved = last
    }

    /// Takes in that the exchange accepted a nonce.
    public mutating func accepted() { jump = NonceSource.firstJump }

    private mutating func warning() -> Warning? {
        guard let threshold = NonceSource.warningsAt.last(where: { remaining <= $0 }), threshold < warnedAt ?? .max
        else { return nil }
        warnedAt = threshold
        return Warning(remaining: remaining)
    }
}
