import CommandGrammar
import Conversation
import Exchange
import Ledger
import OrderEngine
import Trading

/// `buy`, `sell`, `slice`, `pair`, `stop`, `contra` and `cancel`.
extension DeskCore {
    /// Turns what was typed into figures.
    func resolve<Figures>(
        _ context: LineContext, _ body: (inout OrderResolver) throws -> Figures
    ) throws -> Figures {
        let account = try context.account()
        var resolver = OrderResolver(
            market: MarketView(context.seat, of: account), zone: zone(context), account: account, now: now,
            line: context.text)
        do {
            return try body(&resolver)
        } catch let refusal as Refusal {
            throw context.seat.staleFeed(refusal)
        }
    }

    /// Places an order. The reply waits for what the exchange says of it.
    func place(_ resolved: ResolvedTicket, _ context: LineContext) throws -> Reply? {
        try context.seat.requireFreshPrice(for: resolved)
        try requireWithinGuards(resolved, context)
        var ticket = resolved.ticket
        ticket.tag = context.tag
        let outcome = context.seat.process(.place(ticket))
        if let refusal = outcome.refusal { throw resolved.spans.refusal(refusal) }
        var made = outcome.touchedOrders.sorted()
        let sight = try sight(context)
        guard let root = made.first(where: { sight.order($0)?.parent == nil }) else { return nil }
        if let last = context.seat.engine.lastChild(of: root) {
            made = (root.rawValue...last.rawValue).map { OrderID($0) }
        }
        try context.seat.takeOutcome(outcome)
        noteOrderCommand(.made(root), at: [context.seat], context)
        return try reply(
            whenAnswered: made, .placed(root, notes: resolved.notes), context)
    }

    func runPlace(_ order: PlaceCommand, _ context: LineContext) throws -> Reply? {
        guard var resolved = try resolve(order, context) else {
            guard case .slice(let slice) = order else { return nil }
            return try askSide(slice, context)
        }
        if case .slice(let slice) = order, slice.side == nil {
            let side = resolved.ticket.side
            let market = context.seat.marketWords(slice.pair.value)
            resolved.notes.append("\(side == .buy ? "below" : "above") the market (\(market)): \(side.rawValue)")
        }
        return try place(resolved, context)
    }

    private func askSide(_ command: SliceCommand, _ context: LineContext) throws -> Reply {
        let rest = context.text.drop { !$0.isWhitespace }.drop { $0.isWhitespace }
        return Reply(
            mark: .question,
            text: """
                ? \(command.range.value.words) is across the market (\(context.seat.marketWords(command.pair.value))): buy or sell?
                  slice buy \(rest)
                  slice sell \(rest)
                """)
    }

    func runContra(
        _ order: Located<OrderID>, _ price: Located<PriceExpression>, overridesGuard: Bool, _ context: LineContext
    ) throws -> Reply? {
        let account = try context.account()
        let (ticketPrice, notes) = try resolveContra(order, price, context)
        try requireContraWithinGuards(order, ticketPrice, price.span, overridesGuard: overridesGuard, context)
        let outcome = context.seat.process(
            .placeContra(order: order.value, account: account, price: ticketPrice, line: context.text))
        if let refusal = outcome.refusal {
            throw try explained(
                refusal, of: account, TicketSpans(amount: order.span, price: price.span, order: order.span))
        }
        let contra = outcome.touchedOrders.sorted().last ?? order.value
        try context.seat.takeOutcome(outcome)
        noteOrderCommand(.made(contra), at: [context.seat], context)
        return try reply(whenAnswered: [contra], .placed(contra, notes: notes), context)
    }

    func resolveContra(
        _ order: Located<OrderID>, _ price: Located<PriceExpression>, _ context: LineContext
    ) throws -> (TicketPrice, notes: [String]) {
        var ticketPrice = TicketPrice.market
        var notes: [String] = []
        if let entry = try sight(context).order(order.value) {
            (ticketPrice, notes) = try resolve(context) { resolver in
                (try resolver.price(price, of: entry.pair, for: entry.side.opposite), resolver.notes)
            }
            if ticketPrice == .market { try context.seat.requireFreshPrice(of: entry.pair, at: price.span) }
        }
        return (ticketPrice, notes)
    }

    // MARK: Cancel

    func runCancel(_ target: CancelTarget, _ context: LineContext) throws -> Reply? {
        let account = try context.account()
        let reach = try reach(of: target, context)
        let ids = reach.orders
        guard !ids.isEmpty else { return Reply(mark: .done, text: "+ nothing to cancel", fields: ["orders": []]) }
        let parts = bySeat(ids, context)
        // Nothing is canceled anywhere where something of it is refused.
        for (seat, part) in parts {
            guard let refusal = seat.engine.decide(.cancel(part, account: account), at: now).refusal else { continue }
            throw try explained(refusal, of: account, cancelSpans(target, refusal))
        }
        var affected = Set(ids)
        for (seat, part) in parts {
            let outcome = seat.process(.cancel(part, account: account))
            affected.formUnion(outcome.touchedOrders)
            try seat.takeOutcome(outcome)
        }
        noteOrderCommand(.canceled, at: parts.map(\.0), context)
        return try reply(whenAnswered: affected.sorted(), .canceled(ids, reach.leftOut), context)
    }

    /// Where the order stands that a cancel is refused for.
    func cancelSpans(_ target: CancelTarget, _ refusal: EngineRefusal) -> TicketSpans {
        guard case .orders(let located) = target, case .order(let id)? = refusal.subject else { return TicketSpans() }
        return TicketSpans(order: located.first { $0.value == id }?.span)
    }

    /// An order that is over is not in the engine's memory for ever: the tables say what it was.
    func explained(
        _ refusal: EngineRefusal, of account: AccountID, _ spans: TicketSpans
    ) throws -> Refusal {
        var explained = spans.refusal(refusal)
        guard refusal.code == .unknownOrder, case .order(let id)? = refusal.subject else { return explained }
        if let order = try sight(of: account).orderEver(id), order.closedAt != nil {
            explained.code = .orderFinished
            explained.message = "\(id) is \(order.status.words) already"
        } else if let pruned = try prunedRefusal(id, of: account, at: explained.span) {
            return pruned
        }
        return explained
    }
}

extension Seat {
    /// All below the market: buy; all above: sell; across it: nil.
    func inferredSide(_ command: SliceCommand) throws(Refusal) -> Side? {
        try requireFreshPrice(of: command.pair.value, at: command.pair.span)
        let ticker = engine.market[command.pair.value]
        guard let bid = ticker?.bid ?? ticker?.last, let ask = ticker?.ask ?? ticker?.last else {
            throw Refusal(
                .noMarket, "no price of \(command.pair.value) yet; type slice buy or slice sell",
                at: command.pair.span)
        }
        let range = command.range.value
        if range.high < bid || (!range.includesHigh && range.high <= bid) { return .buy }
        return range.low > ask ? .sell : nil
    }

    func marketWords(_ pair: Pair) -> String {
        let ticker = engine.market[pair]
        guard let bid = ticker?.bid, let ask = ticker?.ask else { return "\(ticker?.last ?? .zero)" }
        return bid == ask ? "\(bid)" : "\(bid) to \(ask)"
    }
}

extension PriceRange {
    /// As typed: `195..199`.
    var words: String { "\(low)..\(includesHigh ? "" : "<")\(high)" }
}
