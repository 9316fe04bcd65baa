import Exchange
import Trading
import Venue

@testable import Simulation

/// One seed's story: a desk places and cancels orders through gateways that die, over a network and at a venue that misbehave.
/// Then the faults stop, and what the desk believes is held against the venue's books.
struct GatewayStory {
    let seed: UInt64
    let venue: SimulatedVenue
    let network: SimulatedNetwork
    var desk = ModelDesk()
    var gateway: SimulatedGateway
    private(set) var counts: [String: Int] = [:]
    private(set) var crashes = 0
    private var contradictions = 0
    private var now = Timestamp(seconds: 1_700_000_000)
    private var chance: SplitMix64
    private let mistake: GatewayMistake?
    private var orderCount: UInt64 = 0
    private var queryCount: UInt64 = 0
    private let accounts = [AccountID(1), AccountID(2)]
    private let pairs: [PairRules]

    init(seed: UInt64, mistake: GatewayMistake? = nil, _ change: (inout VenueTraits) -> Void = { _ in }) throws {
        self.seed = seed
        self.mistake = mistake
        chance = SplitMix64(seed: seed ^ 0x5151)
        let basis = chance.happens(perMille: 500) ? FeeBasis.received : .quote
        pairs = try ["btc_usd", "ltc_usd"].map { (pair: Pair) in
            try PairRules(
                pair: pair, priceTick: .step(decimals: 1), quantityStep: .step(decimals: 2),
                quantityMin: .step(decimals: 2), feeRate: .step(decimals: 3), feeBasis: basis)
        }
        var traits = VenueTraits.drawn(seed: seed)
        change(&traits)
        venue = SimulatedVenue(
            pairs: pairs, openingPrices: ["btc_usd": 100, "ltc_usd": 10], traits: traits, seed: seed, startedAt: now)
        network = SimulatedNetwork(venue, faults: .drawn(seed: seed &* 31), seed: seed &* 17)
        for account in accounts {
            for coin in ["btc", "ltc", "usd"] as [Coin] { venue.deposit(2_000, coin, to: account, at: now) }
        }
        gateway = SimulatedGateway(
            network, settings: GatewaySettings(clientOrderIDs: traits.clientOrderIDs), startedAt: now, mistake: mistake)
    }

    /// Plays it; what was wrong in the end, or nothing.
    mutating func play(steps: Int = 120) -> [String] {
        for _ in 0..<steps {
            step()
            let wait = chance.happens(perMille: 200) ? chance.number(0...4_000_000_000) : chance.number(0...400_000_000)
            pass(until: now.advanced(byNanoseconds: wait), mayCrash: true)
        }
        venue.stopFaults()
        venue.stopMarket()
        network.faults = .none
        settle()
        return verdict()
    }

    private mutating func step() {
        switch chance.number(0...99) {
        case 0..<55: place()
        case 55..<75: cancel()
        case 75..<85:
            if let id = chance.pick(ifAny: desk.unsettled), let sent = desk.sent(id) {
                hear(gateway.submit(.status(sent), at: now))
            }
        case 85..<92: askSomething()
        default: askAboutAll()
        }
    }

    private mutating func place() {
        guard let account = chance.pick(ifAny: accounts), let rules = chance.pick(ifAny: pairs),
            let middle = venue.middles[rules.pair]
        else { return }
        orderCount += 1
        // Few quantities and few prices: orders that look alike are the rule.
        let price = ExactDecimal(
            units: middle / rules.priceTick.units * rules.priceTick.units
                + Int128(chance.number(-8...8)) * rules.priceTick.units)
        let order = NewOrder(
            clientOrderID: ClientOrderID(order: OrderID(orderCount), attempt: 1), account: account, pair: rules.pair,
            side: chance.happens(perMille: 500) ? .buy : .sell,
            quantity: ExactDecimal(units: rules.quantityMin.units * Int128(chance.number(1...3))), price: .limit(price),
            lifetime: chance.pick([.rest, .rest, .rest, .immediateOrCancel, .fillOrKill, .postOnly]),
            selfTrade: chance.happens(perMille: 300) ? .cancelResting : .cancelIncoming)
        desk.sends(order, at: now)
        // The intent is written, and then the process may die.
        if chance.happens(perMille: 20) { return crash() }
        hear(gateway.submit(.place(order), at: now))
    }

