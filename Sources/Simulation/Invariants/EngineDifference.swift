import OrderEngine

/// The first thing in which two states of an engine differ, in words; nil where they are the same.
func firstDifference(_ expected: EngineSnapshot, _ found: EngineSnapshot) -> String? {
    if expected.nextOrderID != found.nextOrderID {
        return "the next order is \(found.nextOrderID), not \(expected.nextOrderID)"
    }
    for (left, right) in zip(expected.funds, found.funds) where left != right {
        return "funds \(right), not \(left)"
    }
    for (left, right) in zip(expected.orders, found.orders) where left != right {
        return "\(right), not \(left)"
    }
    if expected.finished != found.finished { return "finished \(found.finished), not \(expected.finished)" }
    return expected == found
        ? nil
        : "\(found.orders.count) orders and \(found.funds.count) funds, not \(expected.orders.count) and \(expected.funds.count)"
}
