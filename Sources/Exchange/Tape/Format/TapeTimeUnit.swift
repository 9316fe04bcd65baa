/// What a time that is a number counts.
enum TapeTimeUnit: String, CaseIterable, Hashable, Sendable {
    case seconds = "s"
    case milliseconds = "ms"
    case microseconds = "us"
    case nanoseconds = "ns"

    var nanoseconds: Int64 {
        switch self {
        case .seconds: 1_000_000_000
        case .milliseconds: 1_000_000
        case .microseconds: 1_000
        case .nanoseconds: 1
        }
    }

    /// The digits behind the point that a nanosecond has in this unit.
    var fractionDigits: Int {
        switch self {
        case .seconds: 9
        case .milliseconds: 6
        case .microseconds: 3
        case .nanoseconds: 0
        }
    }

    /// The unit that a column's name ends in: `time_ms`, `ts_ns`, `Timestamp (us)`.
    init?(suffix: String) {
        switch suffix {
        case "s", "sec", "secs", "second", "seconds": self = .seconds
        case "ms", "msec", "milli", "millis", "millisecond", "milliseconds": self = .milliseconds
        case "us", "usec", "micro", "micros", "microsecond", "microseconds": self = .microseconds
        case "ns", "nsec", "nano", "nanos", "nanosecond", "nanoseconds": self = .nanoseconds
        default: return nil
        }
    }

    /// The unit in which a number is a time between 1973 and 2262; nil where there is none. These ranges do not touch, so that
    /// there is never a choice.
    init?(plausibleFor number: Int64) {
        guard
            let unit = TapeTimeUnit.allCases.first(where: { $0.range(from: 100_000_000, to: 9_223_372_036) ~= number })
        else { return nil }
        self = unit
    }

    /// The numbers that are times of this century so far, and of its rest, in this unit: 2008 to 2099.
    var likely: ClosedRange<Int64> { range(from: 1_200_000_000, to: 4_100_000_000) }

    private func range(from first: Int64, to last: Int64) -> ClosedRange<Int64> {
        let perSecond = TapeTimeUnit.seconds.nanoseconds / nanoseconds
        return first * perSecond...last * perSecond
    }
}
