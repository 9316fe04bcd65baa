public import Trading

/// The last moment that a ledger knows to have been: a desk that is opened on it begins no earlier.
extension LedgerTransaction {
    /// Keeps a moment that has been.
    public func setLastMoment(_ moment: Timestamp) throws(LedgerError) {
        try write { connection in try connection.run(.upsertClock) { $0.append(moment.nanoseconds) } }
    }
}

extension LedgerReading {
    /// The later of the last record's moment and the one that was kept; nil where there is neither.
    public func lastMoment() throws(LedgerError) -> Timestamp? {
        try onConnection { connection in
            var last: Int64 = 0
            try connection.run(
                .lastMoments,
                each: { row in
                    last = row.integer(0)
                    return false
                })
            return last == 0 ? nil : Timestamp(nanoseconds: last)
        }
    }
}
