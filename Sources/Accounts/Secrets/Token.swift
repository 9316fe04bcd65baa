public import Secrets
public import Trading

/// What a token lets its bearer do.
public enum TokenRights: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    case read
    /// All that `read` may, and orders.
    case trade

    public static func < (left: TokenRights, right: TokenRights) -> Bool { left == .read && right == .trade }
}

/// A token as its owner sees it listed. What it is, nobody can read again.
public struct Token: Hashable, Sendable, Identifiable {
    public let id: Int64
    public let account: AccountID
    /// Unique among the account's; a name like an account's.
    public let name: AccountName
    public let rights: TokenRights
    public let createdAt: Timestamp
    /// From this moment on it is refused; nil for a token without an end.
    public let expiresAt: Timestamp?
    public let lastUsedAt: Timestamp?

    /// Whether its time is over.
    public func isExpired(at now: Timestamp) -> Bool {
        guard let expiresAt else { return false }
        return now >= expiresAt
    }
}

/// A token itself: `outcry_` and 32 random bytes in base64url (RFC 4648 §5, without padding). Shown once, when it is made;
/// only its SHA-256 is kept. A plain hash is enough, as nobody guesses 256 random bits.
public struct TokenSecret: Sendable {
    public let secret: Secret

    /// What a token begins with, so that people and scanners know one that lies about.
    public static let prefix = "outcry_"
    static let randomLength = 32
    /// The characters of a whole token: the prefix and 43 for 256 bits, six at a time.
    static let length = prefix.utf8.count + 43

    /// A new one.
    public static func generate() throws(SecretFailure) -> TokenSecret {
        do {
            var random = try OpenSSL.randomBytes(count: randomLength)
            defer { OpenSSL.cleanse(&random) }
            return TokenSecret(secret: Secret(bytes: Array(prefix.utf8) + base64URL(random)))
        } catch {
            throw .unavailable(error.message)
        }
    }

    private init(secret: Secret) { self.secret = secret }

    /// What somebody presents, or nil where it does not look like a token at all.
    public init?(presented secret: Secret) {
        guard secret.count == TokenSecret.length else { return nil }
        let isToken = secret.withUnsafeBytes { bytes in
            bytes.starts(with: TokenSecret.prefix.utf8)
                && bytes.dropFirst(TokenSecret.prefix.utf8.count).allSatisfy { TokenSecret.alphabet.contains($0) }
        }
        guard isToken else { return nil }
        self.secret = secret
    }

    /// What is stored, and looked up by.
    func sha256() throws(OpenSSL.Failure) -> [UInt8] {
        try secret.withUnsafeBytes { (bytes) throws(OpenSSL.Failure) in try OpenSSL.sha256(bytes) }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func base64URL(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(length)
        var rest: UInt32 = 0
        var bitCount: UInt32 = 0
        for byte in bytes {
            rest = rest << 8 | UInt32(byte)
            bitCount += 8
            while bitCount >= 6 {
                bitCount -= 6
                text.append(alphabet[Int(rest >> bitCount & 63)])
            }
        }
        if bitCount > 0 { text.append(alphabet[Int(rest << (6 - bitCount) & 63)]) }
        return text
    }
}
