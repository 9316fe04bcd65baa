import Conversation
import Exchange
import Ledger
import Logging
import OrderEngine
import Trading

/// An account's orders at an exchange that were not made here, as the exchange listed them last. Not on disk: after a restart they
/// are asked for again before the account trades.
struct ForeignOrders {
    /// As the exchange listed them, at most `foreign_kept`.
    private(set) var listed: [OpenOrder] = []
    /// All of them by the exchange's names, also those that are not kept.
    private(set) var numbers: Set<String> = []
    /// What all of them hold, by coin, also those that are not kept.
    private(set) var held: [Coin: ExactDecimal] = [:]
    /// Those that were canceled from here, and when: a list that was asked for before that may still have them.
    private var canceled: [String: Timestamp] = [:]

    func order(_ exchangeOrderID: String) -> OpenOrder? { listed.first { $0.exchangeOrderID == exchangeOrderID } }

    /// The exchange has listed these, and no others, when it was asked at that moment.
    mutating func take(_ orders: [OpenOrder], askedAt: Timestamp, most: Int, rules: [Pair: PairRules]) {
        canceled = canceled.filter { $0.value >= askedAt }
        let open = orders.filter { canceled[$0.exchangeOrderID] == nil }
        numbers = Set(open.map(\.exchangeOrderID))
        held = ForeignOrders.holds(open, rules)
        listed = Array(open.prefix(most))
    }

    /// The exchange has taken one off its book.
    mutating func cancel(_ exchangeOrderID: String, at now: Timestamp, rules: [Pair: PairRules]) {
        canceled[exchangeOrderID] = now
        numbers.remove(exchangeOrderID)
        guard let order = order(exchangeOrderID) else { return }
        listed.removeAll { $0.exchangeOrderID == exchangeOrderID }
        let (coin, amount) = order.hold(rules[order.pair])
        let left = (held[coin] ?? .zero) - amount
        held[coin] = left.isPositive ? left : nil
    }

    private static func holds(_ orders: [OpenOrder], _ rules: [Pair: PairRules]) -> [Coin: ExactDecimal] {
        var held: [Coin: ExactDecimal] = [:]
        for order in orders {
            let (coin, amount) = order.hold(rules[order.pair])
            guard amount.isPositive, let sum = try? (held[coin] ?? .zero).adding(amount) else { continue }
            held[coin] = sum
        }
        return held
    }
}

extension OpenOrder {
    /// What it holds at the exchange, and of which coin: of a sale what is left of it; of a purchase what that costs, with the fee where
    /// the pair takes it in the quote coin. What an exchange says may have any digits: it is rounded up.
    func hold(_ rules: PairRules?) -> (coin: Coin, amount: ExactDecimal) {
        guard side == .buy else { return (pair.base, remaining) }
        let value = (try? price.multiplied(by: remaining, rounding: .up)) ?? .zero
        guard let rules, rules.feeBasis == .quote else { return (pair.quote, value) }
        let fee = (try? value.multiplied(by: rules.feeRate, rounding: .up)) ?? .zero
        return (pair.quote, (try? value.adding(fee)) ?? value)
    }

    /// `foreign 501 sell 0.5 btc_usd at 275`, with the exchange where an account trades at several.
    func words(at seat: some SeatReading, isNamed: Bool) -> String {
        "foreign \(exchangeOrderID.printable) \(words)" + (isNamed ? " on \(seat.name)" : "")
    }

    /// `sell 0.5 btc_usd at 275`.
    var words: String { "\(side.rawValue) \(quantity) \(pair) at \(price)" }

    /// `open`, and how much of it has filled, where the exchange says so.
    var standing: String {
        remaining == quantity ? "open" : "filled in part, \(quantity - remaining) of \(quantity) filled"
    }

