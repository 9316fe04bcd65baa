import Trading

/// Appends values in the stored format: little-endian, lengths in front, nothing aligned.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    var count: Int { bytes.count }

    mutating func append(byte: UInt8) { bytes.append(byte) }

    /// Seven bits a byte, lowest first, the high bit set on all but the last (LEB128).
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Small numbers of either sign stay short: 0, -1, 1, -2 become 0, 1, 2, 3.
    mutating func append(zigzag value: Int64) {
        append(varint: UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    mutating func append(fixed16 value: UInt16) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(fixed32 value: UInt32) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ time: Timestamp) {
        withUnsafeBytes(of: time.nanoseconds.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// The fewest bytes of two's complement that hold the units, their count in front. Zero is one byte.
    mutating func append(_ decimal: ExactDecimal) {
        let units = decimal.units
        let bits = units == 0 ? 0 : 129 - (units < 0 ? ~units : units).leadingZeroBitCount
        let count = (bits + 7) / 8
        bytes.append(UInt8(truncatingIfNeeded: count))
        withUnsafeBytes(of: units.littleEndian) { all in
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: all[..<count]))
        }
    }

    /// The length in bytes, then UTF-8.
    mutating func append(_ text: String) {
        append(varint: UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func append(_ coin: Coin) {
        let start = bytes.count
        bytes.append(0)
        coin.appendText(to: &bytes)
        bytes[start] = UInt8(truncatingIfNeeded: bytes.count - start - 1)
    }

    mutating func append(_ pair: Pair) {
        append(pair.base)
        append(pair.quote)
    }

    /// The check of everything since `start`.
    mutating func appendChecksum(from start: Int) {
        let sum = bytes.withUnsafeBytes { Checksum.sum(UnsafeRawBufferPointer(rebasing: $0[start...])) }
        append(fixed32: sum)
    }

    // MARK: For columns of text

    mutating func append(rawText text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func append(rawBytes more: [UInt8]) { bytes.append(contentsOf: more) }

    mutating func append(textOf decimal: ExactDecimal) { decimal.appendText(to: &bytes) }

    mutating func append(textOf coin: Coin) { coin.appendText(to: &bytes) }

    mutating func append(textOf exchange: ExchangeID) { exchange.appendText(to: &bytes) }

    mutating func append(textOf pair: Pair) {
        pair.base.appendText(to: &bytes)
        bytes.append(UInt8(ascii: "_"))
        pair.quote.appendText(to: &bytes)
    }
}
