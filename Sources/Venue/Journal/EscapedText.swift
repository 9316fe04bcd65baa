import Trading

/// A text as one word of a record's line: bytes that are no ASCII letter, digit, `.` or `-` are `%` and two hexadecimal digits, and
/// a `=` stands in front, so that an empty text is a word too.
enum EscapedText {
    static func word(_ text: String) -> String {
        var word = "="
        for byte in text.utf8 {
            if isPlain(byte) {
                word.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16)
                word += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return word
    }

    /// Nil where the word is none of `word(_:)`.
    static func text(_ word: String) -> String? {
        var rest = word.utf8[...]
        guard rest.popFirst() == UInt8(ascii: "=") else { return nil }
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
            rest = rest.dropFirst(2)
            bytes.append(code)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return EscapedText.word(text) == word ? text : nil
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39,
            UInt8(ascii: "."), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension TransactionStatus {
    /// A status by its permanent name.
    init?(name: String) {
        guard let found = TransactionStatus.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}

extension Set<KeyRight> {
    /// `info,trade`; `-` for none.
    var word: String {
        let names = KeyRight.allCases.filter(contains).map(\.rawValue)
        return names.isEmpty ? "-" : names.joined(separator: ",")
    }

    init?(word: String) {
        guard word != "-" else {
            self = []
            return
        }
        var rights: Set<KeyRight> = []
        for name in word.split(separator: ",", omittingEmptySubsequences: false) {
            guard let right = KeyRight(rawValue: String(name)), rights.insert(right).inserted else { return nil }
        }
        self = rights
    }
}
