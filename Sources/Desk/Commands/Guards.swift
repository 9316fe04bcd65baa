import Accounts
import CommandGrammar
import Ledger
import OrderEngine
import Trading

/// What an account has set so that a slip of the finger is not an order.
struct AccountGuards: Hashable {
    /// The pairs that are shown, and traded; nil for all.
    var pairs: [Pair]?
    /// How far from the market a price may be: 5 is 5%.
    var percent: ExactDecimal?
    /// The most that may be traded a day, and in which coin that is counted.
    var daily: DailyLimit?
    var quiet: QuietHours?

    struct DailyLimit: Hashable {
        let most: ExactDecimal
        let coin: Coin
    }

    init() {}

    /// As they are kept among the settings. What cannot be read any more is as if it had not been set.
    init(_ settings: [String: String]) {
        pairs = settings["pairs"].map { $0.split(separator: " ").compactMap { Pair($0) } }
        percent = settings["guard"].flatMap { $0.hasSuffix("%") ? ExactDecimal(String($0.dropLast())) : nil }
        if let words = settings["daily"]?.split(separator: " "), words.count == 2,
            let most = ExactDecimal(String(words[0])), let coin = Coin(words[1])
        {
            daily = DailyLimit(most: most, coin: coin)
        }
        quiet = settings["quiet"].flatMap { QuietHours($0) }
    }
}

/// What has traded of an account since its midnight, in the coin of its daily limit.
///
/// Counted from the fills when it is first asked for, and then as fills come: it outlives the sessions of its account, or whoever
/// logs in again and again would have all fills of the day read each time.
struct DailyTally: Hashable {
    struct Key: Hashable {
        let account: AccountID
        let coin: Coin
    }

    let from: Timestamp
    let until: Timestamp
    var value: ExactDecimal
}

extension DeskCore {
    // MARK: Each kind of line

    func requireWithinGuards(_ resolved: ResolvedTicket, _ context: LineContext) throws {
        let ticket = resolved.ticket
        try requirePair(ticket.pair, at: resolved.spans.pair, resolved.overridesGuard, context)
        for price in resolved.prices {
            try requireNearMarket(price.value, of: ticket.pair, at: price.span, resolved.overridesGuard, context)
        }
        try requireWithinDay(
            ticket.quantity, at: guardedPrice(ticket, context), of: ticket.pair, instead: nil,
            span: resolved.spans.amount,
            context)
    }

    func requireWithinGuards(
        of id: OrderID, _ move: ResolvedMove, overridesGuard: Bool, _ context: LineContext
    ) throws {
        guard let order = try sight(context).order(id) else { return }
        var price = order.price.bound
        var quantity = order.remaining
        switch move.move {
        case .price(let moved), .trigger(let moved): price = moved
        case .quantity(let moved): quantity = moved - order.filled
        }
        if let typed = move.price {
            try requireNearMarket(typed.value, of: order.pair, at: typed.span, overridesGuard, context)
        }
        guard quantity.isPositive else { return }
        try requireWithinDay(
            quantity, at: price, of: order.pair, instead: order, span: move.spans.amount ?? move.spans.price, context)
    }

    func requireContraWithinGuards(
        _ id: Located<OrderID>, _ price: TicketPrice, _ span: Span, overridesGuard: Bool, _ context: LineContext
    ) throws {
        let sight = try sight(context)
        guard let entry = sight.order(id.value), let quantity = sight.contraReady(id.value) else { return }
        if case .limit(let limit) = price {
            try requireNearMarket(limit, of: entry.pair, at: span, overridesGuard, context)
        }
        let ticket = OrderTicket(
            account: entry.account, pair: entry.pair, side: entry.side.opposite, quantity: quantity, price: price,
            line: context.text)
        try requireWithinDay(
            quantity, at: guardedPrice(ticket, context), of: entry.pair, instead: nil, span: id.span, context)
    }

    // MARK: Each guard

    private func guards(_ context: LineContext) -> AccountGuards {
        context.login.flatMap { people.accounts[$0.account]?.guards } ?? AccountGuards()
    }

    private func requirePair(
        _ pair: Pair, at span: Span?, _ isAnyway: Bool, _ context: LineContext
    ) throws(Refusal) {
        guard let allowed = guards(context).pairs, !isAnyway, !allowed.contains(pair) else { return }
        throw Refusal(
            .pairNotAllowed,
            "\(pair) is not among your allowed pairs: \(allowed.map(\.description).joined(separator: " "))",
            at: span, details: ["anyway at the end of the line overrides it; set pairs all allows every one"])
    }

