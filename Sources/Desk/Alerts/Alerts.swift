import CommandGrammar
import Conversation
import Ledger
import OrderEngine
import Trading

/// `alert` and `alert drop`, and what fires them.
///
/// An alert ends in the transaction that numbers its notification: whatever happens between the two, it is told once.
extension DeskCore {
    func runAlert(
        _ pair: Located<Pair>, _ direction: AlertDirection, _ price: Located<ExactDecimal>, _ context: LineContext
    ) throws -> Reply {
        let account = try context.account()
        let alertsMax = configuration.limits.alertsMax
        let seat = context.seat
        guard seats.reduce(0, { $0 + $1.alerts.count(of: account) }) < alertsMax else {
            throw Refusal(
                .tooManyAlerts, "\(alertsMax) alerts are waiting, the maximum; alert drop N removes one")
        }
        let last = seat.freshTicker(of: pair.value)?.last
        if let last, direction.isReached(by: last, price.value) {
            throw Refusal(
                .alreadyCrossed,
                "\(pair.value)\(place(of: seat, context)) trades at \(last), at or \(direction.rawValue) \(price.value) already",
                at: price.span)
        }
        let transaction = try ledgerTransaction()
        let alert = Alert(
            account: account, number: try transaction.lastAlert(account) + 1, exchange: seat.id, pair: pair.value,
            direction: direction, price: price.value, createdAt: now)
        try transaction.add(alert)
        seat.market.alerts.insert(alert)
        let market = last.map { ", now at \($0)" } ?? ", which has not traded yet"
        return Reply(
            mark: .done, text: "+ alert \(alert.number): \(alert.words(place(of: seat, context)))\(market)",
            fields: ["alert": .object(alert.json)])
    }

    func runAlertDrop(_ number: UInt64, _ context: LineContext) throws -> Reply {
        let account = try context.account()
        guard let alert = seats.lazy.compactMap({ $0.alerts.alert(number, of: account) }).first else {
            throw Refusal(.unknownAlert, "no alert \(number) is waiting; alerts lists them")
        }
        if let named = context.namedExchange, named != alert.exchange {
            throw Refusal(.unknownAlert, "alert \(number) is on \(alert.exchange), not on \(named)")
        }
        let place = seat(alert.exchange).map { self.place(of: $0, context) } ?? ""
        try seat(alert.exchange)?.end(alert)
        return Reply(
            mark: .done, text: "+ alert \(number) dropped: \(alert.words(place))",
            fields: ["alert": .object(alert.json)])
    }

    /// Numbers and tells what has fired: behind what the same trade has done to orders.
    func tellAlerts() throws {
        guard !batch.alertsFired.isEmpty else { return }
        let fired = batch.alertsFired
        batch.alertsFired.removeAll()
        for one in fired {
            let place = seat(one.alert.exchange).map { self.place(of: $0) } ?? ""
            try notify(
                one.alert.account, event: "alert", order: nil,
                text:
                    "* alert \(one.alert.number): \(one.alert.pair)\(place) traded at \(one.price) (\(one.alert.side))",
                fields: ["alert": .object(one.alert.json), "market_price": one.price.json], at: one.at)
        }
    }
}

extension Seat {
    fileprivate func end(_ alert: Alert) throws {
        try ledgerTransaction().end(alert, at: now)
        market.alerts.remove(alert)
    }

    /// Fires what a trade of the market reaches, but nothing that was made after it.
    func fireAlerts(_ trade: MarketTrade) throws {
        let difference = Int64(desk.configuration.engineLimits.clockDifferenceMilliseconds) * 1_000_000
        let newest = trade.at.advanced(byNanoseconds: difference)
        while let alert = market.alerts.firstDue(on: trade.pair, at: trade.price, madeBy: newest) {
            try end(alert)
            desk.batch.alertsFired.append(FiredAlert(alert: alert, price: trade.price, at: now))
        }
    }
}

/// An alert that a trade has reached.
struct FiredAlert {
    let alert: Alert
    let price: ExactDecimal
    let at: Timestamp
}

extension AlertDirection {
    /// Whether a trade at a price is at the alert's or beyond it.
    func isReached(by trade: ExactDecimal, _ price: ExactDecimal) -> Bool {
        switch self {
        case .above: trade >= price
        case .below: trade <= price
        }
    }
}

extension Alert {
    /// `above 240`.
    fileprivate var side: String { "\(direction.rawValue) \(price)" }

    /// `btc_usd above 240`, or `btc_usd on kraken above 240`.
    fileprivate func words(_ place: String) -> String { "\(pair)\(place) \(side)" }

    var json: JSONObject {
        [
            "number": .int(Int64(clamping: number)), "exchange": .string(exchange.description),
            "pair": .string(pair.description),
            "direction": .string(direction.rawValue), "price": price.json, "created_at": createdAt.json,
        ]
    }
}
