import Trading

extension OrderEngine {
    /// What follows for an order of several parts now that one of them has changed.
    func decideSettlement(_ id: OrderID, at now: Timestamp) -> Decision {
        guard let entry = entries[id], entry.order.closedAt == nil else { return .nothing }
        switch entry.order.plan {
        case .none: return .nothing
        case .sliced: return Decision(records: settleSliced(entry.order, at: now))
        case .stop, .trail: return Decision(records: settleStop(entry.order, at: now))
        case .oco(_, let then): return Decision(records: settleOCO(entry, then, at: now))
        case .paired(let contraPrice): return settlePaired(entry, contraPrice, at: now)
        }
    }

    private func settleSliced(_ order: Order, at now: Timestamp) -> [Record] {
        guard let tally = ladders[order.id], case .sliced(_, _, _, let count) = order.plan else { return [] }
        let isWhole = order.children.count >= count
        if order.cancelReason == nil, tally.rejected > 0, tally.live > 0 || !isWhole {
            // Part of a ladder is not what was asked for: the rest comes off.
            return cancelSteps(order, .parent, at: now)
        }
        guard tally.live == 0, isWhole || order.cancelReason != nil else { return [] }
        let status: OrderStatus =
            if order.remaining.isZero {
                .filled
            } else if order.cancelReason == .expiry {
                .expired
            } else if tally.rejected > 0, tally.rejected == order.children.count {
                .rejected
            } else {
                .canceled
            }
        return [.orderFinished(order.id, status, at: now)]
    }

    private func settleStop(_ order: Order, at now: Timestamp) -> [Record] {
        guard let id = order.children.last, let child = entries[id]?.order, child.status.isFinal else { return [] }
        return [.orderFinished(order.id, child.status, at: now)]
    }

    private func settleOCO(_ entry: OrderEntry, _ then: TriggeredPrice, at now: Timestamp) -> [Record] {
        let order = entry.order
        var childID = entry.triggeredChild
        if let id = order.children.last, let child = entries[id]?.order {
            guard child.status.isFinal else { return [] }
            // Taken off by the desk because its limit had filled late: another works for what is left.
            guard child.cancelReason == .parent, order.cancelReason == .triggered, order.remaining.isPositive else {
                return [.orderFinished(order.id, order.remaining.isZero ? .filled : child.status, at: now)]
            }
            childID = nextOrderID
        }
        guard order.status.isFinal else { return [] }
        guard order.status == .canceled, order.cancelReason == .triggered, panics[order.account] == nil, let childID
        else {
            return [.orderFinished(order.id, order.status, at: now)]
        }
        do {
            return [.orderPlaced(try triggeredChild(of: order, id: childID, then, at: now))]
        } catch {
            return [.orderRejected(order.id, code: error.code, reason: error.message, at: now)]
        }
    }

    private func settlePaired(_ entry: OrderEntry, _ contraPrice: ExactDecimal?, at now: Timestamp) -> Decision {
        let order = entry.order
        let contras = order.children.compactMap { entries[$0]?.order }
        guard order.status.isFinal, contras.allSatisfy(\.status.isFinal) else { return .nothing }
        guard order.filled.isPositive else {
            return Decision(records: [.orderFinished(order.id, order.status, at: now)])
        }

        let left = contraQuantity(order, contras)
        let done = Record.pairedDone(order.id, pairedResult(order, contras), at: now)
        guard left.isPositive else { return Decision(records: [done]) }
        if panics[order.account] != nil || contras.last?.cancelReason == .parent {
            // Everything was stopped, or the whole was canceled while its contra worked.
            return Decision(records: [.orderFinished(order.id, .canceled, at: now)])
        }
        if contras.isEmpty, order.status == .filled, let contraPrice, entry.contraReady == nil {
            do {
                return Decision(
                    records: try decideContra(
                        order.id, account: order.account, price: .limit(contraPrice), line: Order.lineOfParent,
                        quantity: left, at: now))
            } catch {
                // It cannot be placed as asked: the trader is told why, and that it may be placed otherwise.
                return Decision(records: [.contraReady(order.id, quantity: left, at: now)], why: error)
            }
        }
        if let rules = rules[order.pair], left < rules.quantityMin {
            // The exchange would not take the way back.
            return Decision(
                records: [done],
                why: EngineRefusal(
                    .belowMinimum, nil, "the minimum order of \(order.pair) is \(rules.quantityMin) \(order.pair.base)")
            )
        }
        return entry.contraReady == left
            ? .nothing : Decision(records: [.contraReady(order.id, quantity: left, at: now)])
    }

    /// What is left to trade back, to the last digit: what the entry filled, less its fee where that came out of it, less the
    /// contras' fills. The same holds for whatever has to be traded back of an order.
    private func leftToTradeBack(_ order: Order, _ contras: [Order]) -> ExactDecimal {
        contras.reduce(order.received) { $0 - $1.filled }
    }

