import Desk
import Testing
import Trading

struct CalendarTextTests {
    @Test(
        arguments: [
            (0, "2026-08-30 18:00 Europe/Madrid", "2026-08-30 18:00:00.000 Europe/Madrid"),
            (5_000_000_000, "2026-08-30 18:00:05 Europe/Madrid", "2026-08-30 18:00:05.000 Europe/Madrid"),
            (5_250_999_999, "2026-08-30 18:00:05 Europe/Madrid", "2026-08-30 18:00:05.250 Europe/Madrid"),
            (999_000_000, "2026-08-30 18:00 Europe/Madrid", "2026-08-30 18:00:00.999 Europe/Madrid"),
            (-1, "2026-08-30 17:59:59 Europe/Madrid", "2026-08-30 17:59:59.999 Europe/Madrid"),
        ] as [(Int64, String, String)])
    func `a moment is printed with its zone, and seconds where there are any`(
        nanoseconds: Int64, text: String, exact: String
    ) throws {
        let zone = try #require(TimeZoneRules(named: "Europe/Madrid"))
        let moment = Timestamp(seconds: 1_788_105_600).advanced(byNanoseconds: nanoseconds)
        #expect(zone.text(of: moment) == text)
        #expect(zone.text(of: moment, milliseconds: true) == exact)
    }

    @Test func `moments before 1970 are printed too`() {
        #expect(
            TimeZoneRules.utc.text(of: Timestamp(nanoseconds: -1), milliseconds: true) == "1969-12-31 23:59:59.999 UTC")
        #expect(TimeZoneRules.utc.text(of: Timestamp(seconds: -86_400)) == "1969-12-31 00:00 UTC")
    }

    @Test(
        arguments: [
            (3_600, "1h left"), (3_570, "59m 30s left"), (2 * 86_400 + 3 * 3_600 + 5 * 60, "2d 3h left"),
            (3_605, "1h left"), (86_400 + 59, "1d left"), (30, "30s left"), (90, "1m 30s left"), (1, "1s left"),
            (0, "no time left"), (-5, "no time left"),
        ] as [(Int64, String)])
    func `the time left is told in the two largest units`(seconds: Int64, text: String) {
        let now = Timestamp(seconds: 1_788_105_600)
        #expect(DurationText.timeLeft(from: now, until: now.advanced(bySeconds: seconds)) == text)
    }

    @Test func `less than a second is still some time`() {
        let now = Timestamp(seconds: 1_788_105_600)
        #expect(DurationText.timeLeft(from: now, until: now.advanced(byNanoseconds: 1)) == "less than 1s left")
        #expect(DurationText.timeLeft(from: now, until: now.advanced(byNanoseconds: 1_999_999_999)) == "1s left")
    }

    @Test(
        arguments: [
            (0, "0s"), (45, "45s"), (9_000, "2h 30m"), (86_405, "1d 5s"), (93_784, "1d 2h 3m 4s"), (-3, "0s"),
        ] as [(Int64, String)])
    func `a duration is told whole`(seconds: Int64, text: String) {
        #expect(DurationText.exact(seconds: seconds) == text)
    }
}

struct TimeZoneNameTests {
    @Test(arguments: [
        ("Europe/Madrid", "Europe/Madrid"), ("europe/madrid", "Europe/Madrid"), ("UTC", "UTC"), ("utc", "UTC"),
        ("GMT", "UTC"), ("Asia/Calcutta", "Asia/Calcutta"),
        ("America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("america/new_york", "America/New_York"), ("Etc/UTC", "Etc/UTC"),
    ])
    func `a zone is found by its name in any case`(typed: String, name: String) {
        #expect(TimeZoneRules(named: typed)?.name == name)
    }

    @Test(
        arguments: [
            ("Madrid", "Europe/Madrid"), ("kolkata", "Asia/Kolkata"), ("New_York", "America/New_York"),
            ("Europe/Madird", "Europe/Madrid"), ("Europ/Madrid", "Europe/Madrid"), ("Madird", "Europe/Madrid"),
            ("Asia/Kolkatta", "Asia/Kolkata"), ("EST", nil), ("CET", nil), ("GMT+3", nil), ("x", nil), ("", nil),
            ("Atlantis/Poseidonis", nil), ("../etc/passwd", nil), ("+02:00", nil),
        ] as [(String, String?)])
    func `a name that is none is refused, with the one that was probably meant`(typed: String, meant: String?) {
        let span = Span(column: 14, length: typed.count)
        let refusal = #expect(throws: Refusal.self) { try TimeZoneRules(named: typed, at: span) }
        #expect(refusal?.code == .badTime)
        #expect(refusal?.span == span)
        #expect(refusal?.suggestion == meant)
    }

    @Test func `every name that is offered is a zone, under that name`() {
        for name in TimeZoneRules.names { #expect(TimeZoneRules(named: name)?.name == name) }
        #expect(TimeZoneRules.names.count > 400)
    }
}
