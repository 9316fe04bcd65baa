import Trading

/// An exchange with books of its own, for judging the engine: nothing here is computed by it.
///
/// It answers at once or late, in or out of order, twice, or not at all, as chance and its habits have it; what it has
/// done, it has done, and it says so when asked.
struct FakeExchange {
    struct Habits {
        /// The most steps that a report takes; 0 answers at once.
        var delayMax = 0
        /// Fills may be told after what came later.
        var reorders = false
        var duplicatesPercent = 0
        var lossPercent = 0
        var rejectPercent = 0
        var cancelRefusalPercent = 0
    }

    struct Held {
        let order: NewOrder
        var isOpen: Bool
        var fills: [Fill] = []
        var filled: ExactDecimal { fills.reduce(.zero) { $0 + $1.quantity } }
        var left: ExactDecimal { order.quantity - filled }
    }

    struct Message {
        let due: Int
        let report: ExecutionReport
    }

    let rules: PairRules
    let habits: Habits
    private(set) var held: [ClientOrderID: Held] = [:]
    private(set) var arrivals: [ClientOrderID] = []
    /// What every fill did to the one account's coins.
    private(set) var moved: [Coin: ExactDecimal] = [:]
    private(set) var complaints: [String] = []
    private var messages: [Message] = []
    private var lastDue: [ClientOrderID: Int] = [:]
    private var nextFill: UInt64 = 1
    var step = 0

    init(rules: PairRules, habits: Habits) {
        self.rules = rules
        self.habits = habits
    }

    var isQuiet: Bool { messages.isEmpty }

    // MARK: Asked

    mutating func take(_ request: OrderRequest, at now: Timestamp, _ chance: inout SplitMix64) {
        switch request {
        case .place(let order):
            guard held[order.clientOrderID] == nil, !arrivals.contains(order.clientOrderID) else {
                complaints.append("\(order.clientOrderID) was placed twice")
                return
            }
            arrivals.append(order.clientOrderID)
            place(order, at: now, &chance)
        case .cancel(let sent):
            let id = sent.clientOrderID
            if chance.percent(habits.lossPercent) {
                if chance.percent(50) { close(id) }
                send(.lost(id), &chance)
            } else if held[id]?.isOpen == true, !chance.percent(habits.cancelRefusalPercent) {
                close(id)
                send(.canceled(id), &chance)
            } else {
                send(.cancelRejected(id, reason: "not now"), &chance)
            }
        case .status(let sent):
            let id = sent.clientOrderID
            guard let one = held[id] else {
                send(.status(id, .neverArrived), &chance)
                return
            }
            let state: ExchangeOrderState =
                one.isOpen
                ? .open(exchangeOrderID: "x\(id)", fills: one.fills)
                : .closed(exchangeOrderID: "x\(id)", fills: one.fills)
            send(.status(id, state), &chance)
        }
    }

    private mutating func place(_ order: NewOrder, at now: Timestamp, _ chance: inout SplitMix64) {
        let id = order.clientOrderID
        if chance.percent(habits.lossPercent) {
            if chance.percent(50) { held[id] = Held(order: order, isOpen: true) }
            send(.lost(id), &chance)
            return
        }
        guard !chance.percent(habits.rejectPercent) else {
            send(.rejected(id, code: .exchangeRejected, reason: "no"), &chance)
            return
        }
        held[id] = Held(order: order, isOpen: true)
        send(.accepted(id, exchangeOrderID: "x\(id)"), &chance)
        switch order.lifetime {
        case .rest, .postOnly:
            break
        case .immediateOrCancel:
            if chance.percent(70) { trade(id, at: now, &chance) }
        case .fillOrKill:
            if chance.percent(50) { trade(id, whole: true, at: now, &chance) }
        }
        if order.lifetime != .rest, order.lifetime != .postOnly, held[id]?.isOpen == true {
            close(id)
            send(.canceled(id), &chance)
        }
    }

    private mutating func close(_ id: ClientOrderID) { held[id]?.isOpen = false }

    // MARK: Trading

    /// Fills a part of one order on the book.
    mutating func tradeAny(at now: Timestamp, _ chance: inout SplitMix64) {
        let open = arrivals.filter { held[$0]?.isOpen == true }
        guard !open.isEmpty else { return }
        trade(chance.pick(open), at: now, &chance)
    }

    private mutating func trade(
        _ id: ClientOrderID, whole: Bool = false, at now: Timestamp, _ chance: inout SplitMix64
    ) {
        guard let one = held[id], one.isOpen, one.left.isPositive else { return }
        let steps = Int(one.left.units / rules.quantityStep.units)
        let part = whole || chance.percent(40) ? steps : chance.below(steps) + 1
        let quantity = ExactDecimal(units: Int128(part) * rules.quantityStep.units)
        let better = ExactDecimal(units: Int128(chance.below(5)) * rules.priceTick.units)
        let bound = one.order.price.bound
        let price = one.order.side == .buy ? max(bound - better, rules.priceTick) : bound + better
        let feeCoin = rules.feeBasis == .received && one.order.side == .buy ? rules.pair.base : rules.pair.quote
        let value = price.times(quantity)
        let fee = (feeCoin == rules.pair.base ? quantity : value).times(rules.feeRate)
        let fill = Fill(
            id: FillID(nextFill), price: price, quantity: quantity, fee: fee, feeCurrency: feeCoin,
            liquidity: .maker, at: now)
        nextFill += 1
        held[id]?.fills.append(fill)
        if part == steps { close(id) }
        for (coin, amount) in FakeExchange.effect(of: fill, order: one.order) { moved[coin, default: .zero] += amount }
        send(.filled(id, fill), &chance)
    }

    static func effect(of fill: Fill, order: NewOrder) -> [(Coin, ExactDecimal)] {
        let value = fill.price.times(fill.quantity)
        let isBuy = order.side == .buy
        return [
            (order.pair.base, isBuy ? fill.quantity : -fill.quantity), (order.pair.quote, isBuy ? -value : value),
            (fill.feeCurrency, -fill.fee),
        ]
    }

    // MARK: Telling

    private mutating func send(_ report: ExecutionReport, _ chance: inout SplitMix64) {
        let id = report.clientOrderID
        var due = step + (habits.delayMax == 0 ? 0 : chance.below(habits.delayMax + 1))
        if !habits.reorders { due = max(due, lastDue[id] ?? 0) }
        lastDue[id] = due
        messages.append(Message(due: due, report: report))
        if case .filled = report, chance.percent(habits.duplicatesPercent) {
            messages.append(Message(due: due + chance.below(habits.delayMax + 1), report: report))
        }
    }

    /// The next report that is due, in the order of their times.
    mutating func next() -> ExecutionReport? {
        guard
            let index = messages.indices.filter({ messages[$0].due <= step }).min(by: {
                (messages[$0].due, $0) < (messages[$1].due, $1)
            })
        else { return nil }
        return messages.remove(at: index).report
    }
}
