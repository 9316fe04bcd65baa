import CommandGrammar
import Conversation
import Exchange
import Ledger
import OrderEngine
import Trading

/// The replies that wait for what an exchange says of their orders.
extension DeskCore {
    /// The reply, if the exchange has said all that it depends on; otherwise it is sent when it has.
    func reply(
        whenAnswered orders: [OrderID], _ subject: PendingReply.Subject, _ context: LineContext
    ) throws -> Reply? {
        let pending = PendingReply(
            context: context, account: try context.account(), orders: orders, subject: subject,
            dueBy: now.advanced(bySeconds: Int64(configuration.limits.replySeconds)))
        if isAnswered(pending) {
            try answer(pending)
        } else {
            try keepWaiting(pending)
        }
        return nil
    }

    /// Answers the lines whose orders the exchange has answered by now, or has kept waiting for too long.
    func answerPending() throws {
        let (due, touched) = waiting.replies.takeTouched(dueBy: now)
        let answered = touched.filter { number in
            due.contains(number) || waiting.replies[number].map(isAnswered) ?? false
        }
        guard !answered.isEmpty else { return }
        let ready = answered.compactMap { waiting.replies.remove($0) }
        // One batch of reports may answer several lines: what a reply covers must not be pushed along with another's.
        try flushEvents(covering: try ready.map(sendReply))
        for pending in ready { resumeLines(of: pending.context.session) }
    }

    func answer(_ pending: PendingReply) throws { try flushEvents(covering: [try sendReply(to: pending)]) }

    /// Sends the reply, and says what of the events it covers.
    private func sendReply(to pending: PendingReply) throws -> Covered {
        let reply = try reply(to: pending)
        try send(reply, pending.context, work: TaggedWork(pending))
        if reaches(pending.context) {
            try show(pending.heldBack, on: pending.context.session, of: pending.account)
        }
        if case .placed = pending.subject, !reply.isOK { return pending.covered.refused }
        return pending.covered
    }

    func isAnswered(_ pending: PendingReply) -> Bool {
        guard !isBeingDone(pending) else { return false }
        let sight = sight(of: pending.account)
        return pending.orders.allSatisfy { id in
            guard let order = sight.order(id) else { return true }
            switch pending.subject {
            case .placed: return order.status != .pending
            case .canceled, .undone:
                return order.cancelReason == nil || order.status.isFinal || !order.isAtExchangeItself
            case .moved:
                return order.status.isFinal || (order.cancelReason != .replaced && order.status != .pending)
            }
        }
    }

    private func isCarryingOn(_ id: OrderID) -> Bool { seat(of: id)?.engine.isCarryingOn(id) ?? false }

    /// Whether orders that it is about are still to be placed or taken off, in a later turn.
    private func isBeingDone(_ pending: PendingReply) -> Bool {
        switch pending.subject {
        case .placed(let root, _): isCarryingOn(root)
        case .canceled(let ids, _): waiting.turns.isTakingOff(pending.account) || ids.contains(where: isCarryingOn)
        case .undone(let id): isCarryingOn(id)
        case .moved: false
        }
    }

    func reply(to pending: PendingReply) throws -> Reply {
        let reader = try reader(of: pending.account)
        let sight = sight(of: pending.account)
        switch pending.subject {
        case .placed(let root, let notes):
            guard let order = try sight.orderEver(root) else { return Reply(mark: .done, text: "+ \(root)") }
            return placedReply(order, notes: notes, reader: reader)
        case .canceled(let ids, let leftOut):
            // All of ten thousand would be more than may wait for a session: it would be closed instead of answered.
            let shown = try ids.prefix(configuration.limits.answerRows).compactMap(sight.orderEver)
            return canceledReply(shown, of: ids.count, leftOut, reader: reader)
        case .moved(let id, let notes):
            guard let order = try sight.orderEver(id) else { return Reply(mark: .done, text: "+ \(id)") }
            return movedReply(order, notes: notes, reader: reader)
        case .undone(let id):
            guard let order = try sight.orderEver(id) else { return Reply(mark: .done, text: "+ \(id)") }
            return try undoneReply(order, reader: reader)
        }
    }

    func placedReply(_ order: Order, notes: [String], reader: Reader) -> Reply {
        let words = PlacedWords(family(of: order), notes: notes, reader: reader, now: now)
        let fields: JSONObject = ["order": .object(order.json)]
        guard let code = words.refusalCode else { return Reply(mark: .done, text: words.text, fields: fields) }
        return .refused(Refusal(code, words.message), text: words.text, fields: fields)
    }

    /// Orders that text tells of one by one in the reply to a cancel.
    private static let canceledShown = 10

    private func canceledReply(
        _ shown: [Order], of count: Int, _ leftOut: [ExchangeLeftOut], reader: Reader
    ) -> Reply {
        // A cancel of sixty orders is not sixty lines: JSON has them.
        let told = shown.prefix(DeskCore.canceledShown)
        var lines = told.map { CanceledWords(family(of: $0), reader: reader).line }
        if count > told.count { lines.append("and \(count - told.count) more") }
        if count != 1 || lines.isEmpty { lines.insert("\(count) orders", at: 0) }
        lines += leftOut.map(\.words)
        var fields: JSONObject = [
            "orders": .array(shown.map { .object($0.json) }), "count": .int(Int64(count)),
        ]
        if !leftOut.isEmpty { fields["not_canceled"] = .array(leftOut.map(\.json)) }
        return Reply(mark: .done, text: "+ " + lines.joined(separator: "\n  "), fields: fields)
    }
}
