public import OrderEngine
public import Trading

/// What can be asked of the ledger: outside a transaction what is committed, inside one also what it wrote.
public protocol LedgerReading {
    func onConnection<T>(_ body: (LedgerConnection) throws -> T) throws(LedgerError) -> T
}

// MARK: Orders

extension LedgerReading {
    /// An order as the tables have it; nil where there is none of that number.
    public func order(_ id: OrderID) throws(LedgerError) -> Order? {
        try orders(.order) { $0.append(id) }.first
    }

    /// An order's direct children, in the order of their numbers.
    public func children(of id: OrderID) throws(LedgerError) -> [Order] {
        try orders(.children) { $0.append(id) }
    }

    /// The first of an order's direct children, in the order of their numbers.
    public func children(of id: OrderID, limit: Int) throws(LedgerError) -> [Order] {
        guard limit > 0 else { return [] }
        return try orders(.firstChildren) { row in
            row.append(id)
            row.append(Int64(limit))
        }
    }

    /// Those that something can still happen to, in the order of their numbers; without children unless told.
    public func openOrders(
        _ account: AccountID, kind: OrderKind? = nil, exchange: ExchangeID? = nil, pair: Pair? = nil,
        includingChildren: Bool = false
    ) throws(LedgerError) -> [Order] {
        try orders(.openOrders) { row in
            row.append(account.rawValue)
            row.append(includingChildren)
            row.append(optional: kind?.rawValue)
            row.append(optional: pair)
            row.append(optional: exchange)
        }
    }

    /// Finished orders that are no other's children, the last closed first: closed from `since` on and before `until`.
    public func finishedRoots(
        _ account: AccountID, kind: OrderKind? = nil, exchange: ExchangeID? = nil, pair: Pair? = nil,
        since: Timestamp? = nil, until: Timestamp? = nil, limit: Int
    ) throws(LedgerError) -> [Order] {
        try orders(kind == nil ? .finishedRoots : .finishedRootsOfKind) { row in
            row.append(account.rawValue)
            row.append(since?.nanoseconds ?? .min)
            row.append(until?.nanoseconds ?? .max)
            row.append(optional: pair)
            row.append(optional: exchange)
            row.append(Int64(limit))
            if let kind { row.append(kind.rawValue) }
        }
    }

    /// Finished orders that are no other's children, the first closed first, behind an order of the account, or else those that
    /// were closed from a moment on.
    public func finishedRoots(
        _ account: AccountID, behind last: Order?, since: Timestamp?, limit: Int
    ) throws(LedgerError) -> [Order] {
        try orders(.finishedRootsBehind) { row in
            row.append(account.rawValue)
            row.append(last?.closedAt?.nanoseconds ?? since.map { $0.nanoseconds - 1 } ?? .min)
            row.append(last.map { Int64(bitPattern: $0.id.rawValue) } ?? .max)
            row.append(Int64(limit))
        }
    }

    private func orders(
        _ statement: LedgerStatement, _ fill: (inout RowValues) -> Void
    ) throws(LedgerError) -> [Order] {
        try onConnection { connection in
            var orders: [Order] = []
            try connection.run(statement, fill) { row in
                let exchange = try row.exchange(1, "orders")
                do {
                    orders.append(try OrderCoder.decode(row.bytes(0), of: exchange))
                } catch {
                    throw LedgerError.badRow(table: "orders", detail: String(describing: error))
                }
                return true
            }
            return orders
        }
    }
}

extension RowValues {
    fileprivate mutating func append(optional pair: Pair?) {
        if let pair { append(pair) } else { appendNull() }
    }
}

// MARK: Fills and funds

extension LedgerReading {
    /// An order's own fills, oldest first.
    public func fills(of order: OrderID) throws(LedgerError) -> [FillRow] {
        try fills(.fillsOfOrder) { $0.append(order) }.inOrderOfTime
    }

    /// Some of an order's own fills, oldest first: those with the first ids, which are the oldest where fills are numbered.
    public func fills(of order: OrderID, limit: Int) throws(LedgerError) -> [FillRow] {
        try fills(.firstFillsOfOrder) { row in
            row.append(order)
            row.append(Int64(limit))
        }.inOrderOfTime
    }

