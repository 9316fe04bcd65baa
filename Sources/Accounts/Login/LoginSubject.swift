public import Trading

/// What failed logins are counted for. Each subject has a count of its own: a success at one forgives nothing at another.
public enum LoginSubject: Hashable, Sendable {
    /// Passwords tried for a name, from addresses at which that name has not logged in lately. The name may be nobody's.
    case name(AccountName)
    /// Passwords tried from an address, whatever the name.
    case address(AddressGroup)
    /// Passwords tried for a name from an address at which that name has logged in.
    case nameAt(AccountName, AddressGroup)
    /// Passwords tried from an address for texts that no account can be called.
    case malformedName(at: AddressGroup)
    /// Tokens tried from an address.
    case token(at: AddressGroup)
    /// Two-factor codes tried for an account, from any address and in any session.
    case code(of: AccountID)

    /// The case, as `login_failures` names it.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case name
        case address
        case nameAt = "name_at"
        case malformedName = "malformed_name"
        case token
        case code
    }

    public var kind: Kind {
        switch self {
        case .name: .name
        case .address: .address
        case .nameAt: .nameAt
        case .malformedName: .malformedName
        case .token: .token
        case .code: .code
        }
    }

    /// What tells it from others of its kind, as `login_failures` stores it; at most 97 bytes.
    public var key: String {
        switch self {
        case .name(let name): name.text
        case .address(let address), .malformedName(let address), .token(let address): address.text
        case .nameAt(let name, let address): "\(name) \(address)"
        case .code(let account): "\(account.rawValue)"
        }
    }

    /// Reads what `kind` and `key` store; nil for a key that none of its kind has.
    public init?(kind: Kind, key: String) {
        switch kind {
        case .name:
            guard let name = AccountName(key) else { return nil }
            self = .name(name)
        case .address: self = .address(AddressGroup(key))
        case .nameAt:
            let parts = key.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = AccountName(parts[0]) else { return nil }
            self = .nameAt(name, AddressGroup(String(parts[1])))
        case .malformedName: self = .malformedName(at: AddressGroup(key))
        case .token: self = .token(at: AddressGroup(key))
        case .code:
            guard let number = Int64(key) else { return nil }
            self = .code(of: AccountID(number))
        }
    }
}

extension LoginSubject: Comparable {
    public static func < (left: LoginSubject, right: LoginSubject) -> Bool {
        (left.kind.rawValue, left.key) < (right.kind.rawValue, right.key)
    }
}
