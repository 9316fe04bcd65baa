public import Secrets

/// The key that the exchange keys of everybody are sealed under. It is in a file of the operator's, never in the database:
/// whoever has one of the two has nothing.
public struct MasterKey: Sendable {
    /// In bytes.
    public static let length = 32

    let secret: Secret
    /// Tells one master key from another, and nothing about it.
    public let name: String

    /// A new one.
    public static func generate() throws(SecretFailure) -> MasterKey {
        do {
            var random = try OpenSSL.randomBytes(count: length)
            defer { OpenSSL.cleanse(&random) }
            return try MasterKey(secret: Secret(bytes: random))
        } catch {
            throw .unavailable(error.message)
        }
    }

    /// What a file holds: 32 bytes, or 64 hexadecimal digits with or without an end of line. Nil for anything else, and for
    /// 32 bytes that are all the same: a file of zeros is a mistake, not a key.
    init?(fileContents bytes: [UInt8]) throws(SecretFailure) {
        var key = bytes.count == MasterKey.length ? bytes : MasterKey.bytes(ofHexadecimal: bytes) ?? []
        defer { OpenSSL.cleanse(&key) }
        guard key.count == MasterKey.length, Set(key).count > 1 else { return nil }
        do {
            self = try MasterKey(secret: Secret(bytes: key))
        } catch {
            throw .unavailable(error.message)
        }
    }

    private init(secret: Secret) throws(OpenSSL.Failure) {
        self.secret = secret
        var named = Array("outcry master key\0".utf8)
        secret.withUnsafeBytes { named += $0 }
        defer { OpenSSL.cleanse(&named) }
        name = Hexadecimal.text(try OpenSSL.sha256(of: named).prefix(MasterKey.nameBytes))
    }

    private static let nameBytes = 8

    private static func bytes(ofHexadecimal text: [UInt8]) -> [UInt8]? {
        var digits = text[...]
        while let last = digits.last, last == 0x0A || last == 0x0D { digits.removeLast() }
        return digits.count == 2 * length ? Hexadecimal.bytes(digits) : nil
    }

    /// What `new-master` writes into a file: 64 digits and the end of a line.
    func fileContents() -> [UInt8] {
        secret.withUnsafeBytes { Array(Hexadecimal.text($0).utf8) + [0x0A] }
    }
}

extension MasterKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "<master key \(name)>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
