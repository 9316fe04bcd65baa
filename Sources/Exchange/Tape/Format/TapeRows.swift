import Trading

/// What a tape's file was taken for.
struct TapeLayout: Sendable {
    let delimiter: UInt8
    let hasHeader: Bool
    /// The number of the first line that is a row.
    let firstRowLine: Int
    /// How many fields the header has, or the first row where there is no header.
    let fieldsMax: Int
    var columns: TapeColumns
    /// The pair of every row, where the rows do not say theirs.
    let pair: Pair?
    var time: TapeTime
    /// Whether the sign of an amount is the side of the taker.
    var isSigned = false
    /// Whether the first row has been read, which settles what the header leaves open.
    var isSettled = false

    /// `time in ms, no header: Binance trades`
    var words: String { "\(time.words), \(hasHeader ? "header" : "no header"): \(columns.words)" }
}

/// A row of a tape.
enum TapeRow: Sendable {
    case trade(MarketTrade)
    case candle(TapeCandle)

    var time: Timestamp {
        switch self {
        case .trade(let trade): trade.at
        case .candle(let candle): candle.time
        }
    }

    var pair: Pair {
        switch self {
        case .trade(let trade): trade.pair
        case .candle(let candle): candle.pair
        }
    }
}

/// Reads the rows of a tape. What is learned from the first ones goes into the layout.
struct TapeRows {
    private(set) var layout: TapeLayout
    private var fields = TapeFields()
    /// The names of pairs that have been seen, with what they were taken for.
    private(set) var pairNames: [[UInt8]: Pair] = [:]
    private var newestPairName: [UInt8] = []
    private var newestPair: Pair?
    private(set) var hasNegativeAmounts = false

    /// The most pairs that a tape may have.
    static let pairsMax = 2_000

    init(_ layout: TapeLayout) { self.layout = layout }

    /// Reads a line that is not empty; nil for a candle that says that it has no prices.
    mutating func read(_ line: [UInt8]) throws(TapeProblem) -> TapeRow? {
        guard line.position(of: 0) == nil else { throw TapeProblem("zero bytes (NUL), not a row") }
        guard line.position(of: UInt8(ascii: "\r")) == nil else {
            throw TapeProblem("a carriage return within the line")
        }
        try fields.split(line, by: layout.delimiter)
        let columns = layout.columns
        guard fields.count >= columns.fieldsMin else {
            throw TapeProblem(
                "\(fields.count) field\(fields.count == 1 ? "" : "s"), where a row has at least \(columns.fieldsMin): "
                    + TapeText.shown(line))
        }
        // Otherwise 42,000.1 would be a price of 42.
        guard fields.count <= layout.fieldsMax || (layout.fieldsMax..<fields.count).allSatisfy({ fields[$0].isEmpty })
        else {
            throw TapeProblem(
                "\(fields.count) fields, where \(layout.hasHeader ? "the header" : "the first row") has "
                    + "\(layout.fieldsMax): \(TapeText.shown(line))")
        }
        if !layout.isSettled { settle() }
        switch layout.columns.prices {
        case .trade(let price, let amount): return .trade(try readTrade(price, amount))
        case .candle(let open, let high, let low, let close, let volume):
            guard [open, high, low, close].contains(where: { !TapeNumber.isMissing(fields[$0]) }) else { return nil }
            return .candle(try readCandle(open, high, low, close, volume))
        }
    }

    /// Settles what only a row can tell.
    private mutating func settle() {
        layout.isSettled = true
        if let type = layout.columns.sideIfItReads, type < fields.count,
            case .some(.some) = TapeSideWord.side(fields[type])
        {
            layout.columns.side = type
            layout.columns.words += ", side from type"
        }
        layout.columns.sideIfItReads = nil
        if layout.hasHeader, let clock = layout.columns.clock {
            // The header has a date and a time: either two halves, or the same twice.
            let isClock = fields[clock].dropFirst(2).first == UInt8(ascii: ":")
            if !isClock { (layout.columns.time, layout.columns.clock) = (clock, nil) }
        }
    }

    private mutating func readTrade(_ priceColumn: Int, _ amountColumn: Int) throws(TapeProblem) -> MarketTrade {
        let time = try readTime()
        let price = try TapeNumber.read(fields[priceColumn], "price")
        guard price.isPositive else { throw TapeProblem("a price must be above zero: \(price)") }
        var amount = try TapeNumber.read(fields[amountColumn], "amount")
        let pair = try readPair()
        var side = try readSide()
        if amount.isNegative {
            guard layout.columns.side == nil else {
                throw TapeProblem("an amount must not be below zero: \(amount)")
            }
            hasNegativeAmounts = true
            (side, amount) = (.sell, -amount)
        } else if layout.isSigned, amount.isPositive {
            side = .buy
        }
        return MarketTrade(pair: pair, price: price, quantity: amount, takerSide: side, at: time)
    }

    private mutating func readCandle(
        _ open: Int, _ high: Int, _ low: Int, _ close: Int, _ volume: Int?
    ) throws(TapeProblem) -> TapeCandle {
        var amount = ExactDecimal.zero
        if let volume, volume < fields.count, !TapeNumber.isMissing(fields[volume]) {
            amount = try TapeNumber.read(fields[volume], "volume")
        }
        let candle = TapeCandle(
            pair: try readPair(), time: try readTime(), open: try TapeNumber.read(fields[open], "open"),
            high: try TapeNumber.read(fields[high], "high"), low: try TapeNumber.read(fields[low], "low"),
            close: try TapeNumber.read(fields[close], "close"), volume: amount)
        if let problem = candle.problem { throw TapeProblem(problem) }
        return candle
    }

    private mutating func readTime() throws(TapeProblem) -> Timestamp {
        guard let clock = layout.columns.clock else { return try layout.time.read(fields[layout.columns.time]) }
        return try layout.time.read((fields[layout.columns.time] + [0x20] + fields[clock])[...])
    }

    private mutating func readPair() throws(TapeProblem) -> Pair {
        guard let column = layout.columns.pair else {
            guard let pair = layout.pair else { throw TapeProblem("no pair") }
            return pair
        }
        let name = fields[column]
        if let newestPair, newestPairName.elementsEqual(name) { return newestPair }
        let text = String(decoding: name, as: UTF8.self)
        guard let read = TapePairName.pair(text) ?? layout.pair else {
            throw TapeProblem("no pair: \(name.isEmpty ? "the field is empty" : TapeText.shown(name))")
        }
        newestPairName = Array(name)
        let pair = layout.pair ?? read
        newestPair = pair
        if pairNames[newestPairName] == nil {
            guard pairNames.count < TapeRows.pairsMax else {
                throw TapeProblem("more than \(TapeRows.pairsMax) pairs in a file, with \(TapeText.shown(name))")
            }
            pairNames[newestPairName] = read
        }
        return pair
    }

    private func readSide() throws(TapeProblem) -> Side? {
        // A row may end before a side that it does not have.
        guard let column = layout.columns.side, column < fields.count else { return nil }
        let field = fields[column]
        if layout.columns.isSideOfMaker {
            guard let side = TapeSideWord.side(isBuyerMaker: field) else {
                throw TapeProblem(
                    "no side: \(TapeText.shown(field)); expected true or false for whether the maker bought")
            }
            return side
        }
        guard let side = TapeSideWord.side(field) else {
            throw TapeProblem("no side: \(TapeText.shown(field)); expected buy, sell or nothing")
        }
        return side
    }
}
