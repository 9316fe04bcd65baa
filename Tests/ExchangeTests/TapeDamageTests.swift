import Foundation
import Testing
import Trading

@testable import Exchange

/// Bad rows, and files that are not what they were when they were checked.
@Suite struct `Tapes that are damaged` {
    private let scratch = Scratch()

    // MARK: Bad rows

    @Test(arguments: [
        ("# end of day", "1 field, where a row has at least 3: # end of day"),
        ("Total rows: 3", "1 field, where a row has at least 3: Total rows: 3"),
        ("\u{1A}", "1 field, where a row has at least 3: \\x1A"),
        ("\0\0\0", "zero bytes (NUL), not a row"), ("1706832001,NaN,NaN", "no price: NaN is not a number"),
        ("1706832001,,1", "no price: the field is empty"),
        ("1706832001,42", "2 fields, where a row has at least 3: 1706832001,42"),
        ("1706832001,0,1", "a price must be above zero: 0"), ("1706832001,-1,1", "a price must be above zero: -1"),
        (
            "1706832001,\"42,000.1\",1",
            "no price: 42,000.1 has a comma; write it without one, and with a point for the decimals"
        ),
        ("1706832001,42,000.1,1", "4 fields, where the header has 3: 1706832001,42,000.1,1"),
        ("1706832001,42000.1000000000000000001,1", "no price: 42000.1000000000000000001 has more than 18 decimals"),
        ("1706832001,\"42,1", "a quote is opened and not closed"),
        ("1706832001,1,1\r1706832001,1,1", "a carriage return within the line"),
        (
            "1706831000,1,1",
            "the time 2024-02-01T23:43:20.000Z is before that of a row above, 2024-02-02T00:00:00.000Z, by more than "
                + "10 s; sort the file by time"
        ),
    ])
    func `a bad row is refused with its line, or left out and counted`(row: String, message: String) throws {
        let good = ["time,price,amount", "1706831999,1,1", "1706832000,2,1"]
        for (text, line) in [
            ((good + [row, "1706832002,3,1"]).joined(separator: "\n"), 4),
            ((good + ["", row]).joined(separator: "\n"), 5),
        ] {
            #expect(try outcome(in: scratch, Data(text.utf8)) == "refused: \(line): \(message)")
            let told = try outcome(in: scratch, Data(text.utf8), skippingBadRows: true)
            let last = line == 4 ? " | btc_usd 1706832002000 3 1 -" : ""
            #expect(
                told == """
                    btc_usd 1706831999000 1 1 - | btc_usd 1706832000000 2 1 -\(last)
                    note: 1 bad row is left out, the first in line \(line): \(message)
                    """)
        }
    }

    @Test func `a tape of bad rows alone has no rows, whether or not they are left out`() throws {
        #expect(
            try outcome(in: scratch, Data("time,price,amount\n1706832000,0,1\n".utf8), skippingBadRows: true)
                == "refused: no rows; the first bad one is line 2: a price must be above zero: 0")
    }

    // MARK: Files that change

    private static let rows = "time,price,amount\n1706832000,1,1\n1706832001,2,1\n1706832002,3,1\n"

    private func played(_ reader: TapeReader) throws -> [String] {
        var prices: [String] = []
        while let trade = try reader.next() { prices.append(trade.price.description) }
        return prices
    }

    @Test func `a file that is replaced or grows after its check plays as it was checked, also in a loop`() throws {
        let path = try scratch.file("tape.csv", Data(Self.rows.utf8))
        let checked = try CheckedTape(checking: path, pair: "btc_usd")
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data("1706832003,4,1\n".utf8))
        try file.close()
        let reader = TapeReader(checked)
        #expect(try played(reader) == ["1", "2", "3"])
        // By another file under the same name, as an editor or rsync does it.
        try Data("nonsense".utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        reader.rewind()
        #expect(try played(reader) == ["1", "2", "3"])
        #expect(try played(TapeReader(checked)) == ["1", "2", "3"])
    }

    @Test(arguments: [true, false])
    func `a file that is cut short or written over after its check is not played`(isCut: Bool) throws {
        let path = try scratch.file("tape.csv", Data(Self.rows.utf8))
        let reader = TapeReader(try CheckedTape(checking: path, pair: "btc_usd"))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        if isCut {
            try file.truncate(atOffset: 30)
        } else {
            try file.seek(toOffset: 30)
            try file.write(contentsOf: Data("9".utf8))
        }
        try file.close()
        #expect {
            try reader.next()
        } throws: { error in
            "\(error)".contains(
                isCut ? "was cut short while it was being read: 30 of 63 bytes" : "was changed after it was checked")
        }
    }

    @Test func `a file that is still being written is refused`() throws {
        let rows = String(repeating: "1706832000,1,1\n", count: Int(TapeChecker.progressRows) + 10)
        let path = try scratch.file("tape.csv", Data(("time,price,amount\n" + rows).utf8))
        var appended = 0
        #expect {
            _ = try CheckedTape(checking: path, pair: "btc_usd") { _ in
                appended += 1
                guard let file = FileHandle(forWritingAtPath: path) else { return }
                _ = try? file.seekToEnd()
                try? file.write(contentsOf: Data("1706832000,".utf8))
                try? file.close()
            }
        } throws: { error in
            "\(error)".hasSuffix("was written to while it was checked; a tape must be finished first")
        }
        #expect(appended > 0)
    }

    @Test func `what is not a file on a disk is refused at once`() throws {
        let folder = try scratch.file("tape.csv", Data()).replacingOccurrences(of: "/tape.csv", with: "")
        #expect(throws: TapeError(tape: folder, message: "is a folder, not a file")) { try TapeReader(path: folder) }
        let pipe = folder + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect {
            try TapeReader(path: pipe)
        } throws: { error in
            "\(error)".contains("is not a file on a disk")
        }
    }

    @Test func `a tape is known by its content, not by its name`() throws {
        let first = try TapeReader(path: try scratch.file("a.csv", Data(Self.rows.utf8)), pair: "btc_usd")
        let player = try TapePlayer([first], startingAt: Timestamp(seconds: 0))
        for _ in 0..<2 { _ = try player.next(dueBy: Timestamp(seconds: 100)) }
        let position = player.position
        let renamed = try TapeReader(path: try scratch.file("b.csv", Data(Self.rows.utf8)), pair: "btc_usd")
        let goesOn = try TapePlayer([renamed], startingAt: Timestamp(seconds: 100), position: position)
        // A second lies between the second trade and the third.
        #expect(goesOn.nextDue == Timestamp(seconds: 101))
        #expect(try goesOn.next(dueBy: Timestamp(seconds: 101))?.price == 3)
        // Another day under the old name begins at its beginning, and at once.
        let other = Self.rows.replacingOccurrences(of: "17068320", with: "17069184")
        let replaced = try TapeReader(path: try scratch.file("a.csv", Data(other.utf8)), pair: "btc_usd")
        let startsOver = try TapePlayer([replaced], startingAt: Timestamp(seconds: 100), position: position)
        #expect(startsOver.nextDue == Timestamp(seconds: 100))
        #expect(try startsOver.next(dueBy: Timestamp(seconds: 100))?.price == 1)
    }
}
