import Venue

/// What holds for the venue's books as they come from a disk.
enum FuzzVenueJournal {
    /// Lines, as they are and with the checksums that an arbitrary change would not get right.
    static func file(_ bytes: [UInt8]) throws(FuzzFinding) {
        try read(bytes)
        var mended = VenueJournal.headingLine
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let words = Array(String(decoding: line, as: UTF8.self).utf8)
            mended += Array("\(checksum(words)) ".utf8) + words + [UInt8(ascii: "\n")]
        }
        try read(mended)
    }

    /// A file is refused at one of its lines; or its records are written as what reads the same, and the file reads as the
    /// beginning of them however early it is cut off.
    private static func read(_ bytes: [UInt8]) throws(FuzzFinding) {
        let contents: VenueJournal.Contents
        do throws(VenueJournal.Unreadable) {
            contents = try VenueJournal.read(bytes)
        } catch {
            let lines = bytes.count { $0 == UInt8(ascii: "\n") }
            try expect((1...lines + 1).contains(error.line), "\(error) is not at one of its \(lines) lines")
            return
        }
        try expect((0...bytes.count).contains(contents.wholeBytes), "\(contents.wholeBytes) bytes are whole")
        let whole = Array(bytes.prefix(contents.wholeBytes))
        try expect(
            (try? VenueJournal.read(whole)) == contents, "without what was half written it is another file")
        let written = VenueJournal.headingLine + contents.records.flatMap(VenueJournal.line)
        try expect(
            (try? VenueJournal.read(written))?.records == contents.records,
            "it is written as \(String(decoding: written, as: UTF8.self).debugDescription)")
        let cut = bytes.reduce(0) { $0 &* 31 &+ Int($1) }.magnitude % UInt(whole.count + 1)
        guard let beginning = try? VenueJournal.read(Array(whole.prefix(Int(cut)))) else {
            throw FuzzFinding("the first \(cut) bytes of a file that is read are refused")
        }
        try expect(
            contents.records.starts(with: beginning.records), "the first \(cut) bytes have other records than the whole"
        )
    }

    /// FNV-1a of 64 bits.
    private static func checksum(_ bytes: [UInt8]) -> String {
        let value = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
