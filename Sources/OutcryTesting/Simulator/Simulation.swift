import Accounts
import ChatServer
import Desk
import Exchange
import Ledger
import OrderEngine
import Trading

/// One run of the world from one seed: traders, a desk, a disk, an exchange, and what goes wrong between them.
///
/// It is a loop over a virtual clock, on one thread; nothing in it depends on anything but the seed.
public final class Simulation {
    /// What can happen next.
    enum Happening {
        case traderActs(Int)
        case marketMoves
        case deskTakesTurn
        /// The desk asked to be called, for what is due by itself.
        case deskWakes(life: Int)
        case reachesDesk(DeskInput, life: Int)
        case serverStarts
    }

    let seed: UInt64
    let plan: SimulationPlan
    var chance: Chance
    var clock: Timestamp
    var queue = EventQueue<Happening>()
    var trace: Trace
    var coverage = SimulationCoverage()
    let server: SimulatedServer
    var markets: [SimulatedMarket]
    var traders: [SimulatedTrader] = []
    /// What waits for the desk's next turn.
    var inbox: [DeskInput] = []
    var isTurnDue = false
    /// When the desk is called next for what is due by itself.
    private var wakeAt: Timestamp?
    /// Counts the processes, so that what was meant for one that is gone does not reach the next.
    var life = 0
    var nextSession: UInt64 = 1
    var areFaultsOn = true
    var observer = RecordObserver()

    init(seed: UInt64, profile: SimulationProfile, linesKept: Int) throws {
        self.seed = seed
        var chance = Chance(seed: seed)
        plan = SimulationPlan(profile, &chance)
        self.chance = chance
        clock = plan.start
        markets = Array(SimulatedMarket.all.prefix(plan.marketCount))
        trace = Trace(linesKept: linesKept)
        server = try SimulatedServer(plan.configuration)
    }

    // MARK: The loop

    func run() throws {
        try setUp()
        while let next = queue.nextTime, next <= plan.horizon, let (moment, happening) = queue.popFirst() {
            clock = max(clock, moment)
            try take(happening)
        }
        clock = plan.horizon
        try comeToRest()
    }

    private func setUp() throws {
        try server.start(at: clock)
        let password = "correct horse"
        for number in 0..<plan.traderCount {
            let name = "trader\(number + 1)"
            guard let accountName = AccountName(name), let desk = server.desk else { continue }
            let funds = plan.funds.map { (ExactDecimal($0.amount), $0.coin) }
            let account = try desk.addAccount(
                accountName, role: .trader,
                passwordHash: PasswordHash(hashing: Secret(password), cost: SimulatedPasswords.cost), funds: funds,
                at: clock)
            traders.append(SimulatedTrader(name: name, password: password, account: account, chance: chance.fork()))
            queue.add(.traderActs(number), at: later(0...500))
        }
        for market in markets { inbox.append(.paper(quote(market))) }
        requestTurn()
        queue.add(.marketMoves, at: later(100...1_000))
    }

    private func take(_ happening: Happening) throws {
        switch happening {
        case .traderActs(let number):
            act(traders[number])
            queue.add(.traderActs(number), at: later(1...plan.pauseMilliseconds))
        case .marketMoves:
            moveMarket()
            queue.add(.marketMoves, at: later(1...plan.pauseMilliseconds))
        case .deskTakesTurn: try deskTakesTurn()
        case .deskWakes(let life):
            guard life == self.life else { break }
            wakeAt = nil
            requestTurn()
        case .reachesDesk(let input, let life):
            guard life == self.life else { break }
            put(input)
        case .serverStarts: try startServer()
        }
    }

    func later(_ milliseconds: ClosedRange<Int>) -> Timestamp {
        clock.advanced(byNanoseconds: Int64(chance.within(milliseconds)) * 1_000_000 + Int64(chance.below(1_000_000)))
    }

    // MARK: The market

