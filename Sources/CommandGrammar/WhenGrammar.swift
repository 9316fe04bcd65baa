import Trading

/// Moments and durations: `18:00`, `tomorrow 9:00`, `fri 18:00`, `2026-12-31 23:10`; `2h30m`.
extension LineReader {
    private static let whenExamples = ["such as 18:00, tomorrow 9:00, fri 18:00, 2026-12-31 or 2026-12-31 23:10"]

    private static let dayWords: [Keyword] = [
        .tomorrow, .mon, .tue, .wed, .thu, .fri, .sat, .sun, .monday, .tuesday, .wednesday, .thursday, .friday,
        .saturday, .sunday,
    ]

    /// A day without a time means its midnight.
    mutating func takeWhen() throws(Misreading) -> Located<When> {
        guard let word = peek() else {
            var misreading = missing("WHEN")
            misreading.details = LineReader.whenExamples
            throw misreading
        }
        if word.keyword == .tomorrow {
            next += 1
            let time = try takeClockIfAny()
            return Located(.tomorrow(time), at: span(from: word))
        }
        if let weekday = word.keyword?.weekday {
            next += 1
            let time = try takeClockIfAny()
            return Located(.weekday(weekday, time), at: span(from: word))
        }
        if let clock = try clock(word) {
            next += 1
            return Located(.clock(clock), at: span(word))
        }
        if let date = try date(word) {
            next += 1
            let time = try takeClockIfAny()
            return Located(.date(date, time), at: span(from: word))
        }
        throw noWhen(word)
    }

    private mutating func takeClockIfAny() throws(Misreading) -> ClockTime? {
        guard let word = peek(), isDigit(firstByte(word)), let clock = try clock(word) else { return nil }
        next += 1
        return clock
    }

    /// `9:00` or `9:00:30`; nil where the word has not that form, refused where there is no such time.
    private func clock(_ word: Word) throws(Misreading) -> ClockTime? {
        guard let colon = bytes[word.start..<word.end].firstIndex(of: UInt8(ascii: ":")),
            let hour = smallNumber(word.start, colon, digits: 1...2)
        else { return nil }
        let next = bytes[(colon + 1)..<word.end].firstIndex(of: UInt8(ascii: ":"))
        guard let minute = smallNumber(colon + 1, next ?? word.end, digits: 2...2),
            let second = next.map({ smallNumber($0 + 1, word.end, digits: 2...2) }) ?? .some(0)
        else { return nil }
        guard let time = ClockTime(hour: hour, minute: minute, second: second) else {
            throw Misreading(
                .badTime, "there is no time \(shown(word)); a day has 0:00 to 23:59", at: span(word),
                candidates: hour == 24 && minute == 0 ? ["0:00"] : [], details: LineReader.whenExamples)
        }
        return time
    }

    /// `2026-12-31`; nil where the word has not that form, refused where there is no such day.
    private func date(_ word: Word) throws(Misreading) -> CivilDate? {
        guard word.end - word.start >= 8, word.end - word.start <= 10,
            let firstDash = bytes[word.start..<word.end].firstIndex(of: UInt8(ascii: "-")),
            let secondDash = bytes[(firstDash + 1)..<word.end].firstIndex(of: UInt8(ascii: "-")),
            let year = smallNumber(word.start, firstDash, digits: 4...4),
            let month = smallNumber(firstDash + 1, secondDash, digits: 1...2),
            let day = smallNumber(secondDash + 1, word.end, digits: 1...2)
        else { return nil }
        guard let date = CivilDate(year: year, month: month, day: day) else {
            throw Misreading(
                .badTime, "there is no day \(shown(word))", at: span(word), details: LineReader.whenExamples)
        }
        return date
    }

    private func smallNumber(_ start: Int, _ end: Int, digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(end - start) else { return nil }
        var value = 0
        for index in start..<end {
            guard isDigit(bytes[index]) else { return nil }
            value = value * 10 + Int(bytes[index] - UInt8(ascii: "0"))
        }
        return value
    }

    private func noWhen(_ word: Word) -> Misreading {
        var last = word
        var candidates: [String] = []
        if word.keyword == .today, let time = peek(1) {
            // The next such time, which is today's where that is still to come.
            candidates = [text(time)]
            last = time
        } else {
            candidates =
                Suggestions.times(meantBy: text(word))
                + Suggestions.nearest(to: text(word), among: LineReader.dayWords.map(\.rawValue))
        }
        return Misreading(
            .badTime, "expected WHEN, found \(RefusalText.quoted(lexer.text(word.start, last.end)))",
            at: span(from: word, to: last), candidates: candidates, details: LineReader.whenExamples)
    }

    // MARK: Durations

    /// The longest duration: ten years, in seconds.
    static let durationSecondsMax: Int64 = 3_653 * 86_400

    /// `30s`, `90m`, `2h30m`, `3d`, in seconds: larger units first, each once.
    mutating func takeDuration() throws(Misreading) -> Located<Int64> {
        let word = try takeWord("a DURATION such as 90m, 2h30m or 3d")
        var total: Int64 = 0
        var unitBefore = Int64.max
        var index = word.start
        while index < word.end {
            var value: Int64 = 0
            let digits = index
            while index < word.end, isDigit(bytes[index]), index - digits < 10 {
                value = value * 10 + Int64(bytes[index] - UInt8(ascii: "0"))
                index += 1
            }
            guard index > digits, index < word.end, let unit = LineReader.seconds(inUnit: bytes[index]),
                unit < unitBefore
            else { throw noDuration(word) }
            unitBefore = unit
            index += 1
            total += value * unit
        }
        guard total > 0, total <= LineReader.durationSecondsMax else {
            throw Misreading(
                .badDuration, "a DURATION is from 1s to 3653d, found \(shown(word))", at: span(word))
        }
        return Located(total, at: span(word))
    }

    private static func seconds(inUnit letter: UInt8) -> Int64? {
        switch letter | 0x20 {
        case UInt8(ascii: "s"): 1
        case UInt8(ascii: "m"): 60
        case UInt8(ascii: "h"): 3_600
        case UInt8(ascii: "d"): 86_400
        default: nil
        }
    }

    private func noDuration(_ word: Word) -> Misreading {
        var last = word
        var typed = text(word)
        if typed.utf8.allSatisfy(isDigit), let unit = peek(), isLetter(firstByte(unit)),
            !Suggestions.durations(meantBy: typed + text(unit)).isEmpty
        {
            typed += text(unit)
            last = unit
        }
        return Misreading(
            .badDuration,
            "expected a DURATION such as 90m, 2h30m or 3d, found \(RefusalText.quoted(lexer.text(word.start, last.end)))",
            at: span(from: word, to: last), candidates: Suggestions.durations(meantBy: typed))
    }
}
