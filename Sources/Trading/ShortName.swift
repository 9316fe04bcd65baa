/// Up to 15 ASCII bytes of a name, kept in one 128-bit number: equal, ordered and hashed without touching memory.
struct ShortName: Hashable, Sendable {
    /// The ASCII codes, first letter in the highest byte, so that numbers order as names do.
    private let packed: UInt128

    /// The most letters that a name may have.
    static let lengthMax = 15

    /// A name in any case; nil where it is empty, too long, or has anything but letters, digits and what `isMark` lets pass.
    init?(utf8 name: some Sequence<UInt8>, isMark: (UInt8) -> Bool = { _ in false }) {
        var packed: UInt128 = 0
        var count = 0
        for byte in name {
            guard count < ShortName.lengthMax else { return nil }
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                packed = packed << 8 | UInt128(byte)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                packed = packed << 8 | UInt128(byte | 0x20)
            case _ where isMark(byte):
                packed = packed << 8 | UInt128(byte)
            default:
                return nil
            }
            count += 1
        }
        guard count > 0 else { return nil }
        self.packed = packed << UInt128(8 * (16 - count))
    }

    /// Appends the name as ASCII.
    func appendText(to bytes: inout [UInt8]) {
        var rest = packed
        while rest != 0 {
            bytes.append(UInt8(truncatingIfNeeded: rest >> 120))
            rest <<= 8
        }
    }
}

extension ShortName: Comparable {
    static func < (left: ShortName, right: ShortName) -> Bool { left.packed < right.packed }
}

extension ShortName: CustomStringConvertible {
    /// The name in lower case.
    var description: String {
        var text = ""
        var rest = packed
        while rest != 0 {
            text.unicodeScalars.append(Unicode.Scalar(UInt8(truncatingIfNeeded: rest >> 120)))
            rest <<= 8
        }
        return text
    }
}
