import Conversation
import Ledger
import OrderEngine
import Trading

/// Money that came or went other than by trading, as a trader sees it: as the exchange lists it, or, at an exchange without a list, as it
/// was booked here.
struct Transaction {
    enum Source: Hashable {
        /// The number of the record that moved the funds.
        case record(UInt64)
        /// The exchange's own name for it.
        case exchange(String)
    }

    let source: Source
    /// By which it may be asked for; 0 where the exchange's name for it is no number.
    let number: UInt64
    let exchange: ExchangeID
    let at: Timestamp
    let kind: FundsAdjustment.Reason
    let coin: Coin
    /// Never negative: `kind` has the direction.
    let amount: ExactDecimal
    let status: TransactionStatus
    /// The exchange's own words, without what a terminal would obey; nil where there are none.
    let description: String?
    /// The order at the exchange that it books; nil for money that came or went without one.
    let exchangeOrderID: String?

    /// What is in the records has moved the funds.
    init(_ row: AdjustmentRow) {
        number = UInt64(clamping: row.number.rawValue)
        source = .record(number)
        exchange = row.exchange
        at = row.adjustment.at
        kind = row.adjustment.reason
        coin = row.adjustment.coin
        amount = row.adjustment.amount.magnitude
        status = .successful
        description = nil
        exchangeOrderID = nil
    }

    init(_ row: ListedTransaction) {
        source = .exchange(row.id)
        number = row.number
        exchange = row.exchange
        at = row.at
        kind = row.kind
        coin = row.coin
        amount = row.amount
        status = row.status
        description = row.description.isEmpty ? nil : row.description.printable
        exchangeOrderID = row.exchangeOrderID
    }

    /// What a trader calls it.
    var name: String {
        switch source {
        case .record(let number): "\(number)"
        case .exchange(let id): id.printable
        }
    }

    /// The description where it says more than the type does.
    var note: String? {
        guard let description, description.lowercased() != kind.rawValue else { return nil }
        return description
    }

    /// What it has done to the account's total. Money that goes is gone when it is asked for; money that comes is there when it has come.
    var effect: ExactDecimal {
        switch (kind, status) {
        case (.deposit, .successful), (.credit, .successful): amount
        case (.deposit, _), (.credit, _), (_, .canceled): .zero
        case (.withdrawal, _), (.debit, _): -amount
        }
    }

    var id: JSONValue {
        switch source {
        case .record(let number): .int(Int64(clamping: number))
        case .exchange(let id): .string(id)
        }
    }

    var json: JSONObject {
        var object: JSONObject = [
            "id": id, "exchange": .string(exchange.description), "at": at.json, "type": .string(kind.rawValue),
            "coin": .string(coin.description), "amount": amount.json, "status": .string(status.name),
            "status_code": .int(Int64(status.rawValue)), "description": description.map { .string($0) } ?? .null,
        ]
        if let exchangeOrderID { object.append("exchange_order_id", .string(exchangeOrderID)) }
        return object
    }
}

/// Which transactions are asked for, of both sources.
struct TransactionFilter {
    /// Nil: those of all exchanges.
    var exchange: ExchangeID?
    var since: Timestamp?
    var until: Timestamp?
    /// Both ends are included; with one of them the rows are in the order of their numbers.
    var from: UInt64?
    var to: UInt64?
    var limit: Int
    var oldestFirst = false
}

extension Transaction {
    /// What came to and went from an account, without what booked orders; newest first unless the filter says otherwise. Of the exchanges
    /// in `listing` the account is shown their own lists.
    static func rows(
        of account: AccountID, in ledger: some LedgerReading, listing: [ExchangeID], _ filter: TransactionFilter
    ) throws -> [Transaction] {
        let ours = try ledger.adjustments(
            account,
            AdjustmentFilter(
                exchange: filter.exchange, except: listing, since: filter.since, until: filter.until,
                from: filter.from.map { RecordNumber(Int64(clamping: $0)) },
                to: filter.to.map { RecordNumber(Int64(clamping: $0)) }, limit: filter.limit,
                oldestFirst: filter.oldestFirst))
        let theirs = try ledger.listedTransactions(
            account,
            ListedFilter(
                exchange: filter.exchange, since: filter.since, until: filter.until, from: filter.from, to: filter.to,
                limit: filter.limit, oldestFirst: filter.oldestFirst))
        let isByNumber = filter.from != nil || filter.to != nil
        return ours.map { Transaction($0) }.merged(with: theirs.map { Transaction($0) }, atMost: filter.limit) {
            let (one, other) = filter.oldestFirst ? ($0, $1) : ($1, $0)
            return isByNumber ? one.number < other.number : one.at < other.at
        }
    }
}

extension Array {
    /// Two lists in the same order as one; of two that neither comes first the own is the first.
    func merged(
        with other: [Element], atMost limit: Int, before isBefore: (Element, Element) -> Bool
    ) -> [Element] {
        guard !other.isEmpty else { return Array(prefix(limit)) }
        var merged: [Element] = []
        var (one, two) = (startIndex, other.startIndex)
        while merged.count < limit, one < endIndex || two < other.endIndex {
            let takesOther = one == endIndex || (two < other.endIndex && isBefore(other[two], self[one]))
            merged.append(takesOther ? other[two] : self[one])
            if takesOther { two += 1 } else { one += 1 }
        }
        return merged
    }
}
