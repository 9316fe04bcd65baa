import Conversation
import Desk
import Exchange
import Ledger
import OrderEngine
import Trading
import Transcripts

/// What is looked at after every turn of the desk.
extension Simulation {
    func afterTurn(_ desk: DeskCore, _ inputs: [DeskInput], wasHalted: DeskCore.Halt?, _ trouble: DiskTrouble?) throws {
        if case .ledgerFailed = desk.halt {
            _ = server.log.takeLines()
            guard wasHalted != desk.halt else { return }
            trace.add("# halted", at: clock)
            noteStatuses("ledger failed")
            for trader in traders { trader.missed.loseBatch() }
            coverage.count(.fault, "disk: \(trouble?.rawValue ?? "later")")
            coverage.reached(trouble == .isFull || trouble == .writeIsFull ? .diskWasFull : .diskFailed)
            queue.add(.operatorEndsProcess(life: life), at: later(10...3_000))
            return
        }
        try checkLog()
        if !watch.hasTradesLeft { watch.turn += 1 }
        collectPaperPrints()
        if let ledger = server.ledger { try look(at: observer.read(ledger)) }
        noteOffBook(inputs)
        try checkExpiries()
        watch.hasTradesLeft = desk.hasTradesLeft
        try checkReached()
        try checkPanics()
        try checkSeats()
        try checkFunds()
        if areFaultsOn, !isStopping, chance.permille(plan.stopPermille) { stopCleanly() }
    }

    private func noteOffBook(_ inputs: [DeskInput]) {
        for case .exchange(_, let reports) in inputs {
            for case .execution(_, .canceled(let client)) in reports { watch.toldOffBook.insert(client.order) }
            for case .execution(_, .canceledByExchange(let client, _, _)) in reports {
                watch.toldOffBook.insert(client.order)
            }
        }
    }

    func checkLog() throws {
        let lines = server.log.takeLines()
        guard lines.isEmpty else { throw Violation(.noAnomaly, lines.joined(separator: "; ")) }
    }

    /// Prints that the paper exchange has made since the last look, also of orders that met each other.
    func collectPaperPrints() {
        guard let seat = paperSeat else { return }
        if !watch.hasTradesLeft { seat.notePrintsBeforeTurn() }
        guard let paper = server.paper else { return }
        for market in seat.markets {
            for report in paper.ask(.recentTrades(market.pair, count: 100), id: QueryID(0), at: clock) {
                guard case .answer(_, .recentTrades(_, let trades)) = report else { continue }
                let known = seat.prints[market.pair] ?? []
                // Newest first: what was printed before the newest known one is known.
                let new = trades.prefix { trade in trade != known.last }
                seat.prints[market.pair, default: []] += new.reversed()
            }
        }
    }

    /// Over the wire a trigger goes by the prints that the desk has been told since it was armed, and by their own times. That each
    /// told print is one of the venue's is held here. They count from before the turn: of one that dies, the records may be found.
    func collectPrints(told inputs: [DeskInput]) throws {
        for seat in seats {
            guard let wire = seat.wire else { continue }
            if !watch.hasTradesLeft { seat.notePrintsBeforeTurn() }
            wire.collectPrints()
        }
        for case .exchange(let exchange, let reports) in inputs {
            let seat = try seat(exchange)
            guard let wire = seat.wire else { continue }
            for report in reports {
                switch report {
                case .trade(let print):
                    guard wire.hasPrinted(print) else {
                        throw Violation(.trigger, "a print that the venue never made: \(print.traceText)")
                    }
                    seat.prints[print.pair, default: []].append(print)
                case .ticker(let pair, let ticker), .answer(_, .ticker(let pair, let ticker)):
                    // A print may be lost on the way; the last price tells of it too.
                    guard let last = ticker.last, wire.hasPrinted(pair, at: last, by: ticker.at) else { continue }
                    seat.prints[pair, default: []].append(
                        MarketTrade(pair: pair, price: last, quantity: .zero, takerSide: nil, at: ticker.at))
                case .execution, .rules, .balanceChanged, .connection, .keyEnding, .keyRights, .contradiction, .answer:
                    break
                }
            }
        }
    }

    /// Judges each new record by what was before it.
    func look(at observations: [RecordObserver.Observation]) throws {
        let inputs = watch.inputsSinceLook
        watch.inputsSinceLook.removeAll()
        watch.cancelsInTurn = observations.count { if case .cancelRequested = $0.record { true } else { false } }
        for one in observations {
            trace.add("= \(one.number) \(one.exchange) \(one.record.traceText)", at: clock)
            if let before = one.before, let after = one.after {
                coverage.count(
                    .transition, "\(before.status.rawValue) + \(one.record.name) -> \(after.status.rawValue)")
            }
            try judge(one, inputs)
            try judgePanic(one.record, at: one.exchange)
        }
        try checkLadders(observations)
    }

