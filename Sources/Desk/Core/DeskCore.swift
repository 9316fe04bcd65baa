import Accounts
import CommandGrammar
import Conversation
import DequeModule
public import Exchange
public import Ledger
public import Logging
import OrderEngine
public import Trading

/// The desk: takes inputs in, decides, writes, and says what is to be done and said.
///
/// One value of it lives on one thread. `process` takes a batch: everything in it is decided in order, written in one
/// transaction and synced, and only then are its outputs handed back. When the ledger fails, nothing of the batch is said
/// to be done, and no command is taken any more: the memory is ahead of the disk, and only a restart makes them one again.
public final class DeskCore {
    public let configuration: DeskConfiguration
    let ledger: Ledger
    let log: Logger
    /// One for each exchange, in the order in which they were configured; at least one.
    private(set) var seats: [Seat] = []
    var wordsOfAll = WordsOfAll()
    var people: People
    var waiting = Waiting()
    var upkeep: Upkeep
    var recorded: Recorded
    var clock: DeskClock
    /// What is being taken, or was last.
    var batch = Batch()
    /// Why no commands are taken any more.
    public internal(set) var halt: Halt?

    /// Why a desk takes no commands.
    public enum Halt: Hashable, Sendable {
        /// Nothing is done any more.
        case ledgerFailed(String)
        /// What was begun is finished.
        case stopping

        var isFailure: Bool {
            switch self {
            case .ledgerFailed: true
            case .stopping: false
            }
        }
    }

    /// Whether it only answers questions.
    var isReadOnly: Bool { configuration.readOnly != nil }
    /// The moment of the batch that is being taken.
    var now: Timestamp { clock.now }

    /// What one seat of a desk is made of.
    public struct ExchangeSetup {
        /// As traders call it: its orders, funds and records are kept under this name.
        public let id: ExchangeID
        public let exchange: any Exchange
        /// Nil where it needs no keys.
        public let keys: KeyCustody?
        /// What drives a paper exchange.
        public let tape: TapePlayer?
        /// Whose market a paper exchange follows in place of a tape.
        public let follows: ExchangeID?

        public init(
            id: ExchangeID, exchange: any Exchange, keys: KeyCustody? = nil, tape: TapePlayer? = nil,
            follows: ExchangeID? = nil
        ) {
            self.id = id
            self.exchange = exchange
            self.keys = keys
            self.tape = tape
            self.follows = follows
        }
    }

    /// Opens the desk on a ledger, with a seat at each exchange, at least one: brings back what was, settles what the exchanges did
    /// meanwhile, and expires what is due.
    ///
    /// Throws `DeskError` for a master key that cannot be read or made, for books that differ, and for a database that has orders or funds
    /// of an exchange that is not among them; `LedgerError` for a ledger that cannot be read, `BookError` for books of the paper
    /// exchange that cannot.
    public init(
        _ configuration: DeskConfiguration, ledger: Ledger, exchanges: [ExchangeSetup],
        passwords: any PasswordChecking, masterKey: MasterKeySource = .none, log: Logger, now: Timestamp
    ) throws {
        precondition(!exchanges.isEmpty, "a desk without an exchange")
        self.configuration = configuration
        self.ledger = ledger
        self.log = log
        clock = DeskClock(now: now)
        ledger.stopwatch = configuration.stopwatch
        people = try People(passwords: passwords, masterKey: masterKey.key(for: ledger, log: log), in: ledger, at: now)
        upkeep = Upkeep(
            fundsStoring: FundsStoring(
                last: try ledger.lastFundsPoint(), intervalSeconds: Int64(configuration.limits.fundsStoreSeconds),
                now: now),
            configuration.limits, at: now)
        let tradesLeft = configuration.readOnly != nil ? [] : try ledger.tradesLeft()
        var replay = EngineReplay(from: try ledger.load(), limits: configuration.engineLimits)
        let replayed = try replay.replay(of: ledger)
        try replay.requireSeats(at: exchanges.map(\.id))
        let seated = Set(exchanges.map(\.id))
        recorded = Recorded(
            last: replay.last, sinceSnapshot: replayed, nextOrderID: replay.nextOrderID,
            nextTradeLeft: (tradesLeft.last?.number ?? 0) + 1,
            unseated: replay.snapshots.filter { !seated.contains($0.exchange) })
        let alerts = Dictionary(grouping: try ledger.waitingAlerts(), by: \.exchange)
        for setup in exchanges {
            var engine = replay.engines[setup.id] ?? OrderEngine(exchange: setup.id, limits: configuration.engineLimits)
            try DeskCore.forgetPruned(&engine, in: ledger)
            let seat = Seat(setup, engine: engine, alerts: AlertBook(alerts[setup.id] ?? []), of: self)
            seat.backlog.tradesLeft = TradesLeft(tradesLeft.filter { $0.exchange == setup.id })
            seats.append(seat)
        }
        let prefix = try ledger.clientOrderPrefix()
        for seat in seats {
            if configuration.readOnly != .booksDiffer { try seat.checkBooks() }
            seat.exchange.use(prefix)
            seat.exchange.recall(try seat.ordersToRecall())
            if seat.exchange.settlement == .withinTransaction { seat.observeExchange() }
            try seat.handOverKeys()
        }
        try sealClearSecrets()
        try reconcile()
    }

    /// Asks each exchange what became of every order that it has or may have, as any exchange is asked after a crash.
    private func reconcile() throws {
        guard !isReadOnly else { return try batch(at: now) { for seat in seats { try seat.startWatching() } } }
        try batch(at: now) {
            for seat in seats {
                try seat.startWatching()
                try seat.ask(seat.engine.requestsAfterRestart())
                seat.backlog.postponed = seat.engine.unfinished
                seat.takeUpPostponed()
                seat.takeUpTrades()
            }
            for seat in seats { try seat.expire() }
            try takeOperatorRequests()
            try flushEvents()
        }
        if case .ledgerFailed(let reason) = halt { throw DeskError.cannotOpen(reason) }
        upkeep.openingOutputs = batch.outputs
    }