    private mutating func cancel() {
        guard let id = chance.pick(ifAny: desk.unsettled), let sent = desk.sent(id) else { return }
        hear(gateway.submit(.cancel(sent), at: now))
    }

    private mutating func askSomething() {
        guard let account = chance.pick(ifAny: accounts) else { return }
        queryCount += 1
        let query: ExchangeQuery =
            switch chance.number(0...3) {
            case 0: .openOrders(account, pair: nil)
            case 1: .fills(account, after: nil, limit: 50)
            case 2: .balances(account)
            default: .pairs
            }
        hear(gateway.ask(query, id: QueryID(queryCount), at: now))
    }

    private mutating func askAboutAll() {
        for id in desk.unsettled {
            if let sent = desk.sent(id) { hear(gateway.submit(.status(sent), at: now)) }
        }
    }

    private mutating func hear(_ reports: [ExchangeReport]) {
        desk.hear(reports)
        for case .execution(let account, let report) in reports where report.saysWhereItIs {
            gateway.noted(report.clientOrderID, of: account, at: now)
        }
    }

    private mutating func pass(until end: Timestamp, mayCrash: Bool) {
        while let due = gateway.nextDue, due <= end {
            now = max(now, due)
            let reports = gateway.advance(to: now)
            // Now and then the process dies with what it has just heard, before it is written.
            if mayCrash, chance.happens(perMille: 4) {
                crash()
                continue
            }
            hear(reports)
        }
        now = max(now, end)
    }

    private mutating func crash() {
        crashes += 1
        tally()
        network.disconnect()
        let down = now.advanced(byNanoseconds: chance.happens(perMille: 500) ? 0 : chance.number(0...10_000_000_000))
        network.advance(to: down)
        now = down
        gateway = SimulatedGateway(
            network, settings: GatewaySettings(clientOrderIDs: venue.traits.clientOrderIDs), startedAt: now,
            mistake: mistake)
        gateway.recall(desk.recalled)
        askAboutAll()
    }

    private mutating func tally() {
        contradictions += gateway.contradictions
        for (name, count) in gateway.counts { counts[name, default: 0] += count }
    }

    /// The desk asks until all is said, with a bound.
    private mutating func settle() {
        pass(until: now.advanced(bySeconds: 60), mayCrash: false)
        for _ in 0..<20 {
            askAboutAll()
            pass(until: now.advanced(bySeconds: 20), mayCrash: false)
        }
        tally()
    }

    private func verdict() -> [String] {
        var wrong = desk.oddities
        if contradictions > 0 { wrong.append("\(contradictions) contradictions") }
        for coin in venue.imbalances.keys.sorted() { wrong.append("the venue's \(coin) does not balance") }
        for id in desk.orders.keys.sorted() {
            guard let known = desk.orders[id] else { continue }
            if venue.ordersAccepted(for: id) > 1 {
                wrong.append("\(id) became \(venue.ordersAccepted(for: id)) orders")
            }
            let booked = venue.bookedOrder(id, of: known.order.account)
            if let difference = difference(known, booked) { wrong.append("\(id): \(difference)") }
        }
        return wrong
    }

    private func difference(_ known: ModelDesk.Known, _ booked: BookedOrder?) -> String? {
        switch (known.end, booked) {
        case (.neverArrived, .none), (.rejected, .none): return nil
        case (.neverArrived, .some(let booked)):
            // It has left no trace that could be found.
            let isTraceless =
                venue.traits.clientOrderIDs != .forEver && booked.status == .canceled && booked.fills.isEmpty
            return isTraceless ? nil : "said never to have arrived, and is \(booked.status), number \(booked.number)"
        case (.rejected, .some(let booked)): return "said to be rejected, and is number \(booked.number)"
        case (.closed, .none): return "said to be closed as \(known.number ?? "nothing"), and never was"
        case (nil, .none): return "not settled, and never was"
        case (.closed, .some(let booked)), (nil, .some(let booked)):
            if (known.end == .closed) != (booked.status != .open) {
                return "believed \(known.end.map { "\($0)" } ?? "open"), and is \(booked.status)"
            }
            if known.number != String(booked.number) {
                return "believed number \(known.number ?? "-"), is \(booked.number)"
            }
            let fills = known.fills.values.sorted { $0.id < $1.id }
            return fills == booked.fills.sorted { $0.id < $1.id }
                ? nil : "believed filled by \(fills.count), and has \(booked.fills.count) fills"
        }
    }
}
