import DequeModule
public import Trading

/// Letting go of orders that are over.
extension OrderEngine {
    /// The finished orders in memory, each with all that belongs to it and is in memory too: a whole and its parts, an order and what it
    /// became. Only where nothing of it can still happen. Oldest first, by the end of the first of them.
    public func finishedFamilies() -> [[OrderID]] {
        var families: [[OrderID]] = []
        var seen: Set<OrderID> = []
        for id in finished {
            var root = id
            while let parent = entries[root]?.order.parent, entries[parent] != nil { root = parent }
            guard seen.insert(root).inserted else { continue }
            var family: [OrderID] = []
            var left = [root]
            var isOver = true
            while let next = left.popLast() {
                guard let order = entries[next]?.order else { continue }
                guard order.closedAt != nil else {
                    isOver = false
                    break
                }
                family.append(next)
                left += order.children
            }
            if isOver { families.append(family.sorted()) }
        }
        return families
    }

    /// Forgets finished orders, as the oldest ones are forgotten beyond `EngineLimits.finishedOrdersKept`. Those that are not finished
    /// stay.
    public mutating func forget(_ ids: Set<OrderID>) {
        let gone = ids.filter { entries[$0]?.order.closedAt != nil }
        guard !gone.isEmpty else { return }
        for id in gone { entries[id] = nil }
        finished.removeAll { gone.contains($0) }
    }
}