    /// When the desk next has something to do by itself.
    public var nextWake: Timestamp? {
        guard halt == nil else { return nextDue }
        guard !isReadOnly else { return nextDue }
        return min(upkeep.nextLook, nextDue ?? upkeep.nextLook)
    }

    /// The same without the looks at what is rarely due: when an order, a price or a reply is. Nil where nothing waits for
    /// the clock. A clock that is moved by hand stops here.
    public var nextDue: Timestamp? {
        switch halt {
        case nil: break
        case .ledgerFailed: return nil
        // Going down, it finishes what it has begun, and begins nothing.
        case .stopping: return waiting.turns.isIdle ? waiting.firstDue : now
        }
        guard upkeep.openingOutputs.isEmpty, waiting.turns.isIdle else { return now }
        guard !isReadOnly else { return [waiting.firstDue, people.logins.firstEnd].compactMap(\.self).min() }
        let due = [
            waiting.firstDue, upkeep.fundsStoring.nextDue, people.logins.firstEnd, people.logins.deadlines.next,
        ]
        return (due + seats.map(\.nextDue)).compactMap(\.self).min()
    }

    /// Takes a batch of inputs, all at one moment, and gives back what is to be done about them. Never throws: a ledger that
    /// fails is said in the replies, and in `halt`.
    public func process(_ inputs: [DeskInput], at moment: Timestamp) -> [DeskOutput] {
        clock.advance(to: moment)
        batch.begin(unanswered: findUnanswered())
        if case .ledgerFailed = halt {
            for input in inputs { refuseHalted(input) }
            return batch.outputs
        }
        batch.outputs += upkeep.openingOutputs
        upkeep.openingOutputs.removeAll()
        do {
            try batch(at: now) {
                try lookAtClock()
                for input in inputs {
                    if case .server(.lines(let id, let lines)) = input {
                        takeLines(lines, from: id)
                    } else {
                        // What came before it is done before it, as far as the batch goes.
                        try takeTurns()
                        try take(input)
                    }
                }
                try takeTurns()
                for seat in seats { try seat.tellPrices() }
            }
        } catch {
            fail(error, inputs)
        }
        emptyLogIfAsked()
        return batch.outputs
    }

    /// Moves the paper exchange, and says what came of it. Throws `Refusal` where the exchange does not do it, and then
    /// nothing has changed; unlike with `DeskInput.paper`, where that is only logged.
    public func perform(_ action: PaperAction, at moment: Timestamp) throws -> [DeskOutput] {
        try takeDirectly(at: moment) {
            try lookAtClock()
            try takePaper(action)
        }
    }

    /// One batch for a caller who wants to know of its refusal: the operator, a transcript.
    func takeDirectly(at moment: Timestamp, _ body: () throws -> Void) throws -> [DeskOutput] {
        clock.advance(to: moment)
        batch.begin(unanswered: findUnanswered())
        var refusal: Refusal?
        do {
            try batch(at: now) {
                do {
                    try body()
                } catch let error as Refusal {
                    refusal = error
                }
                try flushEvents()
            }
        } catch {
            fail(error, [])
            throw error
        }
        if let refusal { throw refusal }
        return batch.outputs
    }

    private func batch(at moment: Timestamp, _ body: () throws -> Void) throws {
        batch.beginTurns(share: configuration.limits.batchRows)
        try ledger.transaction { transaction in
            batch.transaction = transaction
            defer { batch.transaction = nil }
            try body()
            try flushEvents()
            try flushAudit()
            try flushTables()
            try flushMarks()
            try flushWrittenBytes()
            try flushTradesLeft()
            try flushClock()
            for seat in seats { try seat.writeBooks() }
        }
        tellAudit()
        if recorded.sinceSnapshot >= configuration.limits.snapshotRecords, !isReadOnly {
            try perform(.snapshots, keepSnapshotNow)
        }
        noteCheckpoints()
    }

    private func take(_ input: DeskInput) throws {
        switch input {
        case .exchange where isReadOnly, .paper where isReadOnly: break
        case .server(.opened(let id, let peer)): try open(id, peer)
        case .server(.lines(let id, let lines)): takeLines(lines, from: id)
        case .server(.closed(let id)): close(id)
        case .server(.refused(let request)): auditLater(.refused(request))
        case .passwordChecked(let job, let isRight):
            try passwordChecked(job, isRight: isRight)
            try takeUpLogins()
        case .passwordHashed(let job, let hash):
            try passwordHashed(job, hash)
            try takeUpLogins()
        case .keyChecked(let job, let verdict): try keyChecked(job, verdict)
        case .exchange(let id, let reports):
            try seat(id)?.takeReports(reports)
            try answerFundsWaits()
            try answerPending()
            try flushEvents()
        case .paper(let action):
            do {
                try takePaper(action)
            } catch let refusal as Refusal {
                log.error("\(action) is refused: \(refusal.message)")
            }
            try flushEvents()
        case .wake: break
        case .clockStepped(let step): try clockStepped(step)
        case .stop: if halt == nil { halt = .stopping }
        }
    }

    /// The open transaction. Every path that needs one is inside a batch.
    func ledgerTransaction() throws -> LedgerTransaction {
        guard let transaction = batch.transaction else { throw DeskError.outsideBatch }
        return transaction
    }

    func accountStore() throws -> AccountStore { AccountStore(try ledgerTransaction().database) }

    func send(_ message: OutgoingMessage, to session: SessionID) {
        batch.outputs.append(.send(session, message))
    }
}
