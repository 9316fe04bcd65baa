import Exchange
import Ledger
import Trading

/// What holds for bytes that come from a disk.
enum FuzzStorage {
    /// As on the disk: with its checksum, which an arbitrary change would not get right, and without.
    private static func variants(_ bytes: [UInt8]) -> [[UInt8]] { [bytes, Checksum.appended(to: bytes)] }

    /// What decodes is written again as the same bytes.
    static func record(_ bytes: [UInt8]) throws(FuzzFinding) {
        for stored in variants(bytes) {
            guard let record = try? RecordCoder.decode(stored, of: .paper) else { continue }
            try expect(RecordCoder.encode(record) == stored, "\(record) is written in other bytes")
        }
    }

    static func snapshot(_ bytes: [UInt8]) throws(FuzzFinding) {
        for stored in variants(bytes) {
            guard let snapshot = try? SnapshotCoder.decode(stored, of: .paper) else { continue }
            let written = SnapshotCoder.encode(snapshot)
            try expect(
                (try? SnapshotCoder.decode(written, of: .paper)) == snapshot,
                "a snapshot reads otherwise than it was written")
        }
    }

    /// Entries one after the other: the key, a line break, two bytes of length (the lower first), the value.
    ///
    /// Books are opened, or refused; what they then say of themselves opens to the same.
    static func books(_ bytes: [UInt8]) throws(FuzzFinding) {
        var entries: [BookEntry] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            let key = String(decoding: rest[..<end], as: UTF8.self)
            rest = rest[(end + 1)...]
            guard let low = rest.popFirst(), let high = rest.popFirst() else { break }
            let value = Array(rest.prefix(Int(low) | Int(high) << 8))
            rest = rest.dropFirst(value.count)
            entries.append(BookEntry(key: key, value: value))
        }
        guard let exchange = try? PaperExchange(restoring: entries) else { return }
        let written = exchange.bookEntries()
        try expect(
            (try? PaperExchange(restoring: written))?.bookEntries() == written,
            "the books open to others than they were")
        for account in [AccountID(1), AccountID(2)] {
            _ = exchange.balances(of: account)
            _ = exchange.openOrders(of: account)
            _ = exchange.fills(of: account)
        }
    }
}
