import Foundation
public import Trading

/// Whom failed logins are counted for.
public struct LoginSubject: Hashable, Sendable {
    /// What failures are counted by.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case name
        case address
    }

    public let kind: Kind
    /// The name in small letters, or the address as the server writes it; no longer than `keyBytesMax`.
    public let key: String

    /// What is kept of a name or an address. Both fit; what does not can be nobody's.
    public static let keyBytesMax = 64

    /// A subject as it was stored.
    public init(kind: Kind, key: String) {
        self.kind = kind
        self.key = key
    }

    /// A name as somebody typed it, whether or not there is such an account.
    static func name(_ name: String) -> LoginSubject {
        if let name = AccountName(name) { return LoginSubject(kind: .name, key: name.text) }
        // No account can have it, which is no secret: all such names are one subject, and take the room of one.
        return LoginSubject(kind: .name, key: "")
    }

    /// An address as the server writes it. Of IPv6 the first 64 bits count, which is what one subscriber is given
    /// (RFC 6177): the others are his to change at each attempt. IPv4 written as IPv6 is IPv4.
    static func address(_ address: String) -> LoginSubject {
        var bytes = in6_addr()
        guard inet_pton(AF_INET6, address, &bytes) == 1 else {
            return LoginSubject(kind: .address, key: String(decoding: address.utf8.prefix(keyBytesMax), as: UTF8.self))
        }
        let octets = withUnsafeBytes(of: &bytes) { Array($0) }
        let isMapped = octets.prefix(10).allSatisfy { $0 == 0 } && octets[10] == 0xFF && octets[11] == 0xFF
        let key =
            isMapped
            ? octets.suffix(4).map { String($0) }.joined(separator: ".")
            : octets.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "/64"
        return LoginSubject(kind: .address, key: key)
    }
}

extension LoginSubject: Comparable {
    public static func < (left: LoginSubject, right: LoginSubject) -> Bool {
        (left.kind.rawValue, left.key) < (right.kind.rawValue, right.key)
    }
}

/// How often logins of one subject have failed, and when one was last tried: a row of `login_failures`.
public struct LoginFailures: Hashable, Sendable {
    public let subject: LoginSubject
    public var count: Int
    public var lastAttemptAt: Timestamp

    public init(subject: LoginSubject, count: Int, lastAttemptAt: Timestamp) {
        self.subject = subject
        self.count = count
        self.lastAttemptAt = lastAttemptAt
    }
}
