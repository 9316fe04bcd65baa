import Desk
import OrderEngine
import Trading

/// The other half of `trigger`: what waits for a price does not sleep through it.
extension Simulation {
    /// A stop that waited when the desk was told of a trade at or beyond its trigger waits no more when that turn has ended, or
    /// the last of those that the trade takes.
    func checkReached() throws {
        guard !watch.hasTradesLeft else { return }
        for id in observer.waiting.sorted() {
            guard let order = observer.order(id), let trigger = order.trigger, order.isWaiting,
                let armed = watch.armed[id], watch.armedInTurn[id].map({ $0 < watch.turn }) ?? false
            else { continue }
            let seat = try seat(of: id)
            let told = (seat.prints[order.pair] ?? []).dropFirst(seat.printsBeforeTurn[order.pair] ?? 0)
            // What has no quantity is a last price, and may be older than what the desk knows.
            var trail = trail(of: order)
            var unfollowed: MarketTrade?
            let missed = told.first { print in
                let isOfIt =
                    print.quantity.isPositive && (seat.wire == nil || print.at >= armed.at)
                    && trail.current.map { print.at >= $0.bestAt } ?? true
                let trigger = trail.current?.trigger ?? trigger
                trail.follow(print)
                let isReached = isOfIt && (order.side == .sell ? print.price <= trigger : print.price >= trigger)
                guard seat.wire == nil || !isStale(print, at: clock) else {
                    if isReached { coverage.reached(.stalePriceAtTrigger) }
                    return false
                }
                if isOfIt, isUnfollowed(print, by: order) { unfollowed = print }
                return isReached
            }
            if let missed {
                throw Violation(.trigger, "\(id) waits for \(trigger), and slept through \(missed.traceText)")
            }
            if let unfollowed {
                throw Violation(.trigger, "\(id) at \(trigger) did not follow \(unfollowed.traceText)")
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

extension Order {
    /// Whether a trade at its trigger has to fire it.
    var isWaiting: Bool {
        trigger != nil && !status.isFinal && closedAt == nil && triggeredAt == nil && cancelReason == nil
    }
}
