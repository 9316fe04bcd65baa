import CommandGrammar
import Exchange
import OrderEngine
import Trading

/// The seats of a desk, and which one a thing belongs to.
extension DeskCore {
    /// The first that was configured: what an account trades at that has chosen none.
    var firstSeat: Seat { seats[0] }

    /// The exchange that a seat is at.
    func exchange(_ id: ExchangeID) -> (any Exchange)? { seat(id)?.exchange }

    func seat(_ id: ExchangeID) -> Seat? { seats.first { $0.id == id } }

    /// Where an order is, if its engine still has it.
    func seat(of order: OrderID) -> Seat? {
        seats.count == 1 ? firstSeat : seats.first { $0.engine.order(order) != nil }
    }

    /// An order as its engine has it: every open one, and the newest of those that are over.
    func orderInMemory(_ id: OrderID) -> Order? {
        for seat in seats { if let order = seat.engine.order(id) { return order } }
        return nil
    }

    /// Where an account trades unless a line says otherwise: what `use` has set, or the first.
    func currentSeat(of account: AccountID?) -> Seat {
        account.flatMap { people.accounts[$0]?.exchange }.flatMap { seat($0) } ?? firstSeat
    }

    /// The seats that a line asks of: the one that it names, or all.
    func asked(_ context: LineContext) -> [Seat] { context.isSeatNamed ? [context.seat] : seats }

    /// The exchanges at which a line that trades changes something. What a line does to one is not held up by another.
    func seatsChanged(by command: Command, at seat: Seat, isNamed: Bool, _ account: AccountID) -> [Seat] {
        switch command {
        case .cancel(.orders(let orders)):
            let places = Set(orders.map { (self.seat(of: $0.value) ?? seat).id })
            return seats.filter { places.contains($0.id) }
        case .cancel(.all), .cancel(.kind):
            return isNamed ? [seat] : seats.filter { $0.engine.openOrderCount(of: account) > 0 }
        case .move(let order, _, _), .contra(let order, _, _): return [self.seat(of: order.value) ?? seat]
        case .undo where isNamed: return [seat]
        case .undo: return [(try? lastMade(account)).flatMap { self.seat(of: $0) } ?? seat]
        // What they do is looked at again when it is known where: of `go` that is another line, `resume` sends nothing.
        case .go, .resume: return []
        default: return [seat]
        }
    }

    /// Whether an account has, or had, anything at more than one exchange, or trades at another than the first: then what it is told
    /// names the exchange.
    func namesExchange(_ account: AccountID) -> Bool {
        guard seats.count > 1 else { return false }
        if currentSeat(of: account) !== firstSeat { return true }
        return seats.contains { $0 !== firstSeat && $0.hasAnything(of: account) }
    }
}

extension Seat {
    /// Whether an account has, or had, orders or funds here.
    func hasAnything(of account: AccountID) -> Bool {
        !engine.coins(of: account).isEmpty || engine.openOrderCount(of: account) > 0
    }
}
