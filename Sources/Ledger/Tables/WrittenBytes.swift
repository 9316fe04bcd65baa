public import Trading

/// How much each account has made the desk write on its last day: what an allowance is held against.
extension LedgerTransaction {
    /// Bytes of the texts and blobs that statements of this connection were given so far. Only differences mean something.
    public var bytesBound: Int { boundBytes }

    /// Keeps how many bytes an account has written on a day; of the days before nothing is kept. Days are counted from 1970.
    public func setWrittenBytes(_ account: AccountID, day: Int64, _ bytes: Int) throws(LedgerError) {
        try write { connection in
            try connection.run(.upsertWrittenBytes) { row in
                row.append(account.rawValue)
                row.append(day)
                row.append(Int64(bytes))
            }
        }
    }
}

extension LedgerReading {
    /// How many bytes an account had written on a day, as far as it was kept; 0 for another day than its last.
    public func writtenBytes(_ account: AccountID, day: Int64) throws(LedgerError) -> Int {
        try onConnection { connection in
            var bytes = 0
            try connection.run(
                .writtenBytes,
                { row in
                    row.append(account.rawValue)
                    row.append(day)
                }
            ) { row in
                bytes = Int(row.integer(0))
                return false
            }
            return bytes
        }
    }
}
