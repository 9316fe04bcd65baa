public import Trading

/// A trade that has not fired all that waits for it.
public struct TradeLeft: Hashable, Sendable {
    public let number: Int64
    /// Whose market it was on.
    public let exchange: ExchangeID
    public let trade: MarketTrade

    public init(number: Int64, exchange: ExchangeID, trade: MarketTrade) {
        self.number = number
        self.exchange = exchange
        self.trade = trade
    }
}

/// Trades of the market that the desk was told of and that have not fired all that waits for them: a process that ends in between
/// goes on with them.
extension LedgerTransaction {
    /// Keeps a trade of an exchange's market, under a number above all before it.
    public func add(_ left: TradeLeft) throws(LedgerError) {
        try write { connection in
            try connection.run(.insertTradeLeft) { row in
                row.append(left.number)
                row.append(left.trade.pair)
                row.append(left.trade.price)
                row.append(left.trade.quantity)
                row.append(optional: left.trade.takerSide?.rawValue)
                row.append(left.trade.at)
                row.append(left.exchange)
            }
        }
    }

    /// Lets go of a trade: it has done all that it leads to.
    public func forget(_ left: TradeLeft) throws(LedgerError) {
        try write { connection in try connection.run(.forgetTradeLeft) { $0.append(left.number) } }
    }
}

extension LedgerReading {
    /// The trades that are left, with their numbers, in the order in which they were told.
    public func tradesLeft() throws(LedgerError) -> [TradeLeft] {
        try onConnection { connection in
            var trades: [TradeLeft] = []
            try connection.run(
                .tradesLeft,
                each: { row in
                    let takerSide = try row.optionalText(4).map { text in
                        try value(Side(rawValue: text), "trades_left", "taker_side", text)
                    }
                    let trade = MarketTrade(
                        pair: try value(Pair(row.text(1)), "trades_left", "pair", row.text(1)),
                        price: try row.decimal(2, "trades_left"), quantity: try row.decimal(3, "trades_left"),
                        takerSide: takerSide, at: Timestamp(nanoseconds: row.integer(5)))
                    trades.append(
                        TradeLeft(number: row.integer(0), exchange: try row.exchange(6, "trades_left"), trade: trade))
                    return true
                })
            return trades
        }
    }
}
