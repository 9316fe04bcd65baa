public import Trading

extension TimeZoneRules {
    /// A moment as a trader reads it, rounded down: `2026-08-30 18:00 Europe/Madrid`, with the seconds where there are
    /// any, or with milliseconds where asked for.
    public func text(of moment: Timestamp, milliseconds: Bool = false) -> String {
        "\(dateAndTime(of: moment, milliseconds: milliseconds)) \(name)"
    }

    /// The same without the zone, for the columns of a table that names the zone once.
    public func dateAndTime(of moment: Timestamp, milliseconds: Bool = false) -> String {
        let reading = clockReading(at: moment)
        var text = "\(reading.dateText) \(reading.timeText)"
        if milliseconds {
            if reading.secondOfDay % 60 == 0 { text += ":00" }
            let fraction = moment.nanoseconds - Timestamp(seconds: moment.seconds).nanoseconds
            text += ".\(padded(Int(fraction / 1_000_000), to: 3))"
        }
        return text
    }

    /// How far clocks are from UTC at a moment: `UTC+02:00`.
    public func offsetText(at moment: Timestamp) -> String {
        let offset = offsetSeconds(at: moment)
        let sign = offset < 0 ? "-" : "+"
        return "UTC\(sign)\(ClockReading(seconds: abs(offset)).timeText)"
    }
}

/// Lengths of time as a trader reads them.
public enum DurationText {
    /// All of it: `2h 30m`, `1d 0h 5s` is `1d 5s`, `0s`. A negative length is read as none.
    public static func exact(seconds: Int64) -> String {
        text(parts(of: seconds).filter { $0.count > 0 })
    }

    /// The two largest units, rounded down: `2d 3h`, `59m 30s`; the second is left out where it is zero: `1h`.
    public static func brief(seconds: Int64) -> String {
        let parts = parts(of: seconds)
        guard let largest = parts.firstIndex(where: { $0.count > 0 }) else { return "0s" }
        return text(parts[largest...].prefix(2).filter { $0.count > 0 })
    }

    /// How long until `end`: `1h left`, `59m 30s left`, `less than 1s left`, or `no time left`.
    public static func timeLeft(from now: Timestamp, until end: Timestamp) -> String {
        let left = end.nanoseconds(since: now)
        guard left > 0 else { return "no time left" }
        guard left >= Timestamp.nanosecondsPerSecond else { return "less than 1s left" }
        return "\(brief(seconds: left / Timestamp.nanosecondsPerSecond)) left"
    }

    private typealias Part = (count: Int64, unit: String)

    private static func parts(of seconds: Int64) -> [Part] {
        let seconds = max(0, seconds)
        return [
            (seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s"),
        ]
    }

    private static func text(_ parts: some Collection<Part>) -> String {
        parts.isEmpty ? "0s" : parts.map { "\($0.count)\($0.unit)" }.joined(separator: " ")
    }
}
