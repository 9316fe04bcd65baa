import Conversation
import Exchange
import OrderEngine
import Trading

/// What the books here and the exchange's say of one account, side by side: every difference, and what makes it.
struct Drift {
    /// What is in the books here.
    struct Books {
        var funds: [Coin: Funds]
        /// The orders that are at the exchange, as far as is known here.
        var orders: [Order]
        /// The orders there that were not made here, as far as is known here.
        var foreign: [OpenOrder] = []
    }

    /// What the exchange has said.
    struct Told {
        var balances: [CoinBalance]
        var orders: [OpenOrder]
        /// Fills that the books here do not have.
        var fills: [AccountFill]
    }

    enum What: String, Hashable {
        case total
        case inOrders = "in_orders"

        var words: String { self == .total ? "total" : "in orders" }
    }

    struct Reason: Hashable {
        /// What of the difference it makes.
        let amount: ExactDecimal
        let text: String
    }

    struct Difference: Hashable {
        let coin: Coin
        let what: What
        let here: ExactDecimal
        let there: ExactDecimal
        let reasons: [Reason]

        /// What there is more at the exchange; negative where there is less.
        var amount: ExactDecimal { there - here }
    }

    let differences: [Difference]
    /// How many coins were compared.
    let coins: Int

    /// `rules` are the pairs' as they are here.
    init(_ books: Books, _ told: Told, rules: [Pair: PairRules]) {
        var totals: [Coin: [Reason]] = [:]
        for fill in told.fills {
            for (coin, amount) in fill.effects {
                let order = fill.clientOrderID.map { "\($0.order)" } ?? "its order \(fill.exchangeOrderID)"
                totals[coin, default: []].append(
                    Reason(
                        amount: amount,
                        text: "fill \(fill.fill.id) of \(order) has not been told here: \(fill.side.rawValue) "
                            + "\(fill.fill.quantity) \(fill.pair) at \(fill.fill.price)"))
            }
        }
        let holds = Drift.holds(books, told.orders, rules)
        let there = Dictionary(told.balances.map { ($0.coin, $0) }, uniquingKeysWith: { first, _ in first })
        let coins = Set(books.funds.keys).union(there.keys).sorted()
        differences = coins.flatMap { coin in
            let (mine, its) = (books.funds[coin] ?? Funds(), there[coin])
            return [
                Drift.difference(
                    coin, .total, mine.total, its?.total ?? .zero, totals[coin] ?? [],
                    rest: """
                        no fill and no transaction here says why: it came or went at the exchange by itself, and is booked as \
                        a credit or a debit when the funds are next compared
                        """),
                Drift.difference(
                    coin, .inOrders, mine.inOrders, its?.held ?? .zero, holds[coin] ?? [],
                    rest: "no order says why: the exchange holds another amount for the same orders"),
            ].compactMap(\.self)
        }
        self.coins = coins.count
    }

    private static func difference(
        _ coin: Coin, _ what: What, _ here: ExactDecimal, _ there: ExactDecimal, _ known: [Reason], rest: String
    ) -> Difference? {
        guard here != there else { return nil }
        let left = known.reduce(there - here) { $0 - $1.amount }
        let reasons = left.isZero ? known : known + [Reason(amount: left, text: rest)]
        return Difference(coin: coin, what: what, here: here, there: there, reasons: reasons)
    }

