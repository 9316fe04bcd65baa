import Trading

/// Which field of a row is what.
struct TapeColumns: Sendable {
    /// Where the price is: one, or those of a candle.
    enum Prices: Hashable, Sendable {
        case trade(price: Int, amount: Int)
        case candle(open: Int, high: Int, low: Int, close: Int, volume: Int?)
    }

    var time: Int
    /// The time of day, where it stands apart from the date.
    var clock: Int?
    var declaredUnit: TapeTimeUnit?
    var prices: Prices
    var side: Int?
    /// Whether `side` says whether the maker was the buyer.
    var isSideOfMaker = false
    /// A column that is the side if its first value is one.
    var sideIfItReads: Int?
    var pair: Int?
    /// What was recognised, for people: `Binance trades`, or each column with its name.
    var words = ""

    /// The fields that a row has at least.
    var fieldsMin: Int {
        let last =
            switch prices {
            case .trade(let price, let amount): max(price, amount)
            case .candle(let open, let high, let low, let close, let volume): max(open, high, low, close, volume ?? 0)
            }
        return max(last, time, clock ?? 0, pair ?? 0) + 1
    }
}

/// The names that sources give their columns, in lower case and with `_` for what is neither letter nor digit.
enum TapeColumnNames {
    /// The best first: where a source has a time twice, the plainer one is less often a number without a unit.
    static let times = [
        "ts", "time", "timestamp", "datetime", "date_time", "transact_time", "trade_time", "transaction_time",
        "exec_time",
        "executed_at", "created_at", "createdat", "created_time", "filled_at", "unix", "unix_time", "unixtime",
        "unix_timestamp", "epoch", "open_time", "opentime", "gmt_time", "utc_time", "time_utc", "timestamp_utc",
        "date_utc",
        "date",
    ]
    static let prices = ["price", "trade_price", "px", "rate", "exec_price", "fill_price", "executed_price"]
    static let amounts = [
        "amount", "size", "qty", "quantity", "volume", "vol", "base_qty", "base_amount", "base_quantity", "base_volume",
        "exec_qty", "executed_qty", "filled_qty", "trade_size", "trade_qty",
    ]
    static let pairs = [
        "pair", "symbol", "market", "product", "product_id", "instrument", "instrument_id", "inst_id", "instid",
        "currency_pair", "trading_pair",
    ]
    static let sides = ["side", "taker_side", "aggressor_side", "trade_side", "direction"]
    static let makers = ["is_buyer_maker", "isbuyermaker", "buyer_is_maker", "buyer_maker"]
    static let types = ["type", "trade_type", "order_type"]
    static let candles = ["open", "high", "low", "close"]

    /// `Date(UTC)` as `date_utc`, `<CLOSE>` as `close`.
    static func normalized(_ field: ArraySlice<UInt8>) -> String {
        var name = ""
        for byte in field {
            if byte.isDigit || (0x61...0x7A).contains(byte | 0x20) {
                name.unicodeScalars.append(Unicode.Scalar((0x41...0x5A).contains(byte) ? byte | 0x20 : byte))
            } else if !name.isEmpty, name.last != "_" {
                name += "_"
            }
        }
        if name.last == "_" { name.removeLast() }
        return name
    }
}

/// The columns that a header names, or a word on why they make no tape.
struct TapeHeader {
    private let names: [String]
    private let written: String
    private let hasNumber: Bool

    init(_ fields: TapeFields) {
        hasNumber = (0..<fields.count).contains { (try? TapeNumber.read(fields[$0], "")) != nil }
        names = (0..<fields.count).map { TapeColumnNames.normalized(fields[$0]) }
        written = (0..<fields.count).map { TapeText.shown(fields[$0]) }.joined(separator: ",")
    }

    /// Whether a line is a header, and not a row: it has a name that is known, and no number.
    var isHeader: Bool {
        guard !hasNumber else { return false }
        let known =
            TapeColumnNames.prices + TapeColumnNames.amounts + TapeColumnNames.pairs + TapeColumnNames.sides
            + TapeColumnNames.candles + TapeColumnNames.makers + TapeColumnNames.types
        return names.contains { known.contains($0) } || timeColumn != nil
    }

