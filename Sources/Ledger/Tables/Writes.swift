public import OrderEngine
public import Trading

// MARK: Records and the tables made of them

extension LedgerTransaction {
    /// Appends a record of an exchange's engine and gives its number. `account` is for the readers of the table, where the record names none.
    @discardableResult
    public func append(
        _ record: Record, of exchange: ExchangeID, account: AccountID? = nil
    ) throws(LedgerError) -> RecordNumber {
        let number = RecordNumber(try recordHead().rawValue + 1)
        try write { connection in
            try connection.run(.insertRecord) { row in
                row.append(number.rawValue)
                row.append(Int64(RecordCoder.version))
                row.append(record.kind.name)
                row.append(optional: record.orderID.map { Int64(bitPattern: $0.rawValue) })
                row.append(optional: (record.accountID ?? account)?.rawValue)
                row.append(record.decidedAt)
                row.appendBlob { RecordCoder.encode(record, into: &$0) }
                row.append(exchange)
            }
        }
        ledger.heads.record = number
        return number
    }

    /// Writes an order's row as it is now.
    public func project(_ order: Order) throws(LedgerError) {
        try write { connection in
            try connection.run(.upsertOrder) { row in
                row.append(order.id)
                row.append(order.account.rawValue)
                row.append(order.pair)
                row.append(order.side.rawValue)
                row.append(order.kind.rawValue)
                row.append(optional: order.parent.map { Int64(bitPattern: $0.rawValue) })
                row.append(order.parent == nil)
                row.append(order.status.rawValue)
                row.append(order.quantity)
                if let limit = order.price.limit { row.append(limit) } else { row.appendNull() }
                row.append(order.filled)
                row.append(order.filledValue)
                row.append(order.fee)
                row.append(order.feeCurrency)
                row.append(order.timeInForce.name)
                row.append(optional: order.timeInForce.expireTime?.nanoseconds)
                row.append(order.createdAt)
                row.append(optional: order.closedAt?.nanoseconds)
                row.appendBlob { OrderCoder.encode(order, into: &$0) }
                row.append(order.exchange)
            }
        }
    }

    /// Writes a fill's row. The same fill of the same order twice is an error: the engine counts each once.
    public func project(fill: Fill, of order: Order) throws(LedgerError) {
        try write { connection in
            try connection.run(.insertFill) { row in
                row.append(order.id)
                row.append(fill.id)
                row.append(order.account.rawValue)
                row.append(order.pair)
                row.append(order.side.rawValue)
                row.append(fill.price)
                row.append(fill.quantity)
                row.append(fill.price.times(fill.quantity))
                row.append(fill.fee)
                row.append(fill.feeCurrency)
                row.append(fill.liquidity.rawValue)
                row.append(fill.at)
                row.append(order.exchange)
            }
            // It may have been told before it was known whose it is.
            guard order.exchange != .paper else { return }
            try connection.run(.deleteForeignFill) { row in
                row.append(order.account.rawValue)
                row.append(order.exchange)
                row.append(order.pair)
                row.append(fill.id)
            }
        }
    }

    /// Writes what an account has of a coin at an exchange.
    public func project(
        _ account: AccountID, _ coin: Coin, at exchange: ExchangeID, funds: Funds
    ) throws(LedgerError) {
        try write { connection in
            try connection.run(.upsertFunds) { row in
                row.append(account.rawValue)
                row.append(exchange)
                row.append(coin)
                row.append(funds.total)
                row.append(funds.reserved)
            }
        }
    }

    /// Empties the tables that are a projection of the records, to be filled again from them in this transaction.
    public func clearTables() throws(LedgerError) {
        try write { connection in
            try connection.run(.clearOrders)
            try connection.run(.clearFills)
            try connection.run(.clearFunds)
        }
    }
}

// MARK: Notifications

