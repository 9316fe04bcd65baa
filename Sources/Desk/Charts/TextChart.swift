import Trading

/// A chart in characters: a scale of values on the left, the times below, and a line or candles between them.
struct TextChart {
    enum Style: Hashable {
        /// `•` where a value was seen in the column's time, `·` where the last one still stands.
        case line
        /// `│` from the lowest to the highest, `█` between first and last where it rose, `▒` where it fell.
        case candles
    }

    /// Characters of a whole line, with the two spaces that a reply puts before it.
    static let widthMax = 80
    static let height = 13
    /// Columns of the chart itself.
    static let columns = 60
    /// Rows from one value of the scale to the next.
    private static let labelEvery = 3
    /// Columns from one time to the next.
    private static let timeEvery = 15

    private let series: ChartSeries
    private let style: Style
    private let zone: TimeZoneRules
    private let bottom: ExactDecimal
    private let step: ExactDecimal

    init(_ series: ChartSeries, style: Style, zone: TimeZoneRules) {
        self.series = series
        self.style = style
        self.zone = zone
        var (low, high) = (series.low, series.high)
        if low == high {
            // A value that never moved is drawn in the middle of something.
            let margin = (try? low.magnitude.divided(by: 100, rounding: .up)) ?? .one
            (low, high) = (low - margin, high + (margin.isZero ? .one : margin))
        }
        let span = (try? (high - low).divided(by: ExactDecimal(TextChart.height - 1), rounding: .up)) ?? .one
        bottom = low
        step = max(span, ExactDecimal(units: 1))
    }

    var lines: [String] {
        let labels = scale
        let width = labels.compactMap { $0?.count }.max() ?? 0
        let cells = drawn
        var lines: [String] = []
        for row in (0..<TextChart.height).reversed() {
            let label = labels[row] ?? ""
            let padding = String(repeating: " ", count: width - label.count)
            let line = "\(padding)\(label) \(labels[row] == nil ? "│" : "┤")\(String(cells[row]))"
            lines.append(String(line.reversed().drop { $0 == " " }.reversed()))
        }
        let axis = (0..<TextChart.columns).map { $0 % TextChart.timeEvery == 0 ? "┬" : "─" }.joined()
        lines.append(String(repeating: " ", count: width + 1) + "└" + axis)
        lines.append(String(repeating: " ", count: width + 2) + times)
        return lines
    }

    // MARK: The scale

    /// The values at the rows, from below; nil at those without one.
    private var scale: [String?] {
        (0..<TextChart.height).map { row in
            guard row % TextChart.labelEvery == 0 else { return nil }
            let value = (try? step.multiplied(by: ExactDecimal(row), rounding: .nearest).adding(bottom)) ?? bottom
            let rounded = (try? value.rounded(toMultipleOf: .step(decimals: decimals), .nearest)) ?? value
            return TextChart.padded(rounded, decimals: decimals)
        }
    }

    /// As many as tell one row from the next, so that the points stand under one another; fewer where the line would be too long.
    private var decimals: Int {
        let whole = (try? bottom.rounded(toMultipleOf: .one, .down))?.description.count ?? 0
        let room = TextChart.widthMax - 2 - TextChart.columns - 2 - whole - 2
        var decimals = 0
        while decimals < min(ExactDecimal.decimals, room), ExactDecimal.step(decimals: decimals) > step {
            decimals += 1
        }
        return decimals
    }

    private static func padded(_ value: ExactDecimal, decimals: Int) -> String {
        let text = value.description
        guard decimals > 0 else { return text }
        let missing = decimals - value.significantDecimals
        return text + (value.significantDecimals == 0 ? "." : "") + String(repeating: "0", count: max(0, missing))
    }

    private func row(of value: ExactDecimal) -> Int {
        let rows = (try? (value - bottom).divided(by: step, rounding: .nearest)) ?? .zero
        let nearest = (try? rows.rounded(toMultipleOf: .one, .nearest)) ?? rows
        let count = Int(clamping: nearest.units / ExactDecimal.one.units)
        return min(max(count, 0), TextChart.height - 1)
    }

    // MARK: What is drawn

    /// The rows from below.
    private var drawn: [[Character]] {
        var cells = Array(
            repeating: Array(repeating: Character(" "), count: TextChart.columns), count: TextChart.height)
        for (index, column) in series.columns.enumerated() {
            guard let column else { continue }
            switch style {
            case .line: drawLine(column, index, &cells)
            case .candles: drawCandle(column, index, &cells)
            }
        }
        return cells
    }

    private func drawLine(_ column: ChartSeries.Column, _ index: Int, _ cells: inout [[Character]]) {
        guard column.hasPoints else {
            cells[row(of: column.close)][index] = "·"
            return
        }
        for row in row(of: column.low)...row(of: column.high) { cells[row][index] = "│" }
        cells[row(of: column.close)][index] = "•"
    }

    private func drawCandle(_ column: ChartSeries.Column, _ index: Int, _ cells: inout [[Character]]) {
        guard column.hasPoints else {
            cells[row(of: column.close)][index] = "·"
            return
        }
        for row in row(of: column.low)...row(of: column.high) { cells[row][index] = "│" }
        let (open, close) = (row(of: column.open), row(of: column.close))
        for row in min(open, close)...max(open, close) {
            cells[row][index] = column.close >= column.open ? "█" : "▒"
        }
    }

    // MARK: The times

    /// Where each fifteenth column begins: the day with it where it is another than the one before, and alone where a column is
    /// a quarter of a day or more. With seconds where less than a minute is between them.
    private var times: String {
        let length = series.to.nanoseconds(since: series.from)
        let isLong = length > 4 * 86_400 * Timestamp.nanosecondsPerSecond
        let isShort = length < 4 * 60 * Timestamp.nanosecondsPerSecond
        var line = ""
        var day = ""
        for column in stride(from: 0, to: TextChart.columns, by: TextChart.timeEvery) {
            let moment = ChartSeries.moment(column, of: TextChart.columns, from: series.from, to: series.to)
            let words = zone.dateAndTime(of: moment).split(separator: " ")
            let toTheSecond = words[1].count == 5 ? "\(words[1]):00" : String(words[1])
            let (date, time) = (String(words[0].dropFirst(5)), String(toTheSecond.prefix(isShort ? 8 : 5)))
            line += String(repeating: " ", count: max(0, column - line.count))
            line += isLong ? date : (date == day ? time : "\(date) \(time)")
            day = date
        }
        return line
    }
}
