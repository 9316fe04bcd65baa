public import Trading

extension OrderEngine {
    /// Starts taking off every one of the orders, or refuses and starts none.
    func decideCancel(_ ids: [OrderID], account: AccountID, at now: Timestamp) throws(EngineRefusal) -> Decision {
        var records: [Record] = []
        let first = ids.prefix(limits.decisionOrdersMax)
        let rest = ids.dropFirst(limits.decisionOrdersMax)
        for id in rest { try checkCancelable(id, of: account) }
        // Where each step stands, so that taking off ten thousand orders is not a hundred million comparisons.
        var places: [ClosingStep: Int] = [:]
        for id in first {
            try checkCancelable(id, of: account)
            let steps = cancelSteps(existing(id).order, .requested, at: now)
            guard !steps.isEmpty else {
                throw EngineRefusal(.cancelUnderWay, .order(id), "\(id) is being canceled already")
            }
            // Naming an order and one of its children asks for the same cancel twice: the whole's counts.
            for step in steps {
                guard let closing = ClosingStep(step), let same = places[closing] else {
                    if let closing = ClosingStep(step) { places[closing] = records.count }
                    records.append(step)
                    continue
                }
                if case .cancelRequested(_, .parent, _) = step { records[same] = step }
            }
        }
        let later: [Input] = rest.isEmpty ? [] : [.takeOff(Array(rest), account: account, .requested)]
        return Decision(records: records, rest: later)
    }

    private func checkCancelable(_ id: OrderID, of account: AccountID) throws(EngineRefusal) {
        guard let entry = entries[id], entry.order.account == account else {
            throw EngineRefusal(.unknownOrder, .order(id), "there is no open order \(id)")
        }
        guard entry.order.closedAt == nil else {
            throw EngineRefusal(.orderFinished, .order(id), "\(id) is \(entry.order.status.words) already")
        }
    }

    /// Takes off the first of these orders that are not over or being taken off, and leaves the others for later.
    func decideTakingOff(
        _ ids: [OrderID], account: AccountID, _ reason: CancelReason, at now: Timestamp
    ) -> Decision {
        var records: [Record] = []
        var count = 0
        var position = ids.startIndex
        while position < ids.endIndex, count < limits.decisionOrdersMax {
            let id = ids[position]
            position += 1
            guard let order = entries[id]?.order, order.account == account, order.closedAt == nil else { continue }
            records += cancelSteps(order, reason, at: now)
            count += 1
        }
        let rest = ids[position...]
        return Decision(
            records: records, rest: rest.isEmpty ? [] : [.takeOff(Array(rest), account: account, reason)])
    }

    /// An account's open orders that are no other's children, by number.
    func openRoots(of account: AccountID) -> [OrderID] {
        (openOrders[account] ?? []).filter { entries[$0]?.order.parent == nil }.sorted()
    }

    /// Whatever has to be taken off so that nothing of this order works any more. Empty where all of that is under way. Of a
    /// sliced order's children it is the first `decisionOrdersMax`; the others follow when the cancel of the whole is applied.
    func cancelSteps(_ order: Order, _ reason: CancelReason, at now: Timestamp) -> [Record] {
        var steps: [Record] = []
        if order.status == .armed {
            // Nothing is at the exchange: its own word is enough.
            return [.cancelRequested(order.id, reason, at: now), .orderClosed(order.id, at: now)]
        }
        switch order.cancelReason {
        // Where a limit is making way for its stop, the stop is not to follow; where it has followed, its time is over. What
        // is being moved comes off, and nothing takes its place.
        case nil, .triggered?, .replaced?: steps.append(.cancelRequested(order.id, reason, at: now))
        // The trader's to repeat if it fails; a panic's is the desk's.
        case .requested? where reason == .panic: steps.append(.cancelRequested(order.id, reason, at: now))
        case .requested?, .expiry?, .parent?, .panic?: break
        }
        steps += childCancels(of: order, because: reason, at: now)
        if order.plan.behavior.endsWhenCanceled(order, in: self) {
            steps.append(.orderFinished(order.id, .canceled, at: now))
        }
        return steps
    }

