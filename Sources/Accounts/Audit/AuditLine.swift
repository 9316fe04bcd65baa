import Secrets

/// One line of the audit log: `name=value` fields between single spaces, in the order in which they were added.
///
/// A value holds printable ASCII without spaces, `=`, `"`, `\` and `%`; every other byte of it is written as `%` and two
/// hexadecimal digits, as in a URI (RFC 3986, section 2.1). So whatever somebody has put into a name or a user agent, it can
/// neither begin another line nor another field, and every line reads back as the fields that it was made of.
public struct AuditLine: Hashable, Sendable, CustomStringConvertible {
    /// A field. The name is the program's own; the value may come from anybody.
    public struct Field: Hashable, Sendable {
        public let name: String
        public let value: String

        /// Keeps at most `AuditLine.valueBytesMax` bytes of the value; a longer one is cut between two characters, and ends
        /// with three dots. The name is small letters and `_`.
        public init(_ name: String, _ value: String) {
            precondition(AuditLine.isName(name), "an audit field cannot be called \(name)")
            self.name = name
            self.value = AuditLine.bounded(value)
        }
    }

    /// Bytes of a value, before anything is escaped: as long as a user agent is kept.
    public static let valueBytesMax = 256
    private static let cutMark = "..."

    public var fields: [Field]

    public init(_ fields: [Field]) { self.fields = fields }

    /// Reads a line back; nil for what `description` does not write.
    public init?(_ text: String) {
        var fields: [Field] = []
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            guard let equals = word.firstIndex(of: "="), AuditLine.isName(word[..<equals]),
                let value = AuditLine.unescaped(word[word.index(after: equals)...].utf8)
            else { return nil }
            fields.append(Field(String(word[..<equals]), value))
        }
        self.fields = fields
    }

    /// The value of the first field of a name; nil where there is none.
    public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    public var description: String {
        fields.map { "\($0.name)=\(AuditLine.escaped($0.value))" }.joined(separator: " ")
    }

    private static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { $0 == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    }

    private static func bounded(_ text: String) -> String {
        guard text.utf8.count > valueBytesMax else { return text }
        var kept = ""
        var room = valueBytesMax - cutMark.utf8.count
        // By scalars: one character may be as long as somebody likes.
        for scalar in text.unicodeScalars {
            room -= String(scalar).utf8.count
            guard room >= 0 else { break }
            kept.unicodeScalars.append(scalar)
        }
        return kept + cutMark
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        guard (0x21...0x7E).contains(byte) else { return false }
        return ![UInt8(ascii: "="), UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "%")].contains(byte)
    }

    private static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isPlain(byte) {
                bytes.append(byte)
            } else {
                bytes.append(UInt8(ascii: "%"))
                bytes += Hexadecimal.text([byte]).utf8
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func unescaped(_ text: Substring.UTF8View) -> String? {
        var bytes: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            if isPlain(byte) {
                bytes.append(byte)
                continue
            }
            guard byte == UInt8(ascii: "%"), let high = rest.popFirst(), let low = rest.popFirst(),
                let pair = Hexadecimal.bytes([high, low])?.first
            else { return nil }
            bytes.append(pair)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
