extension ExactDecimal {
    /// Why a text is not a number.
    public enum ParseError: Error, Hashable, Sendable {
        /// Nothing to read, or a character that is neither a digit, a sign in front, nor the one point.
        case notANumber
        /// More than 18 digits after the point that are not zero.
        case tooManyDecimals
        /// Outside ±1.7 × 10^20.
        case overflow
    }

    /// Reads `-12.5`, `.5`, `7.` or `230`, without loss. No exponent, no grouping, no spaces.
    public init(parsing text: some StringProtocol) throws(ParseError) {
        try self.init(parsingUTF8: text.utf8)
    }

    /// Reads a number from UTF-8 code units, without loss.
    public init(parsingUTF8 bytes: some Sequence<UInt8>) throws(ParseError) { try self.init(codeUnits: bytes) }

    /// The same for a part of a line. Whoever reads millions of numbers is in another room, where what is generic here is called
    /// through tables of witnesses, byte by byte.
    public init(parsingUTF8 bytes: ArraySlice<UInt8>) throws(ParseError) { try self.init(codeUnits: bytes) }

    private init(codeUnits bytes: some Sequence<UInt8>) throws(ParseError) {
        var magnitude: UInt128 = 0
        var isNegative = false
        var decimals: Int?
        var digits = 0
        var isFirst = true
        for byte in bytes {
            defer { isFirst = false }
            switch byte {
            case UInt8(ascii: "-") where isFirst:
                isNegative = true
            case UInt8(ascii: "+") where isFirst:
                break
            case UInt8(ascii: ".") where decimals == nil:
                decimals = 0
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                let digit = UInt128(byte - UInt8(ascii: "0"))
                if let places = decimals {
                    if places == ExactDecimal.decimals {
                        guard digit == 0 else { throw .tooManyDecimals }
                        continue
                    }
                    decimals = places + 1
                }
                let (shifted, overflow) = magnitude.multipliedReportingOverflow(by: 10)
                guard !overflow else { throw .overflow }
                magnitude = shifted + digit
                guard magnitude <= Int128.min.magnitude else { throw .overflow }
            default:
                throw .notANumber
            }
        }
        guard digits > 0 else { throw .notANumber }
        for _ in (decimals ?? 0)..<ExactDecimal.decimals {
            let (shifted, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            guard !overflow, shifted <= Int128.min.magnitude else { throw .overflow }
            magnitude = shifted
        }
        guard let units = Int128(magnitude: magnitude, isNegative: isNegative) else { throw .overflow }
        self.init(units: units)
    }
}

extension ExactDecimal: CustomStringConvertible, LosslessStringConvertible {
    public init?(_ description: String) {
        do {
            try self.init(parsing: description)
        } catch {
            return nil
        }
    }

    /// The shortest text that reads back as the same number: `230`, `0.00000001`, `-12.5`.
    public var description: String {
        var text = units < 0 ? "-" : ""
        let (whole, fraction) = units.magnitude.quotientAndRemainder(dividingBy: ExactDecimal.one128.magnitude)
        // Most figures are short, and a string of 15 bytes allocates nothing.
        if let whole = UInt64(exactly: whole) { text += String(whole) } else { text += String(whole) }
        guard fraction != 0 else { return text }
        text += "."
        // A fraction is below 10^18, so 64 bits hold it.
        var digits = UInt64(fraction)
        var width = 18
        while digits.isMultiple(of: 10) {
            digits /= 10
            width -= 1
        }
        let shown = String(digits)
        for _ in shown.utf8.count..<width { text += "0" }
        text += shown
        return text
    }

    /// Appends `description` as ASCII.
    public func appendText(to bytes: inout [UInt8]) { bytes.append(contentsOf: description.utf8) }
}

extension ExactDecimal: Codable {
    /// Reads the exact decimal from a string: a JSON number has been through a double somewhere.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do {
            try self.init(parsing: text)
        } catch {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not an exact decimal: \(text)"))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
