public import Trading

/// Plays tapes as if they happened now: merges them by time, and maps the tapes' time to the desk's.
///
/// The tapes' first trade is due at the moment at which the player starts; later ones follow at the tapes' own pace,
/// times the speed. Trades at the same time come in the order in which their tapes were named. Looping, the first trade
/// follows the last after one second of the tapes' time.
public final class TapePlayer {
    /// How much faster than it happened.
    public let speed: ExactDecimal
    public let isLooping: Bool

    private let sources: [any TapeSource]
    /// The next trade of each source.
    private var heads: [MarketTrade?]
    private var rowsPlayed: [UInt64]
    /// Which source has the next trade, and when that is due; nil at the end.
    private var upcoming: (source: Int, due: Timestamp)?
    /// The moment of the tapes that `deskAnchor` stands for.
    private var tapeAnchor = Timestamp(nanoseconds: 0)
    private var deskAnchor: Timestamp
    private var newestTapeTime = Timestamp(nanoseconds: 0)

    /// What lies between the last trade of a loop and the first of the next, in nanoseconds of the tapes' time.
    public static let loopGapNanoseconds: Int64 = 1_000_000_000

    /// A player whose next trade is due at `start` or later.
    ///
    /// With a saved position of the same tapes it goes on behind the trade that was played last, as if no time had passed since.
    /// A position of other tapes, or of longer ones, does not count, and it starts from their beginning.
    public init(
        _ sources: [any TapeSource], speed: ExactDecimal = .one, loop: Bool = false, startingAt start: Timestamp,
        position: TapePosition? = nil
    ) throws(TapeError) {
        guard speed.isPositive else { throw TapeError(tape: "--speed", message: "must be above zero: \(speed)") }
        self.sources = sources
        self.speed = speed
        isLooping = loop
        deskAnchor = start
        heads = Array(repeating: nil, count: sources.count)
        rowsPlayed = Array(repeating: 0, count: sources.count)
        if let position, position.tapes.map(\.name) == sources.map(\.name), try skip(to: position) {
            newestTapeTime = position.newestTapeTime
            tapeAnchor = position.newestTapeTime
            chooseNext()
            if upcoming == nil { try startLoop() }
        } else {
            try startOver()
        }
    }

    /// When the next trade is due, in the desk's time; nil when the tapes are over.
    public var nextDue: Timestamp? { upcoming?.due }

    /// The next trade that is due by `now`, at the desk's time at which it was due; nil while none is.
    public func next(dueBy now: Timestamp) throws(TapeError) -> MarketTrade? {
        guard let (source, due) = upcoming, due <= now, let trade = heads[source] else { return nil }
        newestTapeTime = trade.at
        rowsPlayed[source] += 1
        heads[source] = try sources[source].next()
        chooseNext()
        if upcoming == nil { try startLoop() }
        return MarketTrade(
            pair: trade.pair, price: trade.price, quantity: trade.quantity, takerSide: trade.takerSide, at: due)
    }

    /// Where the tapes are, to go on there after a restart.
    public var position: TapePosition {
        TapePosition(
            newestTapeTime: newestTapeTime,
            tapes: zip(sources, rowsPlayed).map { TapePosition.Tape(name: $0.name, rowsPlayed: $1) })
    }

    private func startOver() throws(TapeError) {
        for index in sources.indices {
            try sources[index].rewind()
            rowsPlayed[index] = 0
            heads[index] = try sources[index].next()
        }
        tapeAnchor = heads.compactMap { $0?.at }.min() ?? Timestamp(nanoseconds: 0)
        newestTapeTime = tapeAnchor
        chooseNext()
    }

    private func startLoop() throws(TapeError) {
        guard isLooping else { return }
        deskAnchor = deskTime(of: newestTapeTime.advanced(byNanoseconds: TapePlayer.loopGapNanoseconds))
        try startOver()
    }

    /// Passes over what was played; false where a tape is shorter than that.
    private func skip(to position: TapePosition) throws(TapeError) -> Bool {
        for (index, tape) in position.tapes.enumerated() {
            for _ in 0..<tape.rowsPlayed {
                guard try sources[index].next() != nil else { return false }
            }
            rowsPlayed[index] = tape.rowsPlayed
            heads[index] = try sources[index].next()
        }
        return true
    }

    private func chooseNext() {
        var first: (source: Int, at: Timestamp)?
        for (index, head) in heads.enumerated() {
            guard let head, first.map({ head.at < $0.at }) ?? true else { continue }
            first = (index, head.at)
        }
        upcoming = first.map { ($0.source, deskTime(of: $0.at)) }
    }

    private func deskTime(of time: Timestamp) -> Timestamp {
        // 10^19 nanoseconds times 10^18 stay below the 1.7 × 10^38 of an Int128.
        let elapsed = Int128(time.nanoseconds) - Int128(tapeAnchor.nanoseconds)
        let scaled = elapsed * ExactDecimal.one.units / speed.units
        return deskAnchor.advanced(byNanoseconds: Int64(clamping: scaled))
    }
}

/// Where a player of tapes is, to be kept as bytes.
public struct TapePosition: Hashable, Sendable {
    /// A tape, and how many of its trades have been played, in this loop.
    public struct Tape: Hashable, Sendable {
        public let name: String
        public let rowsPlayed: UInt64

        public init(name: String, rowsPlayed: UInt64) {
            self.name = name
            self.rowsPlayed = rowsPlayed
        }
    }

    /// The tapes' time of the trade that was played last; of the first one, where none was played in this loop.
    public let newestTapeTime: Timestamp
    public let tapes: [Tape]

    public init(newestTapeTime: Timestamp, tapes: [Tape]) {
        self.newestTapeTime = newestTapeTime
        self.tapes = tapes
    }

    /// The position as text: a line for the version and the time, then one for each tape.
    public var bytes: [UInt8] {
        let tapes = self.tapes.map { "\n\($0.rowsPlayed) \($0.name)" }
        return Array("tape-1 \(newestTapeTime.nanoseconds)\(tapes.joined())".utf8)
    }

    /// Reads `bytes`; nil for anything else.
    public init?(bytes: [UInt8]) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let head = lines[0].split(separator: " ")
        guard head.count == 2, head[0] == "tape-1", let time = Int64(head[1]) else { return nil }
        var tapes: [Tape] = []
        for line in lines.dropFirst() {
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let rows = UInt64(words[0]) else { return nil }
            tapes.append(Tape(name: String(words[1]), rowsPlayed: rows))
        }
        self.init(newestTapeTime: Timestamp(nanoseconds: time), tapes: tapes)
    }
}
