import CommandGrammar
import Conversation
import Ledger
import OrderEngine
import Trading

/// `fund COIN`: one coin, and how it came to what it is.
struct FundQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine
    let coin: Coin
    private static let changesShown = 20

    func reply() throws -> Reply {
        let account = try account()
        let (seat, zone) = (line.seat, zone)
        let funds = seat.engine.funds(of: account, in: coin)
        let history = try CoinHistory(
            of: coin, account, at: seat.id, total: funds.total,
            since: now.advanced(bySeconds: -Equity.twoMonthsSeconds),
            lists: seat.listsTransactions(of: account),
            limit: min(FundQuestion.changesShown, limits.answerRows), in: try desk.ledger())
        var lines = ["= \(coin)\(accountPlace): \(seat.amountWords(funds, coin))"]
        if let route = seat.route(of: coin, in: "usd"), let between = route.between {
            lines.append("in usd through \(between), at \(route.price)")
        } else if let route = seat.route(of: coin, in: "usd"), coin != "usd" {
            lines.append("in usd at \(route.price)")
        }
        if funds.foreign.isPositive {
            lines.append("\(funds.foreign) \(coin) in orders that were not made here: orders")
        }
        if let age = seat.ageWords(.funds, of: account, zone) { lines.append(age) }
        var table = Table([.init("time"), .init("change", .decimal), .init("total", .decimal), .init("by")])
        for change in history.changes {
            table.append([
                zone.dateAndTime(of: change.at), Drift.signed(change.amount), change.totalAfter.shown, change.text,
            ])
        }
        let count = history.changes.count
        if count == 0 {
            lines.append("no changes in the last two months")
        } else {
            let more = history.hasMore ? "; there are more: trades, transactions and export have them" : ""
            lines.append("the last \(count == 1 ? "change" : "\(count) changes"), times in \(zone.name)\(more)")
        }
        let gone = history.begins == nil || history.hasMore ? [] : try desk.historyLines(of: account, since: nil)
        let fields: JSONObject = [
            "fund": .object(seat.fundJSON(funds, coin, of: account)),
            "changes": .array(history.changes.map(\.json)), "more": .bool(history.hasMore),
        ]
        return Reply(
            mark: .answer, text: (lines + table.lines + gone).joined(separator: "\n  "),
            fields: try desk.withHistory(fields, of: account))
    }
}

extension SeatReading {
    fileprivate func amountWords(_ funds: Funds, _ coin: Coin) -> String {
        let amounts = [(funds.free, "free"), (funds.inOrders, "in orders"), (funds.total, "total")]
        return amounts.map { amount, words in
            let value = coin == "usd" ? nil : usd(amount, coin).map { " (\($0) usd)" }
            return "\(amount) \(words)\(value ?? "")"
        }.joined(separator: ", ") + (route(of: coin, in: "usd") == nil ? ", no price in usd" : "")
    }
}

extension CoinHistory.Change {
    fileprivate var json: JSONValue {
        var object: JSONObject = [
            "at": at.json, "amount": amount.json, "total": totalAfter.json, "source": .string(source.name),
            "text": .string(text),
        ]
        switch source {
        case .fill(let fill, .order(let order)):
            object.append("fill", fill.json)
            object.append("order", order.json)
        case .fill(let fill, .foreign(let order)):
            object.append("fill", fill.json)
            object.append("exchange_order_id", order.map { .string($0) } ?? .null)
        case .transaction(.record(let number), _):
            object.append("transaction", .int(Int64(clamping: number)))
        case .transaction(.exchange(let id), _):
            object.append("transaction", .string(id))
        }
        return .object(object)
    }
}
