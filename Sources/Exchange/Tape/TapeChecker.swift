import Trading

/// Reads all rows of a tape once, before any is played.
struct TapeChecker {
    private let lines: TapeLines
    private let skipsBadRows: Bool
    private var reader: TapeRows
    private(set) var rows: UInt64 = 0
    private(set) var trades: UInt64 = 0
    private(set) var badRows: UInt64 = 0
    private(set) var digits = TapeDigits()
    private(set) var candles = TapeCandle.Playing()
    private var firstBad: TapeError?
    /// Candles that say that they have no prices.
    private var emptyRows: UInt64 = 0
    private var quietCandles: UInt64 = 0
    private var shortestInterval = Int64.max
    private var sequence = Sequence()

    /// The times of rows, one after the other.
    private struct Sequence {
        var oldest = Timestamp(nanoseconds: .max)
        var newest = Timestamp(nanoseconds: .min)
        var previous: Timestamp?
        var hasRises = false
        var hasFalls = false
        /// The most by which a row was older than another above it, within the window.
        var latestNanoseconds: Int64 = 0
        /// The first row that was older than that, and how many rows and trades were.
        var firstBeyond: TapeError?
        var rowsBeyond: UInt64 = 0
        var tradesBeyond: UInt64 = 0

        var isReversed: Bool { hasFalls && !hasRises && firstBeyond != nil }
    }

    /// Rows between two reports of progress.
    static let progressRows: UInt64 = 8_192

    init(_ lines: TapeLines, _ layout: TapeLayout, skipsBadRows: Bool) {
        self.lines = lines
        self.skipsBadRows = skipsBadRows
        reader = TapeRows(layout)
    }

    /// The layout, with what the rows have told.
    var layout: TapeLayout {
        var layout = reader.layout
        layout.isSigned = reader.hasNegativeAmounts
        return layout
    }

    var order: CheckedTape.Order {
        if sequence.isReversed { return .reversed }
        // Prints of a candle lie behind its time, and another pair's candle may have the same time.
        if case .candle = layout.columns.prices { return .sorted(withinNanoseconds: sequence.latestNanoseconds) }
        return sequence.latestNanoseconds > 0 ? .sorted(withinNanoseconds: sequence.latestNanoseconds) : .inOrder
    }

    /// Reads the rows. Throws for the first bad one, unless bad ones are left out, and for what no row can mend.
    mutating func readAll(_ progress: (TapeProgress) -> Void) throws(TapeError) {
        var line: [UInt8] = []
        while try lines.next(into: &line) {
            guard lines.lineNumber >= reader.layout.firstRowLine, !line.allSatisfy(\.isBlank) else { continue }
            do throws(TapeProblem) {
                guard !lines.isTooLong else { throw TapeProblem("longer than \(TapeLines.lineBytesMax) bytes") }
                if let row = try reader.read(line) { try take(row) } else { emptyRows += 1 }
            } catch {
                try leaveOut(failure(error.message))
            }
            if (rows + badRows).isMultiple(of: TapeChecker.progressRows) {
                progress(TapeProgress(bytesRead: lines.bytes.bytesRead, bytes: lines.bytes.file.bytes, rows: rows))
            }
        }
        if lines.bytes.wasCut { try leaveOut(failure("the file is cut short here")) }
        try requireOrder()
        try requireOneMeaning()
        if shortestInterval != .max { candles.intervalNanoseconds = shortestInterval }
        countPrints()
    }

    private func failure(_ message: String) -> TapeError {
        TapeError(tape: lines.bytes.file.path, line: lines.lineNumber, message: message)
    }

    private mutating func leaveOut(_ error: TapeError) throws(TapeError) {
        guard skipsBadRows else { throw error }
        badRows += 1
        if firstBad == nil { firstBad = error }
    }

    private mutating func take(_ row: TapeRow) throws(TapeProblem) {
        var count: UInt64 = 1
        switch row {
        case .trade(let trade): digits.add(trade.pair, prices: [trade.price], amount: trade.quantity)
        case .candle(let candle):
            digits.add(
                candle.pair, prices: [candle.open, candle.high, candle.low, candle.close], amount: candle.volume)
            if candle.volume.isPositive { candles.hasVolumes = true } else { quietCandles += 1 }
            count = UInt64(TapeCandle.printsPerCandle)
        }
        takeTime(row.time, trades: count)
        rows += 1
        trades += count
    }

    private mutating func takeTime(_ time: Timestamp, trades: UInt64) {
        defer {
            sequence.previous = time
            sequence.oldest = min(sequence.oldest, time)
            sequence.newest = max(sequence.newest, time)
        }
        guard let previous = sequence.previous else { return }
        let step = time.nanoseconds(since: previous)
        if step > 0 { sequence.hasRises = true } else if step < 0 { sequence.hasFalls = true }
        if step != 0 { shortestInterval = min(shortestInterval, Int64(clamping: step.magnitude)) }
        guard time < sequence.newest else { return }
        let late = sequence.newest.nanoseconds(since: time)
        guard late > CheckedTape.sortWindowNanoseconds else {
            sequence.latestNanoseconds = max(sequence.latestNanoseconds, late)
            return
        }
        sequence.rowsBeyond += 1
        sequence.tradesBeyond += trades
        guard sequence.firstBeyond == nil else { return }
        sequence.firstBeyond = failure(
            "the time \(time) is before that of a row above, \(sequence.newest), by more than "
                + "\(CheckedTape.sortWindowNanoseconds / Timestamp.nanosecondsPerSecond) s; sort the file by time")
    }

