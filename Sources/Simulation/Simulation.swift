import Accounts
import BtceExchange
import Conversation
import Desk
import Exchange
import Ledger
import OrderEngine
import Secrets
import Trading

/// One run of the world from one seed: traders, a desk, a disk, an exchange, and what goes wrong between them.
///
/// It is a loop over a virtual clock, on one thread; nothing in it depends on anything but the seed.
public final class Simulation {
    /// What can happen next. `life` is the process that it is meant for.
    enum Happening {
        case traderActs(Int)
        case marketMoves
        case deskTakesTurn(life: Int)
        /// The desk asked to be called, for what is due by itself.
        case deskWakes(life: Int)
        /// Something is due on the wire of a seat: a message arrives, the venue acts, the adapter gives up waiting.
        case wireMoves(Int)
        case reachesDesk(DeskInput, life: Int)
        /// Whoever looks after the server ends a process that takes nothing more.
        case operatorEndsProcess(life: Int)
        case serverStarts
        case networkFails
    }

    let seed: UInt64
    let plan: SimulationPlan
    var chance: SplitMix64
    var clock: Timestamp
    var queue = EventQueue<Happening>()
    var trace: Trace
    var coverage = SimulationCoverage()
    let server: SimulatedServer
    /// At which exchanges the desk trades.
    let seats: [SimulatedSeat]
    var traders: [SimulatedTrader] = []
    var areFaultsOn = true
    /// What has happened so far: turns, messages, acts.
    private(set) var steps = 0
    /// After how many it is not gone on with.
    var stepsMax = SimulationPlan.stepsMax

    // MARK: The process that runs now

    /// Counts the processes, so that what was meant for one that is gone does not reach the next.
    var life = 0
    /// What waits for the desk's next turn.
    var inbox: [DeskInput] = []
    var isTurnDue = false
    /// When the desk is called next for what is due by itself. What stands in the queue for another time has been overtaken.
    var wakeAt: Timestamp?
    var isStopping = false
    /// When a server that goes down waits for answers no longer.
    var stopBy: Timestamp?
    var nextSession: UInt64 = 1

    // MARK: What is known from looking

    var observer = RecordObserver()
    var watch = Watch()

    init(seed: UInt64, profile: SimulationProfile, linesKept: Int) {
        self.seed = seed
        var chance = SplitMix64(seed: seed)
        plan = SimulationPlan(profile, &chance)
        server = SimulatedServer(plan, diskSeed: chance.next())
        seats = [SimulatedSeat](plan, &chance)
        self.chance = chance
        clock = plan.start
        trace = Trace(linesKept: linesKept)
    }

    // MARK: The loop

    func run() throws {
        try setUp()
        while let next = queue.nextTime, next <= plan.horizon { try takeNext() }
        clock = plan.horizon
        try comeToRest()
    }

    func takeNext() throws {
        guard let (moment, happening) = queue.popFirst() else { return }
        clock = max(clock, moment)
        steps += 1
        guard steps <= stepsMax else {
            throw Violation(.comesToRest, "more than \(stepsMax) steps, and no end")
        }
        switch happening {
        case .traderActs(let number):
            act(traders[number])
            queue.add(.traderActs(number), at: later(1...plan.pauseMilliseconds))
        case .marketMoves:
            moveMarket()
            queue.add(.marketMoves, at: later(1...plan.pauseMilliseconds))
        case .deskTakesTurn(let life) where life == self.life: try takeTurn()
        case .deskWakes(let life) where life == self.life && wakeAt == moment:
            wakeAt = nil
            requestTurn()
        case .wireMoves(let number) where seats[number].wireDueAt == moment: try moveWire(number)
        case .reachesDesk(let input, let life) where life == self.life: put(input)
        case .operatorEndsProcess(let life) where life == self.life: try endHaltedProcess()
        case .serverStarts: try startServer()
        case .networkFails: for wire in wires { wire.beginFaults() }
        case .deskTakesTurn, .deskWakes, .wireMoves, .reachesDesk, .operatorEndsProcess: break
        }
    }

    private func setUp() throws {
        try server.start(at: connectedSeats(), clock)
        let password = "correct horse"
        for number in 0..<plan.traderCount {
            let name = "trader\(number + 1)"
            guard let accountName = AccountName(name), let desk = server.desk else { continue }
            let money = plan.funds.map { (ExactDecimal($0.amount), $0.coin) }
            let funds = paperSeat == nil ? [] : money
            let account = try desk.addAccount(
                accountName, role: .trader,
                passwordHash: PasswordHash(hashing: Secret(password), cost: SimulatedPasswords.cost), funds: funds,
                at: clock)
            for wire in wires { wire.admit(account, funds: money, at: clock) }
            traders.append(SimulatedTrader(name: name, password: password, account: account, chance: chance.fork()))
            queue.add(.traderActs(number), at: later(0...500))
        }
        openMarkets()
        queue.add(.networkFails, at: clock.advanced(bySeconds: 1))
        requestTurn()
        expectWires()
        queue.add(.marketMoves, at: later(100...1_000))
    }

    var wires: [any ExchangeWire] { seats.compactMap(\.wire) }

    var paperSeat: SimulatedSeat? { seats.first { $0.wire == nil } }

    /// The seat at an exchange, which the desk names.
    func seat(_ id: ExchangeID) throws(Violation) -> SimulatedSeat {
        guard let seat = seats.first(where: { $0.id == id }) else {
            throw Violation(.ordersAgree, "there is no exchange \(id)")
        }
        return seat
    }

    /// The seat at which an order is.
    func seat(of order: OrderID) throws(Violation) -> SimulatedSeat {
        guard let exchange = observer.exchange(of: order) else {
            throw Violation(.ordersAgree, "\(order) is at no exchange")
        }
        return try seat(exchange)
    }

    /// Each exchange as a new process of the desk meets it; nil for paper.
    func connectedSeats() -> [(id: ExchangeID, exchange: (any Exchange)?)] {
        seats.map { ($0.id, $0.wire?.connect(at: clock)) }
    }

    func later(_ milliseconds: ClosedRange<Int>) -> Timestamp {
        clock.advanced(byNanoseconds: Int64(chance.within(milliseconds)) * 1_000_000 + Int64(chance.below(1_000_000)))
    }

    /// Something reaches the desk's inbox, if there is a desk.
    func put(_ input: DeskInput) {
        guard server.isUp else { return }
        inbox.append(input)
        requestTurn()
    }

    func requestTurn() {
        guard !isTurnDue else { return }
        isTurnDue = true
        queue.add(.deskTakesTurn(life: life), at: clock.advanced(byNanoseconds: Int64(chance.below(3_000_000))))
    }
}
