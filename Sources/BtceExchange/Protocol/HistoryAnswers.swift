public import Exchange
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

    /// The number of the order that the row is about; nil where it is about none.
    ///
    /// btc-e books an order's money in this list too: `In payment for a warrant :order:927468408:` takes what an order on the book
    /// may spend, `Cancel order :order:927468408:` brings back the rest of it, and `Buy`, `Sell` and `Bought` with `from order` or
    /// `from your order` are its trades. All of them write the number in the same way, and nothing else does.
    public var orderID: UInt64? {
        guard kind == .credit || kind == .debit, let mark = text.firstRange(of: ":order:") else { return nil }
        let digits = text[mark.upperBound...].prefix { $0.isASCII && $0.isNumber }
        guard text[digits.endIndex...].first == ":", let number = UInt64(digits), number > 0 else { return nil }
        return number
    }
}

/// A page of TransHistory.
public struct TransactionPage: Hashable, Sendable {
    /// By number, oldest first.
    public let rows: [WireTransaction]
    /// How many rows the exchange gave, with those that were left out.
    public let count: Int
    /// The highest number of them; nil where there are none.
    public let last: UInt64?
}

extension WireTransaction.Kind {
    /// The same in the desk's words.
    public var reason: BalanceChangeReason {
        switch self {
        case .deposit: .deposit
        case .withdrawal: .withdrawal
        case .credit: .credit
        case .debit: .debit
        }
    }
}

extension WireTransaction.Status {
    /// The same in the desk's words.
    public var status: TransactionStatus {
        switch self {
        case .failed: .canceled
        case .waiting: .waiting
        case .successful: .successful
        case .notConfirmed: .unconfirmed
        }
    }
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

    /// By number, oldest first, with what it takes to ask for the next page. Empty where the exchange says `no transactions`.
    ///
    /// Rows of coins whose names the desk cannot hold, and of a type that it does not know, are left out, and counted. A status that
    /// it does not know is one that may still change.
    public func transactionPage(_ response: HTTPResponse) throws(AnswerFailure) -> TransactionPage {
        let told = try rows(response) { (name, row) throws(UnreadableAnswer) -> (UInt64, WireTransaction?) in
            let id = try row.rowID(name)
            let kind = try row.required("type")
            let status = try row.required("status")
            let currency = try row.required("currency")
            let knownStatus = WireTransaction.Status(rawValue: try status.whole()) ?? .notConfirmed
            guard let knownKind = WireTransaction.Kind(rawValue: try kind.whole()),
                let coin = Coin(try currency.text())
            else { return (id, nil) }
            let transaction = WireTransaction(
                id: id, kind: knownKind, coin: coin, amount: try row.required("amount").amount(),
                text: try row.optional("desc")?.text() ?? "", status: knownStatus,
                at: try row.required("timestamp").timestamp())
            return (id, transaction)
        }
        return TransactionPage(
            rows: told.compactMap(\.1).sorted { $0.id < $1.id }, count: told.count, last: told.map(\.0).max())
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
