import CommandGrammar
import Conversation
import Ledger
import OrderEngine
import Trading

/// `trades` and `transactions`: what has happened to the account's money, by trading and otherwise.
extension DeskCore {
    func runTrades(_ query: HistoryQuery, _ context: LineContext) throws -> Reply {
        let account = try context.account()
        let zone = zone(context)
        let window = try HistoryWindow(query, zone: zone, now: now, rowsMax: configuration.limits.answerRows)
        let found = try ledgerTransaction().fills(
            account, window.fillFilter(exchange: context.namedExchange, pair: query.pair?.value))
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
                row.fill.feeCurrency.description, row.fill.liquidity.rawValue, row.order.description,
            ])
        }
        let title = HistoryTitle(
            "trade", numbers: shown.map(\.fill.id.rawValue), hasMore: hasMore, window, zone: zone)
        // What is asked for by number, or oldest first, may begin before.
        let gone = hasMore && !window.oldestFirst ? [] : try historyLines(of: account, since: window.since)
        let fields: JSONObject = ["trades": .array(shown.map { .object($0.json) }), "more": .bool(hasMore)]
        return Reply(
            mark: .answer, text: ([table.reply(title.text)] + gone).joined(separator: "\n  "),
            fields: try withHistory(fields, of: account))
    }

    func runTransactions(_ query: HistoryQuery, _ context: LineContext) throws -> Reply {
        let account = try context.account()
        let zone = zone(context)
        let window = try HistoryWindow(query, zone: zone, now: now, rowsMax: configuration.limits.answerRows)
        let found = try ledgerTransaction().adjustments(
            account, window.adjustmentFilter(exchange: context.namedExchange)
        ).map { Transaction($0) }
        let shown = found.prefix(window.count)
        let hasMore = found.count > shown.count
        let names = reader(context).namesExchange
        var table = Table([
            .init("no.", .right), .init("exchange", saidOnce: "on", isHidden: !names), .init("time"), .init("type"),
            .init("amount", .decimal), .init("coin"),
            .init("status"),
        ])
        for row in shown {
            table.append([
                "\(row.number)", row.exchange.description, zone.dateAndTime(of: row.at), row.kind.rawValue,
                row.amount.shown,
                row.coin.description, row.status.words,
            ])
        }
        let title = HistoryTitle(
            "transaction", numbers: shown.map(\.number), hasMore: hasMore, window, zone: zone)
        return Reply(
            mark: .answer, text: table.reply(title.text),
            fields: ["transactions": .array(shown.map { .object($0.json) }), "more": .bool(hasMore)])
    }
}

extension FillRow {
    /// A trade as programs get it.
    var json: JSONObject {
        [
            "id": .int(Int64(clamping: fill.id.rawValue)), "order": order.json,
            "exchange": .string(exchange.description), "pair": .string(pair.description),
            "side": .string(side.rawValue), "price": fill.price.json, "quantity": fill.quantity.json,
            "value": value.json, "fee": fill.fee.json, "fee_currency": .string(fill.feeCurrency.description),
            "liquidity": .string(fill.liquidity.rawValue), "at": fill.at.json,
        ]
    }
}

/// Money that came or went other than by trading, as a trader sees it.
struct Transaction {
    let number: UInt64
    let exchange: ExchangeID
    let at: Timestamp
    let kind: FundsAdjustment.Reason
    let coin: Coin
    /// Never negative: `kind` has the direction.
    let amount: ExactDecimal
    let status: TransactionStatus

    /// What is in the records has moved the funds.
    init(_ row: AdjustmentRow) {
        number = UInt64(clamping: row.number.rawValue)
        exchange = row.exchange
        at = row.adjustment.at
        kind = row.adjustment.reason
        coin = row.adjustment.coin
        amount = row.adjustment.amount.magnitude
        status = .successful
    }

    var json: JSONObject {
        [
            "id": .int(Int64(clamping: number)), "exchange": .string(exchange.description), "at": at.json,
            "type": .string(kind.rawValue),
            "coin": .string(coin.description), "amount": amount.json, "status": .string(status.name),
            "status_code": .int(Int64(status.rawValue)),
        ]
    }
}