    private func judge(_ one: RecordObserver.Observation, _ inputs: [DeskInput]) throws {
        switch one.record {
        case .orderPlaced(let order):
            try noteArmed(order, at: order.createdAt)
            if order.plan.trailing != nil { try checkDistance(order.id, order) }
            if order.parent != nil, let parent = observer.order(order.parent ?? order.id),
                parent.plan.isRoundTrip, order.quantity < parent.quantity
            {
                coverage.reached(.contraOfPart)
            }
            if let parent = order.parent, observer.order(parent)?.plan.isRoundTrip == true {
                try judgeContra(parent, order.quantity, at: one.number, includingItself: order.id)
            }
        case .cancelRequested(let id, .expiry, let at):
            try judgeExpiry(id, one.after, at)
        case .orderTriggered(let id, let price, let child, let at):
            try judgeTrigger(id, one.before, price, at: at)
            if child == nil { coverage.reached(.triggeredWithoutFunds) }
            if one.before?.status == .partiallyFilled { coverage.reached(.stopFiredWhileLimitFilled) }
        case .orderFilled(_, let fill, _, _):
            noteDoubt(elsewhereThan: one.exchange, one.before)
            if fill.id.number == nil { coverage.reached(.fillNamedByText) }
            let seat = try seat(one.exchange)
            if let pair = one.before?.pair { seat.fillPrices[pair, default: []].append(fill.price) }
            switch one.before?.cancelReason {
            case .requested: coverage.reached(.fillWhileCanceling)
            case .expiry: coverage.reached(.fillWhileExpiring)
            case .triggered, .parent, .panic, .replaced, nil: break
            }
            if let before = one.before, before.status.isFinal || watch.toldOffBook.contains(before.id) {
                coverage.reached(.fillAfterOffBook)
            }
        case .orderClosed, .orderClosedByExchange:
            if let after = one.after, after.status == .expired, after.filled.isPositive {
                coverage.reached(.expiryOfPartFilled)
            }
        case .orderRejected(_, .selfTrade, _, _): coverage.reached(.selfTradePrevented)
        case .orderFinished(_, .expired, _):
            if one.after?.filled.isPositive == true { coverage.reached(.expiryOfPartFilled) }
        case .orderFinished(let id, .canceled, _):
            let children = one.after?.children.compactMap { observer.order($0) } ?? []
            if children.contains(where: { $0.status == .rejected }), observer.order(id)?.plan.isSliced == true {
                coverage.reached(.slicedPartlyRefused)
            }
        case .pairedDone(let id, let result, _):
            coverage.reached(.pairedDone)
            try judgeRoundTrip(id, one.before, result)
        case .contraReady(let id, let quantity, _): try judgeContra(id, quantity, at: one.number)
        case .orderReconciled(let id, _): try judgeReconciliation(id, one.before, inputs)
        case .cancelFailed(let id, _, let at):
            coverage.reached(.cancelRefused)
            watch.cancelRefused[id] = at
            if let order = one.after, order.cancelReason == nil { try noteArmed(order, at: at) }
        case .orderAmended(_, _, let at):
            // Of another amount it waits as before.
            if let order = one.after, order.plan != one.before?.plan { try noteArmed(order, at: at) }
        case .triggerMoved(let id, _, let price, _, let at): try judgeTrail(one, id, by: price, at: at)
        case .orderAccepted, .orderRejected, .cancelRequested, .answerLost, .orderFinished,
            .fundsAdjusted, .moveRequested, .orderReplaced, .orderGrown, .panicDeclared, .panicCleared,
            .panicLifted:
            break
        }
    }

    private func judgeExpiry(_ id: OrderID, _ order: Order?, _ at: Timestamp) throws {
        var whole = order
        while whole?.timeInForce.expireTime == nil, let parent = whole?.parent { whole = observer.order(parent) }
        guard let end = whole?.timeInForce.expireTime else {
            throw Violation(.expiry, "\(id) is taken off as expired, and nothing says when it ends")
        }
        guard at >= end, clock >= end else {
            throw Violation(.expiry, expected: "not before \(end)", found: at, "the expiry of \(id)")
        }
        if let started = watch.startedAt, end < started, at <= started { coverage.reached(.expiryWhileDown) }
    }

