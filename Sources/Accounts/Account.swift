public import Trading

/// A person who may log in.
public struct Account: Hashable, Sendable, Identifiable {
    public let id: AccountID
    public let name: AccountName
    public var role: Role
    /// When the operator closed the account to logins; nil while it is open.
    public var disabledAt: Timestamp?
    /// When the operator deleted it: its name is one that nobody logs in with. It is disabled as well.
    public var deletedAt: Timestamp?
    public let createdAt: Timestamp
    public var lastLoginAt: Timestamp?
    public var email: String?

    public init(
        id: AccountID, name: AccountName, role: Role, disabledAt: Timestamp? = nil, deletedAt: Timestamp? = nil,
        createdAt: Timestamp, lastLoginAt: Timestamp? = nil, email: String? = nil
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.disabledAt = disabledAt
        self.deletedAt = deletedAt
        self.createdAt = createdAt
        self.lastLoginAt = lastLoginAt
        self.email = email
    }

    public var isDisabled: Bool { disabledAt != nil }
}

/// What a person may do.
public enum Role: String, Hashable, Sendable, Codable, CaseIterable {
    /// Sees the market and the account, and changes no order.
    case viewer
    case trader
    /// A trader who may also do what is the operator's.
    case admin

    /// The most that a session of this role, or a token made by it, may do.
    public var rights: TokenRights { self == .viewer ? .read : .trade }
}

/// The name that a person logs in with: 1 to 32 of `a-z 0-9 _ . -`. Capitals are read as small letters.
public struct AccountName: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let text: String

    /// The most characters that a name may have.
    public static let lengthMax = 32

    /// What a name must look like, in words for a refusal.
    public static let rule = "1 to \(lengthMax) of a-z 0-9 _ . -"

    /// A name in any case, or nil where it breaks the rule.
    public init?(_ text: some StringProtocol) {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            guard bytes.count < AccountName.lengthMax else { return nil }
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
                bytes.append(byte)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                bytes.append(byte | 0x20)
            default:
                return nil
            }
        }
        guard !bytes.isEmpty else { return nil }
        self.text = String(decoding: bytes, as: UTF8.self)
    }

    public static func < (left: AccountName, right: AccountName) -> Bool { left.text < right.text }

    public var description: String { text }
}
