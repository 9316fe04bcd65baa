import OrderedCollections
import Trading

extension OrderEngine {
    /// Changes the state as the record says, and says what is to be done about it. Cannot fail: a record that does not
    /// fit the state is corruption, and stops the program.
    mutating func apply(_ record: Record, touching outcome: inout Outcome) -> [Effect] {
        switch record {
        case .fundsAdjusted(let adjustment):
            change(adjustment.account, adjustment.coin, touching: &outcome) { $0.total += adjustment.amount }
            return []
        case .orderPlaced(let order):
            return place(order, touching: &outcome)
        case .orderAccepted(let id, let exchangeOrderID, let time):
            return accept(id, exchangeOrderID, at: time, touching: &outcome)
        case .orderRejected(let id, let code, let reason, let time):
            return reject(id, code, reason, at: time, touching: &outcome)
        case .orderFilled(let id, let fill, let reservedAfter, let time):
            return fillOrder(id, fill, reservedAfter, at: time, touching: &outcome)
        case .cancelRequested(let id, let reason, _):
            return requestCancel(id, reason, touching: &outcome)
        case .cancelFailed(let id, let reason, let time):
            return failCancel(id, reason, at: time, touching: &outcome)
        case .orderClosed(let id, let time):
            return close(id, nil, at: time, touching: &outcome)
        case .orderClosedByExchange(let id, let code, let reason, let time):
            entries[id]?.order.rejection = code
            return close(id, EngineRefusal(code, nil, reason), at: time, touching: &outcome)
        case .orderTriggered(let id, let marketPrice, let child, let time):
            return trigger(id, marketPrice, child, at: time, touching: &outcome)
        case .answerLost(let id, let time):
            let order = transition(id, .answerLost, touching: &outcome)
            return [
                .notify(OrderEvent(order: order, kind: .unknown, at: time)),
                .request(.status(sent(order))),
            ]
        case .orderReconciled(let id, let time):
            outcome.touchedOrders.append(id)
            return [.notify(OrderEvent(order: existing(id).order, kind: .reconciled, at: time))]
        case .contraReady(let id, let quantity, let time):
            entries[id]?.contraReady = quantity
            outcome.touchedOrders.append(id)
            return [.notify(OrderEvent(order: existing(id).order, kind: .contraReady(quantity: quantity), at: time))]
        case .orderFinished(let id, let status, let time):
            return finish(id, status, at: time, touching: &outcome)
        case .pairedDone(let id, let result, let time):
            let order = closeWhole(id, at: time, touching: &outcome)
            return [.notify(OrderEvent(order: order, kind: .pairedDone(result), at: time))]
        case .moveRequested(let id, let terms, _):
            return requestMove(id, terms, touching: &outcome)
        case .orderReplaced(let id, let price, let quantity, let reserved, let time):
            return replace(id, price, quantity, reserved, at: time, touching: &outcome)
        case .orderAmended(let id, let terms, let time):
            return amend(id, terms, at: time, touching: &outcome)
        case .triggerMoved(let id, let trigger, let marketPrice, let tradedAt, _):
            TrailingStopOrder.moveTrigger(
                id, to: trigger, by: marketPrice, at: tradedAt, in: &self, touching: &outcome)
            return []
        case .orderGrown(let id, let quantity, _):
            grow(id, to: quantity, touching: &outcome)
            return []
        case .panicDeclared(let account, let orders, let time):
            return declarePanic(account, orders, at: time)
        case .panicCleared(let account, let time):
            return clearPanic(account, at: time)
        case .panicLifted(let account, let time):
            return liftPanic(account, at: time)
        }
    }

    // MARK: Each record

    private mutating func place(_ order: Order, touching outcome: inout Outcome) -> [Effect] {
        precondition(entries[order.id] == nil, "\(order.id) is placed twice")
        entries[order.id] = OrderEntry(order: order)
        nextOrderID = max(nextOrderID, OrderID(order.id.rawValue + 1))
        openOrders[order.account, default: []].insert(order.id)
        outcome.touchedOrders.append(order.id)
        if order.parent == nil { newestRoots[order.account] = max(newestRoots[order.account] ?? order.id, order.id) }
        var effects = order.plan.behavior.placed(order, in: &self)
        var held = order.reserved
        if let parent = order.parent {
            entries[parent]?.order.children.append(order.id)
            if let whole = entries[parent]?.order.plan.behavior {
                held -= whole.childPlaced(order, under: parent, in: &self)
            }
            countInLadder(order, from: nil, to: order.status)
            outcome.touchedOrders.append(parent)
            mirror(parent, touching: &outcome)
            schedule(parent)
        }
        if !held.isZero {
            change(order.account, order.spentCoin, touching: &outcome) { $0.reserved += held }
        }
        arm(order)
        schedule(order.id)
        if order.status == .pending { effects.append(.request(.place(sent(order).order))) }
        return effects
    }

