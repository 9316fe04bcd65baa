import CommandGrammar
import Conversation
import Ledger
import OrderEngine
import Trading

/// A trade of the account at an exchange: of an order that was made here, or of one that was not.
struct TradeRow {
    enum Origin: Hashable {
        case order(OrderID)
        /// The exchange's own name of the order; nil where it does not know it.
        case foreign(String?)
    }

    let fill: Fill
    let exchange: ExchangeID
    let pair: Pair
    let side: Side
    /// Price × quantity, in the quote coin.
    let value: ExactDecimal
    let origin: Origin

    init(_ row: FillRow) {
        (fill, exchange, pair, side, value) = (row.fill, row.exchange, row.pair, row.side, row.value)
        origin = .order(row.order)
    }

    init(_ row: ForeignFill) {
        (fill, exchange, pair, side, value) = (row.fill, row.exchange, row.pair, row.side, row.value)
        // No exchange has an order 0; it stands for one that is not known.
        origin = .foreign(row.exchangeOrderID.isEmpty || row.exchangeOrderID == "0" ? nil : row.exchangeOrderID)
    }

    /// Whose it is, for a table: `#41`, `foreign 7`.
    var orderWords: String {
        switch origin {
        case .order(let id): id.description
        case .foreign(let id): id.map { "foreign \($0.printable)" } ?? "foreign"
        }
    }

    /// A trade as programs get it.
    var json: JSONObject {
        let (order, foreign): (JSONValue, JSONValue) =
            switch origin {
            case .order(let id): (id.json, .null)
            case .foreign(let id): (.null, id.map { .string($0) } ?? .null)
            }
        let isForeign = if case .foreign = origin { true } else { false }
        return [
            "id": .int(Int64(clamping: fill.id.rawValue)), "order": order, "foreign": .bool(isForeign),
            "exchange_order_id": foreign,
            "exchange": .string(exchange.description), "pair": .string(pair.description),
            "side": .string(side.rawValue), "price": fill.price.json, "quantity": fill.quantity.json,
            "value": value.json, "fee": fill.fee.json, "fee_currency": .string(fill.feeCurrency.description),
            "liquidity": .string(fill.liquidity.rawValue), "at": fill.at.json,
        ]
    }
}

/// `trades`: all that the account has traded at its exchanges, also before the desk and without it.
extension DeskCore {
    /// Newest first unless the filter says otherwise.
    func trades(of account: AccountID, _ filter: FillFilter) throws -> [TradeRow] {
        let ours = try ledgerTransaction().fills(account, filter)
        let foreign = try ledgerTransaction().foreignFills(account, filter)
        let isByNumber = filter.fromID != nil || filter.toID != nil
        return ours.map { TradeRow($0) }.merged(with: foreign.map { TradeRow($0) }, atMost: filter.limit) {
            let (one, other) = filter.oldestFirst ? ($0.fill, $1.fill) : ($1.fill, $0.fill)
            return isByNumber ? one.id < other.id : (one.at, one.id) < (other.at, other.id)
        }
    }

    func runTrades(_ query: HistoryQuery, _ context: LineContext) throws -> Reply {
        let account = try context.account()
        let zone = zone(context)
        let window = try HistoryWindow(query, zone: zone, now: now, rowsMax: configuration.limits.answerRows)
        let found = try trades(
            of: account, window.fillFilter(exchange: context.namedExchange, pair: query.pair?.value))
        let shown = found.prefix(window.count)
        let hasMore = found.count > shown.count
        let names = reader(context).namesExchange
        var table = Table([
            .init("trade", .right), .init("exchange", saidOnce: "on", isHidden: !names), .init("time"),
            .init("side", saidOnce: "all"), .init("amount", .decimal),
            .init("pair", saidOnce: "of"), .init("price", .decimal), .init("value", .decimal, isOptional: true),
            .init("fee", .decimal), .init("in", saidOnce: "fees in"), .init("as", saidOnce: "as", isOptional: true),
            .init("order"),
        ])
        for row in shown {
            table.append([
                row.fill.id.description, row.exchange.description, zone.dateAndTime(of: row.fill.at), row.side.rawValue,
                row.fill.quantity.shown, row.pair.description, row.fill.price.shown, row.value.shown,
                row.fill.fee.shown,
                row.fill.feeCurrency.description, row.fill.liquidity.rawValue, row.orderWords,
            ])
        }
        let title = HistoryTitle(
            "trade", numbers: shown.map(\.fill.id.rawValue), isOfOne: asked(context).count == 1, hasMore: hasMore,
            window, zone: zone)
        // What is asked for by number, or oldest first, may begin before.
        var notes = hasMore && !window.oldestFirst ? [] : try historyLines(of: account, since: window.since)
        for seat in asked(context) { notes += seat.tradesReadingWords(of: account, zone) }
        let fields: JSONObject = ["trades": .array(shown.map { .object($0.json) }), "more": .bool(hasMore)]
        return Reply(
            mark: .answer, text: ([table.reply(title.text)] + notes).joined(separator: "\n  "),
            fields: try withHistory(fields, of: account))
    }
}

extension Seat {
    /// That trades of before are still being read, where they are.
    fileprivate func tradesReadingWords(of account: AccountID, _ zone: TimeZoneRules) -> [String] {
        guard wire != nil, !lacksKey(account), let reading = wire?.accounts[account]?.trades, !reading.isWhole else {
            return []
        }
        let upTo = reading.upTo.map { "up to \(zone.dateAndTime(of: $0)) so far" } ?? "from the first on"
        return ["older trades at \(name) are still being read, \(upTo)"]
    }
}
