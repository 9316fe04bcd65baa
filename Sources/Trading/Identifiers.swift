/// An order's number, unique on this desk and never used again. Typed and printed as `#41`.
public struct OrderID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    public static func < (left: OrderID, right: OrderID) -> Bool { left.rawValue < right.rawValue }

    public var description: String { "#\(rawValue)" }
}

/// An account's number: the row of the person in the accounts' table.
public struct AccountID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: Int64

    public init(rawValue: Int64) { self.rawValue = rawValue }
    public init(_ rawValue: Int64) { self.rawValue = rawValue }

    public static func < (left: AccountID, right: AccountID) -> Bool { left.rawValue < right.rawValue }

    public var description: String { "account \(rawValue)" }
}

/// What the desk calls an order when it talks to an exchange (FIX ClOrdID): the order and which attempt at it this is.
/// A replaced order keeps its number and counts up.
public struct ClientOrderID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let order: OrderID
    public let attempt: UInt32

    public init(order: OrderID, attempt: UInt32) {
        self.order = order
        self.attempt = attempt
    }

    /// Reads `41-1`; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let order = UInt64(parts[0]), let attempt = UInt32(parts[1]) else { return nil }
        self.init(order: OrderID(order), attempt: attempt)
    }

    public static func < (left: ClientOrderID, right: ClientOrderID) -> Bool {
        (left.order, left.attempt) < (right.order, right.attempt)
    }

    public var description: String { "\(order.rawValue)-\(attempt)" }
}