extension LedgerTransaction {
    /// Keeps a notification and gives its number: from 1 for each account, without gaps.
    public func appendNotification(
        _ account: AccountID, at: Timestamp, event: String, order: OrderID?, text: String, json: String
    ) throws(LedgerError) -> UInt64 {
        let seq = try notificationHead(account) + 1
        try write { connection in
            try connection.run(.insertNotification) { row in
                row.append(account.rawValue)
                row.append(Int64(bitPattern: seq))
                row.append(at)
                row.append(event)
                row.append(optional: order.map { Int64(bitPattern: $0.rawValue) })
                row.append(text)
                row.append(json)
            }
        }
        ledger.heads.notifications[account.rawValue] = seq
        return seq
    }

    /// The last record's number.
    public func recordHead() throws(LedgerError) -> RecordNumber {
        if let head = ledger.heads.record { return head }
        return try storedRecordHead()
    }

    /// The number of the account's newest notification; 0 where it has none.
    public func notificationHead(_ account: AccountID) throws(LedgerError) -> UInt64 {
        if let head = ledger.heads.notifications[account.rawValue] { return head }
        return try storedNotificationHead(account)
    }

    /// Remembers up to which notification the account has looked at its inbox.
    public func setInboxSeen(_ account: AccountID, _ seq: UInt64) throws(LedgerError) {
        try write { connection in
            try connection.run(.upsertInboxSeen) { row in
                row.append(account.rawValue)
                row.append(Int64(bitPattern: seq))
            }
        }
    }
}

// MARK: Tags

extension LedgerTransaction {
    /// Remembers that a line with this tag is being done. A tag that is remembered already is an error: look first.
    public func rememberTag(_ account: AccountID, _ tag: String, line: String, at: Timestamp) throws(LedgerError) {
        try write { connection in
            try connection.run(.insertTag) { row in
                row.append(account.rawValue)
                row.append(tag)
                row.append(line)
                row.append(at)
            }
        }
    }

    /// Remembers what a tagged line has set going, in the desk's own words.
    public func noteTag(_ account: AccountID, _ tag: String, work: String) throws(LedgerError) {
        try write { connection in
            try connection.run(.noteTag) { row in
                row.append(account.rawValue)
                row.append(tag)
                row.append(work)
            }
        }
    }

    /// Remembers the reply to a tagged line.
    public func completeTag(_ account: AccountID, _ tag: String, _ reply: RememberedReply) throws(LedgerError) {
        try write { connection in
            try connection.run(.completeTag) { row in
                row.append(account.rawValue)
                row.append(tag)
                row.append(reply.text)
                row.append(reply.json)
            }
        }
    }

    /// Forgets a tag whose line has done nothing, and may do it when it comes again.
    public func forgetTag(_ account: AccountID, _ tag: String) throws(LedgerError) {
        try write { connection in
            try connection.run(.forgetTag) { row in
                row.append(account.rawValue)
                row.append(tag)
            }
        }
    }

    /// Forgets tags that were first used before a moment, the oldest first and at most so many; says how many they were.
    @discardableResult
    public func forgetTags(before time: Timestamp, limit: Int) throws(LedgerError) -> Int {
        try write { connection in
            try connection.run(.forgetTags) { row in
                row.append(time)
                row.append(Int64(limit))
            }
            return connection.changedRows
        }
    }
}

// MARK: An embedded exchange's books

extension LedgerTransaction {
    /// Keeps one row of an exchange that lives in this process; its key and value mean something to it alone.
    public func putBook(_ exchange: String, key: [UInt8], value: [UInt8]) throws(LedgerError) {
        try write { connection in
            try connection.run(.upsertBook) { row in
                row.append(exchange)
                row.append(key)
                row.append(value)
            }
        }
    }

    /// Forgets a row of an embedded exchange's books; one that is not there is no error.
    public func deleteBook(_ exchange: String, key: [UInt8]) throws(LedgerError) {
        try write { connection in
            try connection.run(.deleteBook) { row in
                row.append(exchange)
                row.append(key)
            }
        }
    }
}
