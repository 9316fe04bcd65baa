/// Why a body is not the JSON that was expected.
public struct ExchangeJSONError: Error, Hashable, Sendable {
    public let message: String
    /// In bytes from 0.
    public let offset: Int
}

/// Reads RFC 8259 as exchanges send it. Bounded in depth and in values; the caller bounds the bytes.
public struct ExchangeJSONReader {
    /// How many lists and objects may stand inside one another; the protocol needs five.
    public static let depthMax = 16
    /// Values in one answer, those inside others included: 2,000 prints of 50 pairs, with room.
    public static let valuesMax = 1_000_000
    /// Digits of a number; a double written out in full has 17.
    public static let numberBytesMax = 128

    private let bytes: [UInt8]
    private var position = 0
    private var values = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The one value that the body is; a byte order mark before it and spaces around it are let pass.
    public static func read(_ bytes: [UInt8]) throws(ExchangeJSONError) -> ExchangeJSON {
        var reader = ExchangeJSONReader(bytes)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.position = 3 }
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.position == bytes.count else { throw reader.error("something behind the value") }
        return value
    }

    private mutating func value(depth: Int) throws(ExchangeJSONError) -> ExchangeJSON {
        values += 1
        guard values <= ExchangeJSONReader.valuesMax else {
            throw error("more than \(ExchangeJSONReader.valuesMax) values")
        }
        guard depth <= ExchangeJSONReader.depthMax else {
            throw error("nested deeper than \(ExchangeJSONReader.depthMax)")
        }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return .object(try members(depth: depth))
        case UInt8(ascii: "["): return .array(try elements(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case let byte? where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte): return .number(try number())
        default: throw error("no value")
        }
    }

    private mutating func members(depth: Int) throws(ExchangeJSONError) -> [ExchangeJSON.Member] {
        position += 1
        var members: [ExchangeJSON.Member] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return members }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error("no name in quotes") }
            let name = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw error("no colon") }
            members.append(ExchangeJSON.Member(name: name, value: try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return members }
            guard take(UInt8(ascii: ",")) else { throw error("an object that does not go on") }
        }
    }

    private mutating func elements(depth: Int) throws(ExchangeJSONError) -> [ExchangeJSON] {
        position += 1
        var elements: [ExchangeJSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return elements }
            guard take(UInt8(ascii: ",")) else { throw error("a list that does not go on") }
        }
    }

    private mutating func word(_ word: String, _ value: ExchangeJSON) throws(ExchangeJSONError) -> ExchangeJSON {
        guard bytes[position...].starts(with: word.utf8) else { throw error("no value") }
        position += word.utf8.count
        return value
    }

    private mutating func number() throws(ExchangeJSONError) -> JSONNumber {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        guard position - start <= ExchangeJSONReader.numberBytesMax else { throw error("an endless number") }
        return JSONNumber(text: String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits() throws(ExchangeJSONError) {
        let start = position
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        guard position > start else { throw error("no digit") }
    }

    private mutating func string() throws(ExchangeJSONError) -> String {
        position += 1
        var start = position
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                text.append(contentsOf: bytes[start..<position])
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                text.append(contentsOf: bytes[start..<position])
                position += 1
                try escape(into: &text)
                start = position
            // A control character in a text breaks the RFC and no exchange: it is taken as it is.
            default: position += 1
            }
        }
        throw error("a text without end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(ExchangeJSONError) {
        guard let byte = next else { throw error("a text without end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try escapedScalar()).utf8)
        default: throw error("no escape")
        }
    }

    /// The character of `\uXXXX` or of a surrogate pair; half of a pair becomes U+FFFD, as a browser would show it.
    private mutating func escapedScalar() throws(ExchangeJSONError) -> Character {
        let first = try hex()
        let afterFirst = position
        if first & 0xFC00 == 0xD800, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
            let second = try hex()
            let code = 0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF))
            if second & 0xFC00 == 0xDC00, let scalar = Unicode.Scalar(code) { return Character(scalar) }
        }
        position = afterFirst
        return Character(Unicode.Scalar(UInt32(first)) ?? "\u{FFFD}")
    }

    private mutating func hex() throws(ExchangeJSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("no four hexadecimal digits")
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func error(_ message: String) -> ExchangeJSONError {
        ExchangeJSONError(message: position < bytes.count ? message : "\(message), at the end", offset: position)
    }
}