    /// What each order holds more, or less, there than here.
    private static func holds(
        _ books: Books, _ its: [OpenOrder], _ rules: [Pair: PairRules]
    ) -> [Coin: [Reason]] {
        let mine = books.orders
        let foreign = Dictionary(
            books.foreign.map { ($0.exchangeOrderID, $0) }, uniquingKeysWith: { first, _ in first })
        var reasons: [Coin: [Reason]] = [:]
        var listed: Set<OrderID> = []
        for order in its {
            if let known = foreign[order.exchangeOrderID] {
                let (coin, there) = order.hold(rules[order.pair])
                let amount = there - known.hold(rules[order.pair]).amount
                guard !amount.isZero else { continue }
                let text =
                    "foreign \(order.exchangeOrderID.printable) has \(order.remaining) left there and \(known.remaining) here"
                reasons[coin, default: []].append(Reason(amount: amount, text: text))
                continue
            }
            guard let rules = rules[order.pair] else { continue }
            guard rules.valueFits(price: order.price, quantity: order.remaining),
                order.price.isMultiple(of: rules.priceTick), order.remaining.isMultiple(of: rules.quantityStep)
            else { continue }
            let held = rules.reservation(side: order.side, price: order.price, quantity: order.remaining)
            let coin = rules.reservedCoin(for: order.side)
            let known = mine.first { order.clientOrderID == $0.clientOrderID }
            if let known { listed.insert(known.id) }
            let amount = held - (known?.reserved ?? .zero)
            guard !amount.isZero else { continue }
            let text =
                if let known {
                    "\(known.id) has \(order.remaining) left there and \(known.remaining) here"
                } else if let name = order.clientOrderID {
                    "\(name.order) is on the book there, and over here"
                } else {
                    "order \(order.exchangeOrderID.printable) there was not made here: \(order.side.rawValue) \(order.remaining) "
                        + "\(order.pair) at \(order.price)"
                }
            reasons[coin, default: []].append(Reason(amount: amount, text: text))
        }
        let listedThere = Set(its.map(\.exchangeOrderID))
        for order in books.foreign where !listedThere.contains(order.exchangeOrderID) {
            let (coin, amount) = order.hold(rules[order.pair])
            let text = "foreign \(order.exchangeOrderID.printable) is not on the exchange's list any more"
            reasons[coin, default: []].append(Reason(amount: -amount, text: text))
        }
        for order in mine where !listed.contains(order.id) && order.reserved.isPositive {
            let coin = order.side == .buy ? order.pair.quote : order.pair.base
            reasons[coin, default: []].append(
                Reason(
                    amount: -order.reserved,
                    text: "\(order.id) holds it here (\(order.status.words)) and is not on the exchange's list"))
        }
        return reasons
    }
}

extension AccountFill {
    /// What it does to the account's coins.
    fileprivate var effects: [(Coin, ExactDecimal)] {
        // What an exchange says may have any digits.
        let value = (try? fill.price.multiplied(by: fill.quantity, rounding: .nearest)) ?? .zero
        var effects: [(Coin, ExactDecimal)] =
            switch side {
            case .buy: [(pair.base, fill.quantity), (pair.quote, -value)]
            case .sell: [(pair.base, -fill.quantity), (pair.quote, value)]
            }
        if let index = effects.firstIndex(where: { $0.0 == fill.feeCurrency }) {
            effects[index].1 -= fill.fee
        } else if !fill.fee.isZero {
            effects.append((fill.feeCurrency, -fill.fee))
        }
        return effects
    }
}

// MARK: As a reply

extension Drift {
    func reply(exchange: String, booked: [Transaction], zone: TimeZoneRules) -> Reply {
        var lines: [String] = []
        for difference in differences {
            lines.append(
                "\(difference.coin) \(difference.what.words): \(difference.here) here, \(difference.there) at "
                    + "\(exchange), \(Drift.signed(difference.amount))")
            lines += difference.reasons.map { "  \(Drift.signed($0.amount)): \($0.text)" }
        }
        let compared = "\(coins) coin\(coins == 1 ? "" : "s") compared"
        let title =
            switch differences.count {
            case 0: "= no difference between the books and \(exchange): \(compared), in total and in orders"
            case 1: "= 1 difference between the books and \(exchange): \(compared)"
            default: "= \(differences.count) differences between the books and \(exchange): \(compared)"
            }
        if !booked.isEmpty { lines.append("what the exchange has booked by itself before:") }
        lines += booked.map { row in
            "  \(row.name) \(zone.dateAndTime(of: row.at)) \(row.kind.rawValue) \(row.amount) \(row.coin)"
        }
        return Reply(
            mark: .answer, text: ([title] + lines).joined(separator: "\n  "),
            fields: [
                "exchange": .string(exchange), "drift": .array(differences.map(\.json)), "coins": .int(Int64(coins)),
                "booked": .array(booked.map { .object($0.json) }),
            ])
    }

    static func signed(_ amount: ExactDecimal) -> String { amount.isNegative ? "\(amount)" : "+\(amount)" }
}

extension Drift.Difference {
    fileprivate var json: JSONValue {
        [
            "coin": .string(coin.description), "what": .string(what.rawValue), "here": here.json,
            "there": there.json, "difference": amount.json,
            "reasons": .array(reasons.map { ["amount": $0.amount.json, "text": .string($0.text)] }),
        ]
    }
}
