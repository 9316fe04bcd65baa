import Desk
import Exchange
import Ledger
import OrderEngine
import Trading
import Venue

/// What the desk and an exchange's own ledger must agree on, once quiet.
extension Simulation {
    /// Waits until they do; says what they differ in where they do not in time.
    func agree(with seat: SimulatedSeat) throws {
        guard let wire = seat.wire else { return }
        let end = clock.advanced(bySeconds: SimulationPlan.restSecondsMax)
        while let difference = try firstDifference(from: wire, seat.id) {
            guard clock < end else { throw difference }
            try pass(seconds: 1)
        }
    }

    private func firstDifference(from wire: any ExchangeWire, _ exchange: ExchangeID) throws -> Violation? {
        guard let desk = server.desk, let state = desk.engineState(at: exchange), let ledger = server.ledger else {
            return Violation(.comesToRest, "no desk")
        }
        let books = DeskBooks(
            exchange: exchange, state: state, desk: desk, ledger: ledger,
            traders: traders.map { ($0.name, $0.account) })
        return try books.firstUnsettled ?? wire.firstDifference(from: books)
    }
}

/// What the desk has of one exchange, to be held against that exchange's own books.
struct DeskBooks {
    let exchange: ExchangeID
    let state: EngineSnapshot
    let desk: DeskCore
    let ledger: Ledger
    let traders: [(name: String, account: AccountID)]

    func funds(of account: AccountID, in coin: Coin) -> Funds {
        desk.engineFunds(of: account, in: coin, at: exchange)
    }

    /// An order of this exchange; nil where there is none, and where it is another's.
    func order(_ id: OrderID) throws -> Order? {
        try ledger.order(id).flatMap { $0.exchange == exchange ? $0 : nil }
    }

    /// What is still under way.
    var firstUnsettled: Violation? {
        // What has filled may have been of an attempt before the last, which the exchange never took.
        for entry in state.orders where entry.order.closedAt == nil {
            let order = entry.order
            if order.status == .pending || order.status == .unknown
                || (order.cancelReason != nil && order.isOnBook)
            {
                return Violation(.comesToRest, "\(order.id) is still \(order.status.rawValue)")
            }
        }
        return nil
    }
}

extension SimulatedWire {
    func firstDifference(from desk: DeskBooks) throws -> Violation? {
        for trader in desk.traders {
            let booked = venue.balances(of: trader.account)
            for balance in booked {
                let mine = desk.funds(of: trader.account, in: balance.coin)
                // What an order placed at the venue's own page holds there, the desk knows nothing of: it is in the total.
                let foreign = heldElsewhere(balance.coin, trader.account)
                let held = balance.held - foreign + heldAtAnotherRate(balance.coin, trader.account, desk.state)
                guard mine.total == balance.total, mine.reserved == held else {
                    return Violation(
                        .fundsAgree, expected: "\(balance.total), of it \(held) held",
                        found: "\(mine.total), of it \(mine.reserved) held", "\(balance.coin) of \(trader.name)")
                }
            }
            for row in desk.state.funds where row.account == trader.account && !row.funds.total.isZero {
                guard booked.contains(where: { $0.coin == row.coin }) else {
                    return Violation(
                        .fundsAgree, expected: "none", found: row.funds.total, "\(row.coin) of \(trader.name)")
                }
            }
        }
        return try ordersDiffer(from: desk)
    }

    /// What the desk holds more than the exchange because the fee changed while an order was on its way there: the desk holds at
    /// the rate that it knew when it sent the order, the exchange at the one under which it took the order on.
    private func heldAtAnotherRate(_ coin: Coin, _ account: AccountID, _ state: EngineSnapshot) -> ExactDecimal {
        var orders: [OrderID: Order] = [:]
        for entry in state.orders { orders[entry.order.id] = entry.order }
        return venue.bookedOrders.reduce(.zero) { sum, booked in
            guard booked.account == account, booked.status == .open, booked.side == .buy, booked.pair.quote == coin,
                let mine = booked.clientOrderID.flatMap({ orders[$0.order] }), mine.reserved != booked.held,
                venue.rules(of: booked.pair)?.feeBasis == .quote
            else { return sum }
            let value = booked.price.times(booked.quantity - booked.filled)
            let isAtAnotherRate = venue.feeRates(of: booked.pair).contains { value + value.times($0) == mine.reserved }
            return isAtAnotherRate ? sum + mine.reserved - booked.held : sum
        }
    }

