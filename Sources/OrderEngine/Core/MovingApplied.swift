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
        guard let parent = order.parent, entries[parent]?.order.sumsItsChildren == true else { return }
        entries[parent]?.order.quantity += more
        outcome.touchedOrders.append(parent)
    }

    // MARK: Triggers

    /// Puts what an order waits for where the market will find it.
    mutating func arm(_ order: Order) {
        guard let trigger = order.trigger else { return }
        triggers[order.pair, default: TriggerBook()].insert(order.id, side: order.side, trigger: trigger)
        guard case .trail(let trailing) = order.plan else { return }
        if let price = trailing.movesFrom(side: order.side) {
            followers[order.pair, default: TriggerBook()].insert(order.id, side: order.side.opposite, trigger: price)
        } else {
            followers[order.pair]?.remove(order.id, side: order.side.opposite)
        }
    }

    mutating func disarm(_ order: Order) {
        guard order.trigger != nil else { return }
        triggers[order.pair]?.remove(order.id, side: order.side)
        if case .trail = order.plan { followers[order.pair]?.remove(order.id, side: order.side.opposite) }
    }

    mutating func moveTrigger(
        _ id: OrderID, to trigger: ExactDecimal, by price: ExactDecimal, at time: Timestamp,
        touching outcome: inout Outcome
    ) {
        guard case .trail(let trailing) = existing(id).order.plan else {
            preconditionFailure("\(id) does not follow the market")
        }
        entries[id]?.order.plan = .trail(trailing.moved(to: trigger, by: price, at: time))
        entries[id]?.order.price = .market(protection: trigger)
        outcome.touchedOrders.append(id)
        arm(existing(id).order)
    }
}