    private mutating func accept(
        _ id: OrderID, _ exchangeOrderID: String, at time: Timestamp, touching outcome: inout Outcome
    ) -> [Effect] {
        // It may have been the oldest of the finished ones when its end was told, with the number, a moment ago.
        guard let before = entries[id]?.order else { return [] }
        entries[id]?.order.exchangeOrderID = exchangeOrderID
        outcome.touchedOrders.append(id)
        let isOvertaken = before.status.after(.accepted) == nil
        if isOvertaken, before.status.isFinal { return [] }
        var order = isOvertaken ? existing(id).order : transition(id, .accepted, touching: &outcome)
        if order.status == .open, order.filled.isPositive {
            // What an attempt before had filled.
            entries[id]?.order.status = .partiallyFilled
            if let parent = order.parent { mirror(parent, touching: &outcome) }
            order = existing(id).order
        }
        let whole = order.parent.flatMap { entries[$0]?.order.plan } ?? OrderPlan.none
        let kind: OrderEvent.Kind = order.attempt > 1 ? .moved : whole.behavior.childOpened
        var effects: [Effect] = [.notify(OrderEvent(order: order, kind: kind, at: time))]
        // A cancel that was asked for before the exchange had answered.
        if order.cancelReason != nil, !isOvertaken {
            effects.append(.request(.cancel(sent(order))))
        }
        return effects
    }

    private mutating func reject(
        _ id: OrderID, _ code: RefusalCode, _ reason: String, at time: Timestamp, touching outcome: inout Outcome
    ) -> [Effect] {
        entries[id]?.order.rejection = code
        if existing(id).order.attempt > 1, !existing(id).order.status.isFinal {
            // The trader had an order on the book, and has none any more.
            let order = transition(id, .canceled, touching: &outcome)
            let effects = release(id, at: time, touching: &outcome)
            return [.notify(OrderEvent(order: order, kind: .canceled, at: time))] + effects
        }
        let entry = existing(id)
        // The limit of a one-cancels-the-other is off the book already when its stop cannot be placed.
        let order = entry.order.status.isFinal ? entry.order : transition(id, .rejected, touching: &outcome)
        let effect = Effect.notify(OrderEvent(order: order, kind: .rejected(code: code, reason: reason), at: time))
        if entry.order.status.isFinal {
            entries[id]?.order.status = .rejected
            _ = closeWhole(id, at: time, touching: &outcome)
            return [effect]
        }
        return [effect] + release(id, at: time, touching: &outcome)
    }

    private mutating func fillOrder(
        _ id: OrderID, _ fill: Fill, _ reservedAfter: ExactDecimal, at time: Timestamp, touching outcome: inout Outcome
    ) -> [Effect] {
        let before = existing(id).order
        let isWhole = fill.quantity == before.remaining && before.status != .filled
        entries[id]?.fillIDs.insert(fill.id)
        entries[id]?.order.add(fill)
        entries[id]?.order.reserved = reservedAfter
        // What an attempt that had been replaced fills after the whole has been filled changes nothing but the figures.
        let order =
            before.status == .filled
            ? existing(id).order : transition(id, isWhole ? .filledWhole : .filledInPart, touching: &outcome)
        settleFunds(of: order, fill, released: before.reserved - reservedAfter, touching: &outcome)
        if let parent = order.parent, entries[parent]?.order.plan.sumsItsChildren == true {
            entries[parent]?.order.add(fill)
            outcome.touchedOrders.append(parent)
            mirror(parent, touching: &outcome)
        }
        let event = OrderEvent(order: order, kind: isWhole ? .filled(fill) : .partiallyFilled(fill), at: time)
        guard order.status.isFinal else {
            // A fill that overtook the acceptance says as well as it that the exchange can be asked to cancel.
            guard before.status != .partiallyFilled, before.status != .open, order.cancelReason != nil else {
                return [.notify(event)]
            }
            return [.notify(event), .request(.cancel(sent(order)))]
        }
        if before.closedAt != nil, let parent = order.parent { return [.notify(event), .consider(.settle(parent))] }
        return [.notify(event)] + release(id, at: time, touching: &outcome)
    }

