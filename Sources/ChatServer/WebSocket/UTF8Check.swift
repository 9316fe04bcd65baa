/// Follows UTF-8 byte by byte, over the borders of frames (RFC 3629 §4): no overlong form, no surrogate, nothing beyond
/// U+10FFFF. Says so at the first byte that cannot be right.
package struct UTF8Check: Hashable, Sendable {
    /// Bytes that the character under way still needs.
    private var missing: UInt8 = 0
    /// Which the next byte may be.
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    package init() {}

    /// Whether the text may end here.
    package var isComplete: Bool { missing == 0 }

    /// False where the text cannot be UTF-8, whatever follows.
    package mutating func take(_ byte: UInt8) -> Bool {
        if missing == 0 { return byte < 0x80 || begin(byte) }
        guard byte >= lowest, byte <= highest else { return false }
        missing -= 1
        (lowest, highest) = (0x80, 0xBF)
        return true
    }

    /// The first byte of a character of several. It narrows the second one.
    private mutating func begin(_ byte: UInt8) -> Bool {
        switch byte {
        case 0xC2...0xDF: missing = 1
        case 0xE0: (missing, lowest) = (2, 0xA0)
        case 0xED: (missing, highest) = (2, 0x9F)
        case 0xE1...0xEF: missing = 2
        case 0xF0: (missing, lowest) = (3, 0x90)
        case 0xF1...0xF3: missing = 3
        case 0xF4: (missing, highest) = (3, 0x8F)
        default: return false
        }
        return true
    }

    /// Whether all of these bytes are UTF-8.
    package static func isText(_ bytes: some Sequence<UInt8>) -> Bool {
        var check = UTF8Check()
        for byte in bytes where !check.take(byte) { return false }
        return check.isComplete
    }
}
