import Testing
import Trading

@testable import Desk

@Suite struct ChartTests {
    private let start = Timestamp(seconds: 1_756_576_800)

    private func point(_ seconds: Int64, _ value: String) -> ChartSeries.Point {
        ChartSeries.Point(at: start.advanced(bySeconds: seconds), value: d(value))
    }

    @Test func `a column has the first, highest, lowest and last of its time, and begins where the one before ended`()
        throws
    {
        let points = [
            point(-5, "10"), point(1, "12"), point(3, "9"), point(9, "11"), point(25, "20"), point(40, "15"),
            point(41, "99"),
        ]
        let series = try #require(
            ChartSeries(
                [3, 6, 0, 5, 2, 4, 1].map { points[$0] }, from: start, to: start.advanced(bySeconds: 40), columns: 4))
        let columns = series.columns.map { column in
            column.map { "\($0.open) \($0.high) \($0.low) \($0.close) \($0.hasPoints)" } ?? "none"
        }
        #expect(columns == ["10 12 9 11 true", "11 11 11 11 false", "11 20 11 20 true", "20 20 15 15 true"])
        #expect([series.low, series.high, series.first, series.last] == [d("9"), d("20"), d("10"), d("15")])
        #expect(series.count == 5)
    }

    @Test func `there is nothing before the first point, and no chart without one`() throws {
        let end = start.advanced(bySeconds: 40)
        let series = try #require(ChartSeries([point(15, "3")], from: start, to: end, columns: 4))
        #expect(series.columns.map { $0 == nil } == [true, false, false, false])
        #expect(ChartSeries([], from: start, to: end, columns: 4) == nil)
        #expect(ChartSeries([point(41, "3")], from: start, to: end, columns: 4) == nil)
    }

    @Test(arguments: [TextChart.Style.line, .candles])
    func `a chart of anything fits 80 characters, with its scale and its times in line`(style: TextChart.Style) throws {
        var random = SplitMix64(seed: 23)
        for _ in 0..<60 {
            let size = ExactDecimal.step(decimals: random.below(15))
            let base = ExactDecimal(random.below(2) == 0 ? random.below(1_000_000_000) : random.below(5))
            let points = try (0..<random.below(400) + 1).map { _ in
                ChartSeries.Point(
                    at: start.advanced(bySeconds: Int64(random.below(86_400))),
                    value: base + (try size.multiplied(by: ExactDecimal(random.below(1_000)))))
            }
            let series = try #require(
                ChartSeries(points, from: start, to: start.advanced(bySeconds: 86_400), columns: TextChart.columns))
            let zone = try #require(TimeZoneRules(named: "America/St_Johns"))
            let lines = TextChart(series, style: style, zone: zone).lines
            #expect(lines.count == TextChart.height + 2)
            #expect(lines.allSatisfy { $0.count + 2 <= TextChart.widthMax }, "\(lines.joined(separator: "\n"))")
            let bars = lines.prefix(TextChart.height).compactMap { line in
                line.firstIndex { $0 == "┤" || $0 == "│" }.map { line.distance(from: line.startIndex, to: $0) }
            }
            let axis = Array(lines[TextChart.height])
            #expect(Set(bars) == [axis.firstIndex(of: "└") ?? -1])
            #expect(bars.count == TextChart.height)
            // The highest and the lowest are on the first and the last row.
            let marks: Set<Character> = ["•", "·", "│", "█", "▒"]
            for row in [lines[0], lines[TextChart.height - 1]] where series.low != series.high {
                #expect(row.dropFirst(bars[0] + 1).contains { marks.contains($0) }, "\(lines.joined(separator: "\n"))")
            }
        }
    }

    @Test func `the values of the scale are those of their rows`() throws {
        let points = [point(0, "100"), point(3_600, "112")]
        let series = try #require(
            ChartSeries(points, from: start, to: start.advanced(bySeconds: 7_200), columns: TextChart.columns))
        let lines = TextChart(series, style: .line, zone: .utc).lines
        let labels = lines.prefix(TextChart.height).map { $0.prefix { $0 != "┤" && $0 != "│" }.filter { $0 != " " } }
        #expect(labels == ["112", "", "", "109", "", "", "106", "", "", "103", "", "", "100"])
    }
}