    private func quote(_ market: SimulatedMarket) -> PaperAction {
        let half = max(market.middle / 2_000, 1)
        return .quote(
            market.pair, bid: market.price(market.middle - half), ask: market.price(market.middle + half))
    }

    private func moveMarket() {
        guard server.isUp else { return }
        let index = chance.below(markets.count)
        markets[index].drift(&chance)
        let market = markets[index]
        switch chance.weighted([30, 60, 6, areFaultsOn ? 4 : 0]) {
        case 0: put(.paper(quote(market)))
        case 1:
            let spread = max(market.middle / 500, 1)
            let price = market.price(market.middle + chance.within(-spread...spread))
            let amount = SimulatedMarket.quantity(market.quantityMin * chance.within(1...20) + chance.below(1_000))
            let side: Side? = [nil, .buy, .sell][chance.below(3)]
            put(
                .paper(
                    .trade(MarketTrade(pair: market.pair, price: price, quantity: amount, takerSide: side, at: clock))))
        case 2:
            let trader = chance.pick(traders)
            let coin: Coin = chance.pick(["usd", "btc", "ltc"])
            put(.paper(.deposit(trader.account, ExactDecimal(chance.within(1...50)), coin)))
        default:
            let rate = SimulatedMarket.decimal(chance.pick([0, 1, 2, 5]), decimals: 3)
            put(.paper(.fee(market.pair, rate: rate)))
        }
    }

    // MARK: The desk

    func put(_ input: DeskInput) {
        guard server.isUp else { return }
        inbox.append(input)
        requestTurn()
    }

    private func requestTurn() {
        guard !isTurnDue else { return }
        isTurnDue = true
        queue.add(.deskTakesTurn, at: clock.advanced(byNanoseconds: Int64(chance.below(3_000_000))))
    }

    private func deskTakesTurn() throws {
        isTurnDue = false
        guard let desk = server.desk else { return }
        let inputs = inbox
        inbox.removeAll()
        for input in inputs { trace.add("< \(input.traceText)", at: clock) }
        let fault = areFaultsOn && chance.permille(plan.crashPermille) ? chance.pick(Crash.allCases) : nil
        if fault == .beforeTurn { return try crash(.beforeTurn) }
        let outputs = desk.process(inputs, at: clock)
        try afterTurn(desk)
        if fault == .beforeOutputs { return try crash(.beforeOutputs) }
        let delivered = fault == .betweenOutputs ? chance.below(outputs.count + 1) : outputs.count
        for output in outputs.prefix(delivered) { try deliver(output) }
        if fault != nil { return try crash(.betweenOutputs) }
        for answer in server.passwords.takeAnswers() {
            queue.add(.reachesDesk(answer, life: life), at: later(20...400))
        }
        if let wake = desk.nextWake, wakeAt.map({ wake < $0 }) ?? true {
            let moment = max(wake, clock.advanced(byNanoseconds: 1))
            wakeAt = moment
            queue.add(.deskWakes(life: life), at: moment)
        }
    }

    private func afterTurn(_ desk: DeskCore) throws {
        let lines = server.log.takeLines()
        guard lines.isEmpty else { throw Violation(.noAnomaly, lines.joined(separator: "; ")) }
        if let ledger = server.ledger {
            for text in try observer.read(ledger) { trace.add("= \(text)", at: clock) }
        }
        try checkFunds()
    }

    private func deliver(_ output: DeskOutput) throws {
        trace.add("> \(output.traceText)", at: clock)
        switch output {
        case .send(let id, let message):
            guard let trader = traders.first(where: { $0.index(of: id) != nil }) else { return }
            try trader.receive(message, on: id)
        case .close(let id, _, _):
            for trader in traders { trader.lost(id) }
            put(.server(.closed(id)))
        case .request: break
        }
    }

    // MARK: Going down and coming back

    /// Where in the desk's turn the power goes.
    enum Crash: String, CaseIterable {
        case beforeTurn, beforeOutputs, betweenOutputs
    }