    /// What was unknown is settled by nothing but the exchange's word on that order, in the same turn.
    private func judgeReconciliation(_ id: OrderID, _ order: Order?, _ inputs: [DeskInput]) throws {
        for case .exchange(observer.exchange(of: id), let reports) in inputs {
            for case .execution(_, .status(let client, let state)) in reports where client.order == id {
                guard order?.status == .unknown else { return }
                switch state {
                case .neverArrived: coverage.reached(.unknownNeverArrived)
                case .open: coverage.reached(.unknownStillOpen)
                case .closed(_, let fills):
                    let filled = fills.reduce(ExactDecimal.zero) { $0 + $1.quantity }
                    if filled == order?.quantity { coverage.reached(.unknownFilledWhole) }
                }
                return
            }
        }
        guard try seat(of: id).wire == nil else {
            throw Violation(.unknownIsSettled, "\(id) is settled without the exchange's word")
        }
    }

    private func judgeTrigger(_ id: OrderID, _ order: Order?, _ price: ExactDecimal, at moment: Timestamp) throws {
        guard let order, let trigger = order.trigger else {
            throw Violation(.trigger, "\(id) fired, and has no trigger")
        }
        let reaches = order.side == .sell ? price <= trigger : price >= trigger
        guard reaches else { throw Violation(.trigger, "\(id) with the trigger \(trigger) fired at \(price)") }
        try requireTold(price, id, order, at: moment)
    }

    /// What fires a trigger, or moves it, is a price that was told since it waits, and not too late.
    func requireTold(_ price: ExactDecimal, _ id: OrderID, _ order: Order, at moment: Timestamp) throws {
        guard let armed = watch.armed[id] else {
            throw Violation(.trigger, "\(id) went by \(price), and was never armed")
        }
        let seat = try seat(of: id)
        let prints = (seat.prints[order.pair] ?? []).dropFirst(armed.prints).filter { $0.price == price }
        let fills = (seat.fillPrices[order.pair] ?? []).dropFirst(armed.fills)
        if seat.wire == nil, fills.contains(price) { return }
        guard let newest = prints.max(by: { $0.at < $1.at }) else {
            throw Violation(.trigger, "\(id) went by \(price), which was not told since it was armed")
        }
        // The paper exchange is of the desk's own turns: the order of what it prints says all.
        guard seat.wire != nil else { return }
        guard !isStale(newest, at: moment) else {
            throw Violation(.trigger, "\(id) went at \(moment) by a stale price: \(newest.traceText)")
        }
        let difference = Int64(server.configuration.engineLimits.clockDifferenceMilliseconds) * 1_000_000
        guard newest.at.advanced(byNanoseconds: difference) >= armed.at else {
            throw Violation(
                .trigger, expected: "a print since \(armed.at)", found: newest.at, "\(id), which went by \(price)")
        }
    }

    private func noteArmed(_ order: Order, at time: Timestamp) throws {
        let seat = try seat(of: order.id)
        watch.armedInTurn[order.id] = watch.turn
        watch.armed[order.id] = (time, seat.printsBeforeTurn[order.pair] ?? 0, seat.fillPrices[order.pair]?.count ?? 0)
    }

    /// What is due is being taken off: once the desk has looked at the clock, no open order is past its end.
    private func checkExpiries() throws {
        // More than one decision takes off: the rest of what is due follows at once.
        guard watch.cancelsInTurn < plan.configuration.engineLimits.decisionOrdersMax else { return }
        for (id, end) in observer.expiring.sorted(by: { $0.key < $1.key }) where end <= clock {
            guard let order = observer.order(id), order.cancelReason == nil, !order.isOver else { continue }
            // The exchange has just refused to take it off: it is asked again a second after that, not at once.
            if let refused = watch.cancelRefused[id], clock < refused.advanced(bySeconds: 1) { continue }
            throw Violation(.expiry, expected: "an end at \(end)", found: order.status.rawValue, "\(id) at \(clock)")
        }
    }

    /// In which statuses orders are when something goes wrong.
    func noteStatuses(_ fault: String) {
        watch.recordsBeforeCrash = observer.last.rawValue
        watch.wasInsideCommit = fault.hasSuffix("wrote") || fault == "ledger failed"
        notePanics(fault)
        noteSeats(fault)
        for status in OrderStatus.allCases {
            let count = observer.openStatuses[status] ?? 0
            coverage.count(.fault, "\(fault), order \(status.rawValue)", times: count)
            if count > 0, fault.hasPrefix("crash") {
                if status == .pending { coverage.reached(.crashWhilePending) }
                if status == .unknown { coverage.reached(.crashWhileUnknown) }
            }
        }
        if fault.hasPrefix("crash"), let ledger = server.ledger, let loaded = try? ledger.load(),
            !loaded.snapshots.isEmpty,
            loaded.number < observer.last
        {
            coverage.reached(.snapshotThenCrash)
        }
    }
}

extension Order {
    /// Whether the clock can do nothing to it any more: of a round trip the entry is what expires.
    fileprivate var isOver: Bool { status.isFinal || closedAt != nil }
}
