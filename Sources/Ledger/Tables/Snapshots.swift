public import OrderEngine

/// Where the engine is to start from.
public struct LoadedState: Hashable, Sendable {
    /// Nil where the engine is built from all records. The base where records were pruned and no snapshot can be read.
    public let snapshot: EngineSnapshot?
    /// The last record that the snapshot has in it: go on with `forEachRecord(after:)`.
    public let number: RecordNumber
    /// Newer snapshots that could not be read, and why: for the log. Nothing is lost by them.
    public let passedOver: [String]
}

extension Ledger {
    /// Keeps the engine's state as it was after the record `number`, and the snapshot before it; older ones go.
    public func saveSnapshot(_ snapshot: EngineSnapshot, at number: RecordNumber) throws(LedgerError) {
        let body = SnapshotCoder.encode(snapshot)
        try transaction { transaction in
            try transaction.write { connection in
                try connection.run(.insertSnapshot) { row in
                    row.append(number.rawValue)
                    row.append(body)
                }
                try connection.run(.forgetSnapshots)
            }
        }
    }

    /// The newest snapshot that can be read; else the one before; else the base, where records were pruned; else none, and all records
    /// are to be applied.
    public func load() throws(LedgerError) -> LoadedState {
        let head = try recordHead()
        let stored = try onConnection { connection in
            var rows: [(number: RecordNumber, body: [UInt8])] = []
            try connection.run(
                .lastSnapshots,
                each: { row in
                    rows.append((RecordNumber(row.integer(0)), row.bytes(1)))
                    return true
                })
            return rows
        }
        var passedOver: [String] = []
        let base = try base()
        for (number, body) in stored where number >= base?.record ?? RecordNumber.none {
            // A snapshot cannot be ahead of the records that it was made of: some are gone.
            guard number <= head else {
                throw .corrupt(detail: "there is a snapshot after record \(number), but the last record is \(head)")
            }
            do {
                return LoadedState(
                    snapshot: try SnapshotCoder.decode(body), number: number, passedOver: passedOver)
            } catch {
                passedOver.append("the snapshot after record \(number) cannot be read: \(error)")
            }
        }
        return LoadedState(snapshot: base?.snapshot, number: base?.record ?? RecordNumber.none, passedOver: passedOver)
    }
}
