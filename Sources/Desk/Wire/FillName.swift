import DequeModule
import Exchange
import Trading

/// What tells a fill of an account from all others of it at one exchange.
struct FillName: Hashable {
    /// Nil where the exchange counts over all pairs of an account, or it is not known.
    let pair: Pair?
    let id: FillID
}

extension Seat {
    func name(of fill: FillID, on pair: Pair?) -> FillName {
        FillName(pair: exchange.traits.fillNumbering == .perPair ? pair : nil, id: fill)
    }
}

/// The fills that were told as others' making: of too many the first told are forgotten first.
struct ToldFills {
    private var names: Set<FillName> = []
    private var inOrder: Deque<FillName> = []

    func contains(_ name: FillName) -> Bool { names.contains(name) }

    mutating func insert(_ name: FillName, most: Int) {
        guard names.insert(name).inserted else { return }
        inOrder.append(name)
        if inOrder.count > most, let first = inOrder.popFirst() { names.remove(first) }
    }
}
