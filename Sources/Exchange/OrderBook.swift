public import Trading

/// Limit orders of one pair, matched by price, then by time.
///
/// Each side is a ladder of price levels, best last, so that the touch is at the cheap end of an array; each level is a
/// queue through an arena of orders whose slots are used again. An order costs no allocation of its own, and is
/// canceled by its handle without a search. A price that is new or gone moves the levels behind it: nothing at the
/// touch, 16 bytes a level far from it.
///
/// The book knows no accounts and no rules. It may be left crossed only by its user: `add` rests an order wherever it
/// is told; whoever adds takes first.
public struct OrderBook: Sendable {
    /// Where an order rests; worthless once the order is gone, and known to be.
    public struct Handle: Hashable, Sendable {
        fileprivate let slot: Int32
        fileprivate let generation: UInt32
    }

    /// An order on the book.
    public struct Resting: Hashable, Sendable {
        public let handle: Handle
        /// What its owner calls it.
        public let id: UInt64
        /// In the quote coin.
        public let price: ExactDecimal
        /// What is left of it, in the base coin.
        public let quantity: ExactDecimal
    }

    /// A trade with an order on the book, at that order's price.
    public struct Match: Hashable, Sendable {
        public let maker: UInt64
        public let price: ExactDecimal
        public let quantity: ExactDecimal
        /// Whether nothing is left of the maker.
        public let isMakerFilled: Bool
    }

    private var orders = Arena<RestingOrder>()
    private var levels = Arena<Level>()
    private var bids = Ladder()
    private var asks = Ladder()

    /// How many orders rest.
    public private(set) var count = 0

    public init() {}

    /// Rests an order behind those at its price. `quantity` must be above zero.
    public mutating func add(_ id: UInt64, _ side: Side, price: ExactDecimal, quantity: ExactDecimal) -> Handle {
        precondition(quantity.isPositive, "an order without quantity cannot rest")
        let level = levelForAdding(price: price.units, side)
        let slot = orders.take(
            RestingOrder(id: id, quantity: quantity.units, level: level, previous: levels[level].last, next: .none))
        if levels[level].last == .none {
            levels[level].first = slot
        } else {
            orders[levels[level].last].next = slot
        }
        levels[level].last = slot
        levels[level].quantity += quantity.units
        count += 1
        return Handle(slot: slot, generation: orders.generation(of: slot))
    }

    /// Takes an order off; what was left of it, or nil where it was gone already.
    @discardableResult
    public mutating func cancel(_ handle: Handle) -> ExactDecimal? {
        guard let order = self[handle] else { return nil }
        remove(handle.slot, order)
        return ExactDecimal(units: order.quantity)
    }

    /// Trades with one order on the book; what is left of it. `quantity` must not be more than it has.
    @discardableResult
    public mutating func fill(_ handle: Handle, _ quantity: ExactDecimal) -> ExactDecimal {
        guard let order = self[handle] else { preconditionFailure("filled an order that is not on the book") }
        precondition(quantity.isPositive && quantity.units <= order.quantity, "filled more than is left of an order")
        guard quantity.units < order.quantity else {
            remove(handle.slot, order)
            return .zero
        }
        orders[handle.slot].quantity -= quantity.units
        levels[order.level].quantity -= quantity.units
        return ExactDecimal(units: order.quantity - quantity.units)
    }

    /// Trades with the other side, best price first, no worse than `limit`; what of `quantity` found nobody.
    public mutating func take(
        _ side: Side, quantity: ExactDecimal, limit: ExactDecimal? = nil, _ body: (Match) -> Void
    ) -> ExactDecimal {
        var left = quantity
        while left.isPositive, let maker = best(side.opposite) {
            if let limit, side == .buy ? maker.price > limit : maker.price < limit { break }
            let traded = min(left, maker.quantity)
            let rest = fill(maker.handle, traded)
            left -= traded
            body(Match(maker: maker.id, price: maker.price, quantity: traded, isMakerFilled: rest.isZero))
        }
        return left
    }

    /// The order that trades first on a side, or nil where none rests.
    public func best(_ side: Side) -> Resting? {
        guard let level = (side == .buy ? bids : asks).best else { return nil }
        return resting(levels[level].first)
    }

    /// What is left of an order, or nil where it is gone.
    public func remaining(_ handle: Handle) -> ExactDecimal? {
        self[handle].map { ExactDecimal(units: $0.quantity) }
    }

    /// Shows the orders of a side in the order in which they would trade, until `body` returns false.
    public func forEach(_ side: Side, _ body: (Resting) -> Bool) {
        for level in (side == .buy ? bids : asks).levels.reversed() {
            var slot = levels[level].first
            while slot != .none {
                guard body(resting(slot)) else { return }
                slot = orders[slot].next
            }
        }
    }

