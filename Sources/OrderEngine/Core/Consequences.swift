import DequeModule
import OrderedCollections
public import Trading

/// What the application of several records shares: statuses, funds, and the end of an order.
extension OrderEngine {
    func existing(_ id: OrderID) -> OrderEntry {
        guard let entry = entries[id] else { preconditionFailure("a record names \(id), which is not known") }
        return entry
    }

    mutating func transition(
        _ id: OrderID, _ event: StatusEvent, touching outcome: inout Outcome
    ) -> Order {
        let before = existing(id).order.status
        guard let after = before.after(event) else {
            preconditionFailure("\(id) is \(before) and cannot be \(event)")
        }
        entries[id]?.order.status = after
        outcome.touchedOrders.append(id)
        let order = existing(id).order
        countInLadder(order, from: before, to: after)
        if let parent = order.parent { mirror(parent, touching: &outcome) }
        return order
    }

    /// The status of an order whose work its children do.
    mutating func mirror(_ parent: OrderID, touching outcome: inout Outcome) {
        guard let order = entries[parent]?.order, order.closedAt == nil, order.plan.sumsItsChildren else { return }
        outcome.touchedOrders.append(parent)
        guard let status = order.plan.behavior.status(of: order, in: self) else { return }
        entries[parent]?.order.status = status
    }

    /// Frees what a final order still holds; closes it, or has the whole that it belongs to looked at.
    mutating func release(
        _ id: OrderID, at time: Timestamp, touching outcome: inout Outcome
    ) -> [Effect] {
        dropMove(id, touching: &outcome)
        let order = existing(id).order
        failedCancelsTold.remove(id)
        if order.reserved.isPositive {
            entries[id]?.order.reserved = .zero
            change(order.account, order.spentCoin, touching: &outcome) { $0.reserved -= order.reserved }
        }
        var effects: [Effect] = []
        schedule(id)
        if order.plan.behavior.isOver(order) {
            _ = closeWhole(id, at: time, touching: &outcome)
        } else {
            effects.append(.consider(.settle(id)))
        }
        if let parent = order.parent { effects.append(.consider(.settle(parent))) }
        return effects
    }

    mutating func closeWhole(
        _ id: OrderID, at time: Timestamp, touching outcome: inout Outcome
    ) -> Order {
        let order = existing(id).order
        outcome.touchedOrders.append(id)
        guard order.closedAt == nil else { return order }
        entries[id]?.order.closedAt = time
        entries[id]?.contraReady = nil
        openOrders[order.account]?.remove(id)
        ladders[id] = nil
        schedule(id)
        disarm(order)
        finished.append(id)
        dropOldFinished()
        return existing(id).order
    }

    /// Puts the order where the clock will find it, or takes it from there.
    mutating func schedule(_ id: OrderID) {
        if let time = entries[id]?.actsAt { expiries.set(id, to: time) } else { expiries.remove(id) }
    }

    /// A finished child is kept as long as its parent is open: the parent's result is made of it.
    mutating func dropOldFinished() {
        var looked = 0
        while finished.count > limits.finishedOrdersKept, looked < 2, let id = finished.popFirst() {
            looked += 1
            if let parent = entries[id]?.order.parent, let whole = entries[parent], whole.order.closedAt == nil {
                finished.append(id)
            } else {
                entries[id] = nil
            }
        }
    }

    mutating func change(
        _ account: AccountID, _ coin: Coin, touching outcome: inout Outcome, _ body: (inout Funds) -> Void
    ) {
        body(&funds[FundsKey(account: account, coin: coin), default: Funds()])
        coinsHeld[account, default: []].insert(coin)
        outcome.touchedFunds.append(TouchedFunds(account: account, coin: coin))
    }

    /// The order as the exchange was, or is to be, sent it.
    func sent(_ order: Order, countedFills: Set<FillID> = []) -> SentOrder {
        let isTriggered = order.parent.flatMap { entries[$0]?.order.triggeredAt } != nil
        return SentOrder(
            NewOrder(order, selfTrade: isTriggered ? .cancelResting : .cancelIncoming),
            exchangeOrderID: order.exchangeOrderID, sentAt: order.replacedAt ?? order.createdAt,
            countedFills: countedFills,
            countedQuantity: countedFills.isEmpty ? .zero : order.filled - order.filledBefore)
    }

    mutating func settleFunds(
        of order: Order, _ fill: Fill, released: ExactDecimal, touching outcome: inout Outcome
    ) {
        let value = fill.price.times(fill.quantity)
        let bought = order.side == .buy
        change(order.account, order.pair.base, touching: &outcome) {
            if bought { $0.total += fill.quantity } else { $0.total -= fill.quantity }
        }
        change(order.account, order.pair.quote, touching: &outcome) {
            if bought { $0.total -= value } else { $0.total += value }
        }
        change(order.account, fill.feeCurrency, touching: &outcome) { $0.total -= fill.fee }
        change(order.account, order.spentCoin, touching: &outcome) { $0.reserved -= released }
    }
}

extension NewOrder {
    /// The order as the exchange gets it.
    public init(_ order: Order, selfTrade: SelfTradePrevention = .cancelIncoming) {
        let lifetime: Lifetime
        switch (order.price, order.timeInForce) {
        case (.market, _), (_, .immediateOrCancel): lifetime = .immediateOrCancel
        case (_, .fillOrKill): lifetime = .fillOrKill
        case (.limit, .goodTillCanceled), (.limit, .goodTillDate), (.limit, .day):
            lifetime = order.isPostOnly ? .postOnly : .rest
        }
        self.init(
            clientOrderID: order.clientOrderID, account: order.account, pair: order.pair, side: order.side,
            quantity: order.attemptQuantity, price: order.price, lifetime: lifetime, selfTrade: selfTrade,
            cashQuantity: order.cashQuantity)
    }
}

extension Order {
    /// The coin that it spends.
    public var spentCoin: Coin { side == .buy ? pair.quote : pair.base }

    /// What came of it in the base coin: what filled, less a fee that was taken out of it.
    public var received: ExactDecimal {
        side == .buy ? filled - fee(in: pair.base) : filled
    }

    mutating func add(_ fill: Fill) {
        filled += fill.quantity
        filledValue += fill.price.times(fill.quantity)
        pay(fill.fee, fill.feeCurrency)
    }
}
