public import OrderEngine
public import Trading

/// The state that stands for the records that were pruned: what they had made of the engines.
///
/// The records up to `record` are not applied any more. Of those, the ones that name an order in `snapshots`, and those of money
/// that came or went, are still there to be read.
public struct LedgerBase: Hashable, Sendable {
    /// The last record that `snapshots` have in them.
    public let record: RecordNumber
    /// What was over before then was pruned.
    public let at: Timestamp
    /// One of each exchange's engine.
    public let snapshots: [EngineSnapshot]

    public init(record: RecordNumber, at: Timestamp, snapshots: [EngineSnapshot]) {
        self.record = record
        self.at = at
        self.snapshots = snapshots
    }
}

extension LedgerReading {
    /// What stands for pruned records; nil where all records are there. Throws `corrupt` where it cannot be read: without it, what an
    /// account has is not known.
    public func base() throws(LedgerError) -> LedgerBase? {
        try onConnection { connection in
            var rows: [SnapshotRow] = []
            var at: Timestamp?
            try connection.run(
                .base,
                each: { row in
                    at = Timestamp(nanoseconds: row.integer(2))
                    rows.append(
                        SnapshotRow(
                            number: RecordNumber(row.integer(1)), exchange: try row.exchange(0, "base"),
                            engines: row.integer(3), body: row.bytes(4)))
                    return true
                })
            guard let at, let record = rows.first?.number else { return nil }
            do {
                return LedgerBase(record: record, at: at, snapshots: try decodedSnapshots(rows))
            } catch {
                throw LedgerError.corrupt(detail: "what stands for the pruned records cannot be read: \(error)")
            }
        }
    }

    /// The last record before the first one that is as young as a moment, of those after `start`; the last one of all where none is.
    public func lastRecord(
        before moment: Timestamp, after start: RecordNumber
    ) throws(LedgerError) -> RecordNumber {
        let first: RecordNumber? = try onConnection { connection in
            var number: RecordNumber?
            try connection.run(
                .firstRecordSince,
                { row in
                    row.append(start.rawValue)
                    row.append(moment)
                }
            ) { row in
                number = RecordNumber(row.integer(0))
                return false
            }
            return number
        }
        if let first { return RecordNumber(first.rawValue - 1) }
        return try storedRecordHead()
    }

    /// Whether any record after `number` names an order.
    public func isNamed(_ order: OrderID, after number: RecordNumber) throws(LedgerError) -> Bool {
        try onConnection { connection in
            var isNamed = false
            try connection.run(
                .recordOfOrderAfter,
                { row in
                    row.append(order)
                    row.append(number.rawValue)
                }
            ) { _ in
                isNamed = true
                return false
            }
            return isNamed
        }
    }

    /// The fills in the records up to `end` that are still there, in order.
    public func forEachFillRecord(
        through end: RecordNumber, _ body: (OrderID, Fill) throws -> Void
    ) throws(LedgerError) {
        var last = RecordNumber.none
        while true {
            let page = try onConnection { connection in
                var page: [NumberedRecord] = []
                try connection.run(
                    .fillRecords,
                    { row in
                        row.append(last.rawValue)
                        row.append(end.rawValue)
                        row.append(recordsPerPage)
                    }
                ) { row in
                    page.append(try numberedRecord(row))
                    return true
                }
                return page
            }
            guard let newest = page.last else { return }
            for numbered in page {
                guard case .orderFilled(let id, let fill, _, _) = numbered.record else { continue }
                do {
                    try body(id, fill)
                } catch let error as LedgerError {
                    throw error
                } catch {
                    throw .abandoned(detail: "at record \(numbered.number): \(error)")
                }
            }
            last = newest.number
        }
    }
}

extension LedgerTransaction {
    /// Lets `base` stand for the records up to its own, and keeps `heads` as the only snapshots: older ones have orders in them that
    /// are pruned. Nothing is deleted yet: see `sweepPruned`.
    public func setBase(
        _ base: LedgerBase, heads: [EngineSnapshot], at number: RecordNumber
    ) throws(LedgerError) {
        // The record that told the last moment may go.
        if let last = try lastMoment() { try setLastMoment(last) }
        try write { connection in
            try connection.run(.clearBase)
            try connection.run(.clearSnapshots)
        }
        for snapshot in base.snapshots {
            let body = SnapshotCoder.encode(snapshot)
            try write { connection in
                try connection.run(.setBase) { row in
                    row.append(snapshot.exchange)
                    row.append(base.record.rawValue)
                    row.append(base.at)
                    row.append(Int64(base.snapshots.count))
                    row.append(body)
                }
            }
        }
        try insert(heads, at: number)
    }
}
