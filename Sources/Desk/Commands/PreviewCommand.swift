import Accounts
import CommandGrammar
import Conversation
import OrderEngine
import Trading

/// `preview` and `?`.
extension DeskCore {
    func runPreview(_ command: Command, _ line: String, _ context: LineContext) throws -> Reply? {
        var inner = context
        inner.text = line
        people.sessions[context.session]?.preview = nil
        var shown: Preview
        switch (command.trades, refusal(of: command, inner)) {
        case (true, let refusal):
            // Whoever may not trade is shown what is their own account's all the same.
            shown = try preview(command, inner)
            if shown.refusal?.code == .insufficientFunds, command.makesOrder {
                let seat = try spendingSeat(of: command, inner)
                if try waitForFunds(.funds, at: [seat], .preview(command, line: line), context) { return nil }
                if let words = seat.ageWords(.funds, of: try context.account(), zone(context)) {
                    shown.lines.append(words)
                }
            }
            if let refusal { shown.forbid(refusal) }
        case (false, let refusal?): shown = Preview(refusal, of: line)
        case (false, nil):
            shown = Preview(lines: ["\(line): not an order; go runs it"], basis: PreviewBasis())
        }
        people.sessions[context.session]?.preview = StoredPreview(
            command: command, line: line, seat: context.seat, isSeatNamed: context.isSeatNamed, at: now,
            basis: shown.basis)
        var fields = shown.fields
        fields["line"] = .string(line)
        return Reply(
            mark: .question, text: "? " + shown.lines.joined(separator: "\n  "), fields: ["preview": .object(fields)])
    }

    /// What a line that trades would do; a refusal that it would meet is part of the answer.
    func preview(_ command: Command, _ context: LineContext) throws -> Preview {
        do {
            if command.makesOrder {
                try requireNoPanic(context)
                try spendingSeat(of: command, context).requireKeyMayTrade(try context.account())
                try requireAllowance(context)
            }
            switch command {
            case .place(let order):
                guard let resolved = try resolve(order, context) else {
                    return Preview(
                        lines: [
                            "\(context.text): across the market (\(context.seat.marketWords(order.amountAndPair.pair))), "
                                + "it would be asked back: buy or sell?"
                        ], basis: PreviewBasis())
                }
                return try preview(resolved, context)
            case .contra(let order, let price, let isAnyway):
                return try previewContra(order, price, isAnyway, at(order, context))
            case .move(let order, let change, let isAnyway):
                return try previewMove(order, change, isAnyway, at(order, context))
            case .cancel(.foreign(let id)): return try previewCancelForeign(id, context)
            case .cancel(let target): return try previewCancel(target, context)
            case .panic: return try previewPanic(context)
            case .undo: return try previewUndo(context)
            default:
                return Preview(lines: ["\(context.text): not an order; \(goWords(context))"], basis: PreviewBasis())
            }
        } catch let refusal as Refusal {
            return Preview(refusal, of: context.text)
        }
    }

    /// How a preview is executed, or why it will not be.
    func goWords(_ context: LineContext) -> String {
        guard let login = context.login, login.rights != .trade else { return "go does it" }
        return "\(login.name) has read-only access and cannot trade"
    }

    // MARK: Each command

    private func preview(_ resolved: ResolvedTicket, _ context: LineContext) throws -> Preview {
        try context.seat.requireFreshPrice(for: resolved)
        try requireWithinGuards(resolved, context)
        let orders: [Order]
        do {
            orders = try context.seat.engine.preview(resolved.ticket, at: now)
        } catch {
            throw resolved.spans.refusal(error)
        }
        addCost(orders.count)
        var basis = PreviewBasis()
        var ticket = resolved.ticket
        if ticket.timeInForce.expireTime != nil { ticket.timeInForce = .goodTillCanceled }
        // Where a trailing trigger begins moves with every tick, for the better.
        if let trailing = ticket.plan.trailing {
            ticket.plan = .trail(trailing.moved(to: .one, by: .one, at: Timestamp(seconds: 0)))
        }
        basis.ticket = ticket
        context.seat.note(ticket.price, ticket.plan, ticket.side, ticket.pair, in: &basis)
        try context.seat.requireExchangeTakes(orders)
        return preview(orders, basis, notes: resolved.notes, context)
    }

    private func previewContra(
        _ order: Located<OrderID>, _ price: Located<PriceExpression>, _ isAnyway: Bool, _ context: LineContext
    ) throws -> Preview {
        let account = try context.account()
        let (ticketPrice, notes) = try resolveContra(order, price, context)
        try requireContraWithinGuards(order, ticketPrice, price.span, overridesGuard: isAnyway, context)
        let decision = context.seat.engine.decide(
            .placeContra(order: order.value, account: account, price: ticketPrice, line: context.text), at: now)
        if let refusal = decision.refusal {
            throw try explained(
                refusal, of: account, TicketSpans(amount: order.span, price: price.span, order: order.span))
        }
        var basis = PreviewBasis(contraPrice: ticketPrice)
        if let contra = decision.placed.first {
            context.seat.note(ticketPrice, .none, contra.side, contra.pair, in: &basis)
        }
        try context.seat.requireExchangeTakes(decision.placed)
        return preview(decision.placed, basis, notes: notes, context)
    }

