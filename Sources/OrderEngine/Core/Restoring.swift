import DequeModule
import Trading

extension OrderEngine {
    /// The whole durable state, in a fixed order.
    public func snapshot() -> EngineSnapshot {
        EngineSnapshot(
            exchange: exchange,
            nextOrderID: nextOrderID,
            orders: entries.keys.sorted().compactMap { entries[$0] },
            // `Array` of an empty deque writes to the one empty array of all threads.
            finished: finished.map(\.self),
            funds: funds.keys
                .sorted { ($0.account, $0.coin) < ($1.account, $1.coin) }
                .map { EngineSnapshot.FundsRow(account: $0.account, coin: $0.coin, funds: funds[$0] ?? Funds()) },
            panics: panics.keys.sorted().compactMap { panics[$0] })
    }

    /// The engine as it was when the snapshot was taken: what waits, waits again.
    public init(restoring snapshot: EngineSnapshot, limits: EngineLimits = EngineLimits()) {
        self.init(exchange: snapshot.exchange, limits: limits)
        nextOrderID = snapshot.nextOrderID
        finished = Deque(snapshot.finished)
        for row in snapshot.funds {
            funds[FundsKey(account: row.account, coin: row.coin)] = row.funds
            coinsHeld[row.account, default: []].insert(row.coin)
        }
        for panic in snapshot.panics { panics[panic.account] = panic }
        for entry in snapshot.orders {
            let order = entry.order
            entries[order.id] = entry
            // A whole has a lower number than its orders, and comes before them.
            countInLadder(order, from: nil, to: order.status)
            if order.parent == nil { newestRoots[order.account] = order.id }
            guard order.closedAt == nil else { continue }
            order.plan.behavior.restored(order, in: &self)
            openOrders[order.account, default: []].insert(order.id)
            if order.triggeredAt == nil, order.cancelReason == nil || order.cancelReason == .replaced { arm(order) }
            schedule(order.id)
        }
    }
}
