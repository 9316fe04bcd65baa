public import Trading

/// Reads the answers to public requests, of version 3 (all pairs in one) and of version 2 (one pair).
public struct PublicReader: Sendable {
    public let dialect: Dialect

    public init(_ dialect: Dialect) { self.dialect = dialect }

    /// Pairs whose names the desk cannot hold are left out.
    public func info(_ response: HTTPResponse) throws(AnswerFailure) -> MarketInfo {
        let answer = try AnswerBody(response: response).publicResult()
        return try AnswerBody.reading { () throws(UnreadableAnswer) in
            var pairs: [PairInfo] = []
            for (pair, place) in try answer.required("pairs").members(named: { Pair($0) }) {
                pairs.append(try place.info(of: pair))
            }
            return MarketInfo(
                serverTime: try answer.required("server_time").timestamp(), pairs: pairs.sorted { $0.pair < $1.pair })
        }
    }

    /// By pair; bid and ask as the dialect has them.
    public func tickers(_ response: HTTPResponse) throws(AnswerFailure) -> [OfPair<WireTicker>] {
        try byPair(response) { (place) throws(UnreadableAnswer) in try place.ticker(dialect, at: nil) }
    }

    /// By pair; a side that is missing is empty.
    public func depths(_ response: HTTPResponse) throws(AnswerFailure) -> [OfPair<WireDepth>] {
        try byPair(response) { (place) throws(UnreadableAnswer) in try place.depth() }
    }

    /// Newest first.
    public func prints(_ response: HTTPResponse) throws(AnswerFailure) -> [OfPair<[WirePrint]>] {
        try byPair(response) { (place) throws(UnreadableAnswer) in try place.prints(side: "type", at: "timestamp") }
    }

    /// As rates: 0.002 is 0.2%.
    public func fees(_ response: HTTPResponse) throws(AnswerFailure) -> [OfPair<ExactDecimal>] {
        try byPair(response) { (place) throws(UnreadableAnswer) in try place.feeRate() }
    }

    private func byPair<Value>(
        _ response: HTTPResponse, _ read: (JSONPlace) throws(UnreadableAnswer) -> Value
    ) throws(AnswerFailure) -> [OfPair<Value>] {
        let answer = try AnswerBody(response: response).publicResult()
        return try AnswerBody.reading { () throws(UnreadableAnswer) in
            var values: [OfPair<Value>] = []
            for (pair, place) in try answer.members(named: { Pair($0) }) {
                values.append(OfPair(pair, try read(place)))
            }
            return values.sorted { $0.pair < $1.pair }
        }
    }
}

// MARK: Version 2

extension PublicReader {
    /// Its moment is the server's, where it has none of its own.
    public func fallbackTicker(_ response: HTTPResponse) throws(AnswerFailure) -> WireTicker {
        try one(response) { (answer) throws(UnreadableAnswer) in
            let place = try answer.required("ticker")
            return try place.ticker(dialect, at: try place.optional("server_time")?.timestamp())
        }
    }

    /// The book of the one pair.
    public func fallbackDepth(_ response: HTTPResponse) throws(AnswerFailure) -> WireDepth {
        try one(response) { (answer) throws(UnreadableAnswer) in try answer.depth() }
    }

    /// Newest first. Prints of another pair are an error.
    public func fallbackPrints(_ response: HTTPResponse, of pair: Pair) throws(AnswerFailure) -> [WirePrint] {
        try one(response) { (answer) throws(UnreadableAnswer) in
            for row in try answer.elements() {
                let base = try row.required("item")
                let quote = try row.required("price_currency")
                guard Coin(try base.text()) == pair.base else { throw base.unreadable("not \(pair.base)") }
                guard Coin(try quote.text()) == pair.quote else { throw quote.unreadable("not \(pair.quote)") }
            }
            return try answer.prints(side: "trade_type", at: "date")
        }
    }

    /// As a rate: 0.002 is 0.2%.
    public func fallbackFee(_ response: HTTPResponse) throws(AnswerFailure) -> ExactDecimal {
        try one(response) { (answer) throws(UnreadableAnswer) in try answer.required("trade").feeRate() }
    }

    private func one<Value>(
        _ response: HTTPResponse, _ read: (JSONPlace) throws(UnreadableAnswer) -> Value
    ) throws(AnswerFailure) -> Value {
        let answer = try AnswerBody(response: response).publicResult()
        return try AnswerBody.reading { () throws(UnreadableAnswer) in try read(answer) }
    }
}
