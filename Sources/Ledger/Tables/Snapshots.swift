public import OrderEngine
import Trading

/// Where the engine is to start from.
public struct LoadedState: Hashable, Sendable {
    /// One of each exchange's engine, also of one that has done nothing yet. Empty where the engines are built from all records; the base where
    /// records were pruned and no snapshot can be read.
    public let snapshots: [EngineSnapshot]
    /// The last record that the snapshots have in them: go on with `forEachRecord(after:)`.
    public let number: RecordNumber
    /// Newer snapshots that could not be read, and why: for the log. Nothing is lost by them.
    public let passedOver: [String]
}

extension Ledger {
    /// Keeps the engines' states as they were after the record `number`, and those before them; older ones go.
    public func saveSnapshots(_ snapshots: [EngineSnapshot], at number: RecordNumber) throws(LedgerError) {
        try transaction { transaction in
            try transaction.insert(snapshots, at: number)
            try transaction.write { try $0.run(.forgetSnapshots) }
        }
    }

    /// The newest snapshots that can be read; else the one before; else the base, where records were pruned; else none, and all records
    /// are to be applied.
    public func load() throws(LedgerError) -> LoadedState {
        let head = try recordHead()
        let stored = try onConnection { connection in
            var rows: [SnapshotRow] = []
            try connection.run(
                .lastSnapshots,
                each: { row in
                    rows.append(
                        SnapshotRow(
                            number: RecordNumber(row.integer(0)), exchange: try row.exchange(1, "snapshots"),
                            engines: row.integer(2), body: row.bytes(3)))
                    return true
                })
            return rows
        }
        var passedOver: [String] = []
        let base = try base()
        for rows in stored.chunked() {
            guard let number = rows.first?.number, number >= base?.record ?? RecordNumber.none else { continue }
            // A snapshot cannot be ahead of the records that it was made of: some are gone.
            guard number <= head else {
                throw .corrupt(detail: "there is a snapshot after record \(number), but the last record is \(head)")
            }
            do {
                return LoadedState(
                    snapshots: try decodedSnapshots(rows), number: number, passedOver: passedOver)
            } catch {
                passedOver.append("the snapshot after record \(number) cannot be read: \(error)")
            }
        }
        return LoadedState(
            snapshots: base?.snapshots ?? [], number: base?.record ?? RecordNumber.none, passedOver: passedOver)
    }
}

/// One engine's state as it is stored: `engines` rows of the same record belong together.
struct SnapshotRow {
    let number: RecordNumber
    let exchange: ExchangeID
    let engines: Int64
    let body: [UInt8]
}

/// Reads the states of one moment. Throws where one cannot be read, or is missing: an engine without its state would begin with
/// nothing.
func decodedSnapshots(_ rows: [SnapshotRow]) throws(StoredBytesError) -> [EngineSnapshot] {
    for row in rows where row.engines != Int64(rows.count) { throw .incomplete(found: rows.count, of: row.engines) }
    var snapshots: [EngineSnapshot] = []
    for row in rows { snapshots.append(try SnapshotCoder.decode(row.body, of: row.exchange)) }
    return snapshots
}

extension [SnapshotRow] {
    /// Those of each record, in their order.
    fileprivate func chunked() -> [[SnapshotRow]] {
        var chunks: [[SnapshotRow]] = []
        for row in self {
            if chunks.last?.first?.number == row.number {
                chunks[chunks.count - 1].append(row)
            } else {
                chunks.append([row])
            }
        }
        return chunks
    }
}

extension LedgerTransaction {
    /// Keeps the engines' states as they were after a record.
    func insert(_ snapshots: [EngineSnapshot], at number: RecordNumber) throws(LedgerError) {
        for snapshot in snapshots {
            let body = SnapshotCoder.encode(snapshot)
            try write { connection in
                try connection.run(.insertSnapshot) { row in
                    row.append(number.rawValue)
                    row.append(snapshot.exchange)
                    row.append(Int64(snapshots.count))
                    row.append(body)
                }
            }
        }
    }
}
