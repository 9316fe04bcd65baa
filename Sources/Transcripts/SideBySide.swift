/// Lines in two columns: what was expected, and what was seen. `|` stands between two that differ, `<` where only the left
/// has one, `>` where only the right has.
struct SideBySide {
    /// Characters of a column; what is longer goes on in the next row.
    static let columnWidth = 76

    private let rows: [(left: String, mark: String, right: String)]

    init(expected: [String], seen: [String], _ alignment: LineAlignment) {
        rows = alignment.rows.flatMap { row -> [(left: String, mark: String, right: String)] in
            switch row {
            case .same(let i, let j): [(expected[i], " ", seen[j])]
            case .changed(let i, let j): [(expected[i], "|", seen[j])]
            case .missing(let i): [(expected[i], "<", "")]
            case .extra(let j): [("", ">", seen[j])]
            case .anyLines(let i, let range):
                range.isEmpty
                    ? [(expected[i], " ", "")]
                    : range.map { ($0 == range.lowerBound ? expected[i] : "", " ", seen[$0]) }
            }
        }
    }

    /// The rows under their titles, each line indented by four spaces.
    var text: String {
        let titled = [(left: "expected", mark: " ", right: "seen")] + rows
        let width = min(titled.map(\.left.count).max() ?? 0, SideBySide.columnWidth)
        var lines: [String] = []
        for row in titled {
            let left = SideBySide.folded(row.left)
            let right = SideBySide.folded(row.right)
            for index in 0..<max(left.count, right.count) {
                let cell = index < left.count ? left[index] : ""
                let padding = String(repeating: " ", count: max(0, width - cell.count))
                let line = "    \(cell)\(padding) \(row.mark) \(index < right.count ? right[index] : "")"
                lines.append(String(Substring(line).withoutTrailingSpaces))
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func folded(_ line: String) -> [Substring] {
        var pieces: [Substring] = []
        var rest = line[...]
        repeat {
            pieces.append(rest.prefix(columnWidth))
            rest = rest.dropFirst(columnWidth)
        } while !rest.isEmpty
        return pieces
    }
}
