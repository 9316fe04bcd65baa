import Conversation
import Ledger
import OrderEngine
import Trading

/// `funds`.
struct FundsQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine

    func reply() throws -> Reply {
        let account = try account()
        let (seats, zone) = (asked, zone)
        let rows = try desk.ledger().funds(account).filter { row in seats.contains { $0.id == row.exchange } }
        let ages = seats.compactMap { $0.ageWords(.funds, of: account, zone) }
        guard !rows.isEmpty else {
            return Reply(
                mark: .answer, text: (["= no funds"] + ages).joined(separator: "\n  "), fields: ["funds": []])
        }
        let names = line.isSeatNamed || desk.namesExchange(account)
        var table = Table([
            .init("exchange", saidOnce: "all at", isHidden: !names), .init("coin"), .init("free", .decimal),
            .init("usd", .decimal, isOptional: true),
            .init("in orders", .decimal), .init("usd", .decimal, isOptional: true), .init("total", .decimal),
            .init("usd", .decimal),
        ])
        var worth = ExactDecimal.zero
        var unpriced: [String] = []
        var json: [JSONValue] = []
        var foreign: [String] = []
        for row in rows {
            let coin = row.coin
            let seat = desk.seat(row.exchange) ?? line.seat
            let funds = seat.engine.funds(of: account, in: coin)
            let value = seat.usd(funds.total, coin)
            if let value { worth += value } else if !funds.total.isZero { unpriced.append(coin.description) }
            let cells = [funds.free, funds.inOrders, funds.total].flatMap { amount in
                [amount.shown, seat.usd(amount, coin)?.shown ?? "no price"]
            }
            table.append([row.exchange.description, coin.description] + cells)
            json.append(.object(seat.fundJSON(funds, coin, of: account)))
            if funds.foreign.isPositive {
                let place = names ? " on \(seat.name)" : ""
                foreign.append("\(funds.foreign.shown) \(coin)\(place)")
            }
        }
        var notes =
            foreign.isEmpty ? [] : ["\(foreign.joined(separator: ", ")) in orders that were not made here: orders"]
        notes += ages
        let without = unpriced.isEmpty ? "" : " without \(unpriced.joined(separator: ", "))"
        let title =
            "= funds: \(Words.count(Set(rows.map(\.coin)).count, "coin")), worth \(worth.grouped) usd\(without)"
        return Reply(
            mark: .answer, text: ([table.reply(title)] + notes).joined(separator: "\n  "),
            fields: ["funds": .array(json)])
    }
}
