import CommandGrammar
import Conversation
import Ledger
import OrderEngine
import Trading

/// `transactions`: as they are known, after `FreshTransactions` has asked for them.
struct TransactionsQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine
    let query: HistoryQuery
    /// What is to be said of how fresh they are.
    let notes: [String]

    func reply() throws -> Reply {
        let (account, zone) = (try account(), zone)
        let window = try HistoryWindow(query, zone: zone, now: now, rowsMax: limits.answerRows)
        let found = try Transaction.rows(
            of: account, in: desk.ledger(), listing: desk.exchangesListing(account),
            window.transactionFilter(exchange: namedExchange))
        let shown = Array(found.prefix(window.count))
        let hasMore = found.count > shown.count
        var table = Table([
            .init("no.", .right), .init("exchange", saidOnce: "on", isHidden: !reader.namesExchange),
            .init("time"), .init("type"), .init("amount", .decimal), .init("coin"), .init("status"),
        ])
        for row in shown {
            table.append(
                [
                    row.name, row.exchange.description, zone.dateAndTime(of: row.at), row.kind.rawValue,
                    row.amount.shown, row.coin.description, row.status.words,
                ], note: row.note)
        }
        let title = HistoryTitle(
            "transaction", numbers: shown.map { $0.number > 0 ? $0.number : nil }, goesByNumber: asked.count == 1,
            hasMore: hasMore, window, zone: zone)
        return Reply(
            mark: .answer, text: ([table.reply(title.text)] + notes).joined(separator: "\n  "),
            fields: ["transactions": .array(shown.map { .object($0.json) }), "more": .bool(hasMore)])
    }
}

extension HistoryWindow {
    /// One more than is shown, so that it is known whether there are more.
    fileprivate func transactionFilter(exchange: ExchangeID?) -> TransactionFilter {
        TransactionFilter(
            exchange: exchange, since: since, until: until, from: from, to: to, limit: count + 1,
            oldestFirst: oldestFirst)
    }
}
