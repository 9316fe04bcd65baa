public import Trading

/// Trades of the market that the desk was told of and that have not fired all that waits for them: a process that ends in between
/// goes on with them.
extension LedgerTransaction {
    /// Keeps a trade, under a number above all before it.
    public func add(tradeLeft trade: MarketTrade, number: Int64) throws(LedgerError) {
        try write { connection in
            try connection.run(.insertTradeLeft) { row in
                row.append(number)
                row.append(trade.pair)
                row.append(trade.price)
                row.append(trade.quantity)
                row.append(optional: trade.takerSide?.rawValue)
                row.append(trade.at)
            }
        }
    }

    /// Lets go of the trades below a number: they have done all that they lead to.
    public func forgetTradesLeft(below number: Int64) throws(LedgerError) {
        try write { connection in try connection.run(.forgetTradesLeft) { $0.append(number) } }
    }
}

extension LedgerReading {
    /// The trades that are left, with their numbers, in the order in which they were told.
    public func tradesLeft() throws(LedgerError) -> [(number: Int64, trade: MarketTrade)] {
        try onConnection { connection in
            var trades: [(number: Int64, trade: MarketTrade)] = []
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
                    trades.append((row.integer(0), trade))
                    return true
                })
            return trades
        }
    }
}