    /// An account's fills, newest first unless the filter says otherwise.
    public func fills(_ account: AccountID, _ filter: FillFilter) throws(LedgerError) -> [FillRow] {
        let statement: LedgerStatement
        if filter.fromID != nil || filter.toID != nil {
            statement = filter.oldestFirst ? .fillsByID : .fillsByIDDescending
        } else if filter.pair != nil {
            statement = filter.oldestFirst ? .fillsOfPair : .fillsOfPairDescending
        } else {
            statement = filter.oldestFirst ? .fillsByTime : .fillsByTimeDescending
        }
        return try fills(statement) { row in
            row.append(account.rawValue)
            row.append(filter.since?.nanoseconds ?? .min)
            row.append(filter.until?.nanoseconds ?? .max)
            row.append(first: filter.fromID)
            row.append(last: filter.toID)
            row.append(optional: filter.pair)
            row.append(Int64(filter.limit))
            row.append(optional: filter.exchange)
        }
    }

    /// An account's fills by time, oldest first, behind a fill of the account, or else from a moment on.
    public func fills(
        _ account: AccountID, behind last: FillRow?, since: Timestamp?, limit: Int
    ) throws(LedgerError) -> [FillRow] {
        try fills(.fillsBehind) { row in
            row.append(account.rawValue)
            row.append(last?.fill.at.nanoseconds ?? since.map { $0.nanoseconds - 1 } ?? .min)
            row.append(last: last?.fill.id)
            row.append(last.map { Int64(bitPattern: $0.order.rawValue) } ?? .max)
            row.append(Int64(limit))
        }
    }

    /// The pairs that an account has fills of, in the order of their names.
    public func pairsOfFills(_ account: AccountID) throws(LedgerError) -> [Pair] {
        try onConnection { connection in
            var pairs: [Pair] = []
            try connection.run(.pairsOfFills, { $0.append(account.rawValue) }) { row in
                pairs.append(try value(Pair(row.text(0)), "fills", "pair", row.text(0)))
                return true
            }
            return pairs
        }
    }

    private func fills(
        _ statement: LedgerStatement, _ fill: (inout RowValues) -> Void
    ) throws(LedgerError) -> [FillRow] {
        try onConnection { connection in
            var fills: [FillRow] = []
            try connection.run(statement, fill) { row in
                fills.append(try fillRow(row))
                return true
            }
            return fills
        }
    }

    /// What an account has, in the order of the exchanges' and the coins' names.
    public func funds(
        _ account: AccountID
    ) throws(LedgerError) -> [(exchange: ExchangeID, coin: Coin, funds: Funds)] {
        try onConnection { connection in
            var rows: [(exchange: ExchangeID, coin: Coin, funds: Funds)] = []
            try connection.run(.funds, { $0.append(account.rawValue) }) { row in
                let coin = try value(Coin(row.text(1)), "funds", "coin", row.text(1))
                let total = try row.decimal(2, "funds")
                rows.append(
                    (try row.exchange(0, "funds"), coin, Funds(total: total, reserved: try row.decimal(3, "funds"))))
                return true
            }
            return rows
        }
    }
}

extension [FillRow] {
    fileprivate var inOrderOfTime: [FillRow] {
        sorted { ($0.fill.at, $0.fill.id) < ($1.fill.at, $1.fill.id) }
    }
}

private func fillRow(_ row: RowColumns) throws -> FillRow {
    let fill = Fill(
        id: try value(row.fillID(0), "fills", "fill", row.text(0)), price: try row.decimal(5, "fills"),
        quantity: try row.decimal(6, "fills"), fee: try row.decimal(8, "fills"),
        feeCurrency: try value(Coin(row.text(9)), "fills", "coin", row.text(9)),
        liquidity: try value(Liquidity(rawValue: row.text(10)), "fills", "liquidity", row.text(10)),
        at: Timestamp(nanoseconds: row.integer(11)))
    return FillRow(
        fill: fill, order: OrderID(UInt64(bitPattern: row.integer(1))), account: AccountID(row.integer(2)),
        exchange: try row.exchange(12, "fills"), pair: try value(Pair(row.text(3)), "fills", "pair", row.text(3)),
        side: try value(Side(rawValue: row.text(4)), "fills", "side", row.text(4)), value: try row.decimal(7, "fills"))
}

