/// Columns of text, each as wide as its widest cell: numbers to the right, words to the left.
struct Table {
    enum Alignment {
        case left
        case right
    }

    private let columns: [Alignment]
    private var rows: [[String]] = []

    init(_ columns: [Alignment]) {
        self.columns = columns
    }

    mutating func append(_ row: [String]) {
        precondition(row.count == columns.count, "a row has as many cells as the table has columns")
        rows.append(row)
    }

    var lines: [String] {
        let widths = columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            // What is empty at the end of a row is nothing.
            let row = Array(row.reversed().drop { $0.isEmpty }.reversed())
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                if column > 0 { line += "  " }
                switch columns[column] {
                case .left: line += column == row.count - 1 ? cell : cell + padding
                case .right: line += padding + cell
                }
            }
            return line
        }
    }

    /// The rows as a reply: the mark before the first, two spaces before the others.
    func reply(mark: String) -> String {
        "\(mark) " + lines.joined(separator: "\n  ")
    }
}
