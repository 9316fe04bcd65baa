import Conversation
import Ledger
import OrderEngine
import Trading

/// `funds`.
extension DeskCore {
    func runFunds(_ context: LineContext) throws -> Reply {
        let account = try context.account()
        try flushTables()
        let rows = try ledgerTransaction().funds(account)
        guard !rows.isEmpty else {
            return Reply(mark: .answer, text: "= no funds", fields: ["funds": []])
        }
        var table = Table([
            .init("coin"), .init("free", .decimal), .init("usd", .decimal, isOptional: true),
            .init("in orders", .decimal), .init("usd", .decimal, isOptional: true), .init("total", .decimal),
            .init("usd", .decimal),
        ])
        var worth = ExactDecimal.zero
        var unpriced: [String] = []
        var json: [JSONValue] = []
        for row in rows {
            let (coin, funds) = (row.coin, row.funds)
            let value = usd(funds.total, coin)
            if let value { worth += value } else if !funds.total.isZero { unpriced.append(coin.description) }
            let cells = [funds.free, funds.reserved, funds.total].flatMap { amount in
                [amount.shown, usd(amount, coin)?.shown ?? "no price"]
            }
            table.append([coin.description] + cells)
            json.append(.object(fundJSON(funds, coin)))
        }
        let without = unpriced.isEmpty ? "" : " without \(unpriced.joined(separator: ", "))"
        let title = "= funds: \(DeskCore.count(rows.count, "coin")), worth \(worth.grouped) usd\(without)"
        return Reply(mark: .answer, text: table.reply(title), fields: ["funds": .array(json)])
    }

    /// The decimals of an amount in USD: what the platform of 2015 printed.
    private static let usdStep = ExactDecimal.step(decimals: 4)

    /// What an amount is worth at the last prices, through one other coin where there is no pair with USD; to the nearest
    /// 10^-4. Nil where no price has been seen.
    func usd(_ amount: ExactDecimal, _ coin: Coin) -> ExactDecimal? {
        guard let route = route(of: coin, in: "usd") else { return nil }
        return try? amount.multiplied(by: route.price, rounding: .nearest)
            .rounded(toMultipleOf: DeskCore.usdStep, .nearest)
    }

    /// The last price of one coin in another, and the coin that it is counted through, where it is.
    struct PriceRoute {
        let price: ExactDecimal
        let between: Coin?
    }

    /// The last price of one coin in another, turned around where the pair is the other way, through at most one coin.
    func route(of coin: Coin, in other: Coin) -> PriceRoute? {
        if let direct = directPrice(of: coin, in: other) { return PriceRoute(price: direct, between: nil) }
        for pair in pairs {
            let between: Coin
            if pair.base == coin {
                between = pair.quote
            } else if pair.quote == coin {
                between = pair.base
            } else {
                continue
            }
            guard let first = directPrice(of: coin, in: between), let second = directPrice(of: between, in: other)
            else {
                continue
            }
            return (try? first.multiplied(by: second, rounding: .nearest)).map {
                PriceRoute(price: $0, between: between)
            }
        }
        return nil
    }

    private func directPrice(of coin: Coin, in other: Coin) -> ExactDecimal? {
        if coin == other { return .one }
        if let last = engine.market[Pair(base: coin, quote: other)]?.last { return last }
        if let last = engine.market[Pair(base: other, quote: coin)]?.last {
            return try? ExactDecimal.one.divided(by: last, rounding: .nearest)
        }
        return nil
    }
}