    /// Between the bid and the ask no price is far; beyond them it is so far as it is from the nearer.
    private func requireNearMarket(
        _ price: ExactDecimal, of pair: Pair, at span: Span, _ isAnyway: Bool, _ context: LineContext
    ) throws(Refusal) {
        guard let percent = guards(context).percent, !isAnyway else { return }
        let seat = context.seat
        let ticker = seat.wire == nil || seat.isFresh(pair) ? seat.engine.market[pair] : nil
        let prices = [ticker?.bid ?? ticker?.last, ticker?.ask ?? ticker?.last].compactMap(\.self)
        guard let low = prices.min(), let high = prices.max() else {
            throw Refusal(
                .noMarket, "no price of \(pair) yet to compare \(price) against", at: span,
                details: ["anyway at the end of the line overrides the guard of \(percent)%"])
        }
        let reference = price < low ? low : high
        guard price < low || price > high,
            let far = try? (price - reference).magnitude.multiplied(by: 100, rounding: .down)
                .divided(by: reference, rounding: .down), far > percent
        else { return }
        let shown = (try? far.rounded(toMultipleOf: ExactDecimal.step(decimals: 2), .nearest)) ?? far
        throw Refusal(
            .beyondGuard, "\(price) is \(shown)% from the market at \(reference), and the guard is \(percent)%",
            at: span, details: ["anyway at the end of the line overrides it"])
    }

    private func requireWithinDay(
        _ quantity: ExactDecimal, at price: ExactDecimal?, of pair: Pair, instead: Order?, span: Span?,
        _ context: LineContext
    ) throws {
        guard let limit = guards(context).daily else { return }
        let account = try context.account()
        guard let price,
            let asked = context.seat.counted(
                try? quantity.multiplied(by: price, rounding: .up), of: pair, in: limit.coin)
        else { throw uncountable("this order", in: limit.coin, at: span) }
        guard let traded = try tradedToday(account, limit.coin) else {
            throw uncountable("all that has traded today", in: limit.coin, at: span)
        }
        var open = ExactDecimal.zero
        for order in sight(of: account).openOrders where order.mayStillTrade && order.id != instead?.id {
            let value = try? order.remaining.multiplied(by: order.price.bound, rounding: .up)
            guard let value = seat(order.exchange)?.counted(value, of: order.pair, in: limit.coin) else {
                throw uncountable("\(order.id)", in: limit.coin, at: span)
            }
            open += value
        }
        guard let sum = try? traded.adding(open).adding(asked), sum <= limit.most else {
            throw Refusal(
                .dailyLimit,
                "this order of \(asked) \(limit.coin) would pass the daily limit of \(limit.most) \(limit.coin)",
                at: span,
                details: [
                    "\(traded) \(limit.coin) traded since midnight, \(open) \(limit.coin) in open orders; "
                        + "the next day begins at \(zone(context).text(of: zone(context).midnight(after: now)))"
                ])
        }
    }

    /// What cannot be counted would let the limit be passed unseen.
    private func uncountable(_ what: String, in coin: Coin, at span: Span?) -> Refusal {
        Refusal(
            .noMarket, "no price to count \(what) in \(coin), for the daily limit", at: span,
            details: ["set daily off lifts the limit"])
    }

    /// What an order is counted at: its limit, or the market.
    private func guardedPrice(_ ticket: OrderTicket, _ context: LineContext) -> ExactDecimal? {
        if let counted = ticket.plan.countedPrice { return counted }
        if case .limit(let limit) = ticket.price { return limit }
        let ticker = context.seat.engine.market[ticket.pair]
        return ticket.side == .buy ? ticker?.ask ?? ticker?.last : ticker?.bid ?? ticker?.last
    }

    // MARK: What has traded today

    /// Since the account's midnight, in a coin. Nil where no price is known for something of it.
    func tradedToday(_ account: AccountID, _ coin: Coin) throws -> ExactDecimal? {
        let key = DailyTally.Key(account: account, coin: coin)
        let zone = try zone(of: account)
        let from = zone.start(of: zone.date(at: now))
        if let tally = people.figures.tallies[key], tally.from == from, now < tally.until { return tally.value }
        var value = ExactDecimal.zero
        for row in try ledgerTransaction().fills(account, FillFilter(since: from, limit: .max)) {
            guard let counted = seat(row.exchange)?.counted(row.value, of: row.pair, in: coin) else { return nil }
            value += counted
        }
        people.figures.tallies[key] = DailyTally(
            from: from, until: zone.midnight(after: now), value: value)
        return value
    }

    /// A fill counts for the day on which the desk hears of it. One that cannot be counted yet is when the day is next added up.
    func countToday(_ fill: Fill, of order: Order) {
        for key in people.figures.tallies.keys where key.account == order.account {
            if let value = seat(order.exchange)?.counted(fill.price.times(fill.quantity), of: order.pair, in: key.coin)
            {
                people.figures.tallies[key]?.value += value
            } else {
                people.figures.tallies[key] = nil
            }
        }
    }
}

extension Seat {
    /// An amount of a pair's quote coin, in another; nil where no price is known.
    fileprivate func counted(_ value: ExactDecimal?, of pair: Pair, in coin: Coin) -> ExactDecimal? {
        guard let value else { return nil }
        if pair.quote == coin { return value }
        return route(of: pair.quote, in: coin).flatMap { try? value.multiplied(by: $0.price, rounding: .up) }
    }
}

extension Order {
    /// Whether something of it is still to trade that none of its children stands for.
    fileprivate var mayStillTrade: Bool {
        guard !status.isFinal else { return false }
        return plan.goesOnAsChild ? children.isEmpty : !plan.isOnlyParent
    }
}
