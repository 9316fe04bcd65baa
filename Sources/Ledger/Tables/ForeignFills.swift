public import Trading

/// A fill of an account at an exchange that is of no order of this desk: of before the desk, of another program, of the exchange's page.
public struct ForeignFill: Hashable, Sendable {
    public let account: AccountID
    public let exchange: ExchangeID
    public let pair: Pair
    public let side: Side
    /// The exchange's own name of the order; some say `0` where they do not know it.
    public let exchangeOrderID: String
    public let fill: Fill

    public init(
        account: AccountID, exchange: ExchangeID, pair: Pair, side: Side, exchangeOrderID: String, fill: Fill
    ) {
        self.account = account
        self.exchange = exchange
        self.pair = pair
        self.side = side
        self.exchangeOrderID = exchangeOrderID
        self.fill = fill
    }

    /// Price × quantity, in the quote coin, to 18 decimals: what an exchange says may have any digits.
    public var value: ExactDecimal { (try? fill.price.multiplied(by: fill.quantity, rounding: .nearest)) ?? .zero }
}

extension LedgerTransaction {
    /// Keeps a fill that is not the desk's. One that is kept already stays as it is.
    public func keep(_ foreign: ForeignFill) throws(LedgerError) {
        try write { connection in
            try connection.run(.insertForeignFill) { row in
                row.append(foreign.account.rawValue)
                row.append(foreign.exchange)
                row.append(foreign.pair)
                row.append(foreign.fill.id)
                row.append(foreign.exchangeOrderID)
                row.append(foreign.side.rawValue)
                row.append(foreign.fill.price)
                row.append(foreign.fill.quantity)
                row.append(foreign.fill.fee)
                row.append(foreign.fill.feeCurrency)
                row.append(foreign.fill.liquidity.rawValue)
                row.append(foreign.fill.at)
            }
        }
    }

    /// Deletes the oldest of an account's foreign fills up to one, that one too, or without an id up to a moment, and those of it: at most
    /// so many. How many they were.
    @discardableResult
    public func forgetForeignFills(
        _ account: AccountID, through last: (at: Timestamp, id: FillID?), limit: Int
    ) throws(LedgerError) -> Int {
        try write { connection in
            try connection.run(.forgetForeignFills) { row in
                row.append(account.rawValue)
                row.append(last.at)
                row.append(last: last.id)
                row.append(Int64(limit))
            }
            return connection.changedRows
        }
    }
}

extension LedgerReading {
    /// An account's foreign fills, newest first unless the filter says otherwise.
    public func foreignFills(_ account: AccountID, _ filter: FillFilter) throws(LedgerError) -> [ForeignFill] {
        let statement: LedgerStatement =
            if filter.fromID != nil || filter.toID != nil {
                filter.oldestFirst ? .foreignFillsByNumber : .foreignFillsByNumberDescending
            } else if filter.pair != nil {
                filter.oldestFirst ? .foreignFillsOfPair : .foreignFillsOfPairDescending
            } else {
                filter.oldestFirst ? .foreignFills : .foreignFillsDescending
            }
        return try foreign(account, statement) { row in
            row.append(account.rawValue)
            row.append(filter.since?.nanoseconds ?? .min)
            row.append(filter.until?.nanoseconds ?? .max)
            row.append(first: filter.fromID)
            row.append(last: filter.toID)
            if let pair = filter.pair { row.append(pair) } else { row.appendNull() }
            row.append(Int64(filter.limit))
            row.append(optional: filter.exchange)
        }
    }

    /// An account's foreign fills by time, oldest first, behind one of them, or else from a moment on.
    public func foreignFills(
        _ account: AccountID, behind last: ForeignFill?, since: Timestamp?, limit: Int
    ) throws(LedgerError) -> [ForeignFill] {
        try foreign(account, .foreignFillsBehind) { row in
            row.append(account.rawValue)
            row.append(last?.fill.at.nanoseconds ?? since?.nanoseconds ?? .min)
            row.append(first: last?.fill.id)
            if let last { row.append(last.exchange) } else { row.append("") }
            if let last { row.append(last.pair) } else { row.append("") }
            row.append(Int64(limit))
        }
    }

    /// The pairs that an account has foreign fills of, in the order of their names.
    public func pairsOfForeignFills(_ account: AccountID) throws(LedgerError) -> [Pair] {
        try onConnection { connection in
            var pairs: [Pair] = []
            try connection.run(.pairsOfForeignFills, { $0.append(account.rawValue) }) { row in
                pairs.append(try value(Pair(row.text(0)), "foreign_fills", "pair", row.text(0)))
                return true
            }
            return pairs
        }
    }

    /// The newest of an account's foreign fills but so many; nil where it has no more. Reads as many entries of an index.
    public func foreignFill(
        behindNewest count: Int, of account: AccountID
    ) throws(LedgerError) -> (at: Timestamp, id: FillID)? {
        try onConnection { connection in
            var found: (at: Timestamp, id: FillID)?
            try connection.run(
                .foreignFillBehindNewest,
                { row in
                    row.append(account.rawValue)
                    row.append(Int64(count))
                }
            ) { row in
                found = (
                    Timestamp(nanoseconds: row.integer(0)),
                    try value(row.fillID(1), "foreign_fills", "fill", row.text(1))
                )
                return false
            }
            return found
        }
    }

    private func foreign(
        _ account: AccountID, _ statement: LedgerStatement, _ fill: (inout RowValues) -> Void
    ) throws(LedgerError) -> [ForeignFill] {
        try onConnection { connection in
            var rows: [ForeignFill] = []
            try connection.run(statement, fill) { row in
                let table = "foreign_fills"
                let one = Fill(
                    id: try value(row.fillID(2), table, "fill", row.text(2)), price: try row.decimal(5, table),
                    quantity: try row.decimal(6, table), fee: try row.decimal(7, table),
                    feeCurrency: try value(Coin(row.text(8)), table, "coin", row.text(8)),
                    liquidity: try value(Liquidity(rawValue: row.text(9)), table, "liquidity", row.text(9)),
                    at: Timestamp(nanoseconds: row.integer(10)))
                rows.append(
                    ForeignFill(
                        account: account, exchange: try row.exchange(0, table),
                        pair: try value(Pair(row.text(1)), table, "pair", row.text(1)),
                        side: try value(Side(rawValue: row.text(4)), table, "side", row.text(4)),
                        exchangeOrderID: row.text(3), fill: one))
                return true
            }
            return rows
        }
    }
}
