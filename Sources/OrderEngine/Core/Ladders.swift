public import Trading

/// How the orders of an open sliced order stand, so that nobody has to look at a thousand of them to know.
struct LadderTally: Hashable, Sendable {
    /// Orders of it that are not final.
    var live = 0
    /// Orders of it that the exchange refused.
    var rejected = 0
    /// While it is being canceled: so many of its first orders are over, or being taken off.
    var takenOff = 0
    /// Orders of it that are not placed yet.
    var unplaced: Int
}

/// A sliced order is one decision: its funds are held and the numbers of its orders set aside. Its orders are placed, and taken
/// off, `decisionOrdersMax` at a time, so that others have their turn between.
extension OrderEngine {
    /// Whether a sliced order has orders left to place or to take off.
    public func isCarryingOn(_ id: OrderID) -> Bool {
        guard let order = entries[id]?.order, order.closedAt == nil, case .sliced(_, _, _, let count) = order.plan
        else {
            return false
        }
        guard order.cancelReason != nil else { return order.children.count < count }
        return order.children[min(ladders[id]?.takenOff ?? 0, order.children.count)...].contains(where: isLeftOnBook)
    }

    /// The number of the last order of a sliced order, placed or not; nil for any other order.
    public func lastChild(of id: OrderID) -> OrderID? {
        guard let order = entries[id]?.order, case .sliced(_, _, _, let count) = order.plan else { return nil }
        return OrderID(id.rawValue + UInt64(count))
    }

    /// What was left to decide when the records ended: what `Outcome.unfinished` said and nobody has processed.
    public var unfinished: [Input] {
        let open = ladders.keys.sorted().filter(isCarryingOn).map { Input.carryOn($0) }
        let panicking = panics.keys.sorted().compactMap { account -> Input? in
            guard let panic = panics[account], !panic.isCleared else { return nil }
            let left = openRoots(of: account).filter { entries[$0]?.order.cancelReason == nil }
            return left.isEmpty ? nil : .takeOff(left, account: account, .panic)
        }
        return open + panicking
    }

    func decideCarryingOn(_ id: OrderID, at now: Timestamp) -> Decision {
        guard let order = entries[id]?.order, order.closedAt == nil, case .sliced(_, _, _, let count) = order.plan
        else {
            return .nothing
        }
        if let reason = order.cancelReason {
            let steps = childCancels(of: order, because: reason, at: now)
            return Decision(records: steps, rest: steps.isEmpty ? [] : [.carryOn(id)])
        }
        // Where the rules are not known yet after a restart, it goes on when they are.
        guard order.children.count < count, rules[order.pair] != nil else { return .nothing }
        do {
            try checkNoPanic(order.account)
            let rungs = try remainingRungs(of: order)
            let placed = Array(rungs.prefix(limits.decisionOrdersMax))
            return Decision(
                records: placed.enumerated().map { index, rung in
                    .orderPlaced(rungOrder(rung, at: order.children.count + index, of: order, now))
                }, rest: placed.count < rungs.count ? [.carryOn(id)] : [])
        } catch {
            // Part of a ladder is not what was asked for: what is placed comes off.
            let reason: CancelReason = error.code == .inPanic ? .panic : .parent
            return Decision(records: cancelSteps(order, reason, at: now), why: error)
        }
    }

    /// The orders of a sliced order that are not placed yet, by the rules of now. Refuses where those have changed so that the
    /// whole would not come to what was decided.
    private func remainingRungs(of order: Order) throws(EngineRefusal) -> [PricedRung] {
        guard case .sliced(let low, let high, let includesHigh, let count) = order.plan else { return [] }
        let rules = try rules(for: order.pair)
        let ladder = try SliceLadder(
            low: low, high: high, includesHigh: includesHigh, count: count, quantity: order.quantity, rules: rules,
            childrenMax: count)
        let placed = order.children.reduce(ExactDecimal.zero) { $0 + (entries[$1]?.order.quantity ?? .zero) }
        let left = ladder.rungs.dropFirst(order.children.count).map { PricedRung($0, order.side, rules) }
        let sum = left.reduce(placed) { $0 + $1.rung.quantity }
        guard sum == order.quantity else {
            throw EngineRefusal(
                .offStep, .amount,
                "\(order.pair)'s amount step changed while the orders of \(order.id) were being placed"
            )
        }
        let more = left.reduce(ExactDecimal.zero) { $0 + $1.held } - order.reserved
        if more.isPositive {
            try checkFunds(order.account, order.spentCoin, needed: more, for: "the rest of \(order.id)")
        }
        return left
    }

