import CommandGrammar
import Desk
import Testing
import Trading

/// What somebody types, when, where, and what comes of it.
private struct Row: CustomTestStringConvertible, Sendable {
    let zone: String
    /// In UTC, as `2026-08-30 15:00`.
    let now: String
    let typed: When
    /// The moment as text with its offset, or the refusal's code and suggestion.
    let expected: String

    init(_ zone: String, _ now: String, _ typed: When, _ expected: String) {
        self.zone = zone
        self.now = now
        self.typed = typed
        self.expected = expected
    }

    var testDescription: String { "\(zone) at \(now): \(typed)" }
}

private func clock(_ hour: Int, _ minute: Int = 0) -> ClockTime { ClockTime(hour: hour, minute: minute)! }
private func date(_ year: Int, _ month: Int, _ day: Int) -> CivilDate { CivilDate(year: year, month: month, day: day)! }
private func utc(_ text: String) -> Timestamp {
    let numbers = text.split { "- :".contains($0) }.map { Int($0)! }
    let days = date(numbers[0], numbers[1], numbers[2]).daysSince1970
    return Timestamp(
        seconds: days * 86_400 + Int64(numbers[3] * 3_600 + numbers[4] * 60 + (numbers.count > 5 ? numbers[5] : 0)))
}

private let place = Span(column: 30, length: 5)
private let madrid = "Europe/Madrid"
private let newYork = "America/New_York"
private let lordHowe = "Australia/Lord_Howe"
private let saoPaulo = "America/Sao_Paulo"
private let kolkata = "Asia/Kolkata"
private let (monday, friday, saturday, sunday) = (0, 4, 5, 6)

private func outcome(_ zone: TimeZoneRules, _ find: () throws(Refusal) -> Moment) -> String {
    do {
        let moment = try find()
        let text = "\(zone.dateAndTime(of: moment.at)) \(zone.offsetText(at: moment.at))"
        return moment.isDoubled ? text + " doubled" : text
    } catch {
        #expect(error.span == place)
        return error.suggestion.map { "\(error.code.name), try \($0)" } ?? error.code.name
    }
}

