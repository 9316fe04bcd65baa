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
    private var newestDue: Timestamp
    /// What a tape has broken with.
    private var failure: TapeError?

    /// What lies between the last trade of a loop and the first of the next, in nanoseconds of the tapes' time.
    public static let loopGapNanoseconds: Int64 = 1_000_000_000

    /// A player whose next trade is due at `start` or later.
    ///
    /// With a saved position of tapes with the same content it goes on behind the trade that was played last, as if no time had
    /// passed since, whatever the files are called and in whatever order they were named. A position of other tapes does not
    /// count, and it starts from their beginning.
    public init(
        _ sources: [any TapeSource], speed: ExactDecimal = .one, loop: Bool = false, startingAt start: Timestamp,
        position: TapePosition? = nil
    ) throws(TapeError) {
        guard speed.isPositive else { throw TapeError(tape: "--speed", message: "must be above zero: \(speed)") }
        self.sources = sources
        self.speed = speed
        isLooping = loop
        deskAnchor = start
        newestDue = start
        heads = Array(repeating: nil, count: sources.count)
        rowsPlayed = Array(repeating: 0, count: sources.count)
        if let position, let rows = position.rowsPlayed(of: sources), try skip(rows, of: position) {
            newestTapeTime = position.newestTapeTime
            tapeAnchor = position.newestTapeTime
            chooseNext()
            if upcoming == nil { try startLoop() }
        } else {
            try startOver()
        }
    }

    /// When the next trade is due, in the desk's time; nil when the tapes are over. Where a tape has broken, this is the moment of
    /// its last good trade.
    public var nextDue: Timestamp? { failure == nil ? upcoming?.due : newestDue }

    /// How many trades have been played since the player was made.
    public private(set) var tradesPlayed: UInt64 = 0

    /// The next trade that is due by `now`, at the desk's time at which it was due; nil while none is. Throws once all trades before
    /// the break have been played, and from then on.
    public func next(dueBy now: Timestamp) throws(TapeError) -> MarketTrade? {
        if let failure { throw failure }
        guard let (source, due) = upcoming, due <= now, let trade = heads[source] else { return nil }
        newestTapeTime = trade.at
        newestDue = due
        rowsPlayed[source] += 1
        tradesPlayed += 1
        do throws(TapeError) {
            heads[source] = try sources[source].next()
            chooseNext()
            if upcoming == nil { try startLoop() }
        } catch {
            // This trade was good, and is not lost with the one behind it.
            failure = error
        }
        return MarketTrade(
            pair: trade.pair, price: trade.price, quantity: trade.quantity, takerSide: trade.takerSide, at: due)
    }

    /// Where the tapes are, to go on there after a restart.
    public var position: TapePosition {
        TapePosition(
            newestTapeTime: newestTapeTime,
            tapes: zip(sources, rowsPlayed).map { TapePosition.Tape(identity: $0.identity, rowsPlayed: $1) })
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

    /// Passes over what was played; false where a tape is shorter than that, or where another trade stands in the place of the
    /// one that was played last.
    private func skip(_ rows: [UInt64], of position: TapePosition) throws(TapeError) -> Bool {
        var newest: Timestamp?
        for (index, count) in rows.enumerated() {
            for _ in 0..<count {
                guard let trade = try sources[index].next() else { return false }
                newest = max(newest ?? trade.at, trade.at)
            }
            rowsPlayed[index] = count
            heads[index] = try sources[index].next()
        }
        guard let newest else { return false }
        return newest == position.newestTapeTime
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
