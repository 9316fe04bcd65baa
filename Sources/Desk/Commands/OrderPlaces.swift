import CommandGrammar
import OrderEngine
import Trading

/// At which exchange an order is that a line names, and whether that is the one which the line names.
extension DeskCore {
    /// Which of some orders are at which exchange. One that no engine knows is asked about where the line is.
    func bySeat(_ ids: [OrderID], _ context: LineContext) -> [(Seat, [OrderID])] {
        guard seats.count > 1 else { return [(context.seat, ids)] }
        let parts = Dictionary(grouping: ids) { (seat(of: $0) ?? context.seat).id }
        return seats.compactMap { seat in parts[seat.id].map { (seat, $0) } }
    }

    /// The line as one about the exchange that an order is at. Refuses with `unknown_order` where it names another.
    func at(_ id: Located<OrderID>, _ context: LineContext) throws -> LineContext {
        guard seats.count > 1, let seat = seat(of: id.value), seat !== context.seat,
            try sight(context).order(id.value) != nil
        else { return context }
        try require(id, of: seat.id, isWhereSaid: context)
        var there = context
        there.seat = seat
        return there
    }

    /// Refuses with `unknown_order` an order of another exchange than the one that the line names.
    func require(_ id: Located<OrderID>, of exchange: ExchangeID, isWhereSaid context: LineContext) throws(Refusal) {
        guard let named = context.namedExchange, named != exchange else { return }
        throw Refusal(.unknownOrder, "\(id.value) is on \(exchange), not on \(named)", at: id.span)
    }
}
