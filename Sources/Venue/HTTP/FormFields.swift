/// The fields of `application/x-www-form-urlencoded`: of a body, or of a URL behind the question mark.
struct FormFields: Sendable {
    private var fields: [String: String] = [:]

    /// Reads what can be read, as PHP does: a field without `=` is empty, and of two of one name the last counts.
    init(_ bytes: some Collection<UInt8>) {
        for field in bytes.split(separator: UInt8(ascii: "&")) {
            let parts = field.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? FormFields.decoded(parts[1]) : ""
            fields[FormFields.decoded(parts[0])] = value
        }
    }

    subscript(_ name: String) -> String? { fields[name] }

    private static func decoded(_ bytes: some Collection<UInt8>) -> String {
        var plain: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                plain.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), let code = hexadecimal(rest.prefix(2)) {
                rest = rest.dropFirst(2)
                plain.append(code)
            } else {
                plain.append(byte)
            }
        }
        return String(decoding: plain, as: UTF8.self)
    }

    private static func hexadecimal(_ digits: some Collection<UInt8>) -> UInt8? {
        guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
