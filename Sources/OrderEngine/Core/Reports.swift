import Trading

extension OrderEngine {
    /// Takes in what the exchange says. What was known already leads to nothing; what cannot be is an anomaly.
    func decideReport(_ report: ExecutionReport, at now: Timestamp) -> Decision {
        let clientID = report.clientOrderID
        guard let entry = entries[clientID.order] else {
            return .odd(clientID.order, "a report about an order that is not known: \(report)")
        }
        let order = entry.order
        guard !order.plan.isOnlyParent else {
            return .odd(order.id, "a report about an order that is never at the exchange itself: \(report)")
        }
        let isCurrentAttempt = clientID.attempt == order.attempt && (order.isAtExchangeItself || order.status.isFinal)
        switch report {
        case .filled(_, let fill):
            // Money moved, whichever attempt it was for.
            return decideFill(fill, of: entry, attempt: clientID.attempt, at: now)
        case .accepted(_, let exchangeOrderID):
            guard isCurrentAttempt, order.status.after(.accepted) != nil || order.lacksNumber else { return .nothing }
            return Decision(records: [.orderAccepted(order.id, exchangeOrderID: exchangeOrderID, at: now)])
        case .rejected(_, let code, let reason):
            guard isCurrentAttempt, order.status != .rejected else { return .nothing }
            guard order.status.after(.rejected) != nil else {
                return .odd(order.id, "rejected while \(order.status.words): \(reason)")
            }
            return Decision(
                records: [.orderRejected(order.id, code: code, reason: reason, at: now)],
                why: order.attempt > 1
                    ? EngineRefusal(code, nil, "its replacement was refused: \(reason)") : nil)
        case .canceled:
            guard isCurrentAttempt, order.status.after(.canceled) != nil else { return .nothing }
            if order.cancelReason == .replaced { return decideReplacement(entry, left: order.remaining, at: now) }
            return Decision(records: [.orderClosed(order.id, at: now)])
        case .canceledByExchange(let client, let code, let reason):
            // Where a cancel or a move of it was under way, that is why it is gone.
            guard order.cancelReason == nil else { return decideReport(.canceled(client), at: now) }
            guard isCurrentAttempt, order.status.after(.canceled) != nil else { return .nothing }
            return Decision(records: [.orderClosedByExchange(order.id, code: code, reason: reason, at: now)])
        case .cancelRejected(_, let reason):
            guard isCurrentAttempt, !order.status.isFinal, order.cancelReason != nil else { return .nothing }
            return Decision(records: [.cancelFailed(order.id, reason: reason, at: now)])
        case .lost:
            guard isCurrentAttempt else { return .nothing }
            if order.status.after(.answerLost) != nil { return Decision(records: [.answerLost(order.id, at: now)]) }
            // The exchange has it; what was lost is the answer to a cancel. It is asked what became of the order.
            guard order.status == .open || order.status == .partiallyFilled, order.cancelReason != nil else {
                return .nothing
            }
            return Decision(records: [.cancelFailed(order.id, reason: "no answer from the exchange", at: now)])
        case .status(_, let state):
            guard isCurrentAttempt else { return .nothing }
            return decideState(state, of: entry, at: now)
        }
    }

    private func decideFill(
        _ fill: Fill, of entry: OrderEntry, attempt: UInt32, at now: Timestamp
    ) -> Decision {
        let order = entry.order
        guard !entry.fillIDs.contains(fill.id) else { return .nothing }
        if attempt < order.attempt, fill.isCountable {
            return Decision(
                records: decideLateFill(fill, of: entry, at: now)
                    + order.plan.behavior.followFill(of: order, at: now, in: self))
        }
        guard fill.quantity <= order.remaining, fill.isCountable else {
            return .odd(
                order.id, "fill \(fill.id) of \(fill.quantity) at \(fill.price) does not fit \(order.remaining) left")
        }
        let left = order.remaining - fill.quantity
        var decision = Decision(
            records: [
                .orderFilled(
                    order.id, fill, reservedAfter: reservation(for: order, left: left, after: [fill]), at: now)
            ] + order.plan.behavior.followFill(of: order, at: now, in: self))
        if let parent = order.parent, let whole = entries[parent]?.order, whole.trigger != nil,
            whole.remaining < fill.quantity
        {
            decision.anomaly = Anomaly(
                order: parent,
                text: "\(parent) has traded \(fill.quantity - whole.remaining) more than its \(whole.quantity)")
        }
        return decision
    }

