package import Trading

extension Timestamp {
    /// A moment as RFC 3339 §5.6 writes it: `2013-10-08T09:30:00Z`, with a fraction of up to nine digits (further ones are
    /// cut off), `z` and `t` in either case or a space for the `T`, and an offset in place of `Z`. Nil for anything
    /// else, a date that does not exist, or a year that a `Timestamp` does not reach. A leap second is the second before.
    package init?(rfc3339 text: String) {
        var rest = Substring(text)
        guard let year = rest.takeNumber(digits: 4), rest.take("-"), let month = rest.takeNumber(digits: 2),
            rest.take("-"), let day = rest.takeNumber(digits: 2), (1_678...2_261).contains(year),
            let date = CivilDate(year: year, month: month, day: day),
            let separator = rest.popFirst(), "Tt ".contains(separator),
            let hour = rest.takeNumber(digits: 2), hour < 24, rest.take(":"),
            let minute = rest.takeNumber(digits: 2), minute < 60, rest.take(":"),
            let second = rest.takeNumber(digits: 2), second <= 60,
            let fraction = rest.takeFraction(), let offset = rest.takeOffset(), rest.isEmpty
        else { return nil }
        let seconds = date.daysSince1970 * 86_400 + Int64(hour * 3_600 + minute * 60 + min(second, 59)) - offset
        self.init(nanoseconds: seconds * Timestamp.nanosecondsPerSecond + fraction)
    }
}

extension Substring {
    fileprivate mutating func take(_ character: Character) -> Bool {
        guard first == character else { return false }
        removeFirst()
        return true
    }

    fileprivate mutating func takeNumber(digits: Int) -> Int? {
        let number = prefix(digits)
        guard number.utf8.count == digits, number.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        removeFirst(digits)
        return Int(number)
    }

    /// Nanoseconds after the point; zero where there is none.
    fileprivate mutating func takeFraction() -> Int64? {
        guard take(".") else { return 0 }
        let digits = prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty else { return nil }
        removeFirst(digits.count)
        return Int64(digits.prefix(9) + String(repeating: "0", count: Swift.max(9 - digits.count, 0)))
    }

    /// Seconds east of UTC.
    fileprivate mutating func takeOffset() -> Int64? {
        guard let sign = popFirst() else { return nil }
        if "Zz".contains(sign) { return 0 }
        guard sign == "+" || sign == "-", let hour = takeNumber(digits: 2), hour < 24, take(":"),
            let minute = takeNumber(digits: 2), minute < 60
        else { return nil }
        return Int64(hour * 3_600 + minute * 60) * (sign == "-" ? -1 : 1)
    }
}
