public import OrderEngine
public import Trading

/// Money that came or went, as the exchange lists it: its own id, time and words. What has moved the funds here is in the records.
public struct ListedTransaction: Hashable, Sendable {
    public let account: AccountID
    public let exchange: ExchangeID
    /// The exchange's own name for it; one of a kind within the account there.
    public let id: String
    public let kind: FundsAdjustment.Reason
    public let status: TransactionStatus
    public let coin: Coin
    /// Never negative: `kind` has the direction.
    public let amount: ExactDecimal
    /// The exchange's own words; any characters.
    public let description: String
    /// The order that the row books, in the exchange's words; nil for money that came or went without an order.
    public let exchangeOrderID: String?
    public let at: Timestamp
    /// Where it stands in the exchange's list.
    public let place: String

    public init(
        account: AccountID, exchange: ExchangeID, id: String, kind: FundsAdjustment.Reason, status: TransactionStatus,
        coin: Coin, amount: ExactDecimal, description: String, exchangeOrderID: String?, at: Timestamp, place: String
    ) {
        self.account = account
        self.exchange = exchange
        self.id = id
        self.kind = kind
        self.status = status
        self.coin = coin
        self.amount = amount
        self.description = description
        self.exchangeOrderID = exchangeOrderID
        self.at = at
        self.place = place
    }

    /// The id as a number, by which rows may be asked for; 0 where it is none.
    public var number: UInt64 {
        guard let number = UInt64(id), number <= UInt64(Int64.max), String(number) == id else { return 0 }
        return number
    }
}

/// Which rows of the exchanges' lists are asked for; never those that book an order. The time runs from `since` on and ends before
/// `until`; the numbers include both ends.
public struct ListedFilter: Hashable, Sendable {
    /// Nil: those of all exchanges.
    public var exchange: ExchangeID?
    public var since: Timestamp?
    public var until: Timestamp?
    /// With a first or a last number the rows come in the order of their numbers, else of their times.
    public var from: UInt64?
    public var to: UInt64?
    public var limit: Int
    public var oldestFirst: Bool

    public init(
        exchange: ExchangeID? = nil, since: Timestamp? = nil, until: Timestamp? = nil, from: UInt64? = nil,
        to: UInt64? = nil, limit: Int, oldestFirst: Bool = false
    ) {
        self.exchange = exchange
        self.since = since
        self.until = until
        self.from = from
        self.to = to
        self.limit = limit
        self.oldestFirst = oldestFirst
    }
}

extension LedgerTransaction {
    /// Keeps a row of an exchange's list, or what has become of it.
    public func keep(_ row: ListedTransaction) throws(LedgerError) {
        try write { connection in
            try connection.run(.upsertTransaction) { values in
                values.append(row.account.rawValue)
                values.append(row.exchange)
                values.append(row.id)
                values.append(Int64(bitPattern: row.number))
                values.append(row.kind.rawValue)
                values.append(Int64(row.status.rawValue))
                values.append(row.coin)
                values.append(row.amount)
                values.append(row.description)
                values.append(optional: row.exchangeOrderID)
                values.append(row.at)
                values.append(row.place)
            }
        }
    }
}

extension LedgerReading {
    /// An account's rows in the exchanges' lists, without those that book an order; newest first unless the filter says otherwise.
    public func listedTransactions(
        _ account: AccountID, _ filter: ListedFilter
    ) throws(LedgerError) -> [ListedTransaction] {
        let isByNumber = filter.from != nil || filter.to != nil
        let statement: LedgerStatement =
            switch (isByNumber, filter.oldestFirst) {
            case (true, true): .transactionsByNumber
            case (true, false): .transactionsByNumberDescending
            case (false, true): .transactions
            case (false, false): .transactionsDescending
            }
        return try listed(account, statement) { row in
            row.append(account.rawValue)
            row.append(filter.since?.nanoseconds ?? .min)
            row.append(filter.until?.nanoseconds ?? .max)
            row.append(Int64(clamping: filter.from ?? 0))
            row.append(Int64(clamping: filter.to ?? .max))
            row.append(Int64(filter.limit))
            row.append(optional: filter.exchange)
        }
    }

    /// All rows of an account in the exchanges' lists, those that book an order too, oldest first, behind a row, or else from a moment on.
    public func listedTransactions(
        _ account: AccountID, behind last: ListedTransaction?, since: Timestamp?, limit: Int
    ) throws(LedgerError) -> [ListedTransaction] {
        try listed(account, .transactionsBehind) { row in
            row.append(account.rawValue)
            row.append(last?.at.nanoseconds ?? since?.nanoseconds ?? .min)
            if let last { row.append(last.exchange) } else { row.append("") }
            row.append(last.map { Int64(bitPattern: $0.number) } ?? 0)
            row.append(last?.id ?? "")
            row.append(Int64(limit))
        }
    }

    /// The rows of an account at an exchange whose status may still change, by their ids, behind one of them.
    public func unsettledTransactions(
        _ account: AccountID, at exchange: ExchangeID, behind id: String = "", limit: Int
    ) throws(LedgerError) -> [ListedTransaction] {
        try listed(account, .unsettledTransactions) { row in
            row.append(account.rawValue)
            row.append(exchange)
            row.append(id)
            row.append(Int64(limit))
        }
    }

    private func listed(
        _ account: AccountID, _ statement: LedgerStatement, _ fill: (inout RowValues) -> Void
    ) throws(LedgerError) -> [ListedTransaction] {
        try onConnection { connection in
            var rows: [ListedTransaction] = []
            try connection.run(statement, fill) { row in
                let table = "exchange_transactions"
                rows.append(
                    ListedTransaction(
                        account: account, exchange: try row.exchange(0, table), id: row.text(1),
                        kind: try value(FundsAdjustment.Reason(rawValue: row.text(2)), table, "kind", row.text(2)),
                        status: try value(
                            UInt8(exactly: row.integer(3)).flatMap { TransactionStatus(rawValue: $0) }, table, "status",
                            row.text(3)),
                        coin: try value(Coin(row.text(4)), table, "coin", row.text(4)),
                        amount: try row.decimal(5, table), description: row.text(6),
                        exchangeOrderID: row.optionalText(7), at: Timestamp(nanoseconds: row.integer(8)),
                        place: row.text(9)))
                return true
            }
            return rows
        }
    }
}
