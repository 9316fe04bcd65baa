/// A key to somebody's account at an exchange, and the secret that signs for it.
public struct ExchangeKey: Sendable {
    public let key: String
    public let secret: Secret

    /// In bytes.
    public static let keyBytesMax = 256
    /// In bytes.
    public static let secretBytesMax = 512

    /// Nil where either is empty, longer than any exchange's, or holds a space or what is not printable ASCII: such a key
    /// cannot be sent.
    public init?(key: String, secret: String) {
        guard (1...ExchangeKey.keyBytesMax).contains(key.utf8.count), ExchangeKey.isPrintable(key),
            (1...ExchangeKey.secretBytesMax).contains(secret.utf8.count), ExchangeKey.isPrintable(secret)
        else { return nil }
        self.key = key
        self.secret = Secret(secret)
    }

    private static func isPrintable(_ text: String) -> Bool { text.utf8.allSatisfy { (0x21...0x7E).contains($0) } }

    /// Its first characters, to know it by: at most a third of it.
    public var start: String { String(key.prefix(min(ExchangeKey.startMax, max(1, key.count / 3)))) }

    private static let startMax = 6

    /// What names the key where it must not be read, on the disk and in a log: hexadecimal digits of its SHA-256.
    public func fingerprint() throws(SecretFailure) -> String {
        do {
            return Hexadecimal.text(try OpenSSL.sha256(of: Array(key.utf8)))
        } catch {
            throw .unavailable(error.message)
        }
    }
}

extension ExchangeKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "<exchange key \(start)...>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What an exchange lets a key do.
public struct ExchangeKeyRights: Hashable, Sendable {
    public var info: Bool
    public var trade: Bool
    public var withdraw: Bool

    public init(info: Bool, trade: Bool, withdraw: Bool) {
        self.info = info
        self.trade = trade
        self.withdraw = withdraw
    }
}
