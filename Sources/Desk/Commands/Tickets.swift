import CommandGrammar
import OrderEngine
import Trading

/// An order ready for the engine, with where its parts stood in the line.
struct ResolvedTicket {
    var ticket: OrderTicket
    var notes: [String]
    var spans: TicketSpans
    /// Every price on the line, for the guard.
    var prices: [Located<ExactDecimal>] = []
    /// `anyway`: the trader means them.
    var overridesGuard = false
}

/// Where the parts of an order stood, so that the engine's refusals point.
struct TicketSpans {
    var amount: Span?
    var price: Span?
    var pair: Span?
    var range: Span?
    var count: Span?
    var trigger: Span?
    var expiry: Span?
    var contraPrice: Span?
    var order: Span?

    func span(of subject: EngineRefusal.Subject?) -> Span? {
        switch subject {
        case .amount: amount
        case .price: price
        case .pair: pair
        case .range: range
        case .count: count
        case .trigger: trigger
        case .expiry: expiry
        case .contraPrice: contraPrice
        case .order: order
        case nil: nil
        }
    }

    /// The engine's refusal, pointing into the line.
    func refusal(_ refusal: EngineRefusal) -> Refusal {
        let span = span(of: refusal.subject)
        return Refusal(refusal.code, refusal.message, at: span, suggestion: span == nil ? nil : refusal.suggestion)
    }
}

extension DeskCore {
    /// What a new order comes to in figures; nil where no side was typed, and the market does not tell which is meant.
    func resolve(_ order: PlaceCommand, _ context: LineContext) throws -> ResolvedTicket? {
        switch order {
        case .order(let order): return try resolve(context) { try $0.ticket(order) }
        case .pair(let pair): return try resolve(context) { try $0.ticket(pair) }
        case .stop(let stop): return try resolve(context) { try $0.ticket(stop) }
        case .trail(let trail): return try resolve(context) { try $0.ticket(trail) }
        case .slice(let slice):
            guard let side = try slice.side ?? context.seat.inferredSide(slice) else { return nil }
            return try resolve(context) { try $0.ticket(slice, side: side) }
        }
    }
}

extension OrderResolver {
    mutating func ticket(_ command: OrderCommand) throws(Refusal) -> ResolvedTicket {
        let pair = command.pair.value
        let price = try price(command.price, of: pair, for: command.side)
        var plan = OrderPlan.none
        var prices: [Located<ExactDecimal>] = []
        if case .limit(let limit) = price { prices.append(Located(limit, at: command.price.span)) }
        if let stop = command.stop {
            let trigger = try limit(stop.trigger, of: pair, for: command.side, isTrigger: true)
            plan = .oco(trigger: trigger, then: try triggered(stop, trigger: trigger, of: pair, for: command.side))
            prices.append(Located(trigger, at: stop.trigger.span))
        }
        let size = try size(
            command.amount, of: pair, side: command.side, at: dearest(price, plan, command.side, of: pair))
        return ResolvedTicket(
            ticket: OrderTicket(
                account: account, pair: pair, side: command.side, quantity: size.quantity,
                cashQuantity: size.cashQuantity, price: price,
                timeInForce: try timeInForce(command.conditions), isPostOnly: command.conditions.isPostOnly, plan: plan,
                line: line),
            notes: notes,
            spans: TicketSpans(
                amount: command.amount.span, price: command.price.span, pair: command.pair.span,
                trigger: command.stop?.trigger.span, expiry: command.conditions.expiry?.span),
            prices: prices, overridesGuard: command.conditions.overridesGuard)
    }

    /// The price by which an amount of the quote coin is cut: for a purchase the highest that any part of the order may trade at,
    /// so that what was typed is never exceeded.
    private func dearest(_ price: TicketPrice, _ plan: OrderPlan, _ side: Side, of pair: Pair) -> TicketPrice {
        guard side == .buy, case .limit(let limit) = price, let rules = market.rules(of: pair),
            let trigger = plan.trigger,
            let then = plan.sentWhenTriggered
        else { return price }
        switch then {
        case .limit(let stop): return .limit(max(limit, stop))
        case .market: return .limit(max(limit, (try? market.protection(from: trigger, side, rules)) ?? trigger))
        }
    }

    mutating func ticket(_ command: PairCommand) throws(Refusal) -> ResolvedTicket {
        var resolved = try ticket(command.entry)
        var contraPrice: ExactDecimal?
        if let contra = command.contraPrice {
            let price = try limit(contra, of: command.entry.pair.value, for: command.entry.side.opposite)
            resolved.prices.append(Located(price, at: contra.span))
            contraPrice = price
        }
        noteBreakEven(resolved.ticket, contraPrice)
        resolved.ticket.plan = .paired(contraPrice: contraPrice)
        resolved.spans.contraPrice = command.contraPrice?.span
        resolved.notes = notes
        return resolved
    }