    /// The cancels of the first of an order's children that are not being taken off with it yet: at most `decisionOrdersMax`.
    func childCancels(of order: Order, because reason: CancelReason, at now: Timestamp) -> [Record] {
        let first = min(ladders[order.id]?.takenOff ?? 0, order.children.count)
        return order.children[first...].lazy.filter(isLeftOnBook).prefix(limits.decisionOrdersMax).map { id in
            let isExpiry = reason == .expiry && entries[id]?.order.cancelReason != .requested
            return .cancelRequested(id, isExpiry ? .expiry : .parent, at: now)
        }
    }

    /// Whether an order works on although the whole that it belongs to is being taken off. One that its trader was canceling is
    /// the trader's to repeat if that fails, and then not followed by another: now it is the whole's.
    func isLeftOnBook(_ id: OrderID) -> Bool {
        guard let order = entries[id]?.order, order.closedAt == nil else { return false }
        switch order.cancelReason {
        case nil, .replaced?, .requested?: return true
        case .expiry?, .triggered?, .parent?, .panic?: return false
        }
    }

    /// Whether all that a cancel of this open order could take off is being taken off already. A paired order whose entry was
    /// canceled may still wait for its contra, or have one that works.
    public func isCancelUnderWay(_ order: Order) -> Bool {
        guard order.cancelReason == .requested else { return false }
        if order.plan.behavior.cancelGoesOn { return true }
        return cancelSteps(order, .requested, at: order.createdAt).isEmpty
    }

    func liveChildren(of order: Order) -> [Order] {
        order.children.compactMap { id in
            guard let child = entries[id]?.order, child.closedAt == nil else { return nil }
            return child
        }
    }

    /// How long after a cancel that failed the desk repeats it.
    static let cancelRetrySeconds: Int64 = 1

    /// Expires the next order whose time has come, or repeats a cancel of it, if there is one.
    ///
    /// Each of these moves the order to a later time or away: otherwise it would be found again without end.
    func decideExpiry(at now: Timestamp) -> [Record] {
        guard let (time, id) = expiries.first, time <= now, let order = entries[id]?.order else { return [] }
        let isOver = order.timeInForce.expireTime.map { $0 <= now } ?? false
        switch order.cancelReason {
        case .requested?, .expiry?, .parent?, .panic?:
            return [.cancelRequested(id, order.cancelReason ?? .parent, at: now)]
        case .triggered? where !isOver, .replaced? where !isOver:
            return [.cancelRequested(id, order.cancelReason ?? .parent, at: now)]
        case .triggered?, .replaced?, nil:
            return cancelSteps(order, .expiry, at: now)
        }
    }
}

extension OrderEntry {
    /// When the desk has to act on the order by itself: its time is over, or a cancel that failed is repeated.
    var actsAt: Timestamp? {
        guard order.closedAt == nil else { return nil }
        let expireTime = order.timeInForce.expireTime
        switch order.cancelReason {
        case .requested?, .expiry?, .parent?, .panic?:
            return cancelRetryAt
        case .triggered?, .replaced?:
            // What has made way for its stop has no cancel left to repeat; the stop's time is its own.
            guard order.isAtExchangeItself, let cancelRetryAt else { return expireTime }
            return min(cancelRetryAt, expireTime ?? cancelRetryAt)
        case nil:
            guard order.plan.behavior.timeCounts(for: order) else { return nil }
            return expireTime.map { max($0, cancelRetryAt ?? $0) }
        }
    }
}

/// What a record does to end an order, whatever its reason: done once for each order.
private enum ClosingStep: Hashable {
    case request(OrderID)
    case close(OrderID)
    case finish(OrderID)

    init?(_ record: Record) {
        switch record {
        case .cancelRequested(let id, _, _): self = .request(id)
        case .orderClosed(let id, _), .orderClosedByExchange(let id, _, _, _): self = .close(id)
        case .orderFinished(let id, _, _): self = .finish(id)
        default: return nil
        }
    }
}

extension OrderStatus {
    /// The status as a trader reads it.
    public var words: String {
        switch self {
        case .pending: "pending"
        case .open: "open"
        case .partiallyFilled: "filled in part"
        case .filled: "filled"
        case .canceled: "canceled"
        case .expired: "expired"
        case .rejected: "rejected"
        case .armed: "waiting for its trigger"
        case .unknown: "unknown"
        }
    }
}
