/// A currency or a coin, by its ticker in lower case: `btc`, `usd`. Up to 15 ASCII letters and digits.
public struct Coin: Hashable, Sendable {
    private let name: ShortName

    /// The most letters that a coin's name may have.
    public static let nameLengthMax = ShortName.lengthMax

    /// A coin's name in any case, or nil where it is empty, too long, or not letters and digits.
    public init?(_ name: some StringProtocol) {
        self.init(utf8: name.utf8)
    }

    /// A coin's name as ASCII, or nil where it is empty, too long, or not letters and digits.
    public init?(utf8 name: some Sequence<UInt8>) {
        guard let name = ShortName(utf8: name) else { return nil }
        self.name = name
    }
}

extension Coin: Comparable {
    public static func < (left: Coin, right: Coin) -> Bool { left.name < right.name }
}

extension Coin: CustomStringConvertible {
    /// The name in lower case.
    public var description: String { name.description }

    /// Appends the name as ASCII.
    public func appendText(to bytes: inout [UInt8]) { name.appendText(to: &bytes) }
}

extension Coin: ExpressibleByStringLiteral {
    /// A coin named in source code; stops the program where the name is none.
    public init(stringLiteral name: StaticString) {
        guard let coin = Coin(name.description) else { preconditionFailure("no coin's name: \(name)") }
        self = coin
    }
}
