public import Trading

/// A tape's file that has been read from end to end and can be played, with what it was taken for.
public struct CheckedTape: Sendable {
    public let path: String
    /// The pair that it was said to be of.
    public let givenPair: Pair?
    /// What the file was taken for: `time in ms, no header: Binance trades`.
    public let words: String
    /// What had to be assumed or left out, each in a sentence.
    public let notes: [String]
    /// How many trades it plays.
    public let trades: UInt64
    /// How many rows it has, without those that are left out.
    public let rows: UInt64
    /// How many bad rows are left out; zero where they were not to be.
    public let badRows: UInt64
    /// The times of the first and the last row.
    public let times: ClosedRange<Timestamp>
    /// Its pairs, with rules from the digits of all rows: for an exchange that does not know them.
    public let pairs: [PairRules]
    /// The same for each file with the same bytes, whatever its name.
    public var identity: String { fingerprint.identity }

    let descriptor: TapeDescriptor
    let fingerprint: TapeFingerprint
    let packing: TapePacking
    let layout: TapeLayout
    let order: Order
    let candles: TapeCandle.Playing
    let skipsBadRows: Bool

    /// In which order the rows stand.
    enum Order: Hashable, Sendable {
        case inOrder
        /// No row is older than another above it by more than so many nanoseconds; or they are candles, whose prints are put in order.
        case sorted(withinNanoseconds: Int64)
        /// Newest first.
        case reversed
    }

    /// How much later than a row another above it may be, for the rows to be sorted: 10 s.
    public static let sortWindowNanoseconds: Int64 = 10 * Timestamp.nanosecondsPerSecond
    /// The most rows of a file that is newest first; it is held in memory.
    public static let reversedRowsMax: UInt64 = 1_000_000

    /// Reads a file from end to end. Throws for the first thing that keeps it from being played.
    ///
    /// - Parameters:
    ///   - pair: the pair of all rows, for a file that does not say it.
    ///   - skipsBadRows: whether rows that cannot be read are left out and counted, instead of refused.
    ///   - progress: called every `TapeChecker.progressRows` rows.
    public init(
        checking path: String, pair: Pair? = nil, skippingBadRows skipsBadRows: Bool = false,
        progress: (TapeProgress) -> Void = { _ in }
    ) throws(TapeError) {
        let file = try TapeFile(path: path)
        let packing = try TapeBeginning.packing(of: file)
        let bytes = TapeBytes(file, packing, endsAtCut: skipsBadRows)
        try TapeBeginning.requireText(bytes)
        let lines = TapeLines(bytes)
        var checker = TapeChecker(lines, try TapeBeginning.layout(of: lines, pair: pair), skipsBadRows: skipsBadRows)
        try checker.readAll(progress)
        try file.finishFingerprint()
        let times = try checker.requireTimes()
        self.path = path
        givenPair = pair
        words = checker.layout.words
        notes = checker.notes(givenPair: pair)
        trades = checker.trades
        rows = checker.rows
        badRows = checker.badRows
        self.times = times
        pairs = checker.digits.rules
        descriptor = file.descriptor
        fingerprint = file.fingerprint
        self.packing = packing
        layout = checker.layout
        order = checker.order
        candles = checker.candles
        self.skipsBadRows = skipsBadRows
    }
}

/// How far a check is.
public struct TapeProgress: Hashable, Sendable {
    /// Of the file, as it is packed.
    public let bytesRead: Int
    public let bytes: Int
    public let rows: UInt64
}

/// The digits of prices and amounts, by pair.
struct TapeDigits {
    private var pairs: [Pair: (tick: Steps, step: Steps)] = [:]

    /// The finest step that numbers have needed.
    private struct Steps {
        var decimals = 0
        var size = ExactDecimal.one

        mutating func add(_ number: ExactDecimal) {
            guard !number.isMultiple(of: size) else { return }
            decimals = number.significantDecimals
            size = .step(decimals: decimals)
        }
    }

    mutating func add(_ pair: Pair, prices: [ExactDecimal], amount: ExactDecimal) {
        var seen = pairs[pair] ?? (Steps(), Steps())
        for price in prices { seen.tick.add(price) }
        seen.step.add(amount)
        pairs[pair] = seen
    }

    var count: Int { pairs.count }

    var rules: [PairRules] {
        pairs.keys.sorted().compactMap { pair in
            pairs[pair].map {
                PairRules(tapePair: pair, priceDecimals: $0.tick.decimals, quantityDecimals: $0.step.decimals)
            }
        }
    }
}
