public import CommandGrammar
public import Trading

/// A moment found for something typed.
public struct Moment: Hashable, Sendable {
    public let at: Timestamp
    /// What the trader should know of it: that clocks show this time twice, and which of the two it is.
    public let note: String?

    init(_ at: Timestamp, note: String? = nil) {
        self.at = at
        self.note = note
    }

    /// Whether clocks show this time twice.
    public var isDoubled: Bool { note != nil }
}

extension TimeZoneRules {
    /// The moment that is meant by something typed about the future; always after `now`.
    ///
    /// - `18:00`: the next time that clocks show it. `fri 18:00`: the same on a Friday, today included.
    /// - `tomorrow 9:00`: on the day after today's date in the zone.
    /// - `2026-12-31`, and `fri` without a time: the **start** of that day, so that `until 2026-12-31` ends as the 30th does.
    ///
    /// In an hour that clocks show twice it is the first of the two that is still to come, and `note` says so. Refuses
    /// with `bad_time` a time that clocks jump over, naming where they jump to, and with `time_passed` one that is over.
    /// `span` is that of the moment's own words, which the suggestion stands in for.
    public func moment(of when: When, after now: Timestamp, at span: Span?) throws(Refusal) -> Moment {
        let today = date(at: now)
        let found: Moment?
        switch when {
        case .clock(let clock):
            // From yesterday on: where clocks go back over midnight, yesterday's evening comes once more.
            found = try first(on: today.days(-1...2), clock, as: when, at: span) { $0 > now }
        case .tomorrow(let clock):
            found = try first(on: today.days(1...1), clock, as: when, at: span) { $0 > now }
        case .weekday(let weekday, let clock):
            let dates = today.days(-1...8).filter { $0.weekday == weekday }
            found = try first(on: dates, clock, as: when, at: span) { $0 > now }
        case .date(let date, let clock):
            found = try first(on: [date], clock, as: when, at: span) { $0 > now }
            if found == nil {
                let reading = ClockReading(date, clock)
                throw Refusal(
                    .timePassed,
                    "\(reading.dateText) \(reading.timeText) \(name) has passed; it is \(text(of: now)) now",
                    at: span,
                    details: clock == nil ? ["a date alone is its start; give a time of day with it"] : [])
            }
        }
        guard let found else { throw Refusal(.badTime, "no such time is near", at: span) }
        return found
    }

    /// The moment that is meant by something typed about the past, as after `since`.
    ///
    /// `18:00` is the last time that clocks showed it, `fri` and `fri 18:00` the last such, each up to and including
    /// `now`; a date is its start, also one to come. In an hour that clocks show twice it is the first of the two.
    /// Refuses with `bad_time` a time that clocks jumped over.
    public func moment(of when: When, before now: Timestamp, at span: Span?) throws(Refusal) -> Moment {
        let today = date(at: now)
        let found: Moment?
        switch when {
        case .clock(let clock):
            found = try first(on: today.days(-2...1).reversed(), clock, as: when, at: span) { $0 <= now }
        case .tomorrow(let clock):
            found = try first(on: today.days(1...1), clock, as: when, at: span) { _ in true }
        case .weekday(let weekday, let clock):
            let dates = today.days(-8...1).filter { $0.weekday == weekday }
            found = try first(on: dates.reversed(), clock, as: when, at: span) { $0 <= now }
        case .date(let date, let clock):
            found = try first(on: [date], clock, as: when, at: span) { _ in true }
        }
        guard let found else { throw Refusal(.badTime, "no such time is near", at: span) }
        return found
    }

    /// When an order ends: `until WHEN` as `moment(of:after:at:)` has it, `for DURATION` from now, `day` at the next
    /// midnight. Refuses with `bad_duration` what ends after the year 2261.
    ///
    /// `span` is that of the words after `until` or `for`.
    public func moment(of expiry: Expiry, after now: Timestamp, at span: Span?) throws(Refusal) -> Moment {
        switch expiry {
        case .until(let when):
            return try moment(of: when, after: now, at: span)
        case .forSeconds(let seconds):
            let end = now.advanced(bySeconds: seconds)
            guard seconds > 0, end <= TimeZoneRules.lastMoment else {
                throw Refusal(.badDuration, "that time is too far away: at most 3653d", at: span)
            }
            return Moment(end)
        case .day:
            return Moment(midnight(after: now))
        }
    }