    private func previewMove(
        _ id: Located<OrderID>, _ change: OrderChange, _ isAnyway: Bool, _ context: LineContext
    ) throws -> Preview {
        let account = try context.account()
        let resolved = try resolveMove(id, change, context)
        try requireWithinGuards(of: id.value, resolved, overridesGuard: isAnyway, context)
        let decision = context.seat.engine.decide(
            .move(id.value, account: account, to: resolved.move, line: context.text), at: now)
        if let refusal = decision.refusal { throw try explained(refusal, of: account, resolved.spans) }
        var basis = PreviewBasis(move: resolved.move)
        guard let order = try sight(context).order(id.value) else {
            return Preview(lines: [context.text], basis: basis)
        }
        if case .price(let price) = resolved.move, order.status != .armed {
            context.seat.note(.limit(price), .none, order.side, order.pair, in: &basis)
        }
        let reader = reader(context)
        let trades = basis.wouldTrade ? ["it would trade at once"] : []
        var lines = ["\(context.text): \(goWords(context))", "now \(OrderWords(order, reader: reader).asked)"]
        for case .moveRequested(_, let terms, _) in decision.records {
            lines.append(
                "then \(order.side.rawValue) \(terms.quantity) \(order.pair) at \(terms.price), \(terms.held) "
                    + "\(order.spentCoin) more held")
        }
        for case .orderAmended(_, let terms, _) in decision.records {
            var changed = order
            changed.price = terms.price
            changed.quantity = terms.quantity
            changed.plan = terms.plan
            lines.append("then \(OrderWords(changed, reader: reader).asked)")
        }
        return Preview(
            lines: lines + trades + resolved.notes, basis: basis,
            fields: ["allowed": true, "order": .object(order.json)])
    }

    private func previewCancel(_ target: CancelTarget, _ context: LineContext) throws -> Preview {
        let sight = try sight(context)
        let reach = try reach(of: target, context)
        let ids = reach.orders
        for (seat, part) in bySeat(ids, context) where !part.isEmpty {
            guard let refusal = seat.engine.decide(.cancel(part, account: sight.account), at: now).refusal else {
                continue
            }
            throw try explained(refusal, of: sight.account, cancelSpans(target, refusal))
        }
        let orders = ids.compactMap { sight.order($0) }
        let shown = orders.prefix(configuration.limits.answerRows)
        let what =
            orders.isEmpty
            ? "nothing to cancel" : "would cancel \(Words.count(orders.count, "order")); \(goWords(context))"
        return Preview(
            lines: ["\(context.text): \(what)"]
                + shown.map { "\($0.id) \(OrderWords($0, reader: reader(context)).asked)" }
                + reach.leftOut.map(\.words),
            basis: PreviewBasis(),
            fields: [
                "allowed": true, "orders": .array(shown.map { .object($0.json) }),
                "not_canceled": .array(reach.leftOut.map(\.json)),
            ])
    }

    private func previewUndo(_ context: LineContext) throws -> Preview {
        let sight = try sight(context)
        let last = try lastMade(sight.account, at: context.namedExchange)
        guard let order = try sight.orderEver(last), order.closedAt == nil else {
            return Preview(lines: ["undo: nothing to undo"], basis: PreviewBasis())
        }
        let filled = try takeBack(order).map { [$0] } ?? []
        return Preview(
            lines: [
                "undo: would cancel \(order.id) \(OrderWords(order, reader: reader(context)).asked); \(goWords(context))"
            ]
                + filled,
            basis: PreviewBasis(), fields: ["allowed": true, "orders": [.object(order.json)]])
    }

    private func previewPanic(_ context: LineContext) throws -> Preview {
        let open = try sight(context).openOrders.count
        return Preview(
            lines: ["panic: would cancel \(Words.count(open, "order")) and refuse new ones; \(goWords(context))"]
                + notOfOneExchange(context),
            basis: PreviewBasis(), fields: ["allowed": true, "count": .int(Int64(open))])
    }
}

extension Seat {
    fileprivate func note(
        _ price: TicketPrice, _ plan: OrderPlan, _ side: Side, _ pair: Pair, in basis: inout PreviewBasis
    ) {
        guard !plan.isOnlyParent else { return }
        let ticker = engine.market[pair]
        let touch = side == .buy ? ticker?.ask ?? ticker?.last : ticker?.bid ?? ticker?.last
        basis.side = side
        switch price {
        case .market: basis.touch = touch
        case .limit(let limit): basis.wouldTrade = touch.map { side == .buy ? limit >= $0 : limit <= $0 } ?? false
        }
    }
}

extension Decision {
    /// The orders that it makes, the whole before its children.
    fileprivate var placed: [Order] {
        records.compactMap { if case .orderPlaced(let order) = $0 { order } else { nil } }
    }
}
