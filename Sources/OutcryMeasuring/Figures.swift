import Glibc

/// What several rounds gave.
public struct Samples {
    public private(set) var values: [Double] = []

    public init() {}

    /// Takes in what one round gave.
    public mutating func add(_ value: Double) { values.append(value) }

    public var median: Double { percentile(0.5) }

    /// The least value that so many of the values do not exceed; 0 where there are none.
    public func percentile(_ part: Double) -> Double {
        guard !values.isEmpty else { return 0 }
        let sorted = values.sorted()
        let rank = Int((part * Double(sorted.count)).rounded(.up))
        return sorted[min(max(rank - 1, 0), sorted.count - 1)]
    }
}

/// A table in Markdown, its columns padded so that it reads in a terminal too.
public struct FigureTable {
    private let head: [String]
    private var rows: [[String]] = []

    public init(_ head: String...) { self.head = head }

    /// Adds a row of as many cells as the head has.
    public mutating func add(_ row: String...) { rows.append(row) }

    /// Prints the table under a title, and flushes.
    public func print(titled title: String) {
        let widths = head.indices.map { column in
            ([head] + rows).map { $0[column].count }.max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            let padded = zip(cells, widths).enumerated().map { index, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return index == 0 ? cell.0 + space : space + cell.0
            }
            return "| " + padded.joined(separator: " | ") + " |"
        }
        Swift.print("\n\(title)\n")
        Swift.print(line(head))
        Swift.print(line(widths.enumerated().map { $0 == 0 ? String(repeating: "-", count: $1) : dashes($1) }))
        for row in rows { Swift.print(line(row)) }
        // What takes minutes is seen as it comes, also through a pipe.
        fflush(nil)
    }

    private func dashes(_ count: Int) -> String { String(repeating: "-", count: max(count - 1, 1)) + ":" }
}

extension Double {
    /// `1,234,567`.
    public var grouped: String {
        let digits = String(Int(rounded()))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    /// With so many decimals.
    public func fixed(_ decimals: Int) -> String {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let whole = Int((self * scale).rounded())
        guard decimals > 0 else { return String(whole) }
        let rest = String(whole % Int(scale))
        return "\(whole / Int(scale)).\(String(repeating: "0", count: decimals - rest.count))\(rest)"
    }
}
