public import Trading

/// An account's wish to be told once when a pair trades at or through a price.
public struct Alert: Hashable, Sendable {
    public let account: AccountID
    /// From 1 for each account, never used again.
    public let number: UInt64
    public let exchange: ExchangeID
    public let pair: Pair
    public let direction: AlertDirection
    /// In the quote coin.
    public let price: ExactDecimal
    public let createdAt: Timestamp

    public init(
        account: AccountID, number: UInt64, exchange: ExchangeID, pair: Pair, direction: AlertDirection,
        price: ExactDecimal, createdAt: Timestamp
    ) {
        self.account = account
        self.number = number
        self.exchange = exchange
        self.pair = pair
        self.direction = direction
        self.price = price
        self.createdAt = createdAt
    }
}

extension LedgerTransaction {
    /// Keeps an alert. Those of its account that are over are let go of.
    public func add(_ alert: Alert) throws(LedgerError) {
        try write { connection in
            try connection.run(.insertAlert) { row in
                row.append(alert.account.rawValue)
                row.append(Int64(bitPattern: alert.number))
                row.append(alert.pair)
                row.append(alert.direction.rawValue)
                row.append(alert.price)
                row.append(alert.createdAt)
                row.append(alert.exchange)
            }
            try connection.run(.forgetAlerts) { row in
                row.append(alert.account.rawValue)
                row.append(Int64(bitPattern: alert.number))
            }
        }
    }

    /// It has been told, or taken back.
    public func end(_ alert: Alert, at moment: Timestamp) throws(LedgerError) {
        try write { connection in
            try connection.run(.endAlert) { row in
                row.append(alert.account.rawValue)
                row.append(Int64(bitPattern: alert.number))
                row.append(moment)
            }
        }
    }
}

extension LedgerReading {
    /// The number of the account's newest alert, also of one that is over; 0 where it never had any.
    public func lastAlert(_ account: AccountID) throws(LedgerError) -> UInt64 {
        try onConnection { connection in
            var number: UInt64 = 0
            try connection.run(.lastAlert, { $0.append(account.rawValue) }) { row in
                number = UInt64(bitPattern: row.integer(0))
                return false
            }
            return number
        }
    }

    /// The alerts of all accounts that wait.
    public func waitingAlerts() throws(LedgerError) -> [Alert] {
        try onConnection { connection in
            var alerts: [Alert] = []
            try connection.run(
                .waitingAlerts,
                each: { row in
                    alerts.append(
                        Alert(
                            account: AccountID(row.integer(0)), number: UInt64(bitPattern: row.integer(1)),
                            exchange: try row.exchange(6, "alerts"),
                            pair: try value(Pair(row.text(2)), "alerts", "pair", row.text(2)),
                            direction: try value(
                                AlertDirection(rawValue: row.text(3)), "alerts", "direction", row.text(3)),
                            price: try row.decimal(4, "alerts"), createdAt: Timestamp(nanoseconds: row.integer(5))))
                    return true
                })
            return alerts
        }
    }
}
