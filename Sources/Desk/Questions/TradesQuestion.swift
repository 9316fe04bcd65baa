import CommandGrammar
import Conversation
import Exchange
import Ledger
import OrderEngine
import Trading

/// `trades`: all that the account has traded at its exchanges, also before the desk and without it.
struct TradesQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine
    let query: HistoryQuery

    func reply() throws -> Reply {
        let (account, zone) = (try account(), zone)
        let window = try HistoryWindow(query, zone: zone, now: now, rowsMax: limits.answerRows)
        let found = try TradeRow.rows(
            of: account, in: desk.ledger(), window.fillFilter(exchange: namedExchange, pair: query.pair?.value))
        let shown = found.prefix(window.count)
        let hasMore = found.count > shown.count
        let names = reader.namesExchange
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
            "trade", numbers: shown.map(\.fill.id.number), goesByNumber: goesByNumber, hasMore: hasMore, window,
            zone: zone)
        // What is asked for by number, or oldest first, may begin before.
        var notes = hasMore && !window.oldestFirst ? [] : try desk.historyLines(of: account, since: window.since)
        for seat in asked { notes += seat.tradesReadingWords(of: account, zone) }
        let fields: JSONObject = ["trades": .array(shown.map { .object($0.json) }), "more": .bool(hasMore)]
        return Reply(
            mark: .answer, text: ([table.reply(title.text)] + notes).joined(separator: "\n  "),
            fields: try desk.withHistory(fields, of: account))
    }
}

extension TradesQuestion {
    /// Whether numbers go up over all that was asked for: each exchange counts by itself, and some count each pair by itself.
    fileprivate var goesByNumber: Bool {
        guard let seat = asked.first, asked.count == 1 else { return false }
        return seat.traits.fillNumbering == .perAccount || query.pair != nil
    }
}

extension SeatReading {
    /// That trades of before are still being read, where they are.
    fileprivate func tradesReadingWords(of account: AccountID, _ zone: TimeZoneRules) -> [String] {
        guard wire != nil, !lacksKey(account), let reading = wire?.accounts[account]?.trades, !reading.isWhole else {
            return []
        }
        let upTo = reading.upTo.map { "up to \(zone.dateAndTime(of: $0)) so far" } ?? "from the first on"
        return ["older trades at \(name) are still being read, \(upTo)"]
    }
}
