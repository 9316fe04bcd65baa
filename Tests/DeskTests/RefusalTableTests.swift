import Foundation
import Testing
import Trading

/// `docs/refusals.md` against the enum that it describes: the numbers and names are permanent, so both are held to it.
@Suite struct RefusalTableTests {
    struct Row: Hashable, Comparable, CustomStringConvertible {
        let number: UInt16
        let name: String

        static func < (left: Row, right: Row) -> Bool { left.number < right.number }

        var description: String { "\(number) \(name)" }
    }

    private static func table() throws -> [(row: Row, meaning: String)] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/refusals.md"), encoding: .utf8)
        return page.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard line.hasPrefix("|"), cells.count == 3, let number = UInt16(cells[0]) else { return nil }
            return (Row(number: number, name: cells[1].trimmingCharacters(in: ["`"])), cells[2])
        }
    }

    @Test func `the table has every code once, with its number and its name, in order`() throws {
        let rows = try Self.table().map(\.row)
        let codes = RefusalCode.allCases.map { Row(number: $0.rawValue, name: $0.name) }.sorted()
        #expect(rows == codes)
    }

    @Test func `every code has a meaning in the table`() throws {
        for (row, meaning) in try Self.table() {
            #expect(!meaning.isEmpty, "\(row)")
        }
    }
}
