/// The venue's books as a file holds them: a line that says what it is, then a line for each record with a checksum in
/// front. Lines are only ever added.
public enum VenueJournal {
    /// The first line of a file of books, without its end.
    public static let heading = "outcry venue books 1"

    /// Why a file is not read.
    public struct Unreadable: Error, Hashable, Sendable, CustomStringConvertible {
        /// Counted from 1.
        public let line: Int
        public let message: String

        public var description: String { "line \(line): \(message)" }
    }

    /// What a file holds.
    public struct Contents: Hashable, Sendable {
        public let records: [VenueRecord]
        /// How many bytes are whole lines; what stands behind them was being written when the venue was killed, and has
        /// to be cut off before anything is added.
        public let wholeBytes: Int
    }

    /// A record as a line with its end.
    public static func line(_ record: VenueRecord) -> [UInt8] {
        let words = record.words
        return Array("\(checksum(words.utf8)) \(words)\n".utf8)
    }

    /// The heading as a line with its end.
    public static var headingLine: [UInt8] { Array("\(heading)\n".utf8) }

    /// Reads a file. Only what was written last may be damaged, for it alone was not synced before an answer went out:
    /// the last line, whole or not, where it is wrong. Anything before it that is wrong is damage, and is refused.
    public static func read(_ bytes: [UInt8]) throws(Unreadable) -> Contents {
        var records: [VenueRecord] = []
        var start = 0
        var number = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            number += 1
            let text = String(decoding: bytes[start..<end], as: UTF8.self)
            if number == 1 {
                guard text == heading else {
                    throw Unreadable(line: 1, message: "no books of a venue: \(text.prefix(40))")
                }
            } else if let record = record(text) {
                records.append(record)
            } else if end == bytes.count - 1 {
                return Contents(records: records, wholeBytes: start)
            } else {
                throw Unreadable(line: number, message: "damaged: \(text.prefix(80))")
            }
            start = end + 1
        }
        guard number > 0 || headingLine.starts(with: bytes) else {
            throw Unreadable(line: 1, message: "no books of a venue")
        }
        return Contents(records: records, wholeBytes: start)
    }

    private static func record(_ line: String) -> VenueRecord? {
        guard let space = line.firstIndex(of: " ") else { return nil }
        let words = String(line[line.index(after: space)...])
        guard line[..<space] == checksum(words.utf8) else { return nil }
        return VenueRecord(words: words)
    }

    /// FNV-1a: finds a line that was half written, which is all that it is for.
    private static func checksum(_ bytes: some Sequence<UInt8>) -> String {
        var value: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
