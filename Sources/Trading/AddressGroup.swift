/// Whoever is taken to be behind a network address, wherever something is counted or limited by address.
///
/// An IPv4 address stands for itself. An IPv6 address stands for its /64 network: that is the smallest network which a
/// provider gives to one customer (RFC 6177, RIPE-690), and whoever has one has 2^64 addresses to connect from.
public struct AddressGroup: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// `192.0.2.1`, or `2001:db8:0:1::/64`; always written the same way for the same group.
    public let text: String

    /// Bytes of a text that is no address, of which so much is kept: an address has at most 45.
    private static let unreadableBytesMax = 64

    /// The group of an address as digits, without a port. An IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`)
    /// is that IPv4 address, and the loopback address `::1` is a group by itself. A text that is no address is a group
    /// too, by its first 64 bytes.
    public init(_ address: String) {
        // `fe80::1%eth0`: the interface is the server's own, and not part of the address.
        let digits = address.utf8.prefix { $0 != UInt8(ascii: "%") }
        guard let words = AddressGroup.words(digits) else {
            text = String(decoding: digits.prefix(AddressGroup.unreadableBytesMax), as: UTF8.self)
            return
        }
        if words.dropLast(3).allSatisfy({ $0 == 0 }), words[5] == 0xFFFF {
            text = [words[6] >> 8, words[6] & 0xFF, words[7] >> 8, words[7] & 0xFF].map { String($0) }.joined(
                separator: ".")
        } else if words.dropLast().allSatisfy({ $0 == 0 }), words[7] == 1 {
            text = "::1"
        } else {
            text = words.prefix(4).map { String($0, radix: 16) }.joined(separator: ":") + "::/64"
        }
    }

    public static func < (left: AddressGroup, right: AddressGroup) -> Bool { left.text < right.text }

    public var description: String { text }

    // MARK: Reading IPv6 (RFC 4291 §2.2)

    /// The eight words of an IPv6 address; nil for what is none, an IPv4 address among that.
    private static func words(_ text: some Collection<UInt8>) -> [UInt16]? {
        let bytes = Array(text.prefix(46))
        guard bytes.count <= 45, bytes.contains(UInt8(ascii: ":")) else { return nil }
        // `::` stands for one or more words of zero, and is there once at most.
        let colons = (1..<max(1, bytes.count)).first { bytes[$0] == UInt8(ascii: ":") && bytes[$0 - 1] == bytes[$0] }
        guard let colons else {
            let words = written(bytes[...])
            return words?.count == 8 ? words : nil
        }
        guard let before = written(bytes[..<(colons - 1)]), let after = written(bytes[(colons + 1)...]),
            before.count + after.count < 8
        else { return nil }
        return before + Array(repeating: 0, count: 8 - before.count - after.count) + after
    }

    /// The words that are written out, with a colon between each two; the last two may be an IPv4 address.
    private static func written(_ text: ArraySlice<UInt8>) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var words: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, let quad = dottedQuad(part) {
                words += quad
            } else if part.count <= 4, let word = UInt16(String(decoding: part, as: UTF8.self), radix: 16) {
                words.append(word)
            } else {
                return nil
            }
        }
        return words
    }

    /// The last two words, written as an IPv4 address.
    private static func dottedQuad(_ text: some Collection<UInt8>) -> [UInt16]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let bytes = parts.compactMap { UInt8(String(decoding: $0, as: UTF8.self)) }
        guard parts.count == 4, bytes.count == 4 else { return nil }
        return [UInt16(bytes[0]) << 8 | UInt16(bytes[1]), UInt16(bytes[2]) << 8 | UInt16(bytes[3])]
    }
}