    private func heldElsewhere(_ coin: Coin, _ account: AccountID) -> ExactDecimal {
        venue.books.orders.reduce(.zero) { sum, order in
            guard order.account == account, order.clientOrderID == nil, order.status == .open, order.coinSpent == coin
            else {
                return sum
            }
            return sum + ExactDecimal(units: order.hold(for: order.left))
        }
    }

    private func ordersDiffer(from desk: DeskBooks) throws -> Violation? {
        var open: Set<ClientOrderID> = []
        // Every attempt at an order has filled for it.
        var fillsThere: [OrderID: Int] = [:]
        var attempts: [OrderID: Int] = [:]
        for one in venue.bookedOrders {
            if let client = one.clientOrderID { fillsThere[client.order, default: 0] += one.fills.count }
        }
        for booked in venue.bookedOrders {
            guard let client = booked.clientOrderID else { continue }
            guard let order = try desk.order(client.order) else {
                return Violation(.ordersAgree, "\(client) is at the exchange, and the desk has no such order")
            }
            if venue.ordersAccepted(for: client) > 1 {
                return Violation(
                    .onePlacement, expected: 1, found: venue.ordersAccepted(for: client), "orders of \(client)")
            }
            let attempt = attempts[client.order, default: 0] + 1
            attempts[client.order] = attempt
            if attempt > 1, case let allowed = try desk.ledger.attemptsAllowed(client.order), attempt > allowed {
                return Violation(
                    .onePlacement, expected: allowed, found: attempt,
                    "\(client.order) has been placed under more than one name")
            }
            // Only the current attempt is on the book.
            let isOpenHere = order.isOnBook && client == order.clientOrderID
            guard isOpenHere == (booked.status == .open) else {
                return Violation(
                    .ordersAgree, expected: booked.status.rawValue, found: order.status.rawValue,
                    "where \(client) stands")
            }
            open.insert(client)
            let told = try desk.ledger.fills(of: client.order).map(\.fill)
            for fill in booked.fills where !told.contains(fill) {
                return Violation(
                    .fillsAgree, expected: fill.traceText, found: told.map(\.traceText), "the fills of \(client)")
            }
            guard told.count == fillsThere[client.order] else {
                return Violation(
                    .fillsAgree, expected: booked.fills.map(\.traceText), found: told.map(\.traceText),
                    "the fills of \(client)")
            }
        }
        // What has filled may have been of an attempt before the last, which the exchange never took.
        for entry in desk.state.orders where entry.order.isThere && !open.contains(entry.order.clientOrderID) {
            if !entry.order.isOnBook, fillsThere[entry.order.id] != nil { continue }
            return Violation(
                .ordersAgree, "\(entry.order.id) is \(entry.order.status.rawValue), and not at the exchange")
        }
        return nil
    }
}

extension Ledger {
    /// One, and one for each time that it was moved.
    func attemptsAllowed(_ id: OrderID) throws -> Int {
        try history(of: id).reduce(1) { count, entry in
            guard case .orderReplaced = entry.record else { return count }
            return count + 1
        }
    }
}

extension Order {
    /// Whether it is on the exchange's book itself, by what the desk says. Of a limit that has made way for its stop the status is
    /// that of the order which goes on.
    var isOnBook: Bool {
        guard status == .open || status == .partiallyFilled else { return false }
        switch plan {
        case .sliced, .stop, .trail: return false
        case .oco: return children.isEmpty
        case .none, .paired: return true
        }
    }

    /// Whether the exchange must have heard of it: it is on the book, or something of it has traded there.
    var isThere: Bool {
        switch plan {
        case .sliced, .stop, .trail: false
        case .none, .paired, .oco: isOnBook || (filled.isPositive && children.isEmpty)
        }
    }
}

extension Simulation {
    /// What the venues and the adapters met, once the run is over.
    func countWires() {
        for wire in wires { wire.count(&coverage) }
    }
}

extension SimulatedWire {
    func count(_ coverage: inout SimulationCoverage) {
        for fault in network.faultCounts {
            coverage.count(.fault, "network: \(fault.message) \(fault.fault.rawValue)", times: fault.count)
        }
        for (name, times) in counts.sorted(by: { $0.key < $1.key }) {
            coverage.count(.fault, "adapter: \(name)", times: times)
        }
        for (name, times) in venue.counts.sorted(by: { $0.key < $1.key }) {
            coverage.count(.fault, "venue: \(name)", times: times)
        }
        if venue.counts["answered order 0"] != nil { coverage.reached(.orderZero) }
        if venue.counts["canceled elsewhere"] != nil { coverage.reached(.canceledElsewhere) }
        if venue.counts["changed a fee"] != nil { coverage.reached(.feeChangedUnderOrder) }
    }
}
