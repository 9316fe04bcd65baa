package import Trading

/// A time as text: a date, a time of day and a zone, in the forms that exports write.
///
/// - `2013-10-08T09:30:00.5Z`, `2013-10-08 09:30:00+02:00`, also `+0200`, `+02`, ` UTC`, ` GMT`;
/// - `2013/10/08 09:30`, `2013.10.08 09:30:00`, `08.10.2013 09:30:00.5` (a date with points that begins with the day);
/// - `20131008 093000`, with `000` or more for the fraction right behind it;
/// - a date alone.
///
/// A time without a zone is UTC. Dates like `08/10/2013` are none: nobody can tell the day from the month. In a leap second, the
/// last nanosecond before midnight stands for all of it, so that times do not go back.
struct TapeClockText {
    let time: Timestamp
    let hasZone: Bool
    /// Whether the zone is written as RFC 3339 has it: `Z` or `+02:00`.
    let isZoneUsual: Bool
    let isLeapSecond: Bool

    init?(_ field: ArraySlice<UInt8>) {
        var reader = Reader(rest: field)
        guard let date = reader.takeDate(), (1_678...2_261).contains(date.year) else { return nil }
        guard let clock = reader.takeClock(), let zone = reader.takeZone(), reader.rest.isEmpty else { return nil }
        let seconds = date.daysSince1970 * 86_400 + clock.seconds - zone.offset
        isLeapSecond = clock.isLeapSecond
        if isLeapSecond {
            // Leap seconds are at the end of a day in UTC.
            guard (seconds + 1) % 86_400 == 0 else { return nil }
        }
        hasZone = zone.isThere
        isZoneUsual = zone.isUsual
        time = Timestamp(nanoseconds: seconds * Timestamp.nanosecondsPerSecond + clock.nanoseconds)
    }

    private struct Clock {
        var seconds: Int64 = 0
        var nanoseconds: Int64 = 0
        var isLeapSecond = false

        init() {}

        init?(_ hour: Int, _ minute: Int, _ second: Int) {
            guard hour < 24, minute < 60, second <= 60 else { return nil }
            isLeapSecond = second == 60
            seconds = Int64(hour * 3_600 + minute * 60 + min(second, 59))
            if isLeapSecond { nanoseconds = Timestamp.nanosecondsPerSecond - 1 }
        }
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func take(_ byte: UInt8) -> Bool {
            guard rest.first == byte else { return false }
            rest.removeFirst()
            return true
        }

        mutating func takeNumber(digits: Int) -> Int? {
            guard rest.count >= digits, rest.prefix(digits).allSatisfy(\.isDigit) else { return nil }
            defer { rest = rest.dropFirst(digits) }
            return rest.prefix(digits).reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }

        mutating func takeDate() -> CivilDate? {
            let digits = rest.prefix(while: \.isDigit).count
            switch digits {
            case 8:
                guard let year = takeNumber(digits: 4), let month = takeNumber(digits: 2),
                    let day = takeNumber(digits: 2)
                else { return nil }
                return CivilDate(year: year, month: month, day: day)
            case 4:
                guard let year = takeNumber(digits: 4), let separator = rest.popFirst(),
                    "-/.".utf8.contains(separator), let month = takeNumber(digits: 2), take(separator),
                    let day = takeNumber(digits: 2)
                else { return nil }
                return CivilDate(year: year, month: month, day: day)
            case 2:
                guard let day = takeNumber(digits: 2), take(UInt8(ascii: ".")), let month = takeNumber(digits: 2),
                    take(UInt8(ascii: ".")), let year = takeNumber(digits: 4)
                else { return nil }
                return CivilDate(year: year, month: month, day: day)
            default: return nil
            }
        }

        /// The time of day; midnight where there is none.
        mutating func takeClock() -> Clock? {
            guard let separator = rest.first else { return Clock() }
            guard separator == UInt8(ascii: "T") || separator == UInt8(ascii: "t") || separator.isBlank else {
                return nil
            }
            rest.removeFirst()
            while separator.isBlank, rest.first?.isBlank == true { rest.removeFirst() }
            guard let hour = takeNumber(digits: 2) else { return nil }
            let hasColons = take(UInt8(ascii: ":"))
            guard let minute = takeNumber(digits: 2) else { return nil }
            var second = 0
            if hasColons {
                if take(UInt8(ascii: ":")) {
                    guard let number = takeNumber(digits: 2) else { return nil }
                    second = number
                }
            } else {
                guard let number = takeNumber(digits: 2) else { return nil }
                second = number
            }
            guard var clock = Clock(hour, minute, second) else { return nil }
            let hasPoint = take(UInt8(ascii: ".")) || take(UInt8(ascii: ","))
            guard hasPoint || !hasColons else { return clock }
            let digits = rest.prefix(while: \.isDigit)
            rest = rest.dropFirst(digits.count)
            guard !hasPoint || !digits.isEmpty else { return nil }
            var nanoseconds: Int64 = 0
            for digit in digits.prefix(9) { nanoseconds = nanoseconds * 10 + Int64(digit - 0x30) }
            for _ in digits.prefix(9).count..<9 { nanoseconds *= 10 }
            if !clock.isLeapSecond { clock.nanoseconds = nanoseconds }
            return clock
        }

        /// Seconds east of UTC, and whether and how the text said so; nil where what follows is no zone.
        mutating func takeZone() -> (isThere: Bool, isUsual: Bool, offset: Int64)? {
            let bytes = rest.count
            while rest.first?.isBlank == true { rest.removeFirst() }
            guard let sign = rest.first else { return (false, true, 0) }
            let word = String(decoding: rest, as: UTF8.self).lowercased()
            if ["z", "utc", "gmt"].contains(word) {
                rest = []
                return (true, bytes == 1, 0)
            }
            guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
            rest.removeFirst()
            guard let hour = takeNumber(digits: 2), hour < 24 else { return nil }
            var minute = 0
            if !rest.isEmpty {
                _ = take(UInt8(ascii: ":"))
                guard let number = takeNumber(digits: 2), number < 60 else { return nil }
                minute = number
            }
            let offset = Int64(hour * 3_600 + minute * 60)
            return (true, bytes == "+00:00".utf8.count, sign == UInt8(ascii: "-") ? -offset : offset)
        }
    }
}

extension Timestamp {
    /// A moment as a tape may write it, `TapeClockText` has the forms; nil for anything else.
    package init?(tapeText text: String) {
        guard let read = TapeClockText(Array(text.utf8)[...]) else { return nil }
        self = read.time
    }
}