    private mutating func requestCancel(
        _ id: OrderID, _ reason: CancelReason, touching outcome: inout Outcome
    ) -> [Effect] {
        if reason != .replaced { dropMove(id, touching: &outcome) }
        let order = existing(id).order
        entries[id]?.order.cancelReason = reason
        entries[id]?.cancelRetryAt = nil
        schedule(id)
        outcome.touchedOrders.append(id)
        let effects = order.plan.behavior.cancelRequested(order, in: &self, touching: &outcome)
        if let parent = order.parent, ladders[parent] != nil { passTakenOff(parent) }
        if reason != .triggered, reason != .replaced { disarm(order) }
        guard order.isAtExchangeItself else { return effects }
        switch order.status {
        case .open, .partiallyFilled: return [.request(.cancel(sent(order)))]
        // Asked for as soon as the exchange has answered.
        case .pending, .unknown: return []
        case .filled, .canceled, .expired, .rejected, .armed: return []
        }
    }

    /// A trader's own cancel that failed is the trader's to repeat, and the order works on as before; all others are
    /// repeated by the desk, a second later. So is a trader's of a limit that was making way for its stop: that one
    /// would have been repeated without the trader.
    private mutating func failCancel(
        _ id: OrderID, _ reason: String, at time: Timestamp, touching outcome: inout Outcome
    ) -> [Effect] {
        let order = existing(id).order
        outcome.touchedOrders.append(id)
        entries[id]?.cancelRetryAt = time.advanced(bySeconds: OrderEngine.cancelRetrySeconds)
        let isTraders = order.cancelReason == .requested && order.triggeredAt == nil
        if isTraders {
            entries[id]?.order.cancelReason = nil
            arm(order)
        }
        schedule(id)
        let ask = Effect.request(.status(sent(order)))
        // What the desk repeats each second is told once.
        guard isTraders || failedCancelsTold.insert(id).inserted else { return [ask] }
        return [.notify(OrderEvent(order: existing(id).order, kind: .cancelFailed(reason: reason), at: time)), ask]
    }

    private mutating func close(
        _ id: OrderID, _ why: EngineRefusal?, at time: Timestamp, touching outcome: inout Outcome
    ) -> [Effect] {
        let isExpiry = existing(id).order.cancelReason == .expiry
        let order = transition(id, isExpiry ? .expired : .canceled, touching: &outcome)
        let effects = release(id, at: time, touching: &outcome)
        // A limit that makes way for its stop is not canceled to the trader: the order goes on.
        guard order.cancelReason != .triggered else { return effects }
        let kind = isExpiry ? OrderEvent.Kind.expired : .canceled
        return [.notify(OrderEvent(order: existing(id).order, kind: kind, at: time, why: why))] + effects
    }

    private mutating func trigger(
        _ id: OrderID, _ marketPrice: ExactDecimal, _ child: OrderID?, at time: Timestamp,
        touching outcome: inout Outcome
    ) -> [Effect] {
        let order = existing(id).order
        guard let trigger = order.trigger, let then = order.plan.sentWhenTriggered else {
            preconditionFailure("\(id) triggered and has no trigger")
        }
        disarm(order)
        entries[id]?.order.triggeredAt = time
        entries[id]?.order.triggerMarketPrice = marketPrice
        entries[id]?.triggeredChild = child
        if let child { nextOrderID = max(nextOrderID, OrderID(child.rawValue + 1)) }
        outcome.touchedOrders.append(id)
        return [
            .notify(
                OrderEvent(
                    order: existing(id).order,
                    kind: .triggered(marketPrice: marketPrice, trigger: trigger, then: then, child: child), at: time))
        ]
    }

    private mutating func finish(
        _ id: OrderID, _ status: OrderStatus, at time: Timestamp, touching outcome: inout Outcome
    ) -> [Effect] {
        let before = existing(id)
        entries[id]?.order.status = status
        let order = closeWhole(id, at: time, touching: &outcome)
        return before.order.plan.behavior.finished(before, with: status)
            .map { [.notify(OrderEvent(order: order, kind: $0, at: time))] } ?? []
    }
}
