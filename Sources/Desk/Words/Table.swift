/// A table in a reply: what it is on the first line, then a header row, then rows, all within 80 columns.
///
/// Words stand to the left, figures line up at their decimal point. A cell that is the same in every row may be said once, above.
struct Table {
    enum Alignment {
        case left
        case right
        /// Figures of any length; what is no figure stands where the digits before the point do.
        case decimal
    }

    struct Column {
        let header: String
        let alignment: Alignment
        /// What is said above where every row has the same: `all of btc_usd` for a column with this as `all of`.
        let saidOnce: String?
        /// Whether it is left out where the table would be wider than a screen.
        let isOptional: Bool
        /// Whether it is left out altogether: where there is nothing to tell apart.
        let isHidden: Bool

        init(
            _ header: String, _ alignment: Alignment = .left, saidOnce: String? = nil, isOptional: Bool = false,
            isHidden: Bool = false
        ) {
            (self.header, self.alignment, self.saidOnce) = (header, alignment, saidOnce)
            (self.isOptional, self.isHidden) = (isOptional, isHidden)
        }
    }

    /// In characters, with the two spaces before each row.
    static let widthMax = 80

    private let columns: [Column]
    private var rows: [[String]] = []
    /// What stands below a row, by the row's number.
    private var notes: [Int: String] = [:]

    init(_ columns: [Column]) {
        self.columns = columns
    }

    /// `note` stands on a line of its own below the row, cut to what fits.
    mutating func append(_ row: [String], note: String? = nil) {
        precondition(row.count == columns.count, "a row has as many cells as the table has columns")
        rows.append(row)
        if let note { notes[rows.count - 1] = note }
    }

    /// The rows as a reply, behind a first line that says what they are.
    func reply(_ title: String) -> String { ([title + said] + lines).joined(separator: "\n  ") }

    /// What is said once, for the end of the first line: `; all of btc_usd, buy`.
    var said: String {
        let words = columns.indices.compactMap { column in
            isSaidOnce(column) ? columns[column].saidOnce.map { "\($0) \(rows[0][column])" } : nil
        }
        return words.isEmpty ? "" : "; \(words.joined(separator: ", "))"
    }

    /// The header and the rows.
    var lines: [String] {
        guard !rows.isEmpty else { return [] }
        var shown = columns.indices.filter { !isSaidOnce($0) && !columns[$0].isHidden }
        var laid = layOut(shown)
        while width(laid) > Table.widthMax - 2, let optional = shown.last(where: { columns[$0].isOptional }) {
            shown.removeAll { $0 == optional }
            laid = layOut(shown)
        }
        return withNotes(laid)
    }

    /// Each note below its row, where the second column begins.
    private func withNotes(_ lines: [String]) -> [String] {
        guard !notes.isEmpty, let header = lines.first else { return lines }
        let first = header.drop { $0 == " " }.prefix { $0 != " " }
        let indent = header.distance(from: header.startIndex, to: first.endIndex) + 2
        let room = Table.widthMax - 2 - indent
        return lines.enumerated().flatMap { index, line -> [String] in
            guard let note = notes[index - 1] else { return [line] }
            let shown = note.count > room ? note.prefix(room - 1) + "…" : note[...]
            return [line, String(repeating: " ", count: indent) + shown]
        }
    }

    private func isSaidOnce(_ column: Int) -> Bool {
        guard columns[column].saidOnce != nil, !columns[column].isHidden, rows.count > 1,
            let first = rows.first?[column], !first.isEmpty
        else {
            return false
        }
        return rows.allSatisfy { $0[column] == first }
    }

    private func width(_ lines: [String]) -> Int { lines.map(\.count).max() ?? 0 }

    private func layOut(_ shown: [Int]) -> [String] {
        let cells = shown.map { column -> [String] in
            let aligned =
                columns[column].alignment == .decimal ? Table.atPoint(rows.map { $0[column] }) : rows.map { $0[column] }
            return [columns[column].header] + aligned
        }
        let widths = cells.map { $0.map(\.count).max() ?? 0 }
        return (0...rows.count).map { row in
            var line = ""
            for (place, column) in shown.enumerated() {
                let cell = cells[place][row]
                let padding = String(repeating: " ", count: widths[place] - cell.count)
                if place > 0 { line += "  " }
                line += columns[column].alignment == .left ? cell + padding : padding + cell
            }
            // What is empty at the end of a row is nothing.
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    /// Figures with as much behind the point as the longest of them has, in digits or in spaces.
    private static func atPoint(_ cells: [String]) -> [String] {
        func behind(_ cell: String) -> Int {
            cell.firstIndex(of: ".").map { cell.distance(from: $0, to: cell.endIndex) } ?? 0
        }
        let longest = cells.map(behind).max() ?? 0
        return cells.map { $0.isEmpty ? $0 : $0 + String(repeating: " ", count: longest - behind($0)) }
    }
}
