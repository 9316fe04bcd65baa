import Ledger
import OrderEngine
import Trading

/// What the orders of a whole are for: together for all of it, or for what its first leg has brought.
extension Simulation {
    /// The orders of a ladder are for what was asked for, to the last digit.
    func checkLadders(_ observations: [RecordObserver.Observation]) throws {
        for one in observations {
            guard case .orderPlaced(let whole) = one.record, whole.plan.isSliced else { continue }
            watch.ladders.insert(whole.id)
        }
        // Some of its orders may be placed in later turns, and one that is canceled meanwhile never gets them all.
        for id in watch.ladders.sorted() where observer.engine(of: id)?.isCarryingOn(id) != true {
            watch.ladders.remove(id)
            guard let whole = observer.order(id), whole.cancelReason == nil else { continue }
            let sum = whole.children.reduce(ExactDecimal.zero) { sum, child in
                sum + (observer.order(child)?.quantity ?? .zero)
            }
            guard sum == whole.quantity else {
                throw Violation(.partsAreTheWhole, expected: whole.quantity, found: sum, "the orders of \(whole.id)")
            }
        }
    }

    /// In the end every ladder has all its orders, or has lost them: none waits for orders that nobody places or takes off any more.
    func checkNothingIsLeft() throws {
        for seat in seats {
            guard let left = observer.engine(at: seat.id).unfinished.first else { continue }
            throw Violation(.partsAreTheWhole, "nobody goes on with what is left at \(seat.id): \(left)")
        }
    }

    /// A contra order is for what its entry has brought, by the exchange's own fills and fees, and has not been traded back.
    func judgeContra(
        _ id: OrderID, _ quantity: ExactDecimal, at number: RecordNumber, includingItself contra: OrderID? = nil
    ) throws {
        guard let entry = observer.order(id), let step = try seat(of: id).quantityStep(of: entry.pair) else { return }
        var left = ExactDecimal.zero
        for fill in try fillsAtExchange(id, of: entry.account, upTo: number) {
            left += fill.quantity
            if fill.feeCurrency == entry.pair.base { left -= fill.fee }
        }
        for child in entry.children where child != contra {
            for fill in try fillsAtExchange(child, of: entry.account, upTo: number) { left -= fill.quantity }
        }
        let expected = try left.rounded(toMultipleOf: step, .down)
        guard quantity == expected else {
            throw Violation(.partsAreTheWhole, expected: expected, found: quantity, "the contra order of \(id)")
        }
    }
}
