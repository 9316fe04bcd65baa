/// A currency or a coin, by its ticker in lower case: `btc`, `usd`.
///
/// Up to 15 ASCII letters and digits, kept in one 128-bit number: equal, ordered and hashed without touching memory.
public struct Coin: Hashable, Sendable {
    /// The ASCII codes, first letter in the highest byte, so that numbers order as names do.
    private let packed: UInt128

    /// The most letters that a coin's name may have.
    public static let nameLengthMax = 15

    /// A coin's name in any case, or nil where it is empty, too long, or not letters and digits.
    public init?(_ name: some StringProtocol) {
        self.init(utf8: name.utf8)
    }

    /// A coin's name as ASCII, or nil where it is empty, too long, or not letters and digits.
    public init?(utf8 name: some Sequence<UInt8>) {
        var packed: UInt128 = 0
        var count = 0
        for byte in name {
            guard count < Coin.nameLengthMax else { return nil }
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                packed = packed << 8 | UInt128(byte)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                packed = packed << 8 | UInt128(byte | 0x20)
            default:
                return nil
            }
            count += 1
        }
        guard count > 0 else { return nil }
        self.packed = packed << UInt128(8 * (16 - count))
    }
}

extension Coin: Comparable {
    public static func < (left: Coin, right: Coin) -> Bool { left.packed < right.packed }
}

extension Coin: CustomStringConvertible {
    /// The name in lower case.
    public var description: String {
        var text = ""
        var rest = packed
        while rest != 0 {
            text.unicodeScalars.append(Unicode.Scalar(UInt8(truncatingIfNeeded: rest >> 120)))
            rest <<= 8
        }
        return text
    }

    /// Appends the name as ASCII.
    public func appendText(to bytes: inout [UInt8]) {
        var rest = packed
        while rest != 0 {
            bytes.append(UInt8(truncatingIfNeeded: rest >> 120))
            rest <<= 8
        }
    }
}

extension Coin: ExpressibleByStringLiteral {
    /// A coin named in source code; stops the program where the name is none.
    public init(stringLiteral name: StaticString) {
        guard let coin = Coin(name.description) else { preconditionFailure("no coin's name: \(name)") }
        self = coin
    }
}
