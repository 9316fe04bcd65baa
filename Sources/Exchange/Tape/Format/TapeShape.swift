import Trading

/// The columns of a row without a header, known by what stands in it.
enum TapeShape {
    /// The columns of a source whose rows look like this one; nil where none is known.
    static func columns(of fields: TapeFields) -> TapeColumns? {
        binanceTrades(fields) ?? binanceCandles(fields) ?? plainTrades(fields) ?? plainCandles(fields)
    }

    /// `id, price, qty, quote qty, time, is buyer maker[, is best match]`; aggregated: `id, price, qty, first id, last id, time, is
    /// buyer maker[, is best match]`. <https://github.com/binance/binance-public-data>
    private static func binanceTrades(_ fields: TapeFields) -> TapeColumns? {
        guard (6...8).contains(fields.count), let maker = (0..<fields.count).first(where: { isTruth(fields[$0]) }),
            maker == 5 || maker == 6, maker >= fields.count - 2, isTime(fields[maker - 1]),
            (0..<maker).allSatisfy({ isNumber(fields[$0]) })
        else { return nil }
        var columns = TapeColumns(time: maker - 1, prices: .trade(price: 1, amount: 2))
        columns.side = maker
        columns.isSideOfMaker = true
        columns.words = maker == 5 ? "Binance trades" : "Binance aggregate trades"
        return columns
    }

    /// `open time, open, high, low, close, volume, close time, ...`, twelve in all.
    private static func binanceCandles(_ fields: TapeFields) -> TapeColumns? {
        guard fields.count == 12, isTime(fields[0]), isTime(fields[6]), isCandle(fields, from: 1) else { return nil }
        var columns = TapeColumns(time: 0, prices: .candle(open: 1, high: 2, low: 3, close: 4, volume: 5))
        columns.words = "Binance candles"
        return columns
    }

    /// `time, price, amount[, side]`: Kraken, bitcoincharts.
    private static func plainTrades(_ fields: TapeFields) -> TapeColumns? {
        guard fields.count == 3 || fields.count == 4, isTime(fields[0]), isNumber(fields[1]), isNumber(fields[2]) else {
            return nil
        }
        var columns = TapeColumns(time: 0, prices: .trade(price: 1, amount: 2))
        columns.words = "time, price, amount"
        guard fields.count == 4 else { return columns }
        guard TapeSideWord.side(fields[3]) != nil else { return nil }
        columns.side = 3
        columns.words += ", side"
        return columns
    }

    /// `time, open, high, low, close[, volume[, trades]]`: histdata, Kraken; or the date and the time of day apart: MetaTrader.
    private static func plainCandles(_ fields: TapeFields) -> TapeColumns? {
        let isApart = fields.count > 1 && isClock(fields[1])
        let first = isApart ? 2 : 1
        guard (first + 4...first + 6).contains(fields.count), isApart || isTime(fields[0]),
            isCandle(fields, from: first), (first..<fields.count).allSatisfy({ isNumber(fields[$0]) })
        else { return nil }
        var columns = TapeColumns(
            time: 0,
            prices: .candle(
                open: first, high: first + 1, low: first + 2, close: first + 3,
                volume: fields.count > first + 4 ? first + 4 : nil))
        columns.clock = isApart ? 1 : nil
        columns.words = "time, open, high, low, close" + (fields.count > first + 4 ? ", volume" : "")
        return columns
    }

    // MARK: Kinds of field

    private static func isNumber(_ field: ArraySlice<UInt8>) -> Bool { (try? TapeNumber.read(field, "")) != nil }

    private static func isTruth(_ field: ArraySlice<UInt8>) -> Bool {
        ["true", "false"].contains(String(decoding: field, as: UTF8.self).lowercased())
    }

    private static func isTime(_ field: ArraySlice<UInt8>) -> Bool {
        var time = TapeTime()
        return (try? time.read(field)) != nil
    }

    private static func isClock(_ field: ArraySlice<UInt8>) -> Bool {
        (5...12).contains(field.count) && field[field.startIndex + 2] == UInt8(ascii: ":")
            && TapeClockText((Array("2000-01-01 ".utf8) + field)[...]) != nil
    }

    /// Whether four prices could be those of a candle: no high is below any other.
    private static func isCandle(_ fields: TapeFields, from first: Int) -> Bool {
        let prices = (first..<first + 4).compactMap { try? TapeNumber.read(fields[$0], "") }
        guard prices.count == 4 else { return false }
        return prices[1] == prices.max() && prices[2] == prices.min()
    }
}