    func json(_ exchange: String) -> JSONObject {
        [
            "exchange": .string(exchange), "exchange_order_id": .string(exchangeOrderID.printable),
            "pair": .string(pair.description), "side": .string(side.rawValue), "quantity": quantity.json,
            "remaining": remaining.json, "price": price.json,
            "status": .string(remaining == quantity ? "open" : "partially_filled"), "placed_at": placedAt.json,
        ]
    }
}

extension Seat {
    /// What is known of an account's orders here that were not made here, as the exchange listed them.
    func foreignOrders(of account: AccountID) -> [OpenOrder] { wire?.accounts[account]?.foreign.listed ?? [] }

    /// Takes up what the exchange lists as an account's open orders, as far as it was not made here: each is told once, all of them are
    /// kept, and what they hold is not free. Returns whether it could be told of each of them whose it is.
    func takeForeign(_ account: AccountID, _ listed: [OpenOrder], askedAt: Timestamp) throws -> Bool {
        var foreign: [OpenOrder] = []
        var isWhole = true
        // An order without our name may be the one whose answer is awaited, or one whose name the exchange has forgotten.
        let isUnsettled = hasUnsettledOrders(account)
        let known = wire?.accounts[account]?.foreign.numbers ?? []
        let own = exchangeOrderIDs(of: account)
        for order in listed {
            if let client = order.clientOrderID {
                guard try !isKnown(client, account) else { continue }
            } else if !known.contains(order.exchangeOrderID) {
                if own.contains(.init(pair: order.pair, number: order.exchangeOrderID)) { continue }
                guard !isUnsettled else {
                    isWhole = false
                    continue
                }
            }
            foreign.append(order)
            try tellForeign(account, order)
        }
        let (most, rules) = (limits.foreignKept, engine.rules)
        _ = wire?.change(account) { $0.foreign.take(foreign, askedAt: askedAt, most: most, rules: rules) }
        observeForeign(account)
        return isWhole
    }

    /// An order as an exchange names it: some count for each pair by itself.
    private struct ExchangeOrder: Hashable {
        let pair: Pair
        let number: String
    }

    private func exchangeOrderIDs(of account: AccountID) -> Set<ExchangeOrder> {
        Set(
            engine.openOrders(of: account).compactMap { order in
                order.exchangeOrderID.map { ExchangeOrder(pair: order.pair, number: $0) }
            })
    }

    /// An order that was not made here is off the book: what it held is free.
    func foreignIsCanceled(_ account: AccountID, _ exchangeOrderID: String) {
        let (now, rules) = (now, engine.rules)
        _ = wire?.change(account) { watch in
            watch.foreign.cancel(exchangeOrderID, at: now, rules: rules)
            // What had filled of it before has moved money.
            watch.funds.check.want(at: now)
        }
        observeForeign(account)
    }

    private func observeForeign(_ account: AccountID) {
        engine.observe(heldElsewhere: wire?.accounts[account]?.foreign.held ?? [:], of: account)
    }

    private func tellForeign(_ account: AccountID, _ order: OpenOrder) throws {
        guard wire?.accounts[account]?.told.orders.contains(order.exchangeOrderID) == false else { return }
        let most = limits.foreignKept
        _ = wire?.change(account) { watch in
            if watch.told.orders.count >= most { watch.told.orders.removeAll() }
            watch.told.orders.insert(order.exchangeOrderID)
            watch.funds.check.want(at: now)
        }
        let number = order.exchangeOrderID.printable
        log.notice("\(account) has an order at \(name) that is not the desk's: \(number)")
        try desk.notify(
            account, event: "foreign_order", order: nil,
            text: """
                * foreign order \(number) at \(name): \(order.side.rawValue) \(order.quantity) \
                \(order.pair) at \(order.price); it was not made here and is left alone
                """,
            fields: [
                "exchange": .string(name), "exchange_order_id": .string(number),
                "pair": .string(order.pair.description), "side": .string(order.side.rawValue),
                "quantity": order.quantity.json, "price": order.price.json,
            ], at: now)
    }
}
