public import Trading

/// Where a player of tapes is, to be kept as bytes.
public struct TapePosition: Hashable, Sendable {
    /// A tape, and how many of its trades have been played, in this loop.
    public struct Tape: Hashable, Sendable {
        /// The tape's identity, by its content; in a position of version 1 its path.
        public let identity: String
        public let rowsPlayed: UInt64

        public init(identity: String, rowsPlayed: UInt64) {
            self.identity = identity
            self.rowsPlayed = rowsPlayed
        }
    }

    /// The tapes' time of the trade that was played last; of the first one, where none was played in this loop.
    public let newestTapeTime: Timestamp
    public let tapes: [Tape]
    /// Whether the tapes are known by their paths alone, as versions up to 0.2 wrote them. Such a position counts where the trade
    /// that it names is in the tape at that place, with that time.
    public let isByName: Bool

    public init(newestTapeTime: Timestamp, tapes: [Tape], isByName: Bool = false) {
        self.newestTapeTime = newestTapeTime
        self.tapes = tapes
        self.isByName = isByName
    }

    /// The position as text: a line for the version and the time, then one for each tape.
    public var bytes: [UInt8] {
        let tapes = self.tapes.map { "\n\($0.rowsPlayed) \($0.identity)" }
        return Array("tape-\(isByName ? 1 : 2) \(newestTapeTime.nanoseconds)\(tapes.joined())".utf8)
    }

    /// Reads `bytes`; nil for anything else.
    public init?(bytes: [UInt8]) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let head = lines[0].split(separator: " ")
        guard head.count == 2, head[0] == "tape-1" || head[0] == "tape-2", let time = Int64(head[1]) else { return nil }
        var tapes: [Tape] = []
        for line in lines.dropFirst() {
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let rows = UInt64(words[0]) else { return nil }
            tapes.append(Tape(identity: String(words[1]), rowsPlayed: rows))
        }
        self.init(newestTapeTime: Timestamp(nanoseconds: time), tapes: tapes, isByName: head[0] == "tape-1")
    }

    /// How many trades of each source were played before; nil where the position is of other tapes.
    func rowsPlayed(of sources: [any TapeSource]) -> [UInt64]? {
        guard tapes.count == sources.count else { return nil }
        guard !isByName else {
            return tapes.map(\.identity) == sources.map(\.name) ? tapes.map(\.rowsPlayed) : nil
        }
        var left = tapes
        var rows: [UInt64] = []
        for source in sources {
            guard let index = left.firstIndex(where: { $0.identity == source.identity }) else { return nil }
            rows.append(left.remove(at: index).rowsPlayed)
        }
        return rows
    }
}