    /// The columns of the header. `pair` is the one that the tape is said to be of.
    func columns(pair: Pair?) throws(TapeProblem) -> TapeColumns {
        if names.contains("homenotional"), names.contains("size") {
            throw TapeProblem(
                "sizes of BitMEX are contracts, not an amount of a coin; delete the column size, and call homeNotional amount"
            )
        }
        let prices = try pricesColumns(pair)
        guard let time = timeColumn, let prices else { throw TapeProblem(missing(prices)) }
        var columns = TapeColumns(time: time.index, prices: prices)
        columns.declaredUnit = time.unit
        columns.pair = try index(of: TapeColumnNames.pairs)
        columns.side = try index(of: TapeColumnNames.sides)
        if columns.side == nil, let maker = try index(of: TapeColumnNames.makers) {
            columns.side = maker
            columns.isSideOfMaker = true
        }
        if columns.side == nil { columns.sideIfItReads = try index(of: TapeColumnNames.types) }
        if names[time.index] == "time", let date = names.firstIndex(of: "date") {
            (columns.time, columns.clock) = (date, time.index)
        }
        columns.words = words(columns)
        return columns
    }

    // MARK: Columns

    private func index(of candidates: [String]) throws(TapeProblem) -> Int? {
        for candidate in candidates {
            guard let index = names.firstIndex(of: candidate) else { continue }
            guard names.lastIndex(of: candidate) == index else {
                throw TapeProblem("two columns are called \(candidate); the header is: \(written)")
            }
            return index
        }
        return nil
    }

    private var timeColumn: (index: Int, unit: TapeTimeUnit?)? {
        // A name that ends in a unit says more than one that does not.
        for (index, name) in names.enumerated() {
            let parts = name.split(separator: "_")
            guard let last = parts.last, parts.count > 1, let unit = TapeTimeUnit(suffix: String(last)),
                TapeColumnNames.times.contains(parts.dropLast().joined(separator: "_"))
            else { continue }
            return (index, unit)
        }
        for candidate in TapeColumnNames.times {
            if let index = names.firstIndex(of: candidate) { return (index, nil) }
        }
        return nil
    }

    private func pricesColumns(_ pair: Pair?) throws(TapeProblem) -> TapeColumns.Prices? {
        let amount = try index(of: TapeColumnNames.amounts)
        if let price = try index(of: TapeColumnNames.prices), let amount { return .trade(price: price, amount: amount) }
        let candle = TapeColumnNames.candles.compactMap { names.firstIndex(of: $0) }
        guard candle.count == 4 else { return nil }
        return .candle(
            open: candle[0], high: candle[1], low: candle[2], close: candle[3], volume: volumeColumn(pair))
    }

    /// The volume in the base coin: by its name, else the first that does not say another coin.
    private func volumeColumn(_ pair: Pair?) -> Int? {
        let volumes = names.indices.filter {
            names[$0].hasPrefix("vol") || TapeColumnNames.amounts.contains(names[$0])
        }
        if let pair, let base = volumes.first(where: { names[$0].hasSuffix("_\(pair.base)") }) { return base }
        let others = ["currency", "quote", "usd", "usdt", "usdc", "eur", "gbp"] + (pair.map { ["\($0.quote)"] } ?? [])
        return volumes.first { index in !others.contains { names[index].hasSuffix("_\($0)") } }
    }

    private func missing(_ prices: TapeColumns.Prices?) -> String {
        var missing: [String] = []
        if timeColumn == nil { missing.append("time (time, timestamp, date, ts_ns)") }
        if prices == nil {
            if !names.contains(where: TapeColumnNames.prices.contains) { missing.append("price") }
            if !names.contains(where: TapeColumnNames.amounts.contains) {
                missing.append("amount (amount, size, qty, quantity, volume)")
            }
        }
        let quotes = names.contains("ask") && names.contains("bid") ? "these are quotes and no trades: " : ""
        return "\(quotes)no column for \(missing.joined(separator: ", nor for ")); the header is: \(written)"
    }

    private func words(_ columns: TapeColumns) -> String {
        func role(_ role: String, _ index: Int) -> String {
            names[index] == role ? role : "\(role) from \(names[index])"
        }
        var words: [String] = []
        switch columns.prices {
        case .trade(let price, let amount): words += [role("price", price), role("amount", amount)]
        case .candle(_, _, _, _, let volume):
            words += ["candles", volume.map { role("volume", $0) } ?? "no volume"]
        }
        if let side = columns.side { words.append(role("side", side)) }
        if let pair = columns.pair { words.append(role("pair", pair)) }
        return words.joined(separator: ", ")
    }
}
