public import OrderEngine
public import Trading

/// A record with its number, and whose engine's it is.
public struct NumberedRecord: Hashable, Sendable {
    public let number: RecordNumber
    public let exchange: ExchangeID
    public let record: Record
}

extension LedgerReading {
    /// Every record that names an order, in order.
    public func history(of order: OrderID) throws(LedgerError) -> [NumberedRecord] {
        try onConnection { connection in
            var records: [NumberedRecord] = []
            try connection.run(.recordsOfOrder, { $0.append(order) }) { row in
                records.append(try numberedRecord(row))
                return true
            }
            return records
        }
    }

    /// The first and the last of the records that name an order, in order: at most so many of each; and how many there are in all.
    public func ends(
        ofHistory order: OrderID, each limit: Int
    ) throws(LedgerError) -> (records: [NumberedRecord], count: Int) {
        try onConnection { connection in
            func read(_ statement: LedgerStatement, _ limit: Int) throws -> [NumberedRecord] {
                var records: [NumberedRecord] = []
                try connection.run(
                    statement,
                    { row in
                        row.append(order)
                        row.append(Int64(limit))
                    }
                ) { row in
                    records.append(try numberedRecord(row))
                    return true
                }
                return records
            }
            let first = try read(.firstRecordsOfOrder, limit)
            guard first.count == limit, let last = first.last?.number else { return (first, first.count) }
            var count = 0
            try connection.run(.recordCountOfOrder, { $0.append(order) }) { row in
                count = Int(row.integer(0))
                return false
            }
            let rest = try read(.lastRecordsOfOrder, limit).filter { $0.number > last }
            return (first + rest.reversed(), count)
        }
    }

    /// What of an account's money came or went other than by trading: newest first unless the filter says otherwise.
    public func adjustments(
        _ account: AccountID, _ filter: AdjustmentFilter
    ) throws(LedgerError) -> [AdjustmentRow] {
        try onConnection { connection in
            var rows: [AdjustmentRow] = []
            try connection.run(
                filter.oldestFirst ? .adjustments : .adjustmentsDescending,
                { row in
                    row.append(account.rawValue)
                    row.append(filter.since?.nanoseconds ?? .min)
                    row.append(filter.until?.nanoseconds ?? .max)
                    row.append(filter.from?.rawValue ?? 0)
                    row.append(filter.to?.rawValue ?? .max)
                    row.append(Int64(filter.limit))
                    row.append(optional: filter.exchange)
                    // Names have no spaces.
                    row.append(
                        optional: filter.except.isEmpty
                            ? nil : " \(filter.except.map(\.description).joined(separator: " ")) ")
                }
            ) { row in
                let numbered = try numberedRecord(row)
                guard case .fundsAdjusted(let adjustment) = numbered.record else {
                    throw LedgerError.badRow(table: "records", detail: "\(numbered.number) is not about funds")
                }
                rows.append(AdjustmentRow(number: numbered.number, exchange: numbered.exchange, adjustment: adjustment))
                return true
            }
            return rows
        }
    }

    /// Every record after `number`, up to `end` where one is given, in order, read by the thousand. A missing or damaged one is an
    /// error, and so is one that was pruned: what stands for those is `base`.
    public func forEachRecord(
        after number: RecordNumber = .none, through end: RecordNumber? = nil,
        _ body: (NumberedRecord) throws -> Void
    ) throws(LedgerError) {
        var last = number
        while end.map({ last < $0 }) ?? true {
            // Whole pages first, then the callback: no statement is open while the caller works.
            let page = try recordPage(after: last, limit: end.map { $0.rawValue - last.rawValue } ?? recordsPerPage)
            guard let newest = page.last else { return }
            for numbered in page {
                do {
                    try body(numbered)
                } catch let error as LedgerError {
                    throw error
                } catch {
                    throw .abandoned(detail: "at record \(numbered.number): \(error)")
                }
            }
            last = newest.number
        }
    }

    private func recordPage(after number: RecordNumber, limit: Int64) throws(LedgerError) -> [NumberedRecord] {
        try onConnection { connection in
            var page: [NumberedRecord] = []
            var expected = number.rawValue + 1
            try connection.run(
                .recordsAfter,
                { row in
                    row.append(number.rawValue)
                    row.append(min(limit, recordsPerPage))
                }
            ) { row in
                guard row.integer(0) == expected else {
                    throw LedgerError.corrupt(detail: "record \(expected) is missing")
                }
                expected += 1
                page.append(try numberedRecord(row))
                return true
            }
            return page
        }
    }
}

/// How many records are in memory at a time while all are read.
let recordsPerPage: Int64 = 1_000

func numberedRecord(_ row: RowColumns) throws -> NumberedRecord {
    let number = RecordNumber(row.integer(0))
    let exchange = try row.exchange(2, "records")
    do {
        return NumberedRecord(
            number: number, exchange: exchange, record: try RecordCoder.decode(row.bytes(1), of: exchange))
    } catch {
        throw LedgerError.badRecord(number, error)
    }
}
