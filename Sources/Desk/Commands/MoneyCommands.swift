import Conversation
import Ledger
import OrderEngine
import Trading

/// `funds`.
extension DeskCore {
    func runFunds(_ context: LineContext) throws -> Reply {
        let account = try context.account()
        try flushTables()
        let seats = asked(context)
        let rows = try ledgerTransaction().funds(account).filter { row in seats.contains { $0.id == row.exchange } }
        let ages = seats.compactMap { $0.ageWords(.funds, of: account, zone(context)) }
        guard !rows.isEmpty else {
            return Reply(
                mark: .answer, text: (["= no funds"] + ages).joined(separator: "\n  "), fields: ["funds": []])
        }
        let names = context.isSeatNamed || namesExchange(account)
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
            let seat = seat(row.exchange) ?? context.seat
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
            "= funds: \(DeskCore.count(Set(rows.map(\.coin)).count, "coin")), worth \(worth.grouped) usd\(without)"
        return Reply(
            mark: .answer, text: ([table.reply(title)] + notes).joined(separator: "\n  "),
            fields: ["funds": .array(json)])
    }
}