func value<T>(_ parsed: T?, _ table: String, _ what: String, _ text: String) throws -> T {
    guard let parsed else { throw LedgerError.badRow(table: table, detail: "\(text) is no \(what)") }
    return parsed
}

extension RowColumns {
    func exchange(_ column: Int32, _ table: String) throws -> ExchangeID {
        try value(ExchangeID(text(column)), table, "exchange", text(column))
    }

    func decimal(_ column: Int32, _ table: String) throws -> ExactDecimal {
        let text = bytes(column)
        do {
            return try ExactDecimal(parsingUTF8: text)
        } catch {
            throw LedgerError.badRow(table: table, detail: "\(String(decoding: text, as: UTF8.self)) is no number")
        }
    }
}

// MARK: Notifications, tags, books

extension LedgerReading {
    /// The account's notifications from `seq` on, oldest first.
    public func notifications(
        _ account: AccountID, from seq: UInt64, limit: Int
    ) throws(LedgerError) -> [NotificationRow] {
        try onConnection { connection in
            var rows: [NotificationRow] = []
            try connection.run(
                .notifications,
                { row in
                    row.append(account.rawValue)
                    row.append(Int64(clamping: seq))
                    row.append(Int64(limit))
                }
            ) { row in
                rows.append(
                    NotificationRow(
                        seq: UInt64(bitPattern: row.integer(0)), at: Timestamp(nanoseconds: row.integer(1)),
                        event: row.text(2), order: row.optionalInteger(3).map { OrderID(UInt64(bitPattern: $0)) },
                        text: row.text(4), json: row.text(5)))
                return true
            }
            return rows
        }
    }

    /// Up to which notification the account has looked at its inbox; 0 at first.
    public func inboxSeen(_ account: AccountID) throws(LedgerError) -> UInt64 {
        UInt64(bitPattern: try integer(.inboxSeen) { $0.append(account.rawValue) })
    }

    /// What was remembered with a tag; nil for a tag that is new, or forgotten.
    public func tag(_ account: AccountID, _ tag: String) throws(LedgerError) -> RememberedTag? {
        try onConnection { connection in
            var found: RememberedTag?
            try connection.run(
                .tag,
                { row in
                    row.append(account.rawValue)
                    row.append(tag)
                }
            ) { row in
                let reply = row.isNull(2) ? nil : RememberedReply(text: row.text(2), json: row.text(3))
                found = RememberedTag(
                    line: row.text(0), at: Timestamp(nanoseconds: row.integer(1)), reply: reply,
                    work: row.isNull(4) ? nil : row.text(4))
                return false
            }
            return found
        }
    }

    /// All rows of an embedded exchange, in the order of their keys' bytes.
    public func books(_ exchange: String) throws(LedgerError) -> [BookRow] {
        try onConnection { connection in
            var rows: [BookRow] = []
            try connection.run(.books, { $0.append(exchange) }) { row in
                rows.append(BookRow(key: row.bytes(0), value: row.bytes(1)))
                return true
            }
            return rows
        }
    }

    func storedRecordHead() throws(LedgerError) -> RecordNumber {
        RecordNumber(try integer(.lastRecord))
    }

    func storedNotificationHead(_ account: AccountID) throws(LedgerError) -> UInt64 {
        UInt64(bitPattern: try integer(.lastNotification) { $0.append(account.rawValue) })
    }

    /// The one number of the one row; 0 where there is none.
    private func integer(
        _ statement: LedgerStatement, _ fill: (inout RowValues) -> Void = { _ in }
    ) throws(LedgerError) -> Int64 {
        try onConnection { connection in
            var number: Int64 = 0
            try connection.run(statement, fill) { row in
                number = row.integer(0)
                return false
            }
            return number
        }
    }
}

extension Ledger {
    /// The last record's number.
    public func recordHead() throws(LedgerError) -> RecordNumber { try storedRecordHead() }

    /// The number of the account's newest notification; 0 where it has none.
    public func notificationHead(_ account: AccountID) throws(LedgerError) -> UInt64 {
        try storedNotificationHead(account)
    }
}
