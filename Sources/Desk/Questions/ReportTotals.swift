import Conversation
import OrderEngine
import Trading

/// What the orders of a report come to together, pair by pair: those of different exchanges are never one sum.
struct ReportTotals {
    /// Of one pair.
    struct Total {
        var orders = 0
        /// In the base coin.
        var bought = ExactDecimal.zero
        var sold = ExactDecimal.zero
        /// In the quote coin.
        var boughtValue = ExactDecimal.zero
        var soldValue = ExactDecimal.zero
        /// What was paid, by the coin that it was paid in.
        var fees: [Coin: ExactDecimal] = [:]
        /// Of the paired orders that are done, net of their fees.
        var benefit: [Coin: ExactDecimal] = [:]
    }

    /// What has a total of its own.
    struct Market: Hashable, Comparable {
        let exchange: ExchangeID
        let pair: Pair

        static func < (one: Market, other: Market) -> Bool {
            (one.pair, one.exchange) < (other.pair, other.exchange)
        }
    }

    private(set) var totals: [Market: Total] = [:]

    init(_ reports: [OrderReport]) {
        for report in reports {
            guard let root = report.legs.first else { continue }
            let market = Market(exchange: root.exchange, pair: root.pair)
            var total = totals[market] ?? Total()
            total.orders += 1
            for leg in report.legs { total.add(leg) }
            if let result = report.result { total.benefit[result.currency, default: .zero] += result.benefit }
            totals[market] = total
        }
    }

    func lines(namesExchange: Bool) -> [String] {
        totals.sorted { $0.key < $1.key }.map { market, total in
            let pair = market.pair
            let place = namesExchange ? " on \(market.exchange)" : ""
            var words = ["\(total.orders) order\(total.orders == 1 ? "" : "s")"]
            if total.bought.isPositive {
                words.append("bought \(total.bought.shown) \(pair.base) for \(total.boughtValue.shown) \(pair.quote)")
            }
            if total.sold.isPositive {
                words.append("sold \(total.sold.shown) \(pair.base) for \(total.soldValue.shown) \(pair.quote)")
            }
            if total.bought.isZero, total.sold.isZero { words.append("nothing was filled") }
            words += ReportTotals.words("fees", total.fees) + ReportTotals.words("benefit", total.benefit)
            return "total \(pair)\(place): \(words.joined(separator: ", "))"
        }
    }

    private static func words(_ what: String, _ amounts: [Coin: ExactDecimal]) -> [String] {
        guard !amounts.isEmpty else { return [] }
        let listed = amounts.sorted { $0.key < $1.key }.map { "\($0.value.shown) \($0.key)" }
        return ["\(what) \(listed.joined(separator: " and "))"]
    }

    var json: [JSONValue] {
        totals.sorted { $0.key < $1.key }.map { market, total in
            [
                "exchange": .string(market.exchange.description), "pair": .string(market.pair.description),
                "orders": .int(Int64(total.orders)), "bought": total.bought.json,
                "bought_value": total.boughtValue.json, "sold": total.sold.json, "sold_value": total.soldValue.json,
                "fees": ReportTotals.json(total.fees), "benefit": ReportTotals.json(total.benefit),
            ]
        }
    }

    private static func json(_ amounts: [Coin: ExactDecimal]) -> JSONValue {
        .array(
            amounts.sorted { $0.key < $1.key }.map { coin, amount in
                ["currency": .string(coin.description), "amount": amount.json]
            })
    }
}

extension ReportTotals.Total {
    fileprivate mutating func add(_ order: Order) {
        switch order.side {
        case .buy:
            bought += order.filled
            boughtValue += order.filledValue
        case .sell:
            sold += order.filled
            soldValue += order.filledValue
        }
        for fee in order.fees { fees[fee.coin, default: .zero] += fee.amount }
    }
}
