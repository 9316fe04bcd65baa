import CommandGrammar
import Conversation
import OrderEngine
import Trading

/// `move`: another price or another amount for an order, which keeps its number and what it has filled.
extension DeskCore {
    /// What a `move` asks for in figures, with what is to be said besides.
    struct ResolvedMove {
        var move: OrderMove
        var notes: [String]
        var spans: TicketSpans
        /// The price on the line, for the guard.
        var price: Located<ExactDecimal>?
    }

    func runMove(
        _ id: Located<OrderID>, _ change: OrderChange, overridesGuard: Bool, _ context: LineContext
    ) throws -> Reply? {
        let account = try context.account()
        let resolved = try resolveMove(id, change, context)
        try requireWithinGuards(of: id.value, resolved, overridesGuard: overridesGuard, context)
        let outcome = context.seat.process(.move(id.value, account: account, to: resolved.move, line: context.text))
        if let refusal = outcome.refusal { throw try explained(refusal, of: account, resolved.spans) }
        try context.seat.takeOutcome(outcome)
        noteOrderCommand(.moved(id.value), at: [context.seat], context)
        return try reply(whenAnswered: [id.value], .moved(id.value, notes: resolved.notes), context)
    }

    func resolveMove(
        _ id: Located<OrderID>, _ change: OrderChange, _ context: LineContext
    ) throws -> ResolvedMove {
        var spans = TicketSpans(order: id.span)
        let order = try sight(context).order(id.value)
        func price(_ expression: Located<PriceExpression>, isTrigger: Bool) throws -> (Located<ExactDecimal>, [String])
        {
            // Of an order that is not there the engine says so, whatever the price.
            guard let order else { return (Located(.one, at: expression.span), []) }
            return try resolve(context) { resolver in
                let limit = try resolver.limit(expression, of: order.pair, for: order.side, isTrigger: isTrigger)
                return (Located(limit, at: expression.span), resolver.notes)
            }
        }
        switch change {
        case .price(let expression):
            let (price, notes) = try price(expression, isTrigger: order?.status == .armed)
            spans.price = expression.span
            spans.trigger = expression.span
            return ResolvedMove(move: .price(price.value), notes: notes, spans: spans, price: price)
        case .trigger(let expression):
            let (price, notes) = try price(expression, isTrigger: true)
            spans.trigger = expression.span
            return ResolvedMove(move: .trigger(price.value), notes: notes, spans: spans, price: price)
        case .amount(let amount):
            guard case .base(let quantity) = amount.value else {
                throw Refusal(.unexpectedWord, "an amount of the order's own base coin", at: amount.span)
            }
            spans.amount = amount.span
            return ResolvedMove(move: .quantity(quantity), notes: [], spans: spans, price: nil)
        }
    }

    /// What became of the order: it stands where it was moved to, or it does not.
    func movedReply(_ order: Order, notes: [String], reader: Reader) -> Reply {
        let words = OrderWords(order, reader: reader)
        let fields: JSONObject = ["order": .object(order.json)]
        let filled = order.filled.isZero ? "" : "; \(order.filled) was filled"
        func refused(_ code: RefusalCode, _ message: String) -> Reply {
            .refused(Refusal(code, message), text: "! \(message)", fields: fields)
        }
        switch order.status {
        case .filled where order.replacedAt == nil || order.cancelReason == .replaced:
            return refused(
                .orderFinished,
                "\(order.id)\(reader.place(of: order)) was filled before it could be moved: \(words.traded)")
        case .canceled, .rejected, .expired:
            let why = order.rejection.map { ", \($0.verdict(on: order.id))" } ?? ""
            return refused(
                order.rejection ?? .cannotMove,
                "\(order.id) could not be moved and is off the book\(why): \(words.asked)\(filled)")
        default: break
        }
        var lines = ["+ \(order.id) moved: \(words.asked)\(filled)"]
        if order.status == .unknown {
            lines[0] += ": status unknown: no answer from the exchange; checking"
        } else if order.cancelReason == .replaced {
            lines[0] =
                "+ \(order.id) is being moved: \(words.asked) comes off the book first, and the exchange has not said so yet"
        } else if order.status == .pending {
            lines[0] += ": pending, the exchange has not answered yet"
        }
        return Reply(mark: .done, text: (lines + notes).joined(separator: "\n  "), fields: fields)
    }
}
