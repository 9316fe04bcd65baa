import Trading

/// Deleting what was marked as pruned, a part at a time.
///
/// The marks are set in one transaction; what they name is deleted in as many as it takes. Whoever is killed between two of these
/// goes on where it was: the desk in its housekeeping, `outcry prune` at its next run.
extension LedgerTransaction {
    /// Deletes the next rows of what is marked as pruned, at most so many. True where more are left.
    @discardableResult
    public func sweepPruned(limit: Int) throws(LedgerError) -> Bool {
        var left = limit
        while left > 0 {
            if let run = try unsweptRun() {
                guard try sweep(run, &left) else { continue }
                try closePruned(run)
            } else if let history = try unsweptHistory() {
                guard try sweep(history.account, upTo: history.seq, &left) else { continue }
                try write { connection in
                    try connection.run(.endPrunedHistory) { $0.append(history.account.rawValue) }
                }
            } else {
                return false
            }
        }
        if try unsweptRun() != nil { return true }
        return try unsweptHistory() != nil
    }

    /// Deletes the rows of all runs from tables that were made again from the records, in which they came back. What was counted
    /// stays as it was counted.
    public func clearPruned() throws(LedgerError) {
        for run in try prunedRuns() {
            var left = Int.max
            _ = try sweepRows(of: run, &left, isCounting: false)
        }
    }

    /// Whether all of it is gone.
    private func sweep(_ run: PrunedRun, _ left: inout Int) throws(LedgerError) -> Bool {
        guard try sweepRows(of: run, &left, isCounting: true) else { return false }
        guard run.remains == .rowsAndRecords else { return true }
        let base = try onConnection { connection in
            var record: Int64 = 0
            try connection.run(
                .baseRecord,
                each: { row in
                    record = row.integer(0)
                    return false
                })
            return record
        }
        return try delete(.sweepRecords, &left) { row in
            row.append(Int64(bitPattern: run.orders.lowerBound))
            row.append(Int64(bitPattern: run.orders.upperBound))
            row.append(base)
        }
    }

    private func sweepRows(
        of run: PrunedRun, _ left: inout Int, isCounting: Bool
    ) throws(LedgerError) -> Bool {
        let areFillsGone = try delete(.sweepFills, &left) { row in
            row.append(Int64(bitPattern: run.orders.lowerBound))
            row.append(Int64(bitPattern: run.orders.upperBound))
        }
        guard areFillsGone else { return false }
        let limit = left
        let orders = try onConnection { connection in
            var orders: [(id: OrderID, account: Int64, kind: String, isRoot: Bool)] = []
            try connection.run(
                .ordersOfRun,
                { row in
                    row.append(Int64(bitPattern: run.orders.lowerBound))
                    row.append(Int64(bitPattern: run.orders.upperBound))
                    row.append(Int64(limit))
                }
            ) { row in
                orders.append(
                    (OrderID(UInt64(bitPattern: row.integer(0))), row.integer(1), row.text(2), row.integer(3) == 1))
                return true
            }
            return orders
        }
        try write { connection in
            for order in orders {
                guard order.account == run.account.rawValue else {
                    throw LedgerError.badRow(table: "pruned_orders", detail: "\(order.id) is another account's")
                }
                try connection.run(.deleteOrder) { $0.append(order.id) }
                guard isCounting, order.isRoot else { continue }
                try connection.run(.upsertPrunedCount) { row in
                    row.append(order.account)
                    row.append(order.kind)
                }
            }
        }
        left -= orders.count
        return orders.count < limit
    }

    /// The account's next notifications. Whether all are gone.
    private func sweep(_ account: AccountID, upTo seq: UInt64, _ left: inout Int) throws(LedgerError) -> Bool {
        try delete(.sweepNotifications, &left) { row in
            row.append(account.rawValue)
            row.append(Int64(bitPattern: seq))
        }
    }

    /// Runs a statement whose last place is how many rows it may delete. Whether it found fewer.
    private func delete(
        _ statement: LedgerStatement, _ left: inout Int, _ fill: (inout RowValues) -> Void
    ) throws(LedgerError) -> Bool {
        let limit = left
        guard limit > 0 else { return false }
        let count = try write { connection in
            try connection.run(statement) { row in
                fill(&row)
                row.append(Int64(limit))
            }
            return connection.changedRows
        }
        left -= count
        return count < limit
    }

    private func unsweptHistory() throws(LedgerError) -> (account: AccountID, seq: UInt64)? {
        try onConnection { connection in
            var found: (account: AccountID, seq: UInt64)?
            try connection.run(
                .unsweptHistory,
                each: { row in
                    found = (AccountID(row.integer(0)), UInt64(bitPattern: row.integer(1)))
                    return false
                })
            return found
        }
    }
}
