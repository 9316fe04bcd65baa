import Conversation
import OrderEngine
import Trading

/// What coins are worth at the last prices.
extension Seat {
    /// The decimals of an amount in USD: what the platform of 2015 printed.
    private static let usdStep = ExactDecimal.step(decimals: 4)

    /// What an amount is worth at the last prices, through one other coin where there is no pair with USD; to the nearest
    /// 10^-4. Nil where no price has been seen.
    func usd(_ amount: ExactDecimal, _ coin: Coin) -> ExactDecimal? {
        guard let route = route(of: coin, in: "usd") else { return nil }
        return try? amount.multiplied(by: route.price, rounding: .nearest)
            .rounded(toMultipleOf: Seat.usdStep, .nearest)
    }

    /// The last price of one coin in another here; where there is none, that of the first other exchange which has one.
    func route(of coin: Coin, in other: Coin) -> PriceRoute? {
        if let own = ownRoute(of: coin, in: other) { return own }
        for seat in desk.seats where seat !== self {
            if let found = seat.ownRoute(of: coin, in: other) { return found }
        }
        return nil
    }

    /// Turned around where the pair is the other way, through at most one coin.
    private func ownRoute(of coin: Coin, in other: Coin) -> PriceRoute? {
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

    /// A coin as `funds` has it in JSON.
    func fundJSON(_ funds: Funds, _ coin: Coin, of account: AccountID) -> JSONObject {
        var object: JSONObject = [
            "exchange": .string(name), "coin": .string(coin.description), "free": funds.free.json,
            "in_orders": funds.inOrders.json,
            "total": funds.total.json, "free_usd": usd(funds.free, coin).json,
            "in_orders_usd": usd(funds.inOrders, coin).json, "total_usd": usd(funds.total, coin).json,
        ]
        if let wire {
            object.append("in_foreign_orders", funds.foreign.json)
            object.append("as_of", wire.accounts[account]?.funds.age.known(.funds)?.json ?? .null)
        }
        return object
    }
}

/// The last price of one coin in another, and the coin that it is counted through, where it is.
struct PriceRoute {
    let price: ExactDecimal
    let between: Coin?
}