    private func crash(_ place: Crash) throws {
        trace.add("# crash \(place.rawValue)", at: clock)
        coverage.count("crash \(place.rawValue)")
        try server.crash()
        loseProcess()
        queue.add(.serverStarts, at: later(1...2_000))
    }

    private func loseProcess() {
        life += 1
        inbox.removeAll()
        isTurnDue = false
        wakeAt = nil
        queue.removeAll { happening in
            if case .deskTakesTurn = happening { true } else { false }
        }
        for trader in traders {
            for connection in trader.connections { trader.lost(connection.id) }
        }
    }

    func startServer() throws {
        trace.add("# start", at: clock)
        do {
            try server.start(at: clock)
        } catch {
            throw Violation(.opens, "\(error)")
        }
        if let ledger = server.ledger {
            for text in try observer.readAgain(ledger) { trace.add("= \(text)", at: clock) }
        }
        try checkPromises()
        requestTurn()
    }

    // MARK: The end

    /// The faults stop. Everybody comes back, asks again, and the world comes to rest.
    private func comeToRest() throws {
        areFaultsOn = false
        trace.add("# faults stop", at: clock)
        if !server.isUp { try startServer() }
        queue.removeAll { happening in
            switch happening {
            case .traderActs, .marketMoves, .serverStarts: true
            case .deskTakesTurn, .deskWakes, .reachesDesk: false
            }
        }
        for trader in traders {
            for connection in trader.connections where connection.awaiting.isEmpty {
                drop(connection.id, of: trader)
            }
        }
        try settle()
        for trader in traders {
            for connection in trader.connections { drop(connection.id, of: trader) }
        }
        try logEverybodyIn()
        for trader in traders {
            guard let connection = trader.connections.last else { continue }
            let again = trader.toRepeat
            trader.toRepeat.removeAll()
            for line in again { send([line], on: connection.id, of: trader) }
        }
        try settle()
        try tellEverything()
        try checkEnd()
    }

    private func logEverybodyIn() throws {
        let end = clock.advanced(bySeconds: SimulationPlan.restSecondsMax)
        while true {
            for trader in traders where !trader.isLoggedIn {
                for connection in trader.connections { drop(connection.id, of: trader) }
                connect(trader, .json)
            }
            try settle()
            if traders.allSatisfy(\.isLoggedIn) { return }
            // Wrong passwords of before make the name wait.
            guard clock < end else { throw Violation(.comesToRest, "not everybody can log in") }
            try pass(seconds: 5)
        }
    }

    /// Each trader asks for all notifications from the first on, as often as it takes.
    private func tellEverything() throws {
        for trader in traders {
            guard let id = trader.connections.last?.id else { continue }
            var next: UInt64? = 1
            while let from = next {
                send([TypedLine("resume \(from)", .resume(from: from))], on: id, of: trader)
                try settle()
                let following = trader.connections.last?.resumeNext
                guard following.map({ $0 > from }) ?? true else {
                    throw Violation(.allIsTold, "resume \(from) leads to resume \(following ?? 0)")
                }
                next = following
            }
        }
    }

    private func pass(seconds: Int64) throws {
        let end = clock.advanced(bySeconds: seconds)
        while let next = queue.nextTime, next <= end, let (moment, happening) = queue.popFirst() {
            clock = max(clock, moment)
            try take(happening)
        }
        clock = end
    }

    /// Runs the clock until nobody waits for anything.
    private func settle() throws {
        let end = clock.advanced(bySeconds: SimulationPlan.restSecondsMax)
        while true {
            let isBusy = !inbox.isEmpty || traders.contains { $0.connections.contains { !$0.awaiting.isEmpty } }
            guard isBusy else { return }
            guard let next = queue.nextTime, next <= end, let (moment, happening) = queue.popFirst() else {
                let waiting = traders.flatMap(\.connections).flatMap(\.awaiting).map(\.text)
                throw Violation(.comesToRest, "after \(SimulationPlan.restSecondsMax) s still waiting: \(waiting)")
            }
            clock = max(clock, moment)
            try take(happening)
        }
    }
}
