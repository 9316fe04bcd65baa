import CommandGrammar
import Trading

/// What a calendar and a clock show, whatever the zone: a date and a time of day, which need not exist anywhere.
struct ClockReading: Hashable, Comparable {
    /// Seconds from 1970-01-01 00:00 on the same clock, as if it were never changed.
    let seconds: Int64

    init(seconds: Int64) { self.seconds = seconds }

    init(_ date: CivilDate, _ clock: ClockTime?) {
        let secondOfDay = clock.map { $0.hour * 3_600 + $0.minute * 60 + $0.second } ?? 0
        seconds = date.daysSince1970 * ClockReading.secondsPerDay + Int64(secondOfDay)
    }

    static let secondsPerDay: Int64 = 86_400

    static func < (left: ClockReading, right: ClockReading) -> Bool { left.seconds < right.seconds }

    var date: CivilDate { CivilDate(daysSince1970: (seconds - Int64(secondOfDay)) / ClockReading.secondsPerDay) }

    var secondOfDay: Int {
        let remainder = seconds % ClockReading.secondsPerDay
        return Int(remainder < 0 ? remainder + ClockReading.secondsPerDay : remainder)
    }

    /// `2026-08-30`.
    var dateText: String {
        let date = date
        return "\(padded(date.year, to: 4))-\(padded(date.month, to: 2))-\(padded(date.day, to: 2))"
    }

    /// `18:00`, with the seconds where there are any.
    var timeText: String {
        let second = secondOfDay % 60
        let minutes = "\(padded(secondOfDay / 3_600, to: 2)):\(padded(secondOfDay / 60 % 60, to: 2))"
        return second == 0 ? minutes : "\(minutes):\(padded(second, to: 2))"
    }
}

/// A number with zeros in front, to a width.
func padded(_ number: Int, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}
