import CommandGrammar
import Conversation
import Exchange
import Trading

/// `cancel foreign ID`: an order at an exchange that was not made here.
extension DeskCore {
    func runCancelForeign(_ id: Located<String>, _ context: LineContext) throws -> Reply? {
        let account = try context.account()
        let (seat, order) = try foreign(id, context)
        var there = context
        there.seat = seat
        let what = order.words(at: seat, isNamed: namesExchange(account))
        let reply = try cancelForeign(order, there) { told in
            switch told {
            case .foreignCanceled:
                seat.foreignIsCanceled(account, order.exchangeOrderID)
                var json = order.json(seat.name)
                json["status"] = "canceled"
                return Reply(mark: .done, text: "+ \(what): canceled", fields: ["foreign": [.object(json)]])
            case .refused(let code, let reason):
                // It may be gone, or filled: the list will say.
                seat.askForFunds(of: account)
                throw Refusal(
                    code, "\(seat.name) did not cancel \(id.value.printable): \(reason.printable)", at: id.span)
            default:
                seat.askForFunds(of: account)
                throw Refusal(
                    .exchangeUnavailable,
                    "no answer from \(seat.name): nobody knows whether \(what) is off its book; orders shows it while it is there"
                )
            }
        }
        noteOrderCommand(.canceled, at: [seat], context)
        return reply
    }

    func previewCancelForeign(_ id: Located<String>, _ context: LineContext) throws -> Preview {
        let (seat, order) = try foreign(id, context)
        return Preview(
            lines: [
                "\(context.text): would cancel 1 order that was not made here; \(goWords(context))",
                "\(order.words(at: seat, isNamed: namesExchange(try context.account()))): \(order.standing)",
            ], basis: PreviewBasis(),
            fields: ["allowed": true, "orders": [], "foreign": [.object(order.json(seat.name))]])
    }

    /// The account's order of that name which was not made here. Refuses with `unknown_order`, also where there is one at several
    /// exchanges and the line names none of them.
    private func foreign(_ id: Located<String>, _ context: LineContext) throws -> (seat: Seat, order: OpenOrder) {
        let account = try context.account()
        let found = asked(context).compactMap { seat in
            seat.foreignOrders(of: account).first { $0.exchangeOrderID == id.value }.map { (seat: seat, order: $0) }
        }
        if found.count == 1, let only = found.first { return only }
        let number = id.value.printable
        guard found.isEmpty else {
            throw Refusal(
                .unknownOrder, "there is a foreign order \(number) at \(found.count) exchanges; say which", at: id.span,
                details: found.map { "cancel foreign \(number) on \($0.seat.name)" })
        }
        let own = try sight(context).openOrders.first { order in
            order.exchangeOrderID == id.value && asked(context).contains { $0.id == order.exchange }
        }
        if let own {
            throw Refusal(
                .unknownOrder, "\(number) is \(own.id), which was made here: cancel \(own.id.rawValue)", at: id.span)
        }
        let place = context.isSeatNamed ? " on \(context.seat.name)" : ""
        throw Refusal(
            .unknownOrder, "there is no foreign order \(number)\(place)", at: id.span,
            details: asked(context).compactMap { $0.ageWords(.openOrders, of: account, zone(context)) })
    }
}
