import CEditline
import Foundation

/// How many columns text takes on the screen.
enum ScreenWidth {
    static let columnsDefault = 80

    static var columns: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return columnsDefault }
        return Int(size.ws_col)
    }

    /// The columns of a text on one row.
    static func of(_ text: some StringProtocol) -> Int { text.unicodeScalars.reduce(0) { $0 + width($1) } }

    /// The rows between the beginning of a text and its end, both on the screen.
    static func rowsAbove(_ text: String, columns: Int) -> Int {
        var row = 0
        var column = 0
        for scalar in text.unicodeScalars {
            let width = width(scalar)
            // A wide character does not begin in the last column.
            if column + width > columns {
                row += 1
                column = 0
            }
            column += width
            if column == columns {
                row += 1
                column = 0
            }
        }
        return row
    }

    /// Words side by side.
    static func inColumns(_ words: [String], columns: Int) -> String {
        let width = (words.map(\.count).max() ?? 0) + 2
        let perRow = max(1, columns / width)
        var rows: [String] = []
        var start = 0
        while start < words.count {
            let row = words[start..<min(start + perRow, words.count)]
            rows.append(
                row.dropLast().map { $0.padding(toLength: width, withPad: " ", startingAt: 0) }.joined()
                    + (row.last ?? ""))
            start += perRow
        }
        return rows.joined(separator: "\n")
    }

    /// A control character is shown as `^A`.
    private static func width(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x20 || scalar.value == 0x7F { return 2 }
        return max(0, Int(outcry_columns(Int32(scalar.value))))
    }
}
