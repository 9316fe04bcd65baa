import OrderedCollections
import Trading

/// Applying what `Moving` has decided.
extension OrderEngine {
    mutating func requestMove(_ id: OrderID, _ terms: MoveTerms, touching outcome: inout Outcome) -> [Effect] {
        let order = existing(id).order
        entries[id]?.move = terms
        entries[id]?.order.cancelReason = .replaced
        entries[id]?.cancelRetryAt = nil
        if terms.held.isPositive {
            change(order.account, order.spentCoin, touching: &outcome) { $0.reserved += terms.held }
        }
        schedule(id)
        outcome.touchedOrders.append(id)
        switch order.status {
        case .open, .partiallyFilled: return [.request(.cancel(sent(order)))]
        // Asked for as soon as the exchange has answered.
        case .pending, .unknown, .filled, .canceled, .expired, .rejected, .armed: return []
        }
    }

    /// It is not moved any more: what was held for that is free.
    mutating func dropMove(_ id: OrderID, touching outcome: inout Outcome) {
        guard let move = entries[id]?.move, let order = entries[id]?.order else { return }
        entries[id]?.move = nil
        if move.held.isPositive {
            change(order.account, order.spentCoin, touching: &outcome) { $0.reserved -= move.held }
        }
    }

    mutating func replace(
        _ id: OrderID, _ price: ExactDecimal, _ quantity: ExactDecimal, _ reserved: ExactDecimal, at time: Timestamp,
        touching outcome: inout Outcome
    ) -> [Effect] {
        dropMove(id, touching: &outcome)
        let before = existing(id).order
        entries[id]?.order.attempt += 1
        entries[id]?.order.price = .limit(price)
        entries[id]?.order.quantity = quantity
        entries[id]?.order.filledBefore = before.filled
        entries[id]?.order.replacedAt = time
        entries[id]?.order.exchangeOrderID = nil
        entries[id]?.order.cancelReason = nil
        entries[id]?.order.reserved = reserved
        entries[id]?.cancelRetryAt = nil
        if reserved != before.reserved {
            change(before.account, before.spentCoin, touching: &outcome) { $0.reserved += reserved - before.reserved }
        }
        let order = transition(id, .replaced, touching: &outcome)
        schedule(id)
        return [.request(.place(sent(order).order))]
    }

    mutating func amend(
        _ id: OrderID, _ terms: AmendedTerms, at time: Timestamp, touching outcome: inout Outcome
    ) -> [Effect] {
        let before = existing(id).order
        disarm(before)
        if terms.plan != before.plan { entries[id]?.triggerSetAt = time }
        entries[id]?.order.price = terms.price
        entries[id]?.order.quantity = terms.quantity
        entries[id]?.order.plan = terms.plan
        let order = existing(id).order
        arm(order)
        outcome.touchedOrders.append(id)
        return [.notify(OrderEvent(order: order, kind: .moved, at: time))]
    }

    mutating func grow(_ id: OrderID, to quantity: ExactDecimal, touching outcome: inout Outcome) {
        let order = existing(id).order
        let more = quantity - order.quantity
        entries[id]?.order.quantity = quantity
        // What works at the exchange is still of the quantity that it was sent for.
        entries[id]?.order.filledBefore += more
        outcome.touchedOrders.append(id)
        guard let parent = order.parent, entries[parent]?.order.plan.sumsItsChildren == true else { return }
        entries[parent]?.order.quantity += more
        outcome.touchedOrders.append(parent)
    }
}
