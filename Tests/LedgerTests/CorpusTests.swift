import Ledger
import Testing
import Trading

/// Bytes that were written once are read for ever.
@Suite struct CorpusTests {
    @Test func `every record of the corpus still decodes to what was written`() throws {
        let expected = Dictionary(uniqueKeysWithValues: Samples.records.map { ($0.name, $0.record) })
        for (name, hex) in Corpus.version1 {
            let bytes = try #require(unhexed(hex), "\(name) is not hex")
            #expect(try RecordCoder.decode(bytes, of: .paper) == expected[name], "\(name)")
        }
    }

    @Test func `every kind of record, and every sample, is in the corpus`() throws {
        let names = Set(Corpus.version1.map(\.name))
        for (name, record) in Samples.records where !names.contains(name) {
            Issue.record("not in the corpus: (\"\(name)\", \"\(hex(of: RecordCoder.encode(record)))\"),")
        }
        let kinds = Set(Samples.records.map { $0.record.kind })
        #expect(Set(RecordKind.allCases).subtracting(kinds).isEmpty)
        #expect(names.count == Samples.records.count)
    }

    /// A pruned ledger's base is a snapshot, and nothing else has what it has.
    @Test func `every snapshot of the corpus still decodes to what was written, and this version's is in it`() throws {
        for (version, hex) in Corpus.snapshots {
            let bytes = try #require(unhexed(hex), "version \(version) is not hex")
            #expect(bytes.first == version)
            #expect(try SnapshotCoder.decode(bytes, of: .paper) == Samples.snapshot, "version \(version)")
        }
        #expect(hex(of: SnapshotCoder.encode(Samples.namedSnapshot)) == Corpus.namedSnapshot)
        let named = try #require(unhexed(Corpus.namedSnapshot))
        #expect(try SnapshotCoder.decode(named, of: .paper) == Samples.namedSnapshot)
        if !Corpus.snapshots.contains(where: { $0.version == SnapshotCoder.version }) {
            Issue.record("not in the corpus: \"\(hex(of: SnapshotCoder.encode(Samples.snapshot)))\"")
        }
    }

    @Test func `the names and numbers of kinds never change`() {
        #expect(
            RecordKind.allCases.map { "\($0.rawValue) \($0.name)" } == [
                "1 funds_adjusted", "2 order_placed", "3 order_accepted", "4 order_rejected", "5 order_filled",
                "6 cancel_requested", "7 cancel_failed", "8 order_closed", "9 order_triggered", "10 answer_lost",
                "11 order_reconciled", "12 contra_ready", "13 order_finished", "14 paired_done",
                "15 move_requested", "16 order_replaced", "17 order_amended", "18 trigger_moved", "19 order_grown",
                "20 panic_declared", "21 panic_cleared", "22 panic_lifted", "23 paired_ended",
                "24 order_closed_by_exchange", "25 named_fill",
            ])
    }
}

private func unhexed(_ hex: String) -> [UInt8]? {
    let digits = Array(hex.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
        guard let byte = UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) else {
            return nil
        }
        bytes.append(byte)
    }
    return bytes
}

private func hex(of bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
