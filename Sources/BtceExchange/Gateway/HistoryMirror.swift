import Trading

/// Which part of an account's TradeHistory has been read, so that nothing is passed over and little is read twice.
struct HistoryMirror {
    /// Where a reading begins.
    enum Start: Hashable {
        /// All rows with a higher number.
        case after(UInt64)
        /// All rows from that moment on; the exchange reaches back a week at most.
        case since(Timestamp)

        /// Whether a reading that begins here finds the row. A moment is the exchange's to compare.
        func begins(before row: WireFill) -> Bool {
            switch self {
            case .after(let id): row.id > id
            case .since: true
            }
        }

        var isByNumber: Bool { if case .after = self { true } else { false } }
    }

    /// A week, less an hour for the clocks.
    static let sinceReachNanoseconds: Int64 = (7 * 24 - 1) * 3_600 * 1_000_000_000

    let overlapNanoseconds: Int64
    /// Every row with a higher number is kept, up to what the last reading found.
    private(set) var coveredAfter: UInt64?
    /// Every row from this moment on is kept.
    private(set) var coveredSince: Timestamp?
    /// Up to here nothing can come late any more.
    private var settled: UInt64 = 0
    private var candidate: (id: UInt64, at: Timestamp)?
    private(set) var highest: UInt64 = 0
    /// When the end of the history was last reached, by a reading that would have found any row.
    private(set) var endReadAt: Timestamp?

    init(overlapNanoseconds: Int64) {
        self.overlapNanoseconds = overlapNanoseconds
    }

    /// What is to be read so that everything since a moment and after a number is there.
    func plan(since: Timestamp?, after: UInt64?, now: Timestamp) -> [Start] {
        var starts: [Start] = []
        switch (coveredAfter, after) {
        case (let covered?, let after?) where after < covered: starts.append(.after(after))
        case (let covered?, _): starts.append(.after(max(settled, covered)))
        case (nil, let after?): starts.append(.after(after))
        case (nil, nil): break
        }
        guard let wanted = since, coveredAfter != 0, starts.first != .after(0) else { return starts }
        // A history that was empty has no number to go on from: it is asked again from the same moment.
        if coveredSince.map({ wanted < $0 }) ?? true || starts.isEmpty {
            let since = min(wanted, coveredSince ?? wanted)
            if now.nanoseconds(since: since) < HistoryMirror.sinceReachNanoseconds {
                starts.append(.since(since))
            } else if starts.isEmpty {
                // Older than `since` reaches, and nobody has said from which number on it matters.
                starts.append(.after(0))
            }
        }
        return starts
    }

    /// A page has been read.
    mutating func took(_ ids: some Sequence<UInt64>) {
        if let last = ids.max() { highest = max(highest, last) }
    }

    /// The newest row has been read, or there is none.
    mutating func foundNewest(_ id: UInt64?, at now: Timestamp) {
        highest = max(highest, id ?? 0)
        if coveredAfter == nil { coveredAfter = highest }
        endReadAt = now
    }

    /// A reading has come to the end of the history. `first` is the lowest number that it found.
    mutating func finished(_ start: Start, first: UInt64?, at now: Timestamp) {
        switch start {
        case .after(let id):
            // Whoever asks for what comes after a number has seen that number, in this run or an earlier one.
            highest = max(highest, id)
            if coveredAfter.map({ id < $0 }) ?? true {
                coveredAfter = id
                settled = min(settled, id)
            }
        case .since(let time):
            coveredSince = min(coveredSince ?? time, time)
            if coveredAfter == nil, let first { coveredAfter = first - 1 }
        }
        // One that begins at a moment of our clock finds nothing where the exchange's is behind: that is no end.
        if coveredAfter != nil { endReadAt = now }
        if let waiting = candidate {
            guard now >= waiting.at.advanced(byNanoseconds: overlapNanoseconds) else { return }
            settled = max(settled, waiting.id)
        }
        candidate = (highest, now)
    }

    /// Rows up to a number have been dropped.
    mutating func forgot(through id: UInt64, at moment: Timestamp) {
        coveredAfter = max(coveredAfter ?? id, id)
        coveredSince = max(coveredSince ?? moment, moment)
    }

    /// Whether every row with a higher number is there.
    func covers(after id: UInt64) -> Bool { coveredAfter.map { $0 <= id } ?? false }
}
