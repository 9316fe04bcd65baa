/// Why a text is not the JSON that was expected.
public struct JSONReadError: Error, Hashable, Sendable {
    /// What was found and what was expected there.
    public var message: String
    /// Where, in bytes from 1.
    public var offset: Int

    package init(message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }
}

/// A strict reader of RFC 8259 for what a client sends: no duplicate names, no trailing text, a bounded depth.
///
/// Whole numbers of 64 bits are read as such; any other number is kept as `.raw`, as it was written, because nothing
/// that a client may send here is a fraction.
public struct JSONReader {
    /// How many arrays and objects may stand inside one another.
    public static let depthMax = 16
    /// Bytes of a name that a refusal repeats.
    private static let nameBytesShown = 32

    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

    /// The one value that the text is.
    public static func read(_ text: some StringProtocol) throws(JSONReadError) -> JSONValue {
        var reader = JSONReader(text)
        let value = try reader.readValue(depth: 0)
        try reader.expectEnd()
        return value
    }

    /// Takes the spaces that are left, and makes sure that nothing else is.
    mutating func expectEnd() throws(JSONReadError) {
        skipSpace()
        guard position == bytes.count else { throw unexpected("the end of the message") }
    }

    private mutating func readValue(depth: Int) throws(JSONReadError) -> JSONValue {
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return .object(try readObject(depth: depth))
        case UInt8(ascii: "["): return .array(try readArray(depth: depth))
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", as: .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", as: .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", as: .null)
        case let byte? where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte): return try readNumber()
        default: throw unexpected("a value")
        }
    }

    private mutating func readObject(depth: Int) throws(JSONReadError) -> JSONObject {
        try checkDepth(depth)
        position += 1
        var object = JSONObject()
        /// The names so far, as bytes: a set of strings would hash, and compare, their Unicode normal forms.
        var names: Set<[UInt8]> = []
        skipSpace()
        if take("}") { return object }
        while true {
            let start = position
            let name = try readName()
            guard names.insert(Array(name.utf8)).inserted else { throw comesTwice(name, at: start) }
            object.append(name, try readValue(depth: depth + 1))
            skipSpace()
            if take("}") { return object }
            guard take(",") else { throw unexpected("a comma or the object's end") }
        }
    }

    /// A member's name, and the colon behind it.
    mutating func readName() throws(JSONReadError) -> String {
        skipSpace()
        guard peek == UInt8(ascii: "\"") else { throw unexpected("a name in quotes") }
        let name = try readString()
        skipSpace()
        guard take(":") else { throw unexpected("a colon") }
        return name
    }

    /// The error of a name that was there before. `start` is where it was looked for, spaces before it included.
    func comesTwice(_ name: String, at start: Int) -> JSONReadError {
        let quote = bytes[start...].firstIndex(of: UInt8(ascii: "\"")) ?? start
        return JSONReadError(message: "the name \(JSONReader.shortened(name)) comes twice", offset: quote + 1)
    }

    /// A name as a refusal shows it: in quotes, and no longer than anybody wants to read.
    static func shortened(_ name: String) -> String {
        guard name.utf8.count > nameBytesShown else { return JSONValue.string(name).json }
        let end = name.utf8.index(name.startIndex, offsetBy: nameBytesShown)
        return JSONValue.string(String(name.unicodeScalars[..<end]) + "...").json
    }

    private mutating func readArray(depth: Int) throws(JSONReadError) -> [JSONValue] {
        try checkDepth(depth)
        position += 1
        var values: [JSONValue] = []
        skipSpace()
        if take("]") { return values }
        while true {
            values.append(try readValue(depth: depth + 1))
            skipSpace()
            if take("]") { return values }
            guard take(",") else { throw unexpected("a comma or the array's end") }
        }
    }

    mutating func readWord(_ word: String, as value: JSONValue) throws(JSONReadError) -> JSONValue {
        for byte in word.utf8 {
            guard peek == byte else { throw unexpected("\(word)") }
            position += 1
        }
        return value
    }

    private mutating func readNumber() throws(JSONReadError) -> JSONValue {
        let start = position
        _ = take("-")
        if !take("0") { try skipDigits() }
        var isWhole = true
        if take(".") {
            isWhole = false
            try skipDigits()
        }
        if take("e") || take("E") {
            isWhole = false
            if !take("+") { _ = take("-") }
            try skipDigits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let value = Int64(text) { return .int(value) }
        return .raw(text)
    }

    private mutating func skipDigits() throws(JSONReadError) {
        let start = position
        while let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        guard position > start else { throw unexpected("a digit") }
    }

    mutating func readString() throws(JSONReadError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try readEscape(into: &text)
            case 0x00..<0x20:
                position -= 1
                throw unexpected("an escape in place of the control character")
            default: text.append(byte)
            }
        }
        throw unexpected("the closing quote")
    }

    private mutating func readEscape(into text: inout [UInt8]) throws(JSONReadError) {
        guard let byte = peek else { throw unexpected("an escape") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try readScalar()).utf8)
        default:
            position -= 1
            throw unexpected("an escape: one of \" \\ / b f n r t u")
        }
    }

    /// The character of `\uXXXX`, or of two that are a surrogate pair. A surrogate alone is no character.
    private mutating func readScalar() throws(JSONReadError) -> Character {
        let start = position - 2
        let first = try readHex()
        var code = UInt32(first)
        if first & 0xFC00 == 0xD800, take("\\"), take("u") {
            let second = try readHex()
            guard second & 0xFC00 == 0xDC00 else { throw loneSurrogate(at: start) }
            code = 0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF))
        }
        guard let scalar = Unicode.Scalar(code) else { throw loneSurrogate(at: start) }
        return Character(scalar)
    }

    private func loneSurrogate(at position: Int) -> JSONReadError {
        JSONReadError(message: "found half of a surrogate pair; expected a character", offset: position + 1)
    }

    private mutating func readHex() throws(JSONReadError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw unexpected("four hexadecimal digits")
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }

    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func checkDepth(_ depth: Int) throws(JSONReadError) {
        guard depth < JSONReader.depthMax else {
            throw JSONReadError(message: "nested deeper than \(JSONReader.depthMax)", offset: position + 1)
        }
    }

    func unexpected(_ expected: String) -> JSONReadError {
        guard position < bytes.count else {
            return JSONReadError(message: "found the end of the message; expected \(expected)", offset: position + 1)
        }
        let rest = String(decoding: bytes[position...].prefix(16), as: UTF8.self)
        let found = rest.first.map { JSONValue.string(String($0)).json } ?? "nothing"
        return JSONReadError(message: "found \(found); expected \(expected)", offset: position + 1)
    }
}