struct CalendarMomentTests {
    @Test(arguments: [
        // The plain days
        Row(madrid, "2026-08-30 15:00", .clock(clock(18)), "2026-08-30 18:00 UTC+02:00"),
        Row(madrid, "2026-08-30 15:59:59", .clock(clock(18)), "2026-08-30 18:00 UTC+02:00"),
        Row(madrid, "2026-08-30 16:00", .clock(clock(18)), "2026-08-31 18:00 UTC+02:00"),
        Row(madrid, "2026-08-30 22:30", .clock(clock(0, 45)), "2026-08-31 00:45 UTC+02:00"),
        Row(madrid, "2026-12-31 22:59", .clock(clock(0)), "2027-01-01 00:00 UTC+01:00"),
        Row(madrid, "2026-08-30 15:00", .tomorrow(clock(9)), "2026-08-31 09:00 UTC+02:00"),
        Row(madrid, "2026-08-30 22:30", .tomorrow(clock(0)), "2026-09-01 00:00 UTC+02:00"),
        Row(madrid, "2026-08-30 15:00", .weekday(friday, clock(18)), "2026-09-04 18:00 UTC+02:00"),
        Row(madrid, "2026-08-30 15:00", .weekday(sunday, clock(18)), "2026-08-30 18:00 UTC+02:00"),
        Row(madrid, "2026-08-30 16:00", .weekday(sunday, clock(18)), "2026-09-06 18:00 UTC+02:00"),
        Row(madrid, "2026-08-30 15:00", .weekday(sunday, nil), "2026-09-06 00:00 UTC+02:00"),
        Row(madrid, "2026-08-30 15:00", .weekday(monday, nil), "2026-08-31 00:00 UTC+02:00"),
        Row(madrid, "2026-08-30 15:00", .date(date(2026, 12, 31), nil), "2026-12-31 00:00 UTC+01:00"),
        Row(madrid, "2026-08-30 15:00", .date(date(2026, 12, 31), clock(23, 10)), "2026-12-31 23:10 UTC+01:00"),
        Row(kolkata, "2026-08-30 15:00", .clock(clock(18)), "2026-08-31 18:00 UTC+05:30"),
        Row(kolkata, "2026-08-30 12:29", .clock(clock(18)), "2026-08-30 18:00 UTC+05:30"),
        Row("UTC", "2026-08-30 15:00", .clock(clock(15, 1)), "2026-08-30 15:01 UTC+00:00"),
        // Over
        Row(madrid, "2026-08-30 15:00", .date(date(2026, 8, 30), nil), "time_passed"),
        Row(madrid, "2026-08-30 15:00", .date(date(2026, 8, 30), clock(17)), "time_passed"),
        Row(madrid, "2026-08-30 15:00", .date(date(2026, 8, 30), clock(17, 1)), "2026-08-30 17:01 UTC+02:00"),
        Row(madrid, "2026-08-30 15:00", .date(date(2300, 1, 1), nil), "bad_time"),
        // Clocks go forward: Madrid 2:00 to 3:00, New York the same three weeks before, Lord Howe by half an hour
        Row(madrid, "2026-03-28 20:00", .clock(clock(2, 30)), "bad_time, try 03:00"),
        Row(madrid, "2026-03-29 00:59:59", .clock(clock(2)), "bad_time, try 03:00"),
        Row(madrid, "2026-03-28 20:00", .clock(clock(3)), "2026-03-29 03:00 UTC+02:00"),
        Row(madrid, "2026-03-28 20:00", .clock(clock(1, 59)), "2026-03-29 01:59 UTC+01:00"),
        Row(madrid, "2026-03-29 01:00", .clock(clock(2, 30)), "2026-03-30 02:30 UTC+02:00"),
        Row(madrid, "2026-03-28 12:00", .tomorrow(clock(2, 30)), "bad_time, try tomorrow 03:00"),
        Row(madrid, "2026-03-27 12:00", .weekday(sunday, clock(2, 30)), "bad_time, try sun 03:00"),
        Row(madrid, "2026-01-01 12:00", .date(date(2026, 3, 29), clock(2, 30)), "bad_time, try 2026-03-29 03:00"),
        Row(madrid, "2026-05-01 12:00", .date(date(2026, 3, 29), clock(2, 30)), "time_passed"),
        Row(newYork, "2026-03-08 05:00", .clock(clock(2, 59)), "bad_time, try 03:00"),
        Row(newYork, "2026-03-08 05:00", .clock(clock(3)), "2026-03-08 03:00 UTC-04:00"),
        Row(lordHowe, "2026-10-03 12:00", .clock(clock(2, 15)), "bad_time, try 02:30"),
        Row(lordHowe, "2026-10-03 12:00", .clock(clock(2, 30)), "2026-10-04 02:30 UTC+11:00"),
        // Clocks go back: the hour that comes twice
        Row(madrid, "2026-10-24 20:00", .clock(clock(2, 30)), "2026-10-25 02:30 UTC+02:00 doubled"),
        Row(madrid, "2026-10-24 20:00", .clock(clock(2)), "2026-10-25 02:00 UTC+02:00 doubled"),
        Row(madrid, "2026-10-24 20:00", .clock(clock(3)), "2026-10-25 03:00 UTC+01:00"),
        Row(madrid, "2026-10-25 00:45", .clock(clock(2, 30)), "2026-10-25 02:30 UTC+01:00 doubled"),
        Row(madrid, "2026-10-25 01:45", .clock(clock(2, 30)), "2026-10-26 02:30 UTC+01:00"),
        Row(madrid, "2026-10-25 01:45", .date(date(2026, 10, 25), clock(2, 30)), "time_passed"),
        Row(newYork, "2026-10-31 12:00", .tomorrow(clock(1, 30)), "2026-11-01 01:30 UTC-04:00 doubled"),
        Row(lordHowe, "2026-04-04 12:00", .clock(clock(1, 45)), "2026-04-05 01:45 UTC+11:00 doubled"),
        Row(lordHowe, "2026-04-04 12:00", .clock(clock(1, 15)), "2026-04-05 01:15 UTC+11:00"),
        // São Paulo went forward at midnight until 2018: the day began at 1:00
        Row(saoPaulo, "2018-11-03 20:00", .clock(clock(0)), "bad_time, try 01:00"),
        Row(saoPaulo, "2018-11-03 20:00", .date(date(2018, 11, 4), nil), "2018-11-04 01:00 UTC-02:00"),
        Row(saoPaulo, "2018-11-03 20:00", .weekday(sunday, nil), "2018-11-04 01:00 UTC-02:00"),
        Row(saoPaulo, "2018-11-03 20:00", .date(date(2018, 11, 4), clock(0, 30)), "bad_time, try 2018-11-04 01:00"),
        // ... and back at midnight, so that the last hour of Saturday came twice, and midnight once
        Row(saoPaulo, "2018-02-17 20:00", .clock(clock(23, 30)), "2018-02-17 23:30 UTC-02:00 doubled"),
        Row(saoPaulo, "2018-02-18 02:15", .clock(clock(23, 30)), "2018-02-17 23:30 UTC-03:00 doubled"),
        Row(saoPaulo, "2018-02-17 20:00", .clock(clock(0)), "2018-02-18 00:00 UTC-03:00"),
        Row(saoPaulo, "2018-02-17 20:00", .weekday(saturday, clock(23, 30)), "2018-02-17 23:30 UTC-02:00 doubled"),
        // Samoa left a day out
        Row("Pacific/Apia", "2011-12-29 12:00", .date(date(2011, 12, 30), clock(12)), "bad_time, try 2011-12-31 00:00"),
    ])
    private func `what is typed about the future is found on the calendar`(row: Row) throws {
        let zone = try #require(TimeZoneRules(named: row.zone))
        let now = utc(row.now)
        #expect(
            outcome(zone) { () throws(Refusal) in try zone.moment(of: row.typed, after: now, at: place) }
                == row.expected)
    }

    @Test(arguments: [
        Row(madrid, "2026-08-30 15:00", .clock(clock(18)), "2026-08-29 18:00 UTC+02:00"),
        Row(madrid, "2026-08-30 16:00", .clock(clock(18)), "2026-08-30 18:00 UTC+02:00"),
        Row(madrid, "2026-08-30 15:00", .weekday(friday, nil), "2026-08-28 00:00 UTC+02:00"),
        Row(madrid, "2026-08-30 15:00", .weekday(sunday, nil), "2026-08-30 00:00 UTC+02:00"),
        Row(madrid, "2026-08-30 15:00", .weekday(sunday, clock(18)), "2026-08-23 18:00 UTC+02:00"),
        Row(madrid, "2026-08-30 15:00", .date(date(2026, 8, 1), nil), "2026-08-01 00:00 UTC+02:00"),
        Row(madrid, "2026-08-30 15:00", .date(date(2026, 12, 31), nil), "2026-12-31 00:00 UTC+01:00"),
        Row(madrid, "2026-08-30 15:00", .tomorrow(clock(9)), "2026-08-31 09:00 UTC+02:00"),
        Row(madrid, "2026-03-29 05:00", .clock(clock(2, 30)), "bad_time, try 03:00"),
        Row(madrid, "2026-03-29 00:30", .clock(clock(2, 30)), "2026-03-28 02:30 UTC+01:00"),
        Row(madrid, "2026-10-25 05:00", .clock(clock(2, 30)), "2026-10-25 02:30 UTC+02:00 doubled"),
        Row(madrid, "2026-10-25 00:15", .clock(clock(2, 30)), "2026-10-24 02:30 UTC+02:00"),
        Row(saoPaulo, "2018-11-04 12:00", .weekday(sunday, nil), "2018-11-04 01:00 UTC-02:00"),
        Row(saoPaulo, "2018-11-04 02:59", .weekday(sunday, nil), "2018-10-28 00:00 UTC-03:00"),
    ])
    private func `what is typed about the past is found on the calendar`(row: Row) throws {
        let zone = try #require(TimeZoneRules(named: row.zone))
        let now = utc(row.now)
        #expect(
            outcome(zone) { () throws(Refusal) in try zone.moment(of: row.typed, before: now, at: place) }
                == row.expected)
    }

    @Test(arguments: [
        (madrid, "2026-08-30 15:00", "2026-08-31 00:00 UTC+02:00"),
        (madrid, "2026-08-30 22:00", "2026-09-01 00:00 UTC+02:00"),
        (madrid, "2026-10-24 22:00", "2026-10-26 00:00 UTC+01:00"),
        (saoPaulo, "2018-11-03 20:00", "2018-11-04 01:00 UTC-02:00"),
        (saoPaulo, "2018-02-18 02:30", "2018-02-18 00:00 UTC-03:00"),
        ("Pacific/Apia", "2011-12-30 09:00", "2011-12-31 00:00 UTC+14:00"),
        // Newfoundland went back at 0:01, so that its midnight came twice; the 6th ended with the second.
        ("America/St_Johns", "2010-11-07 02:15", "2010-11-07 00:00 UTC-03:30"),
        ("America/St_Johns", "2010-11-07 03:00", "2010-11-07 00:00 UTC-03:30"),
    ])
    func `a day order ends with its calendar day, at midnight or at the first moment of a day without one`(
        name: String, now: String, expected: String
    ) throws {
        let zone = try #require(TimeZoneRules(named: name))
        let end = try zone.moment(of: Expiry.day, after: utc(now), at: nil).at
        #expect("\(zone.dateAndTime(of: end)) \(zone.offsetText(at: end))" == expected)
    }

    @Test func `a duration counts from now, whatever clocks do, and not beyond time`() throws {
        let zone = try #require(TimeZoneRules(named: madrid))
        let now = utc("2026-10-24 23:00").advanced(byNanoseconds: 5)
        #expect(try zone.moment(of: .forSeconds(3 * 3_600), after: now, at: nil).at == now.advanced(bySeconds: 10_800))
        for seconds in [0, -1, Int64.max, 9_000_000_000] {
            let refusal = #expect(throws: Refusal.self) {
                try zone.moment(of: .forSeconds(seconds), after: now, at: place)
            }
            #expect(refusal?.code == .badDuration)
        }
    }

    @Test func `refusals and notes say what clocks do`() throws {
        let zone = try #require(TimeZoneRules(named: madrid))
        let skipped = #expect(throws: Refusal.self) {
            try zone.moment(of: .date(date(2026, 3, 29), clock(2, 30)), after: utc("2026-01-01 12:00"), at: place)
        }
        #expect(
            skipped?.message == "there is no 02:30 on 2026-03-29 in Europe/Madrid: clocks go from 02:00 to 03:00, "
                + "which is the next time there is")
        let passed = #expect(throws: Refusal.self) {
            try zone.moment(of: .date(date(2026, 8, 30), nil), after: utc("2026-08-30 15:00"), at: place)
        }
        #expect(
            passed?.message == "2026-08-30 00:00 Europe/Madrid has passed; it is 2026-08-30 17:00 Europe/Madrid now")
        #expect(passed?.details == ["a date alone is its start; give a time of day with it"])
        let doubled = try zone.moment(of: .clock(clock(2, 30)), after: utc("2026-10-24 20:00"), at: place)
        #expect(
            doubled.note
                == "clocks in Europe/Madrid show 02:30 twice on 2026-10-25; this is the first, at UTC+02:00")
    }
}
