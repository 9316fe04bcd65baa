public import Trading

/// A JSON value as an exchange sent it: numbers keep their digits, objects the order of their members.
///
/// A reader of its own beside the chat server's, which is strict towards clients that send small messages: it
/// looks a name up among all before it takes it (an answer may have 100,000), stands in a room that has a WebSocket
/// library in tow, and hands fractions on as text to be written. What an exchange sends is long, and its fractions are
/// money. Read by who trades on an exchange, written by who plays one.
public enum ExchangeJSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([ExchangeJSON])
    case object([Member])

    /// A name with its value. Where a name comes twice, the members decide: `subscript` refuses to choose.
    public struct Member: Hashable, Sendable {
        public let name: String
        public let value: ExchangeJSON

        public init(name: String, value: ExchangeJSON) {
            self.name = name
            self.value = value
        }
    }

    /// What it is, for an error's text.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a truth value"
        case .number: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

/// A number as it was written: `0.1`, `-3`, `1.5E-7`. Never a binary fraction.
public struct JSONNumber: Hashable, Sendable {
    public let text: String

    /// The text must be a number as RFC 8259 §6 writes one: it is not looked at until the number is asked for.
    public init(text: String) { self.text = text }

    /// Digits and exponents beyond these are no number that anybody trades at; what expands them stays small.
    public static let exponentMax = 60

    /// The number without loss; an error where it has digits below 10^-18 that are not zero, or does not fit.
    public func decimal() throws(ExactDecimal.ParseError) -> ExactDecimal {
        try decimal(mayRound: false)
    }

    /// The number to 18 decimals, cut towards zero: for figures that are shown and not traded on.
    public func roundedDecimal() throws(ExactDecimal.ParseError) -> ExactDecimal {
        try decimal(mayRound: true)
    }

    private func decimal(mayRound: Bool) throws(ExactDecimal.ParseError) -> ExactDecimal {
        let (digits, pointAt) = try significand()
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        guard let first = digits.firstIndex(where: { $0 != UInt8(ascii: "0") }) else { return .zero }
        // More digits in front of the point than the range has; checked before anything is written out.
        guard pointAt - first <= 21 else { throw .overflow }
        var plain: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
        plain.append(UInt8(ascii: "0"))
        if first < pointAt {
            for index in first..<pointAt { plain.append(index < digits.count ? digits[index] : UInt8(ascii: "0")) }
        }
        plain.append(UInt8(ascii: "."))
        var places = 0
        for index in min(first, pointAt)..<max(digits.count, pointAt) where index >= pointAt {
            if mayRound, places == ExactDecimal.decimals { break }
            plain.append(index < 0 ? UInt8(ascii: "0") : digits[index])
            places += 1
        }
        return try ExactDecimal(parsingUTF8: plain)
    }

    /// All digits, and how many of them stand before the point: negative where zeros are missing behind it.
    private func significand() throws(ExactDecimal.ParseError) -> (digits: [UInt8], pointAt: Int) {
        var digits: [UInt8] = []
        var pointAt: Int?
        var bytes = Array(text.utf8)[...]
        if bytes.first == UInt8(ascii: "-") { bytes = bytes.dropFirst() }
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte)
            case UInt8(ascii: "."): pointAt = digits.count
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                let exponent = String(decoding: bytes, as: UTF8.self)
                guard let shift = Int(exponent) else {
                    throw exponent.utf8.first == UInt8(ascii: "-") ? .tooManyDecimals : .overflow
                }
                // Not `abs`, of which the least number has none.
                guard shift.magnitude <= JSONNumber.exponentMax else { throw shift < 0 ? .tooManyDecimals : .overflow }
                return (digits, (pointAt ?? digits.count) + shift)
            default: throw .notANumber
            }
        }
        return (digits, pointAt ?? digits.count)
    }
}
