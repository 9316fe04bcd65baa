import ExactJSON
import Exchange
import Trading

/// getInfo, ActiveOrders, OrderInfo, TradeHistory and TransHistory.
extension TapiVenue {
    /// The most rows of one answer, and as many as come unless fewer are asked for.
    static let historyRowsMax = 1_000
    /// How far back `since` and `end` reach, in seconds: a week.
    static let historySecondsMax: Int64 = 7 * 86_400

    func accountInfo(_ call: TapiCall) throws(TapiError) -> ExchangeJSON {
        let account = call.account
        var members: [(String, ExchangeJSON)] = [("funds", funds(of: account))]
        if dialect.tellsMore { members.append(("funds_incl_orders", fundsWithOrders(of: account))) }
        members += [
            (
                "rights",
                .members(KeyRight.allCases.map { ($0.rawValue, call.rights.contains($0) ? 1 : 0) })
            ),
            ("transaction_count", .whole(books.accountTransactions[account]?.count ?? 0)),
            ("open_orders", .whole(books.openOrderNumbers[account]?.count ?? 0)),
            ("server_time", .whole(call.at.seconds)),
        ]
        return .members(members)
    }

    func activeOrders(_ call: TapiCall) throws(TapiError) -> ExchangeJSON {
        let pair = try pair(call, isRequired: dialect.requiresPair)
        let open = (books.openOrderNumbers[call.account] ?? []).sorted().compactMap { books.order($0) }
            .filter { pair == nil || $0.pair == pair }
        if open.isEmpty, dialect.refusesEmptyLists { throw .noOrders }
        return .members(open.map { (String(told($0.number)), .members(row($0, isWhole: false))) })
    }

    func orderInfo(_ call: TapiCall) throws(TapiError) -> ExchangeJSON {
        guard let order = order(call) else { throw .invalidOrder }
        return .members([(String(told(order.number)), .members(row(order, isWhole: true)))])
    }

    /// An order; `isWhole` with what was ordered and how it ended.
    private func row(_ order: VenueOrder, isWhole: Bool) -> [(String, ExchangeJSON)] {
        var members: [(String, ExchangeJSON)] = [
            ("pair", .string(order.pair.description)), ("type", .string(order.side.rawValue)),
        ]
        if isWhole { members.append(("start_amount", .decimal(ExactDecimal(units: order.quantity)))) }
        return members + [
            ("amount", .decimal(ExactDecimal(units: order.left))), ("rate", .decimal(ExactDecimal(units: order.price))),
            ("timestamp_created", .whole(order.createdAt.seconds)), ("status", isWhole ? status(order) : 0),
        ]
    }

    private func status(_ order: VenueOrder) -> ExchangeJSON {
        switch order.status {
        case .open: 0
        case .filled: 1
        case .canceled: order.filled > 0 ? 3 : 2
        }
    }

    // MARK: Histories

    func tradeHistory(_ call: TapiCall) throws(TapiError) -> ExchangeJSON {
        let pair = try pair(call, isRequired: dialect.requiresPair)
        let range = try HistoryRange(call)
        let fills = (books.accountFills[call.account] ?? []).lazy.map { self.books.fills[$0] }
            .filter { pair == nil || $0.pair == pair }
        let rows = range.chosen(from: fills, number: \.number, at: \.fill.at)
        if rows.isEmpty, dialect.refusesEmptyLists { throw .noTrades }
        return .members(
            rows.map { row in
                (
                    row.fill.id.description,
                    .members([
                        ("pair", .string(row.pair.description)), ("type", .string(row.side.rawValue)),
                        ("amount", .decimal(row.fill.quantity)), ("rate", .decimal(row.fill.price)),
                        ("order_id", .whole(told(row.maker))),
                        ("is_your_order", books.order(row.maker, of: call.account) == nil ? 0 : 1),
                        ("timestamp", .whole(row.fill.at.seconds)),
                    ])
                )
            })
    }

    func transactionHistory(_ call: TapiCall) throws(TapiError) -> ExchangeJSON {
        let range = try HistoryRange(call)
        let own = (books.accountTransactions[call.account] ?? []).lazy.map { self.books.transactions[$0] }
        let rows = range.chosen(from: own, number: \.number, at: \.at)
        if rows.isEmpty, dialect.refusesEmptyLists { throw .noTransactions }
        return .members(
            rows.map { row in
                (
                    String(row.number),
                    .members([
                        ("type", .whole(row.reason.transactionType)), ("amount", .decimal(row.amount.magnitude)),
                        ("currency", .string(row.coin.capitals)), ("desc", .string(row.text)),
                        ("status", .whole(row.status.rawValue)), ("timestamp", .whole(row.at.seconds)),
                    ])
                )
            })
    }
}

/// Which rows of a history are asked for, and in which order.
private struct HistoryRange {
    private let skipped: Int
    private let count: Int
    private let firstNumber: UInt64
    private let lastNumber: UInt64
    private let firstSecond: Int64
    private let lastSecond: Int64
    private let isAscending: Bool

    init(_ call: TapiVenue.TapiCall) throws(TapiError) {
        func number(_ name: String) throws(TapiError) -> UInt64? {
            guard let text = call.fields[name], !text.isEmpty else { return nil }
            guard let number = UInt64(text), number <= UInt64(Int64.max) else { throw .badField }
            return number
        }
        skipped = Int(try number("from") ?? 0)
        count = min(Int(try number("count") ?? UInt64(TapiVenue.historyRowsMax)), TapiVenue.historyRowsMax)
        firstNumber = try number("from_id") ?? 0
        lastNumber = try number("end_id") ?? .max
        let (since, end) = (try number("since").map(Int64.init), try number("end").map(Int64.init))
        let isTimed = since != nil || end != nil
        let earliest = isTimed ? call.at.seconds - TapiVenue.historySecondsMax : .min
        firstSecond = max(since ?? .min, earliest)
        lastSecond = end ?? .max
        switch call.fields["order"] {
        case "ASC": isAscending = true
        // Times force the order, whatever is asked for.
        case "DESC", nil, "": isAscending = isTimed
        default: throw .badField
        }
    }

    func chosen<Row>(
        from rows: some Sequence<Row>, number: (Row) -> UInt64, at: (Row) -> Timestamp
    ) -> [Row] {
        let found = rows.filter { row in
            (firstNumber <= number(row) && number(row) <= lastNumber)
                && (firstSecond <= at(row).seconds && at(row).seconds <= lastSecond)
        }
        return Array((isAscending ? found : found.reversed()).dropFirst(skipped).prefix(count))
    }
}

extension BalanceChangeReason {
    fileprivate var transactionType: Int {
        switch self {
        case .deposit: 1
        case .withdrawal: 2
        case .credit: 4
        case .debit: 5
        }
    }
}
