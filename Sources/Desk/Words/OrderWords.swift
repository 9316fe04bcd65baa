import Trading

/// An order in a trader's words: what was asked for, in the form in which it could be typed.
struct OrderWords {
    let order: Order
    let reader: Reader

    init(_ order: Order, reader: Reader) {
        self.order = order
        self.reader = reader
    }

    /// `buy 0.5 btc_usd at 230 until 2026-08-30 18:00 Europe/Madrid`, `slice sell 0.5 eur_usd 1.08..<1.08258 x5`, ...
    var asked: String {
        order.planWords + conditions + reader.place(of: order)
    }

    /// `230` or `market`.
    var price: String { order.limitWords }

    private var conditions: String {
        var words = ""
        switch order.timeInForce {
        case .goodTillCanceled: break
        case .immediateOrCancel: words += " ioc"
        case .fillOrKill: words += " fok"
        case .goodTillDate(let time): words += " until \(reader.text(of: time))"
        case .day(let time): words += " day, until \(reader.text(of: time))"
        }
        return order.isPostOnly ? words + " post" : words
    }

    /// What goes to the exchange when the trigger fires, and what that may come to; nil where nothing waits for one.
    var sentThen: String? {
        guard let then = order.plan.sentWhenTriggered, order.triggeredAt == nil else { return nil }
        switch then {
        case .limit(let limit):
            return "then a limit at \(limit) is sent; it may stay unfilled if the market jumps past it"
        case .market: return "then it \(order.side.rawValue)s at the market, whatever the price is"
        }
    }

    /// `bought 0.5 btc for 114.97 usd (average 229.94), fee 0.22994 usd`: what filled of it, all together.
    var traded: String {
        """
        \(order.side == .buy ? "bought" : "sold") \(order.filled) \(order.pair.base) for \(order.filledValue.shown) \
        \(order.pair.quote) (average \(order.averagePriceText ?? "none")), fee \(feeWords)
        """
    }

    /// `0.22994 usd`, or `0.1 usd and 0.0002 btc`.
    private var feeWords: String {
        let fees = order.fees.isEmpty ? [CoinAmount(order.fee, order.feeCurrency)] : order.fees
        return fees.map { "\($0.amount.shown) \($0.coin)" }.joined(separator: " and ")
    }

    /// The same of an order with those under it: the contra orders of a paired one trade the other way, and are told
    /// behind it, each for itself; the figures of any other order have all in them. Nil until a fill.
    func traded(with children: [Order]) -> String? {
        let legs = order.plan.isRoundTrip ? [order] + children : [order]
        let traded = legs.filter(\.filled.isPositive).map { OrderWords($0, reader: reader).traded }
        return traded.isEmpty ? nil : traded.joined(separator: ", ")
    }
}

extension TrailingStop.Distance {
    /// As typed: `2%` or `5`.
    var words: String {
        switch self {
        case .absolute(let behind): "\(behind)"
        case .percent(let percent): "\(percent)%"
        }
    }
}

extension Order {
    /// How many decimals an average is given with beyond those of a price; it is a quotient, and rarely ends.
    private static var averageDecimals: Int { 8 }

    /// The average price to the nearest 10^-8, or with as many decimals as its first fills' prices need where that is
    /// finer; nil until a fill.
    var averagePriceText: String? {
        guard let average = averagePrice else { return nil }
        let decimals = max(Order.averageDecimals, price.bound.significantDecimals + 2)
        let step = ExactDecimal.step(decimals: min(decimals, ExactDecimal.decimals))
        return ((try? average.rounded(toMultipleOf: step, .nearest)) ?? average).description
    }
}
