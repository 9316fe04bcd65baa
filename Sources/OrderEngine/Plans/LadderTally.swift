public import Trading

/// How the orders of an open sliced order stand, so that nobody has to look at a thousand of them to know.
struct LadderTally: Hashable, Sendable {
    /// Orders of it that are not final.
    var live = 0
    /// Orders of it that the exchange refused.
    var rejected = 0
    /// While it is being canceled: so many of its first orders are over, or being taken off.
    var takenOff = 0
    /// Orders of it that are not placed yet.
    var unplaced: Int
}

/// Counting them as they change, and what is asked about them.
extension OrderEngine {
    /// Whether a sliced order has orders left to place or to take off.
    public func isCarryingOn(_ id: OrderID) -> Bool {
        guard let order = entries[id]?.order, order.closedAt == nil, let count = order.plan.sliceCount else {
            return false
        }
        guard order.cancelReason != nil else { return order.children.count < count }
        return order.children[min(ladders[id]?.takenOff ?? 0, order.children.count)...].contains(where: isLeftOnBook)
    }

    /// The number of the last order of a sliced order, placed or not; nil for any other order.
    public func lastChild(of id: OrderID) -> OrderID? {
        entries[id]?.order.plan.sliceCount.map { OrderID(id.rawValue + UInt64($0)) }
    }

    /// Orders of an account that sliced orders will still place.
    func unplacedOrders(of account: AccountID) -> Int {
        ladders.keys.sorted().reduce(0) { sum, id in
            guard let unplaced = ladders[id]?.unplaced, unplaced > 0, entries[id]?.order.account == account else {
                return sum
            }
            return sum + unplaced
        }
    }

    // MARK: Applying

    /// The children at the beginning of a sliced order that need not be looked at again while it is canceled.
    mutating func passTakenOff(_ parent: OrderID) {
        guard var tally = ladders[parent], let children = entries[parent]?.order.children else { return }
        while tally.takenOff < children.count, !isLeftOnBook(children[tally.takenOff]) { tally.takenOff += 1 }
        ladders[parent] = tally
    }

    mutating func countInLadder(_ order: Order, from before: OrderStatus?, to after: OrderStatus) {
        guard let parent = order.parent, ladders[parent] != nil else { return }
        if before.map({ !$0.isFinal }) ?? false { ladders[parent]?.live -= 1 }
        if !after.isFinal { ladders[parent]?.live += 1 }
        if before == .rejected { ladders[parent]?.rejected -= 1 }
        if after == .rejected { ladders[parent]?.rejected += 1 }
    }
}
