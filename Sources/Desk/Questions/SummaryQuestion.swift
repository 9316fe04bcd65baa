import Accounts
import Conversation
import Exchange
import Ledger
import OrderEngine
import Trading

/// `summary`: the account on one screen.
struct SummaryQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine
    private static let sparkColumns = 62
    private static let transactionsShown = 3
    private static let transactionsCounted = 1_000
    /// Points of equity that are told to a program: four a day for two months, and one for now.
    private static let equityPointsTold = 400

    func reply() throws -> Reply {
        guard let login = line.login else { throw Refusal(.notLoggedIn, "log in first: login USER") }
        let account = login.account
        let (seats, zone) = (asked, zone)
        let named = namedExchange
        let equity = try desk.equity(
            of: account, at: seats, since: now.advanced(bySeconds: -Equity.twoMonthsSeconds))
        let open = desk.sight(of: account).openOrders.filter { order in
            order.parent == nil && seats.contains { $0.id == order.exchange }
        }
        let openByKind = Dictionary(grouping: open, by: \.kind).mapValues(\.count)
        // They are counted over all exchanges only.
        let finished = desk.seats.count == seats.count ? try desk.ledger().finishedByKind(account) : nil
        let changes = try Transaction.rows(
            of: account, in: desk.ledger(), listing: desk.exchangesListing(account),
            TransactionFilter(exchange: named, limit: SummaryQuestion.transactionsCounted))
        let stored = try desk.exchangeKeys(of: account)
        let keys = seats.map { (seat: $0, words: $0.keyWords(stored)) }
        let places = seats.map(\.name).joined(separator: ", ")
        let names = named == nil && desk.namesExchange(account)

        var lines = ["= \(login.name) on \(places), \(zone.text(of: now))"]
        lines += keys.map { seat, words in "keys          " + (keys.count > 1 ? "\(seat.name): " : "") + words }
        lines += equityLines(equity, zone)
        lines += seats.compactMap { $0.ageWords(.funds, of: account, zone) }
        lines.append("open orders   \(SummaryQuestion.words(openByKind))")
        lines.append("finished      \(finished.map(SummaryQuestion.words) ?? "report on \(places) shows them")")
        let isCut = changes.count == SummaryQuestion.transactionsCounted
        let count = "\(changes.count)" + (isCut ? " or more" : "") + (changes.count == 1 ? "" : ", the last:")
        lines.append("transactions  " + (changes.isEmpty ? "none" : count))
        lines += changes.prefix(SummaryQuestion.transactionsShown).map { row in
            "  \(row.name) \(zone.dateAndTime(of: row.at)) \(row.kind.rawValue) \(row.amount) \(row.coin)"
                + (names ? " on \(row.exchange)" : "") + ", \(row.status.words)"
        }
        return Reply(
            mark: .answer, text: lines.joined(separator: "\n  "),
            fields: [
                "summary": [
                    "name": .string(login.name.text),
                    "exchanges": .array(
                        keys.map { ["exchange": .string($0.seat.name), "keys": .string($0.words)] }),
                    "equity_usd": equity.points.last?.usd.json ?? .null,
                    "open_orders": SummaryQuestion.json(openByKind),
                    "finished_orders": finished.map(SummaryQuestion.json) ?? .null,
                    "transactions": .int(Int64(changes.count)),
                ],
                "equity": Equity(Array(equity.points.suffix(SummaryQuestion.equityPointsTold))).json,
                "transactions": .array(changes.prefix(SummaryQuestion.transactionsShown).map { .object($0.json) }),
            ])
    }

    private func equityLines(_ equity: Equity, _ zone: TimeZoneRules) -> [String] {
        guard let last = equity.points.last else { return ["equity        nothing yet"] }
        let unpriced = last.unpriced.map(\.description).joined(separator: ", ")
        let without = unpriced.isEmpty ? "" : ", without \(unpriced): no price in usd is known"
        let when =
            last.at < now
            ? " at \(zone.dateAndTime(of: last.at)); the value now is not known: some prices or balances are missing"
            : ""
        var lines = ["equity        \(last.usd) usd\(without)\(when)"]
        guard let first = equity.points.first, first.at < last.at,
            let high = equity.points.max(by: { $0.usd < $1.usd }), let low = equity.points.min(by: { $0.usd < $1.usd })
        else { return lines }
        let change = last.usd - first.usd
        lines.append("  \(equity.sparkline(columns: SummaryQuestion.sparkColumns))")
        lines.append(
            "  since \(zone.dateAndTime(of: first.at)): \(Drift.signed(change)) from \(first.usd), high \(high.usd), "
                + "low \(low.usd)")
        return lines
    }

    private static func words(_ counts: [OrderKind: Int]) -> String {
        let total = counts.values.reduce(0, +)
        guard total > 0 else { return "none" }
        let kinds = OrderKind.allCases.compactMap { kind in counts[kind].map { "\($0) \(kind.rawValue)" } }
        return "\(total): \(kinds.joined(separator: ", "))"
    }

    private static func json(_ counts: [OrderKind: Int]) -> JSONValue {
        .object(JSONObject(OrderKind.allCases.map { ($0.rawValue, .int(Int64(counts[$0] ?? 0))) }))
    }
}

extension SeatReading {
    /// What the desk may do at the exchange in the account's name.
    fileprivate func keyWords(_ keys: [StoredExchangeKey]) -> String {
        guard needsKeys else { return wire == nil ? "\(name) needs none" : "the server's own" }
        guard let stored = keys.first(where: { $0.exchange == keysName }) else {
            return "none: keys \(keysName) set KEY SECRET"
        }
        return "\(stored.start)..., \(stored.rights.words)"
    }
}
