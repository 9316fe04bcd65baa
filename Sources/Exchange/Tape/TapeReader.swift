import HeapModule
public import Trading

/// A tape in a file, read as it is played.
///
/// Which files play, and what they are taken for, is in `docs/paper-exchange.md`. The file has been checked whole before
/// (`CheckedTape`), and must still be what it was: where it is not, `next()` throws.
public final class TapeReader: TapeSource {
    /// The path of the file.
    public var name: String { checked.path }
    public var identity: String { checked.identity }
    public let checked: CheckedTape

    private let lines: TapeLines
    private var rows: TapeRows
    private var line: [UInt8] = []
    private var newest = Timestamp(nanoseconds: .min)
    /// The time of the newest row whose trades wait, or have been played.
    private var frontier = Timestamp(nanoseconds: .min)
    /// Trades that a row which is still to come may be before.
    private var waiting = Heap<Waiting>()
    private var sequence: UInt64 = 0
    /// All rows of a file that is newest first, and how many of them have not been played.
    private var held: [TapeRow] = []
    private var heldLeft = 0

    private struct Waiting: Comparable {
        let trade: MarketTrade
        let sequence: UInt64

        static func < (left: Waiting, right: Waiting) -> Bool {
            (left.trade.at, left.sequence) < (right.trade.at, right.sequence)
        }
    }

    /// Checks a file and opens it at its first trade.
    public convenience init(path: String, pair: Pair? = nil) throws(TapeError) {
        try self.init(CheckedTape(checking: path, pair: pair))
    }

    /// Opens a file that has been checked, at its first trade.
    public init(_ checked: CheckedTape) {
        self.checked = checked
        lines = TapeLines(TapeBytes(TapeFile(checked), checked.packing, endsAtCut: checked.skipsBadRows))
        rows = TapeRows(checked.layout)
    }

    /// Starts again at the first trade.
    public func rewind() {
        lines.rewind()
        rows = TapeRows(checked.layout)
        newest = Timestamp(nanoseconds: .min)
        frontier = Timestamp(nanoseconds: .min)
        (waiting, sequence) = (Heap(), 0)
        heldLeft = held.count
    }

    public func next() throws(TapeError) -> MarketTrade? {
        if checked.order == .inOrder {
            guard let row = try readRow() else { return nil }
            // Only trades stand in a file that is in order: prints of candles go by `nextSorted`.
            if case .trade(let trade) = row { return trade }
        }
        return try nextSorted()
    }

    /// The pairs of the file, with rules from their digits: for an exchange that does not know them.
    public func pairs() -> [PairRules] { checked.pairs }

    /// The oldest of the trades that wait, once no row that is still to come can be before it.
    private func nextSorted() throws(TapeError) -> MarketTrade? {
        var window: Int64 = 0
        if case .sorted(let nanoseconds) = checked.order { window = nanoseconds }
        while true {
            if let first = waiting.min, frontier.nanoseconds(since: first.trade.at) > window {
                return waiting.popMin()?.trade
            }
            guard let row = try nextRow() else { return waiting.popMin()?.trade }
            frontier = max(frontier, row.time)
            for trade in trades(of: row) {
                waiting.insert(Waiting(trade: trade, sequence: sequence))
                sequence += 1
            }
        }
    }

    /// The next row in the order in which rows play. Of a file that is newest first all rows are held in memory from the first call
    /// on: `CheckedTape.reversedRowsMax` bounds them.
    private func nextRow() throws(TapeError) -> TapeRow? {
        guard checked.order == .reversed else { return try readRow() }
        if held.isEmpty {
            while let row = try readRow() { held.append(row) }
            heldLeft = held.count
        }
        guard heldLeft > 0 else { return nil }
        heldLeft -= 1
        return held[heldLeft]
    }

    private func trades(of row: TapeRow) -> [MarketTrade] {
        switch row {
        case .trade(let trade): [trade]
        case .candle(let candle): candle.prints(checked.candles)
        }
    }

    /// The next row that plays.
    private func readRow() throws(TapeError) -> TapeRow? {
        while try lines.next(into: &line) {
            guard lines.lineNumber >= checked.layout.firstRowLine, !line.allSatisfy(\.isBlank) else { continue }
            do throws(TapeProblem) {
                guard !lines.isTooLong else { throw TapeProblem("longer than \(TapeLines.lineBytesMax) bytes") }
                guard let row = try rows.read(line) else { continue }
                if checked.order != .reversed, row.time < newest,
                    newest.nanoseconds(since: row.time) > CheckedTape.sortWindowNanoseconds
                {
                    throw TapeProblem("the time \(row.time) is before that of a row above, \(newest)")
                }
                newest = max(newest, row.time)
                return row
            } catch {
                guard checked.skipsBadRows else {
                    throw TapeError(tape: name, line: lines.lineNumber, message: error.message)
                }
            }
        }
        return nil
    }
}