    /// The best `rows` prices of a side and all that rests at each.
    public func depth(_ side: Side, rows: Int) -> [DepthLevel] {
        (side == .buy ? bids : asks).levels.suffix(max(rows, 0)).reversed().map { level in
            DepthLevel(
                price: ExactDecimal(units: levels[level].price), quantity: ExactDecimal(units: levels[level].quantity))
        }
    }
}

extension OrderBook {
    private subscript(_ handle: Handle) -> RestingOrder? {
        orders.holds(handle.slot, handle.generation) ? orders[handle.slot] : nil
    }

    private func resting(_ slot: Int32) -> Resting {
        let order = orders[slot]
        return Resting(
            handle: Handle(slot: slot, generation: orders.generation(of: slot)), id: order.id,
            price: ExactDecimal(units: levels[order.level].price), quantity: ExactDecimal(units: order.quantity))
    }

    private mutating func levelForAdding(price: Int128, _ side: Side) -> Int32 {
        let rank = side == .buy ? price : -price
        let (index, level) = side == .buy ? bids.find(rank) : asks.find(rank)
        if let level { return level }
        let new = levels.take(Level(price: price, side: side, quantity: 0, first: .none, last: .none))
        if side == .buy { bids.insert(rank, new, at: index) } else { asks.insert(rank, new, at: index) }
        return new
    }

    private mutating func remove(_ slot: Int32, _ order: RestingOrder) {
        if order.previous != .none { orders[order.previous].next = order.next }
        if order.next != .none { orders[order.next].previous = order.previous }
        levels[order.level].quantity -= order.quantity
        if levels[order.level].first == slot { levels[order.level].first = order.next }
        if levels[order.level].last == slot { levels[order.level].last = order.previous }
        orders.release(slot)
        count -= 1
        let level = levels[order.level]
        guard level.first == .none else { return }
        switch level.side {
        case .buy: bids.remove(level.price)
        case .sell: asks.remove(-level.price)
        }
        levels.release(order.level)
    }
}

extension Int32 {
    /// The slot that is none.
    fileprivate static let none: Int32 = -1
}

private struct RestingOrder: Sendable {
    let id: UInt64
    var quantity: Int128
    let level: Int32
    var previous: Int32
    var next: Int32
}

private struct Level: Sendable {
    let price: Int128
    let side: Side
    var quantity: Int128
    var first: Int32
    var last: Int32
}

/// The levels of one side, best last, by rank: the price of a bid, the negated price of an ask.
private struct Ladder: Sendable {
    private var ranks: [Int128] = []
    private(set) var levels: [Int32] = []

    var best: Int32? { levels.last }

    /// Where a rank is, with its level, or where it would go.
    func find(_ rank: Int128) -> (index: Int, level: Int32?) {
        guard let best = ranks.last, best >= rank else { return (ranks.count, nil) }
        var low = 0
        var high = ranks.count
        while low < high {
            let middle = (low + high) / 2
            if ranks[middle] < rank { low = middle + 1 } else { high = middle }
        }
        return (low, ranks[low] == rank ? levels[low] : nil)
    }

    mutating func insert(_ rank: Int128, _ level: Int32, at index: Int) {
        ranks.insert(rank, at: index)
        levels.insert(level, at: index)
    }

    mutating func remove(_ rank: Int128) {
        let (index, level) = ranks.last == rank ? (ranks.count - 1, levels.last) : find(rank)
        precondition(level != nil, "a price level that is on no ladder")
        ranks.remove(at: index)
        levels.remove(at: index)
    }
}

/// Values in numbered slots that are used again. A slot's generation counts its uses, so that an old handle is known.
private struct Arena<Value: Sendable>: Sendable {
    private struct Slot: Sendable {
        var value: Value
        var generation: UInt32
        var isHeld: Bool
    }

    private var slots: [Slot] = []
    private var vacant: [Int32] = []

    subscript(_ slot: Int32) -> Value {
        get { slots[Int(slot)].value }
        set { slots[Int(slot)].value = newValue }
    }

    func generation(of slot: Int32) -> UInt32 { slots[Int(slot)].generation }

    func holds(_ slot: Int32, _ generation: UInt32) -> Bool {
        slots[Int(slot)].isHeld && slots[Int(slot)].generation == generation
    }

    mutating func take(_ value: Value) -> Int32 {
        if let slot = vacant.popLast() {
            slots[Int(slot)] = Slot(value: value, generation: slots[Int(slot)].generation &+ 1, isHeld: true)
            return slot
        }
        precondition(slots.count < Int(Int32.max), "more orders than a book has slots")
        slots.append(Slot(value: value, generation: 0, isHeld: true))
        return Int32(slots.count - 1)
    }

    mutating func release(_ slot: Int32) {
        slots[Int(slot)].isHeld = false
        vacant.append(slot)
    }
}
