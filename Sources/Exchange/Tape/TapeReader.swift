public import Trading

/// A tape in a file: CSV with a header, plain or compressed by gzip, read as it is played.
///
/// The header names, in any order and any case:
///
/// - `ts_ns`, whole nanoseconds since 1970 in UTC, or `time`, which is either that or RFC 3339 (`2013-10-08T09:30:00.5Z`,
///   `2013-10-08 09:30:00+02:00`). With both, `ts_ns` counts.
/// - `price` and `amount`: decimals, also as `3.844E-5`. A price is above zero, an amount not below it.
/// - `side` of the taker, if the source knows: `buy`, `sell`, or empty.
/// - `pair`, unless one is given: `btc_usd`. A given pair counts for every row.
///
/// Other columns are passed over, and so are empty lines. There is no quoting: no field of a tape has a comma. A time that is
/// before the one above it is refused.
public final class TapeReader: TapeSource {
    public let name: String

    private let lines: GzipLines
    private let givenPair: Pair?
    private var columns: Columns
    private var line: [UInt8] = []
    private var newest = Timestamp(nanoseconds: .min)
    /// Trades that were read ahead for their digits, oldest first.
    private var ahead: ArraySlice<MarketTrade> = []

    /// How many rows `pairs()` looks at.
    public static let rowsAheadMax = 1_000

    /// Opens a tape and reads its header.
    public init(path: String, pair: Pair? = nil) throws(TapeError) {
        name = path
        givenPair = pair
        lines = try GzipLines(path: path)
        columns = Columns()
        try readHeader()
    }

    /// Opens the file again at its first trade.
    public func rewind() throws(TapeError) {
        try lines.rewind()
        newest = Timestamp(nanoseconds: .min)
        ahead = []
        try readHeader()
    }

    public func next() throws(TapeError) -> MarketTrade? {
        if let trade = ahead.popFirst() { return trade }
        return try readTrade()
    }

    /// The pairs of the first `rowsAheadMax` trades, with rules from their digits: for an exchange that does not know them.
    /// To be asked before the first `next()`.
    public func pairs() throws(TapeError) -> [PairRules] {
        while ahead.count < TapeReader.rowsAheadMax, let trade = try readTrade() { ahead.append(trade) }
        var digits: [Pair: (price: Int, quantity: Int)] = [:]
        for trade in ahead {
            let seen = digits[trade.pair] ?? (0, 0)
            digits[trade.pair] = (
                max(seen.price, trade.price.significantDecimals), max(seen.quantity, trade.quantity.significantDecimals)
            )
        }
        return digits.keys.sorted().compactMap { pair in
            digits[pair].map { PairRules(tapePair: pair, priceDecimals: $0.price, quantityDecimals: $0.quantity) }
        }
    }

    // MARK: Rows

    private struct Columns {
        var time = -1
        var isNanoseconds = false
        var price = -1
        var amount = -1
        var side: Int?
        var pair: Int?
    }

    private func failure(_ message: String) -> TapeError {
        TapeError(tape: name, line: lines.lineNumber, message: message)
    }

    private func readHeader() throws(TapeError) {
        guard try lines.next(into: &line) else { throw TapeError(tape: name, message: "empty: no header") }
        var header = String(decoding: line, as: UTF8.self)
        if header.first == "\u{FEFF}" { header.removeFirst() }
        let names = header.split(separator: ",", omittingEmptySubsequences: false).map { field in
            String(field.filter { $0 != " " && $0 != "\t" }).lowercased()
        }
        let time = names.firstIndex(of: "ts_ns")
        guard let column = time ?? names.firstIndex(of: "time"), let price = names.firstIndex(of: "price"),
            let amount = names.firstIndex(of: "amount")
        else {
            throw failure("the header must name ts_ns or time, price and amount; it is: \(header)")
        }
        columns = Columns(
            time: column, isNanoseconds: time != nil, price: price, amount: amount, side: names.firstIndex(of: "side"),
            pair: names.firstIndex(of: "pair"))
        guard columns.pair != nil || givenPair != nil else {
            throw failure("the header names no pair, and none is given: say PAIR=FILE")
        }
    }

    private func readTrade() throws(TapeError) -> MarketTrade? {
        repeat {
            guard try lines.next(into: &line) else { return nil }
        } while line.isEmpty
        let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map(Self.trimmed)
        let time = try readTime(try field(columns.time, of: fields))
        guard time >= newest else { throw failure("the time \(time) is before the row above, \(newest)") }
        newest = time
        let price = try readNumber(try field(columns.price, of: fields), "price")
        let amount = try readNumber(try field(columns.amount, of: fields), "amount")
        guard price.isPositive else { throw failure("a price must be above zero: \(price)") }
        guard !amount.isNegative else { throw failure("an amount must not be below zero: \(amount)") }
        return MarketTrade(
            pair: try readPair(fields), price: price, quantity: amount, takerSide: try readSide(fields), at: time)
    }

    private func field(_ column: Int, of fields: [ArraySlice<UInt8>]) throws(TapeError) -> ArraySlice<UInt8> {
        guard column < fields.count else {
            throw failure("\(fields.count) fields, where the header has at least \(column + 1)")
        }
        return fields[column]
    }

    private func readTime(_ field: ArraySlice<UInt8>) throws(TapeError) -> Timestamp {
        let text = String(decoding: field, as: UTF8.self)
        if let nanoseconds = Int64(text) { return Timestamp(nanoseconds: nanoseconds) }
        if !columns.isNanoseconds, let time = Timestamp(rfc3339: text) { return time }
        throw failure("no \(columns.isNanoseconds ? "whole nanoseconds" : "time"): \(text)")
    }

    private func readNumber(_ field: ArraySlice<UInt8>, _ what: String) throws(TapeError) -> ExactDecimal {
        do {
            guard let exponentAt = field.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) else {
                return try ExactDecimal(parsingUTF8: field)
            }
            let significand = try ExactDecimal(parsingUTF8: field[..<exponentAt])
            guard let exponent = Int(String(decoding: field[(exponentAt + 1)...], as: UTF8.self)),
                abs(exponent) <= ExactDecimal.decimals
            else { throw failure("no \(what): \(String(decoding: field, as: UTF8.self))") }
            let power = ExactDecimal.step(decimals: abs(exponent))
            return exponent < 0
                ? try significand.multiplied(by: power) : try significand.divided(by: power, rounding: .exact)
        } catch let error as TapeError {
            throw error
        } catch {
            throw failure("no \(what): \(String(decoding: field, as: UTF8.self)) (\(error))")
        }
    }

    private func readPair(_ fields: [ArraySlice<UInt8>]) throws(TapeError) -> Pair {
        if let givenPair { return givenPair }
        let text = String(decoding: try field(columns.pair ?? 0, of: fields), as: UTF8.self)
        guard let pair = Pair(text) else { throw failure("no pair: \(text)") }
        return pair
    }

    private func readSide(_ fields: [ArraySlice<UInt8>]) throws(TapeError) -> Side? {
        // A row may end before a side that it does not have.
        guard let column = columns.side, column < fields.count, !fields[column].isEmpty else { return nil }
        let text = String(decoding: fields[column], as: UTF8.self)
        guard let side = Side(rawValue: text.lowercased()) else {
            throw failure("no side: \(text); expected buy, sell or nothing")
        }
        return side
    }

    private static func trimmed(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var field = field
        while field.first == UInt8(ascii: " ") || field.first == UInt8(ascii: "\t") { field.removeFirst() }
        while field.last == UInt8(ascii: " ") || field.last == UInt8(ascii: "\t") { field.removeLast() }
        return field
    }
}
