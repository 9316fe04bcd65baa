import Trading

/// When clocks in a zone show something: once, as a rule; twice in the hour that is repeated when they go back; never in
/// the one that is left out when they go forward.
enum ClockOccurrence: Hashable {
    case once(Timestamp)
    case twice(Timestamp, Timestamp)
    /// Left out: at this moment clocks jump over it.
    case never(jump: Timestamp)
}

extension TimeZoneRules {
    /// The moments at which clocks show `reading`.
    ///
    /// A moment is the reading less an offset, so only offsets in use within a day of it come into question: none is, or
    /// was, more than 16 hours from UTC.
    func occurrence(of reading: ClockReading) -> ClockOccurrence {
        let samples = offsetSamples(around: reading)
        var moments: [Timestamp] = []
        for offset in Set(samples.map(\.offset)) {
            let moment = Timestamp(seconds: reading.seconds - offset)
            if offsetSeconds(at: moment) == offset { moments.append(moment) }
        }
        moments.sort()
        switch moments.count {
        case 0: return .never(jump: jump(over: reading, among: samples))
        case 1: return .once(moments[0])
        default: return .twice(moments[0], moments[1])
        }
    }

    /// The moments at which a day begins: its midnight, or where clocks jump over that, the moment at which they do.
    /// Empty for a day that a zone has left out altogether (Samoa, 30 December 2011).
    func beginnings(of date: CivilDate) -> [Timestamp] {
        switch occurrence(of: ClockReading(date, nil)) {
        case .once(let moment): [moment]
        case .twice(let first, let second): [first, second]
        case .never(let jump): self.date(at: jump) == date ? [jump] : []
        }
    }

    private typealias OffsetSample = (moment: Timestamp, offset: Int64)

    /// Offsets every two hours from a day before to a day after. No zone has changed its clocks twice in two hours.
    private func offsetSamples(around reading: ClockReading) -> [OffsetSample] {
        let day = ClockReading.secondsPerDay
        return stride(from: reading.seconds - day, through: reading.seconds + day, by: 7_200).map { seconds in
            let moment = Timestamp(seconds: seconds)
            return (moment, offsetSeconds(at: moment))
        }
    }

    private func jump(over reading: ClockReading, among samples: [OffsetSample]) -> Timestamp {
        for (earlier, later) in zip(samples, samples.dropFirst()) where later.offset > earlier.offset {
            let change = firstMoment(after: earlier, until: later)
            let isOver =
                change.seconds + earlier.offset <= reading.seconds && reading.seconds < change.seconds + later.offset
            if isOver { return change }
        }
        preconditionFailure(
            "\(name) shows \(reading.dateText) \(reading.timeText) at no moment, and does not jump over it")
    }

    /// The first moment, to the second, with the later offset.
    private func firstMoment(after earlier: OffsetSample, until later: OffsetSample) -> Timestamp {
        var (low, high) = (earlier.moment.seconds, later.moment.seconds)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offsetSeconds(at: Timestamp(seconds: middle)) == earlier.offset { low = middle } else { high = middle }
        }
        return Timestamp(seconds: high)
    }
}
