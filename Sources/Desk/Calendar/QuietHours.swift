import CommandGrammar
import Trading

/// The hours of a day in which only what is critical is pushed: `22:00-07:00`, over midnight where the end is earlier.
struct QuietHours: Hashable {
    let from: ClockTime
    let to: ClockTime

    /// Reads `22:00-7:00`; nil for anything else, and for no time at all.
    init?(_ text: String) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let from = QuietHours.clock(ends[0]), let to = QuietHours.clock(ends[1]), from != to
        else { return nil }
        self.from = from
        self.to = to
    }

    private static func clock(_ text: Substring) -> ClockTime? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }), let hour = Int(parts[0]),
            let minute = Int(parts[1])
        else { return nil }
        return ClockTime(hour: hour, minute: minute)
    }

    /// Whether clocks in a zone show one of these hours. The end is not one of them.
    func contains(_ moment: Timestamp, in zone: TimeZoneRules) -> Bool {
        let minute = zone.clockReading(at: moment).secondOfDay / 60
        let first = from.hour * 60 + from.minute
        let last = to.hour * 60 + to.minute
        return first < last ? (first..<last).contains(minute) : minute >= first || minute < last
    }

    /// `22:00-07:00`.
    var text: String { "\(QuietHours.text(from))-\(QuietHours.text(to))" }

    private static func text(_ clock: ClockTime) -> String {
        "\(padded(clock.hour, to: 2)):\(padded(clock.minute, to: 2))"
    }

    /// What is pushed in quiet hours too: it wants the trader, or warns of somebody else.
    static let criticalEvents: Set<String> = [
        "cancel_failed", "clock_step", "disk_low", "feed_lost", "feed_back", "foreign_fill", "foreign_order",
        "funds_changed", "late_fill", "login", "panic", "rejected", "tape_ended", "triggered", "unknown",
    ]
}
