import Trading

/// Why stored bytes are not what they should be. Offsets count bytes from the start of the value.
public enum StoredBytesError: Error, Hashable, Sendable {
    /// The value ends before this one does.
    case truncated(at: Int)
    /// The bytes are not those that were written.
    case checksum
    /// Written by a version of the format that this program does not know.
    case unknownVersion(UInt8)
    /// A number that stands for no case.
    case unknownCode(String, UInt64, at: Int)
    /// A number in more bytes than it needs, or in more than it may have.
    case malformedNumber(at: Int)
    /// Bytes that are not UTF-8.
    case malformedText(at: Int)
    /// Bytes that are no coin's name.
    case malformedCoin(at: Int)
    /// A count of more things than bytes are left.
    case impossibleCount(UInt64, at: Int)
    /// Bytes after the end.
    case trailingBytes(Int)
    /// Values of which each belongs to so many others, and some of these are missing.
    case incomplete(found: Int, of: Int64)
}

extension StoredBytesError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .truncated(let offset): "it ends at byte \(offset)"
        case .checksum: "its checksum does not match"
        case .unknownVersion(let version): "it has version \(version), which this program does not know"
        case .unknownCode(let what, let code, let offset): "\(code) at byte \(offset) is no \(what)"
        case .malformedNumber(let offset): "the number at byte \(offset) is malformed"
        case .malformedText(let offset): "the text at byte \(offset) is not UTF-8, or none that may stand there"
        case .malformedCoin(let offset): "the bytes at \(offset) are no coin's name"
        case .impossibleCount(let count, let offset): "the count \(count) at byte \(offset) is more than can follow"
        case .trailingBytes(let count): "\(count) bytes follow its end"
        case .incomplete(let found, let count): "of its \(count) parts \(found) are there"
        }
    }
}

/// Reads what `ByteWriter` wrote, and nothing else: what decodes encodes to the same bytes again.
struct ByteReader {
    private let bytes: [UInt8]
    private(set) var offset = 0
    /// Where the payload ends, before its checksum.
    private let end: Int

    /// Checks the sum at the end of the bytes, which covers all before it.
    init(checked bytes: [UInt8]) throws(StoredBytesError) {
        guard bytes.count >= 4 else { throw .truncated(at: bytes.count) }
        let end = bytes.count - 4
        let (sum, stored) = bytes.withUnsafeBytes { all in
            (
                Checksum.sum(UnsafeRawBufferPointer(rebasing: all[..<end])),
                UInt32(littleEndian: all.loadUnaligned(fromByteOffset: end, as: UInt32.self))
            )
        }
        guard sum == stored else { throw .checksum }
        self.bytes = bytes
        self.end = end
    }

    func finish() throws(StoredBytesError) {
        guard offset == end else { throw .trailingBytes(end - offset) }
    }

    mutating func byte() throws(StoredBytesError) -> UInt8 {
        guard offset < end else { throw .truncated(at: end) }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func varint() throws(StoredBytesError) -> UInt64 {
        let start = offset
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            // The tenth byte has room for one bit only.
            guard shift < 63 || next <= 1 else { throw .malformedNumber(at: start) }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 {
                guard next != 0 || shift == 0 else { throw .malformedNumber(at: start) }
                return value
            }
            shift += 7
        }
    }

    mutating func zigzag() throws(StoredBytesError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func fixed16() throws(StoredBytesError) -> UInt16 {
        let start = try skip(2)
        return bytes.withUnsafeBytes {
            UInt16(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: UInt16.self))
        }
    }

    mutating func time() throws(StoredBytesError) -> Timestamp {
        let start = try skip(8)
        return Timestamp(
            nanoseconds: bytes.withUnsafeBytes {
                Int64(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: Int64.self))
            })
    }

    mutating func decimal() throws(StoredBytesError) -> ExactDecimal {
        let start = offset
        let count = Int(try byte())
        guard count <= 16 else { throw .malformedNumber(at: start) }
        guard count > 0 else { return .zero }
        let first = try skip(count)
        // The highest byte extends its sign upwards.
        var units = Int128(Int8(bitPattern: bytes[first + count - 1]))
        for index in stride(from: first + count - 2, through: first, by: -1) {
            units = units << 8 | Int128(bytes[index])
        }
        let bits = units == 0 ? 0 : 129 - (units < 0 ? ~units : units).leadingZeroBitCount
        guard (bits + 7) / 8 == count else { throw .malformedNumber(at: start) }
        return ExactDecimal(units: units)
    }

    mutating func text() throws(StoredBytesError) -> String {
        let start = offset
        let length = try count()
        let first = try skip(length)
        guard let text = String(validating: bytes[first..<first + length], as: UTF8.self) else {
            throw .malformedText(at: start)
        }
        return text
    }

    mutating func coin() throws(StoredBytesError) -> Coin {
        let start = offset
        let length = Int(try byte())
        let first = try skip(length)
        let name = bytes[first..<first + length]
        // One name, one form: the stored one is lower case.
        guard !name.contains(where: { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }),
            let coin = Coin(utf8: name)
        else { throw .malformedCoin(at: start) }
        return coin
    }

    mutating func pair() throws(StoredBytesError) -> Pair {
        Pair(base: try coin(), quote: try coin())
    }

    /// How many things follow: each takes at least a byte, so that a broken count cannot ask for all memory.
    mutating func count() throws(StoredBytesError) -> Int {
        let start = offset
        let count = try varint()
        guard count <= UInt64(end - offset) else { throw .impossibleCount(count, at: start) }
        return Int(count)
    }

    /// A number that a count may be, of nothing that follows.
    mutating func whole() throws(StoredBytesError) -> Int {
        let start = offset
        guard let number = Int(exactly: try varint()) else { throw .malformedNumber(at: start) }
        return number
    }

    private mutating func skip(_ count: Int) throws(StoredBytesError) -> Int {
        guard count <= end - offset else { throw .truncated(at: end) }
        defer { offset += count }
        return offset
    }
}
