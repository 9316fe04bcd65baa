import Trading

/// Reads the times of a tape, each row's as those above it.
struct TapeTime: Sendable {
    /// The unit that the column's name says.
    var declaredUnit: TapeTimeUnit?
    /// The unit that the size of the numbers has told.
    private(set) var learnedUnit: TapeTimeUnit?
    /// Whether a time was a text.
    private(set) var hasTexts = false
    /// Whether a time did not say its zone.
    private(set) var hasNaiveTexts = false
    /// Whether a zone was written otherwise than `Z` or `+02:00`.
    private(set) var hasUnusualZones = false
    /// Whether a time was in a leap second.
    private(set) var hasLeapSeconds = false
    /// The first and the last number that was read in the declared unit.
    private var declaredNumbers: (first: Int64, last: Int64)?

    init(declaredUnit: TapeTimeUnit? = nil) { self.declaredUnit = declaredUnit }

    /// `time in ms`, `time as text`.
    var words: String {
        guard let unit = declaredUnit ?? learnedUnit else { return "time as text" }
        return "time in \(unit.rawValue)"
    }

    mutating func read(_ field: ArraySlice<UInt8>) throws(TapeProblem) -> Timestamp {
        guard !field.isEmpty else { throw TapeProblem("no time: the field is empty") }
        if let (whole, fraction) = TapeTime.number(field) { return try read(field, whole, fraction) }
        guard !TapeTime.hasExponent(field) else {
            throw TapeProblem("no time: \(TapeText.shown(field)) has an exponent, and with it has lost digits")
        }
        guard declaredUnit == nil else {
            throw TapeProblem("no time: \(TapeText.shown(field)) is not a number of \(declaredUnit?.rawValue ?? "")")
        }
        guard let text = TapeClockText(field) else { throw TapeProblem("no time: \(TapeText.shown(field))") }
        hasTexts = true
        if !text.hasZone { hasNaiveTexts = true }
        if !text.isZoneUsual { hasUnusualZones = true }
        if text.isLeapSecond { hasLeapSeconds = true }
        return text.time
    }

    private mutating func read(
        _ field: ArraySlice<UInt8>, _ whole: Int64, _ fraction: ArraySlice<UInt8>
    ) throws(TapeProblem) -> Timestamp {
        let unit: TapeTimeUnit
        if let declaredUnit {
            unit = declaredUnit
            declaredNumbers = (declaredNumbers?.first ?? whole, whole)
        } else {
            guard let plausible = TapeTimeUnit(plausibleFor: whole) else {
                throw TapeProblem(
                    "no time: \(TapeText.shown(field)) may be seconds, ms, us or ns; name the column time_s, time_ms, time_us "
                        + "or ts_ns")
            }
            if let learnedUnit, learnedUnit != plausible {
                throw TapeProblem(
                    "no time: \(TapeText.shown(field)) looks like \(plausible.rawValue), and those above are "
                        + learnedUnit.rawValue)
            }
            learnedUnit = plausible
            unit = plausible
        }
        let (scaled, overflow) = whole.multipliedReportingOverflow(by: unit.nanoseconds)
        guard !overflow else {
            throw TapeProblem("no time: \(TapeText.shown(field)) \(unit.rawValue) is outside of the years 1678 to 2261")
        }
        var part: Int64 = 0
        let digits = fraction.prefix(unit.fractionDigits)
        for digit in digits { part = part * 10 + Int64(digit - 0x30) }
        for _ in digits.count..<unit.fractionDigits { part *= 10 }
        return Timestamp(nanoseconds: scaled).advanced(
            byNanoseconds: field.first == UInt8(ascii: "-") ? -part : part)
    }

    /// Why the declared unit cannot be right, once all times have been read: they are of this century in another one, and of
    /// January 1970 in this one.
    var mistakenUnit: String? {
        guard let declaredUnit, let declaredNumbers,
            let likely = TapeTimeUnit.allCases.first(where: {
                $0.likely ~= declaredNumbers.first && $0.likely ~= declaredNumbers.last
            }), likely != declaredUnit
        else { return nil }
        return
            "the times look like \(likely.rawValue) (\(declaredNumbers.first)), and the header says \(declaredUnit.rawValue); name "
            + "the column time"
    }

    /// A whole number and the digits behind its point; nil for anything else, and for a number that is too large.
    private static func number(_ field: ArraySlice<UInt8>) -> (Int64, ArraySlice<UInt8>)? {
        var index = field.startIndex
        var isNegative = false
        if let first = field.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            index += 1
        }
        let start = index
        var whole: Int64 = 0
        while index < field.endIndex, field[index].isDigit {
            let (tens, overflow) = whole.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int64(field[index] - 0x30))
            guard !overflow, !carry else { return nil }
            whole = sum
            index += 1
        }
        guard index > start else { return nil }
        if isNegative { whole = -whole }
        guard index < field.endIndex else { return (whole, field[index...]) }
        guard field[index] == UInt8(ascii: ".") else { return nil }
        let fraction = field[(index + 1)...]
        return fraction.allSatisfy(\.isDigit) ? (whole, fraction) : nil
    }

    private static func hasExponent(_ field: ArraySlice<UInt8>) -> Bool {
        guard let first = field.first, first.isDigit || first == UInt8(ascii: "-"),
            field.contains(where: { $0 | 0x20 == UInt8(ascii: "e") })
        else { return false }
        return field.allSatisfy { $0.isDigit || ".+-eE".utf8.contains($0) }
    }
}
