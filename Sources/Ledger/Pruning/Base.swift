public import OrderEngine
public import Trading

/// The state that stands for the records that were pruned: what they had made of the engine.
///
/// The records up to `record` are not applied any more. Of those, the ones that name an order in `snapshot`, and those of money
/// that came or went, are still there to be read.
public struct LedgerBase: Hashable, Sendable {
    /// The last record that `snapshot` has in it.
    public let record: RecordNumber
    /// What was over before then was pruned.
    public let at: Timestamp
    public let snapshot: EngineSnapshot

    public init(record: RecordNumber, at: Timestamp, snapshot: EngineSnapshot) {
        self.record = record
        self.at = at
        self.snapshot = snapshot
    }
}

extension LedgerReading {
    /// What stands for pruned records; nil where all records are there. Throws `corrupt` where it cannot be read: without it, what an
    /// account has is not known.
    public func base() throws(LedgerError) -> LedgerBase? {
        try onConnection { connection in
            var base: LedgerBase?
            try connection.run(
                .base,
                each: { row in
                    do {
                        base = LedgerBase(
                            record: RecordNumber(row.integer(0)), at: Timestamp(nanoseconds: row.integer(1)),
                            snapshot: try SnapshotCoder.decode(row.bytes(2)))
                    } catch {
                        throw LedgerError.corrupt(detail: "what stands for the pruned records cannot be read: \(error)")
                    }
                    return false
                })
            return base
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
    /// Lets `base` stand for the records up to its own, and keeps `head` as the only snapshot: older ones have orders in them that
    /// are pruned. Nothing is deleted yet: see `sweepPruned`.
    public func setBase(
        _ base: LedgerBase, head: EngineSnapshot, at number: RecordNumber
    ) throws(LedgerError) {
        let body = SnapshotCoder.encode(base.snapshot)
        let headBody = SnapshotCoder.encode(head)
        // The record that told the last moment may go.
        if let last = try lastMoment() { try setLastMoment(last) }
        try write { connection in
            try connection.run(.setBase) { row in
                row.append(base.record.rawValue)
                row.append(base.at)
                row.append(body)
            }
            try connection.run(.clearSnapshots)
            try connection.run(.insertSnapshot) { row in
                row.append(number.rawValue)
                row.append(headBody)
            }
        }
    }
}