    /// The same, as far as an order can be of it.
    private func contraQuantity(_ order: Order, _ contras: [Order]) -> ExactDecimal {
        let left = leftToTradeBack(order, contras)
        guard let step = rules[order.pair]?.quantityStep else { return left }
        return (try? left.rounded(toMultipleOf: step, .down)) ?? left
    }

    private func pairedResult(_ order: Order, _ contras: [Order]) -> PairedResult {
        let quote = order.pair.quote
        var money = ExactDecimal.zero
        var fees = ExactDecimal.zero
        var baseFees = ExactDecimal.zero
        for leg in [order] + contras {
            if leg.side == .sell { money += leg.filledValue } else { money -= leg.filledValue }
            fees += leg.fee(in: quote)
            money -= leg.fee(in: quote)
            let value = leg.baseFeeValue
            fees += value
            baseFees += leg.fee(in: order.pair.base)
            // A purchase's fee that is traded back no more has cost its coins already; a contra's purchase is short by it.
            if leg.id != order.id { money -= value }
        }
        return PairedResult(
            benefit: money, fees: fees, baseFees: baseFees, left: leftToTradeBack(order, contras), currency: quote)
    }

    /// Whether the contra of a paired order could be placed once all of it has filled: an exchange that takes its fee of what is
    /// bought leaves less to sell.
    func checkContraCanBe(_ ticket: OrderTicket, _ rules: PairRules) throws(EngineRefusal) {
        guard ticket.side == .buy, rules.feeBasis == .received else { return }
        let fee = rules.fee(side: .buy, price: .one, quantity: ticket.quantity)
        let received = (try? (ticket.quantity - fee).rounded(toMultipleOf: rules.quantityStep, .down)) ?? .zero
        guard received < rules.quantityMin else { return }
        let least = try? rules.quantityMin.divided(by: .one - rules.feeRate, rounding: .up)
            .rounded(toMultipleOf: rules.quantityStep, .up)
        let base = rules.pair.base
        throw EngineRefusal(
            .belowMinimum, .amount,
            "\(ticket.quantity) \(base) comes to \(ticket.quantity - fee) \(base) after the fee, below the minimum order of \(rules.pair), "
                + "\(rules.quantityMin) \(base): its contra order could never be placed"
                + (least.map { "; the least that can is \($0) \(base)" } ?? ""))
    }

    /// Places the contra order of a paired order, as the trader asks.
    func decideContra(
        _ id: OrderID, account: AccountID, price: TicketPrice, line: String, at now: Timestamp
    ) throws(EngineRefusal) -> [Record] {
        guard let entry = entries[id], entry.order.account == account else {
            throw EngineRefusal(.unknownOrder, .order(id), "there is no open order \(id)")
        }
        guard case .paired = entry.order.plan else {
            throw EngineRefusal(.notPaired, .order(id), "\(id) is not a paired order")
        }
        guard entry.order.closedAt == nil else {
            throw EngineRefusal(.orderFinished, .order(id), "\(id) is finished")
        }
        guard let quantity = entry.contraReady else {
            if let contra = liveChildren(of: entry.order).last {
                throw EngineRefusal(.contraNotReady, .order(id), "the contra order of \(id) is \(contra.id) already")
            }
            throw EngineRefusal(
                .contraNotReady, .order(id),
                "the first leg of \(id) is \(entry.order.status.words); its contra order waits until it has filled")
        }
        return try decideContra(id, account: account, price: price, line: line, quantity: quantity, at: now)
    }

    private func decideContra(
        _ id: OrderID, account: AccountID, price: TicketPrice, line: String, quantity: ExactDecimal, at now: Timestamp
    ) throws(EngineRefusal) -> [Record] {
        guard let entry = entries[id]?.order else {
            throw EngineRefusal(.unknownOrder, .order(id), "there is no open order \(id)")
        }
        try checkNoPanic(account)
        let side = entry.side.opposite
        let rules = try rules(for: entry.pair)
        try checkQuantity(quantity, rules)
        let orderPrice = try bounded(price, account, side, quantity, rules)
        try checkValue(orderPrice.bound, quantity, rules)
        try checkOpenOrders(account, adding: 1)
        let reserved = rules.reservation(side: side, price: orderPrice.bound, quantity: quantity)
        try checkFunds(
            account, rules.reservedCoin(for: side), needed: reserved,
            for: "\(side == .buy ? "buying" : "selling") \(quantity) \(entry.pair.base) at \(orderPrice.bound)")
        return [
            .orderPlaced(
                Order(
                    id: nextOrderID, account: account, exchange: exchange, pair: entry.pair, side: side, kind: .simple,
                    quantity: quantity, price: orderPrice, parent: id, line: line, createdAt: now, status: .pending,
                    reserved: reserved,
                    feeCurrency: rules.feeCurrency(for: side)))
        ]
    }
}
