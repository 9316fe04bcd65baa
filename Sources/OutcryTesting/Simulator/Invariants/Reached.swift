import Desk
import OrderEngine
import Trading

/// The other half of `trigger`: what waits for a price does not sleep through it.
extension Simulation {
    /// A stop that waited when the desk was told of a trade at or beyond its trigger waits no more when that turn has ended.
    func checkReached() throws {
        for id in observer.waiting.sorted() {
            guard let order = observer.engine.order(id), let trigger = order.trigger, order.isWaiting,
                let armed = watch.armed[id], watch.armedInTurn[id].map({ $0 < watch.turn }) ?? false
            else { continue }
            let told = (watch.prints[order.pair] ?? []).dropFirst(watch.printsBeforeTurn[order.pair] ?? 0)
            // What has no quantity is a last price, and may be older than what the desk knows.
            var trail = trail(of: order)
            let missed = told.first { print in
                let isDue =
                    print.quantity.isPositive && (wire == nil || (print.at >= armed.at && !isStale(print, at: clock)))
                    && trail.current.map { print.at >= $0.bestAt } ?? true
                let trigger = trail.current?.trigger ?? trigger
                trail.follow(print)
                return isDue && (order.side == .sell ? print.price <= trigger : print.price >= trigger)
            }
            if let missed {
                throw Violation(.trigger, "\(id) waits for \(trigger), and slept through \(missed.traceText)")
            }
        }
    }
}

extension Simulation {
    /// Whether a trade over the wire is too old at a moment to fire anything.
    func isStale(_ print: MarketTrade, at moment: Timestamp) -> Bool {
        moment > print.at.advanced(bySeconds: Int64(server.configuration.limits.feedStaleSeconds))
    }
}

/// Where a trailing trigger was when each trade of a turn was told.
private struct Trail {
    private var path: ArraySlice<TrailingStop>
    var current: TrailingStop? { path.first }

    init(_ path: [TrailingStop]) { self.path = path[...] }

    /// The trade that a move goes by moves it; what was told before met the trigger that was there before.
    mutating func follow(_ print: MarketTrade) {
        guard let next = path.dropFirst().first, next.best == print.price else { return }
        path.removeFirst()
    }
}

extension Simulation {
    private func trail(of order: Order) -> Trail {
        if let moved = watch.trails[order.id], moved.turn == watch.turn { return Trail(moved.path) }
        guard case .trail(let trailing) = order.plan else { return Trail([]) }
        return Trail([trailing])
    }

    /// A trigger never goes back to the market.
    func noteTrail(_ id: OrderID, from before: Order?, to after: Order?) throws {
        guard case .trail(let old)? = before?.plan, case .trail(let new)? = after?.plan, let side = after?.side else {
            throw Violation(.trigger, "\(id) follows the market, and is no trailing stop")
        }
        guard side == .sell ? new.trigger > old.trigger : new.trigger < old.trigger else {
            throw Violation(.trigger, "\(id) followed the market back, from \(old.trigger) to \(new.trigger)")
        }
        if watch.trails[id]?.turn != watch.turn { watch.trails[id] = (watch.turn, [old]) }
        watch.trails[id]?.path.append(new)
    }
}

extension Order {
    /// Whether a trade at its trigger has to fire it.
    var isWaiting: Bool {
        trigger != nil && !status.isFinal && closedAt == nil && triggeredAt == nil && cancelReason == nil
    }
}