    /// What an order holds when this much of it is left: as much a unit as before.
    ///
    /// Not by the rules of now: an exchange keeps an order at the fee with which it took it on, and holds by that.
    private func reservation(for order: Order, left: ExactDecimal, after fills: [Fill]) -> ExactDecimal {
        guard left.isPositive, !order.status.isFinal, order.reserved.isPositive else { return .zero }
        if order.cashQuantity != nil {
            return fills.reduce(order.reserved) { max(.zero, $0 - $1.cost(in: order.pair.quote)) }
        }
        do {
            return try order.reserved.share(of: left, in: order.remaining, rounding: .up)
        } catch {
            return order.reserved
        }
    }

    /// Settles an order by the exchange's own word: the fills first, then where it stands.
    private func decideState(_ state: ExchangeOrderState, of entry: OrderEntry, at now: Timestamp) -> Decision {
        let order = entry.order
        let wasUnsure = order.status == .unknown || order.status == .pending
        var records: [Record] = []
        var why: EngineRefusal?
        let fills: [Fill]
        switch state {
        case .neverArrived: fills = []
        case .open(_, let all), .closed(_, let all): fills = all
        }
        if case .open(let exchangeOrderID, _) = state, wasUnsure || order.lacksNumber {
            records.append(.orderAccepted(order.id, exchangeOrderID: exchangeOrderID, at: now))
        }
        var left = order.remaining
        var counted = entry.fillIDs
        var new: [Fill] = []
        for fill in fills where counted.insert(fill.id).inserted {
            guard fill.quantity <= left, fill.isCountable else {
                return .odd(
                    order.id, "fill \(fill.id) of \(fill.quantity) at \(fill.price) does not fit \(left) left")
            }
            left -= fill.quantity
            new.append(fill)
            records.append(
                .orderFilled(order.id, fill, reservedAfter: reservation(for: order, left: left, after: new), at: now))
        }
        switch state {
        case .neverArrived where wasUnsure:
            records.append(
                .orderRejected(order.id, code: .exchangeUnavailable, reason: "it never reached the exchange", at: now))
            if order.attempt > 1 {
                why = EngineRefusal(
                    .exchangeUnavailable, nil, "its replacement never reached the exchange")
            }
        case .neverArrived:
            if !order.status.isFinal {
                return .odd(order.id, "the exchange does not know it, and had accepted it")
            }
        case .open:
            break
        case .closed where left.isPositive && !order.status.isFinal && order.cancelReason == .replaced:
            let next = decideReplacement(entry, left: left, at: now)
            records += next.records
            why = next.why
        case .closed where left.isPositive && !order.status.isFinal:
            records.append(.orderClosed(order.id, at: now))
        case .closed:
            break
        }
        // Its end is told by now: the number is for whoever asks about it later.
        if case .closed(let exchangeOrderID, _) = state, order.exchangeOrderID == nil, order.status != .rejected,
            !records.contains(where: \.isReplacement)
        {
            records.append(.orderAccepted(order.id, exchangeOrderID: exchangeOrderID, at: now))
        }
        if wasUnsure, !records.isEmpty { records.insert(.orderReconciled(order.id, at: now), at: 0) }
        return Decision(records: records, why: why)
    }
}

extension Record {
    /// Whether the attempt that was spoken of is not the current one any more.
    fileprivate var isReplacement: Bool {
        if case .orderReplaced = self { true } else { false }
    }
}

extension Order {
    /// Whether the exchange has had it, and its number is still to be told: a fill has overtaken the acceptance.
    fileprivate var lacksNumber: Bool {
        guard exchangeOrderID == nil else { return false }
        switch status {
        case .partiallyFilled, .filled, .canceled, .expired: return true
        case .pending, .open, .unknown, .armed, .rejected: return false
        }
    }
}

extension Fill {
    /// What a purchase spends by it, in the quote coin.
    fileprivate func cost(in quote: Coin) -> ExactDecimal {
        price.times(quantity) + (feeCurrency == quote ? fee : .zero)
    }

    /// Whether funds can be counted by it: above zero, with a value that is, like its fee, inside the range
    /// that sums of funds are sure to stay in.
    fileprivate var isCountable: Bool {
        guard quantity.isPositive, price.isPositive, let value = try? price.multiplied(by: quantity, rounding: .down)
        else {
            return false
        }
        let most = Int128.max / 1_000
        return value.units < most && quantity.units < most && fee.units < most && fee.units > -most
    }
}
