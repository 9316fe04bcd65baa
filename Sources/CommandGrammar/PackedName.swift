/// A short word as one number, so that words are compared and looked up without making a `String`.
///
/// ASCII letters count in lower case, and the separators `/` and `-` of a pair count as `_`.
enum PackedName {
    /// The most bytes that fit; longer words have no packed form.
    static let bytesMax = 16

    /// The packed form of `bytes[start..<end]`; 0 where it is empty, too long, or has a control character.
    static func pack(_ bytes: [UInt8], _ start: Int, _ end: Int) -> UInt128 {
        guard end > start, end - start <= bytesMax else { return 0 }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in start..<end {
            var byte = bytes[index]
            // A NUL in front would pack like nothing at all.
            if byte < 0x20 { return 0 }
            if byte >= UInt8(ascii: "A"), byte <= UInt8(ascii: "Z") {
                byte |= 0x20
            } else if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "-") {
                byte = UInt8(ascii: "_")
            }
            high = high << 8 | low >> 56
            low = low << 8 | UInt64(byte)
        }
        return UInt128(high) << 64 | UInt128(low)
    }

    static func pack(_ name: String) -> UInt128 {
        let bytes = Array(name.utf8)
        return pack(bytes, 0, bytes.count)
    }
}

/// Values by packed name: a hash table that is built once and read from many lines.
///
/// Nothing typed is ever inserted, so nobody can make it slow, and the hash need not be secret.
struct PackedTable<Value: Sendable>: Sendable {
    private var keys: [UInt128]
    private var values: [Value?]
    private let shift: UInt64

    /// Where a name occurs twice, the first counts.
    init(_ entries: [(name: UInt128, value: Value)]) {
        var bits: UInt64 = 4
        while 1 << bits < entries.count * 2 { bits += 1 }
        keys = Array(repeating: 0, count: 1 << bits)
        values = Array(repeating: nil, count: 1 << bits)
        shift = 64 - bits
        for (name, value) in entries where name != 0 {
            let slot = slot(of: name)
            if keys[slot] == 0 {
                keys[slot] = name
                values[slot] = value
            }
        }
    }

    subscript(name: UInt128) -> Value? {
        name == 0 ? nil : values[slot(of: name)]
    }

    /// The slot that has the name, or the empty one where it would go. At most half of the slots are taken.
    private func slot(of name: UInt128) -> Int {
        let folded =
            UInt64(truncatingIfNeeded: name) ^ (UInt64(truncatingIfNeeded: name >> 64) &* 0x9E37_79B9_7F4A_7C15)
        var slot = Int((folded &* 0xD6E8_FEB8_6659_FD93) >> shift)
        while keys[slot] != 0, keys[slot] != name {
            slot = (slot + 1) & (keys.count - 1)
        }
        return slot
    }
}
