/// A moment: nanoseconds since 1970-01-01T00:00:00Z, without leap seconds. From 1677 to 2262.
public struct Timestamp: Hashable, Comparable, Sendable, Codable {
    public let nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Whole seconds since 1970. Seconds beyond the range of a `Timestamp` become its ends.
    public init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: Timestamp.nanosecondsPerSecond)
        nanoseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    public static let nanosecondsPerSecond: Int64 = 1_000_000_000

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Whole seconds since 1970, rounded down.
    public var seconds: Int64 {
        let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: Timestamp.nanosecondsPerSecond)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// The moment this many nanoseconds later; the end of the range where that is beyond it.
    public func advanced(byNanoseconds delta: Int64) -> Timestamp {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(delta)
        return Timestamp(nanoseconds: overflow ? (delta < 0 ? .min : .max) : sum)
    }

    /// The moment this many seconds later; the end of the range where that is beyond it.
    public func advanced(bySeconds delta: Int64) -> Timestamp {
        advanced(byNanoseconds: Timestamp(seconds: delta).nanoseconds)
    }

    /// Nanoseconds from `earlier` to this moment; the largest number where it does not fit.
    public func nanoseconds(since earlier: Timestamp) -> Int64 {
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        return overflow ? (nanoseconds < earlier.nanoseconds ? .min : .max) : difference
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds: `2026-08-30T18:00:00.000Z`.
    public var description: String {
        let date = CivilDate(daysSince1970: floorDivide(seconds, 86_400))
        let secondOfDay = seconds - floorDivide(seconds, 86_400) * 86_400
        // Wraps at the start of the range, and back: the difference is below a second.
        let millisecond = (nanoseconds &- seconds &* Timestamp.nanosecondsPerSecond) / 1_000_000
        var text: [UInt8] = []
        text.reserveCapacity(24)
        append(date.year, width: 4, to: &text)
        text.append(UInt8(ascii: "-"))
        append(date.month, width: 2, to: &text)
        text.append(UInt8(ascii: "-"))
        append(date.day, width: 2, to: &text)
        text.append(UInt8(ascii: "T"))
        append(Int(secondOfDay / 3_600), width: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(Int(secondOfDay / 60 % 60), width: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(Int(secondOfDay % 60), width: 2, to: &text)
        text.append(UInt8(ascii: "."))
        append(Int(millisecond), width: 3, to: &text)
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }
}

/// A day of the Gregorian calendar, before and after its introduction alike.
public struct CivilDate: Hashable, Sendable {
    public let year: Int
    /// 1 to 12.
    public let month: Int
    /// 1 to 31.
    public let day: Int

    /// A date that exists, or nil.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9_999).contains(year), (1...12).contains(month), day >= 1,
            day <= CivilDate.days(inMonth: month, of: year)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// The date this many days after 1970-01-01 (before, where negative).
    ///
    /// Counts from 1 March of year 0, so that the leap day is the last of its year, in eras of 400 years = 146,097 days.
    public init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// Days from 1970-01-01 to this date.
    public var daysSince1970: Int64 {
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let era = floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let monthFromMarch = Int64(month > 2 ? month - 3 : month + 9)
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// 0 is Monday, 6 is Sunday.
    public var weekday: Int {
        Int((daysSince1970 + 3) - floorDivide(daysSince1970 + 3, 7) * 7)
    }

    static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

private func floorDivide(_ dividend: Int64, _ divisor: Int64) -> Int64 {
    let quotient = dividend / divisor
    return dividend % divisor < 0 ? quotient - 1 : quotient
}

private func append(_ number: Int, width: Int, to text: inout [UInt8]) {
    let digits = String(number)
    for _ in digits.utf8.count..<max(width, digits.utf8.count) { text.append(UInt8(ascii: "0")) }
    text.append(contentsOf: digits.utf8)
}