    mutating func ticket(_ command: StopCommand) throws(Refusal) -> ResolvedTicket {
        let pair = command.pair.value
        let trigger = try limit(command.clause.trigger, of: pair, for: command.side, isTrigger: true)
        let then = try triggered(command.clause, trigger: trigger, of: pair, for: command.side)
        let reference: ExactDecimal = if case .limit(let limit) = then { limit } else { trigger }
        let dearest = dearest(.limit(reference), .stop(trigger: trigger, then: then), command.side, of: pair)
        let quantity = try size(command.amount, of: pair, side: command.side, at: dearest).quantity
        return ResolvedTicket(
            ticket: OrderTicket(
                account: account, pair: pair, side: command.side, quantity: quantity, price: .limit(reference),
                timeInForce: try timeInForce(command.conditions), plan: .stop(trigger: trigger, then: then), line: line),
            notes: notes,
            spans: TicketSpans(
                amount: command.amount.span, price: command.clause.then?.span ?? command.clause.trigger.span,
                pair: command.pair.span, trigger: command.clause.trigger.span,
                expiry: command.conditions.expiry?.span),
            prices: [
                Located(trigger, at: command.clause.trigger.span),
                Located(reference, at: command.clause.then?.span ?? command.clause.trigger.span),
            ], overridesGuard: command.conditions.overridesGuard)
    }

    /// A trailing stop begins behind the last price.
    mutating func ticket(_ command: TrailCommand) throws(Refusal) -> ResolvedTicket {
        let pair = command.pair.value
        guard let rules = market.rules(of: pair) else {
            throw Refusal(.unknownPair, "\(pair) is not traded on this exchange", at: command.pair.span)
        }
        guard let ticker = market.ticker(of: pair),
            let last = ticker.last ?? (command.side == .sell ? ticker.bid : ticker.ask)
        else { throw Refusal(.noMarket, "no price of \(pair) yet", at: command.pair.span) }
        let distance: TrailingStop.Distance =
            switch command.distance.value {
            case .percent(let percent): .percent(percent)
            case .absolute(let behind): .absolute(behind)
            }
        let trailing: TrailingStop
        do {
            trailing = try TrailingStop(
                distance, behind: last, at: ticker.at, side: command.side, step: rules.priceTick)
        } catch {
            throw Refusal(.outOfRange, "distance too large", at: command.distance.span)
        }
        guard trailing.trigger.isPositive else {
            throw Refusal(
                .outOfRange, "\(pair) trades at \(last): the trigger would be at \(trailing.trigger)",
                at: command.distance.span)
        }
        let dearest = dearest(.limit(trailing.trigger), .trail(trailing), command.side, of: pair)
        let quantity = try size(command.amount, of: pair, side: command.side, at: dearest).quantity
        notes.append("the market is at \(last): the trigger begins at \(trailing.trigger)")
        return ResolvedTicket(
            ticket: OrderTicket(
                account: account, pair: pair, side: command.side, quantity: quantity, price: .market,
                timeInForce: try timeInForce(command.conditions), plan: .trail(trailing), line: line),
            notes: notes,
            spans: TicketSpans(
                amount: command.amount.span, price: command.distance.span, pair: command.pair.span,
                trigger: command.distance.span, expiry: command.conditions.expiry?.span))
    }

    /// A sliced order on a side that is known by now.
    mutating func ticket(_ command: SliceCommand, side: Side) throws(Refusal) -> ResolvedTicket {
        let pair = command.pair.value
        let range = command.range.value
        let quantity = try size(command.amount, of: command, side: side)
        return ResolvedTicket(
            ticket: OrderTicket(
                account: account, pair: pair, side: side, quantity: quantity, price: .limit(range.low),
                timeInForce: try timeInForce(command.conditions), isPostOnly: command.conditions.isPostOnly,
                plan: .sliced(
                    low: range.low, high: range.high, includesHigh: range.includesHigh, count: command.count.value),
                line: line),
            notes: notes,
            spans: TicketSpans(
                amount: command.amount.span, pair: command.pair.span, range: command.range.span,
                count: command.count.span, expiry: command.conditions.expiry?.span),
            prices: [Located(range.low, at: command.range.span), Located(range.high, at: command.range.span)],
            overridesGuard: command.conditions.overridesGuard)
    }
}
