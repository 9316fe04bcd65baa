import OrderEngine
import Trading

/// `trigger` for stops that follow the market: how far behind it theirs is, by figures of its own.
extension Simulation {
    /// A trigger is as far behind the price that it goes by as was asked for, and less than a step farther.
    func checkDistance(_ id: OrderID, _ order: Order?) throws {
        guard let order, let trailing = order.plan.trailing else {
            throw Violation(.trigger, "\(id) follows the market, and is no trailing stop")
        }
        guard order.side.isAsFar(trailing.trigger, behind: trailing.best, trailing),
            !order.side.isAsFar(order.side.nearer(trailing.trigger, by: trailing.step), behind: trailing.best, trailing)
        else {
            throw Violation(
                .trigger,
                "\(id) has its trigger at \(trailing.trigger), to be \(trailing.distance) behind \(trailing.best)")
        }
    }

    /// A trigger never goes back to the market, and goes by a price that was told.
    func judgeTrail(_ one: RecordObserver.Observation, _ id: OrderID, by price: ExactDecimal, at moment: Timestamp)
        throws
    {
        guard let old = one.before?.plan.trailing, let after = one.after, let new = after.plan.trailing
        else { throw Violation(.trigger, "\(id) follows the market, and is no trailing stop") }
        guard after.side == .sell ? new.trigger > old.trigger : new.trigger < old.trigger else {
            throw Violation(.trigger, "\(id) followed the market back, from \(old.trigger) to \(new.trigger)")
        }
        try checkDistance(id, after)
        try requireTold(price, id, after, at: moment)
        coverage.reached(.triggerFollowed)
        if watch.trails[id]?.turn != watch.turn { watch.trails[id] = (watch.turn, [old]) }
        watch.trails[id]?.path.append(new)
    }

    func trail(of order: Order) -> Trail {
        if let moved = watch.trails[order.id], moved.turn == watch.turn { return Trail(moved.path) }
        guard let trailing = order.plan.trailing else { return Trail([]) }
        return Trail([trailing])
    }

    /// A trade that would have taken the trigger farther than it is now.
    func isUnfollowed(_ print: MarketTrade, by order: Order) -> Bool {
        guard let trailing = order.plan.trailing else { return false }
        let farther = order.side.nearer(trailing.trigger, by: trailing.step)
        return farther.isPositive && order.side.isAsFar(farther, behind: print.price, trailing)
    }
}

/// Where a trailing trigger was when each trade of a turn was told.
struct Trail {
    private var path: ArraySlice<TrailingStop>
    var current: TrailingStop? { path.first }

    init(_ path: [TrailingStop]) { self.path = path[...] }

    /// The trade that a move goes by moves it; what was told before met the trigger that was there before.
    mutating func follow(_ print: MarketTrade) {
        guard let next = path.dropFirst().first, next.best == print.price else { return }
        path.removeFirst()
    }
}

extension Side {
    /// Of the stop's order: a sale's trigger is below the market, a buy's above it.
    fileprivate func nearer(_ trigger: ExactDecimal, by step: ExactDecimal) -> ExactDecimal {
        self == .sell ? trigger + step : trigger - step
    }

    /// Whether a trigger is at the stop's distance behind a price, or farther. A hundred times both, so that nothing is divided.
    fileprivate func isAsFar(_ trigger: ExactDecimal, behind price: ExactDecimal, _ stop: TrailingStop) -> Bool {
        let hundred: ExactDecimal = 100
        let behind: ExactDecimal =
            switch stop.distance {
            case .absolute(let distance): distance.times(hundred)
            case .percent(let percent): price.times(percent)
            }
        return self == .sell
            ? trigger.times(hundred) <= price.times(hundred) - behind
            : trigger.times(hundred) >= price.times(hundred) + behind
    }
}
