/// A 32-bit check of stored bytes: SQLite does not notice a byte that changed on the disk inside a value.
///
/// Not against malice, only against decay: each step is a bijection of the state, so one changed word always changes the
/// 64-bit sum. The constants are part of the stored format and never change.
package enum Checksum {
    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The bytes with their sum behind them, as they are stored.
    package static func appended(to bytes: [UInt8]) -> [UInt8] {
        let sum = bytes.withUnsafeBytes { Checksum.sum($0) }
        return bytes + withUnsafeBytes(of: sum.littleEndian) { Array($0) }
    }

    static func sum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var state = UInt64(bytes.count) &* multiplier
        var offset = 0
        while offset + 8 <= bytes.count {
            mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)), into: &state)
            offset += 8
        }
        if offset < bytes.count {
            var word: UInt64 = 0
            for index in offset..<bytes.count {
                word |= UInt64(bytes[index]) << UInt64(8 * (index - offset))
            }
            mix(word, into: &state)
        }
        return UInt32(truncatingIfNeeded: state ^ state >> 32)
    }

    private static func mix(_ word: UInt64, into state: inout UInt64) {
        state = (state ^ word) &* multiplier
        state ^= state >> 29
    }
}
