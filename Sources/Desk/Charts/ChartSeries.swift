import Trading

/// What is drawn: values at moments, oldest first, put into columns of equal time.
struct ChartSeries {
    struct Point: Hashable {
        let at: Timestamp
        let value: ExactDecimal
    }

    /// What happened in a column's time. A column without a point of its own is where the last one before it was.
    struct Column: Hashable {
        let open: ExactDecimal
        let high: ExactDecimal
        let low: ExactDecimal
        let close: ExactDecimal
        let hasPoints: Bool
    }

    let from: Timestamp
    let to: Timestamp
    /// Nil before the first point.
    let columns: [Column?]
    let low: ExactDecimal
    let high: ExactDecimal
    let first: ExactDecimal
    let last: ExactDecimal
    /// How many points there are.
    let count: Int

    /// The same, beginning with the first point where that is after `from`: what there is no history of is not drawn.
    init?(fromHistory points: [Point], from: Timestamp, to: Timestamp, columns width: Int) {
        let oldest = points.min { $0.at < $1.at }?.at ?? from
        let start = min(max(from, oldest), to.advanced(byNanoseconds: -Int64(width)))
        self.init(points, from: start, to: to, columns: width)
    }

    /// Points from before `from` say where the first column begins. Nil where there is no point up to `to`.
    init?(_ points: [Point], from: Timestamp, to: Timestamp, columns width: Int) {
        let points = points.filter { $0.at <= to }.sorted { $0.at < $1.at }
        let inside = points.filter { $0.at >= from }
        var close = points.last { $0.at < from }?.value
        guard let beginning = close ?? inside.first?.value, width > 0, from < to else { return nil }
        first = beginning
        var columns: [Column?] = []
        var next = inside.startIndex
        for column in 0..<width {
            let end = ChartSeries.moment(column + 1, of: width, from: from, to: to)
            var values: [ExactDecimal] = []
            while next < inside.endIndex, inside[next].at < end || column == width - 1 {
                values.append(inside[next].value)
                next += 1
            }
            guard let open = close ?? values.first else {
                columns.append(nil)
                continue
            }
            let all = [open] + values
            let last = values.last ?? open
            columns.append(
                Column(
                    open: open, high: all.max() ?? open, low: all.min() ?? open, close: last, hasPoints: !values.isEmpty
                ))
            close = last
        }
        self.from = from
        self.to = to
        self.columns = columns
        let known = columns.compactMap(\.self)
        low = known.map(\.low).min() ?? beginning
        high = known.map(\.high).max() ?? beginning
        last = close ?? beginning
        count = inside.count
    }

    /// Where a column begins.
    static func moment(_ column: Int, of width: Int, from: Timestamp, to: Timestamp) -> Timestamp {
        let span = Int128(to.nanoseconds) - Int128(from.nanoseconds)
        return from.advanced(byNanoseconds: Int64(clamping: span * Int128(column) / Int128(width)))
    }
}
