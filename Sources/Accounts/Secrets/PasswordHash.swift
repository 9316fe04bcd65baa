public import Secrets

/// What scrypt costs (RFC 7914). Kept with every hash, so that it can grow while old passwords still work.
public struct ScryptCost: Hashable, Sendable {
    /// The cost in time and memory: a power of two above 1.
    public let n: UInt64
    /// The block size, in 128 bytes.
    public let r: UInt64
    /// How often the whole is repeated.
    public let p: UInt64

    /// The most memory that one hash may ask for, so that a damaged row cannot take the machine down.
    public static let memoryBytesMax: UInt64 = 512 << 20

    /// A cost that can be paid, or nil: `n` no power of two, a zero, or more memory than `memoryBytesMax`.
    public init?(n: UInt64, r: UInt64, p: UInt64) {
        guard n > 1, n & (n - 1) == 0, n <= 1 << 24, (1...64).contains(r), (1...64).contains(p) else { return nil }
        self.n = n
        self.r = r
        self.p = p
        guard memoryBytes <= ScryptCost.memoryBytesMax else { return nil }
    }

    private init(known n: UInt64, _ r: UInt64, _ p: UInt64) {
        self.n = n
        self.r = r
        self.p = p
    }

    /// N = 2^15, r = 8, p = 1: 32 MiB, and about 0.1 s of a core.
    public static let standard = ScryptCost(known: 1 << 15, 8, 1)

    /// What the algorithm needs: N + p blocks of 128 r bytes, a little for work, and a page for what OpenSSL adds.
    var memoryBytes: UInt64 { 128 * r * (n + p + 2) + 4_096 }
}

/// What is kept of a password: enough to know it again, and not to tell it.
public struct PasswordHash: Hashable, Sendable {
    public let cost: ScryptCost
    let salt: [UInt8]
    let digest: [UInt8]

    static let saltLength = 16
    static let digestLength = 32

    init(cost: ScryptCost, salt: [UInt8], digest: [UInt8]) {
        self.cost = cost
        self.salt = salt
        self.digest = digest
    }

    /// Hashes a new password with a salt of its own. Blocks for about 0.1 s: never on a loop's thread.
    ///
    /// The password's rule is asked for before, with `PasswordRule.check(_:)`.
    public init(hashing password: Secret, cost: ScryptCost = .standard) throws(SecretFailure) {
        do {
            let salt = try OpenSSL.randomBytes(count: PasswordHash.saltLength)
            let digest = try password.withUnsafeBytes { (bytes) throws(OpenSSL.Failure) in
                try OpenSSL.scrypt(bytes, salt: salt, cost: cost, digestLength: PasswordHash.digestLength)
            }
            self.init(cost: cost, salt: salt, digest: digest)
        } catch {
            throw .unavailable(error.message)
        }
    }

    /// A hash that no password is known to, and that takes as long to find wrong as any other: what a wrong name is
    /// checked against, so that the clock does not tell it from a wrong password.
    public static func decoy(cost: ScryptCost = .standard) throws(SecretFailure) -> PasswordHash {
        do {
            return PasswordHash(
                cost: cost, salt: try OpenSSL.randomBytes(count: saltLength),
                digest: try OpenSSL.randomBytes(count: digestLength))
        } catch {
            throw .unavailable(error.message)
        }
    }

    /// Whether this is the password. Blocks for as long as `cost` says: never on a loop's thread.
    public func matches(_ password: Secret) throws(SecretFailure) -> Bool {
        do {
            var candidate = try password.withUnsafeBytes { (bytes) throws(OpenSSL.Failure) in
                try OpenSSL.scrypt(bytes, salt: salt, cost: cost, digestLength: digest.count)
            }
            defer { OpenSSL.cleanse(&candidate) }
            return candidate.withUnsafeBytes { left in digest.withUnsafeBytes { OpenSSL.isEqual(left, $0) } }
        } catch {
            throw .unavailable(error.message)
        }
    }
}

extension PasswordHash: CustomStringConvertible, CustomReflectable {
    public var description: String { "<password hash>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
