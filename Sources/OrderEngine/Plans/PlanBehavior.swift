import Trading

/// What the engine does for one kind of order beyond what it does for all of them.
///
/// Each kind is a type of its own in this folder. It has no instances: all that is known of an order is in the order and
/// its plan, so that asking for the behavior allocates nothing. Functions that take the engine as it is decide; functions
/// that take it `inout` apply what was recorded, and cannot fail. The defaults are those of an order that is on its own.
protocol PlanBehavior {
    // MARK: Decisions

    /// What a new order of this kind is placed as, after everything has been checked that can be known before the exchange is
    /// asked. Of children that it is placed with, these are the first `most`.
    static func place(
        _ ticket: OrderTicket, placing most: Int, _ rules: PairRules, at now: Timestamp, in engine: OrderEngine
    ) throws(EngineRefusal) -> [Record]

    /// What follows for an open order now that it, or an order under it, has changed.
    static func settle(_ entry: OrderEntry, at now: Timestamp, in engine: OrderEngine) -> Decision

    /// What follows when a trade of the market has reached the order's trigger.
    static func trigger(_ order: Order, by trade: MarketTrade, at now: Timestamp, in engine: OrderEngine) -> Decision

    /// Whether the trigger stood where it stands now when a trade happened that is told only now.
    static func wasWaiting(_ order: Order, for trade: MarketTrade) -> Bool

    /// What a fill of the order itself leads to besides being counted.
    static func followFill(of order: Order, at now: Timestamp, in engine: OrderEngine) -> [Record]

    /// Why no order of this kind can be moved; nil where one can.
    static var whyUnmovable: String? { get }

    /// What is kept of an order that waits for its trigger, changed as its trader asks.
    static func amend(
        _ order: Order, _ move: OrderMove, _ rules: PairRules, line: String, at now: Timestamp, in engine: OrderEngine
    ) throws(EngineRefusal) -> Record

    /// Refuses a limit that an order on the book cannot be moved to.
    static func checkMove(of order: Order, to limit: ExactDecimal, in engine: OrderEngine) throws(EngineRefusal)

    /// Whether a cancel ends the order at once, because nothing of it is at the exchange or waits for anything but its trader.
    static func endsWhenCanceled(_ order: Order, in engine: OrderEngine) -> Bool

    /// Whether one cancel goes on by itself until everything under the order is off the book.
    static var cancelGoesOn: Bool { get }

    // MARK: How it stands

    /// The status that the order has from its children; nil where it is its own.
    static func status(of order: Order, in engine: OrderEngine) -> OrderStatus?

    /// Whether the order is over as soon as it is final itself: nothing of it is left to settle.
    static func isOver(_ order: Order) -> Bool

    /// Whether the order's time still counts.
    static func timeCounts(for order: Order) -> Bool

    /// What is told when an order under it is on the book.
    static var childOpened: OrderEvent.Kind { get }

    /// What is told when the order is finished with a status; nil where that was told already. `entry` is as it was before.
    static func finished(_ entry: OrderEntry, with status: OrderStatus) -> OrderEvent.Kind?

    // MARK: Applying

    /// The order has been placed.
    static func placed(_ order: Order, in engine: inout OrderEngine) -> [Effect]

    /// An order has been placed under one of this kind. Returns how much of what the parent held goes over to it, in the
    /// coin that both spend.
    static func childPlaced(_ child: Order, under parent: OrderID, in engine: inout OrderEngine) -> ExactDecimal

    /// A cancel of the order has been asked for.
    static func cancelRequested(
        _ order: Order, in engine: inout OrderEngine, touching outcome: inout OrderEngine.Outcome
    ) -> [Effect]

    /// The order's trigger has been put where the market will find it.
    static func armed(_ order: Order, in engine: inout OrderEngine)

    /// The order's trigger waits no more.
    static func disarmed(_ order: Order, in engine: inout OrderEngine)

    /// An open order has been read from a snapshot: what is counted of it is counted again.
    static func restored(_ order: Order, in engine: inout OrderEngine)
}

extension OrderPlan {
    /// Where a plan meets its behavior: the only place in the engine that lists all kinds.
    var behavior: any PlanBehavior.Type {
        switch self {
        case .none: PlainOrder.self
        case .sliced: SlicedOrder.self
        case .paired: PairedOrder.self
        case .stop: StopOrder.self
        case .oco: OneCancelsTheOther.self
        case .trail: TrailingStopOrder.self
        }
    }
}

extension PlanBehavior {
    static func trigger(
        _ order: Order, by trade: MarketTrade, at now: Timestamp, in engine: OrderEngine
    ) -> Decision {
        preconditionFailure("\(order.id) waits for a trigger and has none")
    }

    static func wasWaiting(_ order: Order, for trade: MarketTrade) -> Bool { true }

    static func followFill(of order: Order, at now: Timestamp, in engine: OrderEngine) -> [Record] { [] }

    static var whyUnmovable: String? { nil }

    static func amend(
        _ order: Order, _ move: OrderMove, _ rules: PairRules, line: String, at now: Timestamp, in engine: OrderEngine
    ) throws(EngineRefusal) -> Record {
        throw engine.unmovable(order.id, "has no trigger")
    }

    static func checkMove(of order: Order, to limit: ExactDecimal, in engine: OrderEngine) throws(EngineRefusal) {}

    static func endsWhenCanceled(_ order: Order, in engine: OrderEngine) -> Bool { false }

    static var cancelGoesOn: Bool { false }

    static func status(of order: Order, in engine: OrderEngine) -> OrderStatus? {
        guard order.plan.goesOnAsChild, let child = order.children.last else { return nil }
        return engine.entries[child]?.order.status
    }

    static func isOver(_ order: Order) -> Bool { order.plan.isOnlyParent && order.children.isEmpty }

    static func timeCounts(for order: Order) -> Bool { true }

    static var childOpened: OrderEvent.Kind { .opened }

    static func finished(_ entry: OrderEntry, with status: OrderStatus) -> OrderEvent.Kind? { nil }

    static func placed(_ order: Order, in engine: inout OrderEngine) -> [Effect] { [] }

    static func childPlaced(_ child: Order, under parent: OrderID, in engine: inout OrderEngine) -> ExactDecimal {
        .zero
    }

    static func cancelRequested(
        _ order: Order, in engine: inout OrderEngine, touching outcome: inout OrderEngine.Outcome
    ) -> [Effect] { [] }

    static func armed(_ order: Order, in engine: inout OrderEngine) {}

    static func disarmed(_ order: Order, in engine: inout OrderEngine) {}

    static func restored(_ order: Order, in engine: inout OrderEngine) {}
}