    private mutating func requireOrder() throws(TapeError) {
        if sequence.isReversed {
            guard rows <= CheckedTape.reversedRowsMax else {
                throw TapeError(
                    tape: lines.bytes.file.path,
                    message:
                        "is newest first, and has more than \(CheckedTape.reversedRowsMax) rows; write it oldest first, with tac"
                )
            }
            return
        }
        guard let error = sequence.firstBeyond else { return }
        guard skipsBadRows else { throw error }
        if firstBad.map({ ($0.line ?? 0) > (error.line ?? 0) }) ?? true { firstBad = error }
        badRows += sequence.rowsBeyond
        rows -= sequence.rowsBeyond
        trades -= sequence.tradesBeyond
    }

    private func requireOneMeaning() throws(TapeError) {
        let path = lines.bytes.file.path
        if let message = reader.layout.time.mistakenUnit { throw TapeError(tape: path, message: message) }
        let names = reader.pairNames
        if let given = reader.layout.pair, Set(names.values).count > 1 {
            let found = names.values.sorted().prefix(3).map(\.description).joined(separator: ", ")
            throw TapeError(
                tape: path, message: "has rows of several pairs, \(found); without \(given)= each plays under its own")
        }
    }

    /// In a file that has volumes, a candle without one prints nothing.
    private mutating func countPrints() {
        if candles.hasVolumes { trades -= quietCandles * UInt64(TapeCandle.printsPerCandle) }
    }

    /// The times of the first and the last row; throws where there is no row.
    func requireTimes() throws(TapeError) -> ClosedRange<Timestamp> {
        guard rows > 0, trades > 0 else {
            let why = firstBad.map { "; the first bad one is line \($0.line ?? 0): \($0.message)" } ?? ""
            throw TapeError(tape: lines.bytes.file.path, message: "no rows\(rows > 0 ? " with a trade" : why)")
        }
        return sequence.oldest...sequence.newest
    }

    // MARK: Notes

    func notes(givenPair: Pair?) -> [String] {
        let layout = reader.layout
        var notes: [String] = []
        if layout.time.hasNaiveTexts { notes.append("times without a zone are taken as UTC") }
        if layout.time.hasUnusualZones { notes.append("zones such as UTC or +0000 are read as offsets from UTC") }
        if layout.time.hasLeapSeconds { notes.append("a leap second plays as the last nanosecond before it") }
        if reader.hasNegativeAmounts { notes.append("the sign of an amount is the side of the taker") }
        if case .candle = layout.columns.prices { notes += candleNotes }
        notes += orderNotes
        notes += pairNotes(givenPair)
        if let firstBad {
            notes.append(
                "\(badRows) bad row\(badRows == 1 ? " is" : "s are") left out, the first in line \(firstBad.line ?? 0): "
                    + firstBad.message)
        }
        return notes
    }

    private var candleNotes: [String] {
        let amounts =
            candles.hasVolumes
            ? "each a quarter of the volume" : "the file has no volume, so each print is 1 of the base coin"
        var notes = [
            "candles play as four prints each: open, the extreme that is nearer to it, the other, close; \(amounts)"
        ]
        if candles.hasVolumes, quietCandles > 0 {
            notes.append("\(quietCandles) candle\(quietCandles == 1 ? "" : "s") without volume left out")
        }
        if emptyRows > 0 { notes.append("\(emptyRows) row\(emptyRows == 1 ? "" : "s") without prices left out") }
        return notes
    }

    private var orderNotes: [String] {
        switch order {
        case .inOrder, .sorted(withinNanoseconds: 0): return []
        case .reversed: return ["the rows are newest first, and play from the last to the first"]
        case .sorted(let nanoseconds):
            let milliseconds = (nanoseconds + 999_999) / 1_000_000
            return ["rows are up to \(milliseconds) ms out of order, and are sorted"]
        }
    }

    private func pairNotes(_ givenPair: Pair?) -> [String] {
        var notes: [String] = []
        if givenPair == nil, let pair = reader.layout.pair {
            notes.append("the pair \(pair) is taken from the name of the file")
        }
        for (name, pair) in reader.pairNames.sorted(by: { $0.value < $1.value }).prefix(5) {
            let text = String(decoding: name, as: UTF8.self)
            let played = givenPair ?? pair
            if Pair(text) != played { notes.append("\(TapeText.shown(name)) is taken for \(played)") }
        }
        return notes
    }
}