    /// One of the orders of a sliced order.
    func rungOrder(_ priced: PricedRung, at index: Int, of parent: Order, _ now: Timestamp) -> Order {
        Order(
            id: OrderID(parent.id.rawValue + 1 + UInt64(index)), account: parent.account, exchange: exchange,
            pair: parent.pair, side: parent.side, kind: .simple, quantity: priced.rung.quantity,
            price: .limit(priced.rung.price),
            isPostOnly: parent.isPostOnly, parent: parent.id, line: Order.lineOfParent, createdAt: now,
            status: .pending,
            reserved: priced.held, feeCurrency: parent.feeCurrency)
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
    private func isLeftOnBook(_ id: OrderID) -> Bool {
        guard let order = entries[id]?.order, order.closedAt == nil else { return false }
        switch order.cancelReason {
        case nil, .replaced?, .requested?: return true
        case .expiry?, .triggered?, .parent?, .panic?: return false
        }
    }

    /// Orders of an account that sliced orders will still place.
    func unplacedOrders(of account: AccountID) -> Int {
        ladders.keys.sorted().reduce(0) { sum, id in
            guard let unplaced = ladders[id]?.unplaced, unplaced > 0, entries[id]?.order.account == account else {
                return sum
            }
            return sum + unplaced
        }
    }

    // MARK: Applying

    /// The children at the beginning of a sliced order that need not be looked at again while it is canceled.
    mutating func passTakenOff(_ parent: OrderID) {
        guard var tally = ladders[parent], let children = entries[parent]?.order.children else { return }
        while tally.takenOff < children.count, !isLeftOnBook(children[tally.takenOff]) { tally.takenOff += 1 }
        ladders[parent] = tally
    }

    /// What a sliced order had set aside for the order that is placed now; after the last one nothing is left.
    mutating func takeReserved(from parent: OrderID, for child: Order) -> ExactDecimal {
        guard let order = entries[parent]?.order, case .sliced(_, _, _, let count) = order.plan,
            order.reserved.isPositive
        else { return .zero }
        let isLast = order.children.count >= count
        let left = isLast ? .zero : max(.zero, order.reserved - child.reserved)
        entries[parent]?.order.reserved = left
        return order.reserved - left
    }

    /// Frees what a sliced order that is canceled had set aside for orders that are never placed.
    mutating func releaseUnplaced(_ order: Order, touching outcome: inout Outcome) {
        ladders[order.id]?.unplaced = 0
        guard order.reserved.isPositive else { return }
        entries[order.id]?.order.reserved = .zero
        change(order.account, order.spentCoin, touching: &outcome) { $0.reserved -= order.reserved }
    }

    mutating func countInLadder(_ order: Order, from before: OrderStatus?, to after: OrderStatus) {
        guard let parent = order.parent, ladders[parent] != nil else { return }
        if before.map({ !$0.isFinal }) ?? false { ladders[parent]?.live -= 1 }
        if !after.isFinal { ladders[parent]?.live += 1 }
        if before == .rejected { ladders[parent]?.rejected -= 1 }
        if after == .rejected { ladders[parent]?.rejected += 1 }
    }
}

/// A rung with what an order at it holds, in the coin that it spends.
struct PricedRung {
    let rung: SliceLadder.Rung
    let held: ExactDecimal

    init(_ rung: SliceLadder.Rung, _ side: Side, _ rules: PairRules) {
        self.rung = rung
        held = rules.reservation(side: side, price: rung.price, quantity: rung.quantity)
    }
}
