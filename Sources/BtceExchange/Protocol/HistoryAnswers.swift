public import Trading

/// A row of TradeHistory: a fill of the account's.
public struct WireFill: Hashable, Sendable {
    public let id: UInt64
    public let pair: Pair
    public let side: Side
    /// In the quote coin.
    public let rate: ExactDecimal
    /// In the base coin, before the fee.
    public let amount: ExactDecimal
    public let orderID: UInt64
    /// Whether `orderID` is the account's own order, which was on the book; else it is the other side's.
    public let isYourOrder: Bool
    public let at: Timestamp
}

/// A row of TransHistory: money that came or went.
public struct WireTransaction: Hashable, Sendable {
    /// Which way, and by whom.
    public enum Kind: UInt64, Hashable, Sendable, CaseIterable {
        case deposit = 1
        case withdrawal = 2
        case credit = 4
        case debit = 5
    }

    /// How far it is.
    public enum Status: UInt64, Hashable, Sendable, CaseIterable {
        case failed = 0
        case waiting = 1
        case successful = 2
        case notConfirmed = 3
    }

    public let id: UInt64
    public let kind: Kind
    public let coin: Coin
    /// Never negative: `kind` has the direction.
    public let amount: ExactDecimal
    public let text: String
    public let status: Status
    public let at: Timestamp
}

extension TapiReader {
    /// By number, oldest first, whatever order they came in. Empty where the exchange says `no trades`.
    public func tradeHistory(_ response: HTTPResponse) throws(AnswerFailure) -> [WireFill] {
        try rows(response) { (name, row) throws(UnreadableAnswer) in
            WireFill(
                id: try row.rowID(name), pair: try row.required("pair").pair(), side: try row.required("type").side(),
                rate: try row.required("rate").positiveAmount(), amount: try row.required("amount").positiveAmount(),
                orderID: try row.required("order_id").whole(), isYourOrder: try row.required("is_your_order").flag(),
                at: try row.required("timestamp").timestamp())
        }.sorted { $0.id < $1.id }
    }

    /// By number, oldest first. Empty where the exchange says `no transactions`.
    public func transactionHistory(_ response: HTTPResponse) throws(AnswerFailure) -> [WireTransaction] {
        try rows(response) { (name, row) throws(UnreadableAnswer) in
            let kind = try row.required("type")
            let status = try row.required("status")
            let currency = try row.required("currency")
            guard let knownKind = WireTransaction.Kind(rawValue: try kind.whole()) else {
                throw kind.unreadable("no kind of transaction")
            }
            guard let knownStatus = WireTransaction.Status(rawValue: try status.whole()) else {
                throw status.unreadable("no status")
            }
            guard let coin = Coin(try currency.text()) else { throw currency.unreadable("no coin") }
            return WireTransaction(
                id: try row.rowID(name), kind: knownKind, coin: coin, amount: try row.required("amount").amount(),
                text: try row.optional("desc")?.text() ?? "", status: knownStatus,
                at: try row.required("timestamp").timestamp())
        }.sorted { $0.id < $1.id }
    }

    private func rows<Row>(
        _ response: HTTPResponse, _ read: (String, JSONPlace) throws(UnreadableAnswer) -> Row
    ) throws(AnswerFailure) -> [Row] {
        let result: JSONPlace
        do {
            result = try AnswerBody(response: response).result()
        } catch .refused(.nothingThere, _) where response.isSuccess {
            return []
        }
        return try AnswerBody.reading { () throws(UnreadableAnswer) in
            var rows: [Row] = []
            for (name, row) in try result.members() { rows.append(try read(name, row)) }
            return rows
        }
    }
}
