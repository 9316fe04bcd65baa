/// An exchange as the desk calls it: what a trader types after `on`, and what every order, fill and record is kept under.
///
/// Up to 15 ASCII letters, digits, hyphens and underscores, beginning with a letter, in lower case: `paper`, `kraken`, `btce-2`.
/// One exchange has one name in a desk; two of a kind, at addresses of their own, have two.
public struct ExchangeID: Hashable, Sendable {
    private let name: ShortName

    /// The exchange that this program has in itself.
    public static let paper: ExchangeID = "paper"

    /// The most letters that a name may have.
    public static let nameLengthMax = ShortName.lengthMax

    /// A name in any case, or nil where it is none.
    public init?(_ name: some StringProtocol) {
        guard let first = name.utf8.first, first | 0x20 >= UInt8(ascii: "a"), first | 0x20 <= UInt8(ascii: "z"),
            let name = ShortName(
                utf8: name.utf8, isMark: { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
        else { return nil }
        self.name = name
    }
}

extension ExchangeID: Comparable {
    public static func < (left: ExchangeID, right: ExchangeID) -> Bool { left.name < right.name }
}

extension ExchangeID: CustomStringConvertible {
    /// The name in lower case.
    public var description: String { name.description }

    /// Appends the name as ASCII.
    public func appendText(to bytes: inout [UInt8]) { name.appendText(to: &bytes) }
}

extension ExchangeID: ExpressibleByStringLiteral {
    /// An exchange named in source code; stops the program where the name is none.
    public init(stringLiteral name: StaticString) {
        guard let exchange = ExchangeID(name.description) else { preconditionFailure("no exchange's name: \(name)") }
        self = exchange
    }
}