    /// The end of the calendar day that `now` is in, which is the start of the next: midnight, or where clocks jump over it, the
    /// first moment of that day. Where clocks go back over midnight and show it twice, the day ends with the last of them.
    public func midnight(after now: Timestamp) -> Timestamp {
        for date in date(at: now).days(1...3) {
            if let moment = beginnings(of: date).last(where: { $0 > now }) { return moment }
        }
        // Only past the end of what a timestamp counts.
        return now.advanced(bySeconds: ClockReading.secondsPerDay)
    }

    /// The first moment of a day in this zone; that of the next for a day that the zone has left out.
    public func start(of date: CivilDate) -> Timestamp {
        for date in date.days(0...1) {
            if let moment = beginnings(of: date).first { return moment }
        }
        return Timestamp(seconds: ClockReading(date, nil).seconds)
    }

    /// 2261-12-31T23:59:59Z: whole years end here that a `Timestamp` can count.
    private static let lastMoment = Timestamp(seconds: 9_214_646_399)
    private static let years = 1_678...2_261

    /// The first wanted moment on the first of these days that has one.
    private func first(
        on dates: [CivilDate], _ clock: ClockTime?, as when: When, at span: Span?,
        where isWanted: (Timestamp) -> Bool
    ) throws(Refusal) -> Moment? {
        for date in dates {
            guard TimeZoneRules.years.contains(date.year) else {
                throw Refusal(
                    .badTime,
                    "dates must be between the years \(TimeZoneRules.years.lowerBound) to \(TimeZoneRules.years.upperBound)",
                    at: span)
            }
            guard let clock else {
                for moment in beginnings(of: date) where isWanted(moment) { return Moment(moment) }
                continue
            }
            let reading = ClockReading(date, clock)
            switch occurrence(of: reading) {
            case .once(let moment):
                if isWanted(moment) { return Moment(moment) }
            case .twice(let first, let second):
                if isWanted(first) { return Moment(first, note: doubledNote(reading, "first", at: first)) }
                if isWanted(second) { return Moment(second, note: doubledNote(reading, "second", at: second)) }
            case .never(let jump):
                if isWanted(jump) { throw skipped(reading, jump: jump, as: when, at: span) }
            }
        }
        return nil
    }

    private func doubledNote(_ reading: ClockReading, _ which: String, at moment: Timestamp) -> String {
        "clocks in \(name) show \(reading.timeText) twice on \(reading.dateText); this is the \(which), at \(offsetText(at: moment))"
    }

    private func skipped(_ reading: ClockReading, jump: Timestamp, as when: When, at span: Span?) -> Refusal {
        let before = ClockReading(
            seconds: jump.seconds + offsetSeconds(at: jump.advanced(bySeconds: -1)))
        let after = clockReading(at: jump)
        let isSameDay = after.date == reading.date
        let landing = isSameDay ? after.timeText : "\(after.dateText) \(after.timeText)"
        return Refusal(
            .badTime,
            "there is no \(reading.timeText) on \(reading.dateText) in \(name): clocks go from \(before.timeText) to "
                + "\(landing), which is the next time there is",
            at: span, suggestion: isSameDay ? when.words(at: after) : landing)
    }
}

extension CivilDate {
    /// The dates so many days from this one.
    func days(_ distances: ClosedRange<Int64>) -> [CivilDate] {
        distances.map { CivilDate(daysSince1970: daysSince1970 + $0) }
    }
}

extension When {
    private static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// The same words with another time of day.
    fileprivate func words(at reading: ClockReading) -> String {
        switch self {
        case .clock: reading.timeText
        case .tomorrow: "tomorrow \(reading.timeText)"
        case .weekday(let day, _): "\(When.weekdays[day % 7]) \(reading.timeText)"
        case .date: "\(reading.dateText) \(reading.timeText)"
        }
    }
}
