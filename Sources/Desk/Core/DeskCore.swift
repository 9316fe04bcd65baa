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
    /// Whether it only answers questions.
    let isReadOnly: Bool
    let ledger: Ledger
    let passwords: any PasswordChecking
    /// What secrets in the database are sealed under; nil where there is none, or it is missing.
    let masterKey: MasterKey?
    let log: Logger

    /// One for each exchange, in the order in which they were configured; at least one.
    private(set) var seats: [Seat] = []
    /// The number that the next order gets, wherever it is placed.
    var nextOrderID = OrderID(1)
    var throttle: LoginThrottle
    var sessions = BoxedDictionary<SessionID, Session>()
    var logins = Logins()
    var loginDeadlines = LoginDeadlines()
    var accounts: [AccountID: AccountPlace] = [:]
    var pendingReplies: [PendingReply] = []
    var lineQuestions = LineQuestions()
    var wordsOfAll = WordsOfAll()
    /// Lines that wait until an exchange has told the funds.
    var fundsWaits: [FundsWait] = []
    var turns = TurnRing()
    /// Questions that are being answered in steps.
    var longQuestions: [AccountID: Deque<LongQuestion>] = [:]
    /// What has traded today, by account and by the coin that it is counted in.
    var tallies: [DailyTally.Key: DailyTally] = [:]
    /// Lines of all sessions that wait.
    var linesWaiting = 0
    var exports = Exports()
    var passwordJobs: [PasswordJobID: PasswordJob] = [:]
    var waitingLogins = WaitingLogins()
    var nextPasswordJob: UInt64 = 1
    var keyJobs: [KeyJobID: KeyJob] = [:]
    var nextKeyJob: UInt64 = 1
    var jobs = JobBook()
    var auditBook: AuditBook

    /// Why no commands are taken any more.
    public internal(set) var halt: Halt?

    /// Why a desk takes no commands.
    public enum Halt: Hashable, Sendable {
        case ledgerFailed(String)
        case stopping
    }

    /// What has been done that is no row, in rows' worth.
    var otherCost = 0
    /// How much the batch may cost before the rest waits for the next one.
    var batchShare = 0
    /// What the turns of the batch have cost, without lines that hurried.
    var turnsCost = 0
    /// Who has had a turn in it.
    var servedInBatch: Set<TurnRing.Owner> = []
    var messagesNotCharged = 0

    // MARK: One batch

    /// The moment of the batch that is being taken.
    var now: Timestamp
    /// Open while a batch is being taken.
    var transaction: LedgerTransaction?
    var outputs: [DeskOutput] = []
    /// What the opening wants asked of the exchange: said with the outputs of the first batch.
    private var openingOutputs: [DeskOutput] = []
    var unanswered: [Unanswered] = []
    var events: [OrderEvent] = []
    /// What is told of accounts as a whole, with the events.
    var panicEvents: [SeatPanic] = []
    var alertsFired: [FiredAlert] = []
    var inboxMarks: [AccountID: InboxMark] = [:]
    /// The accounts whose marks are further than the ledger knows.
    var touchedMarks: Set<AccountID> = []
    var writtenBytes = WrittenBytes()
    /// The number under which the next trade is kept that is left to a later turn.
    var nextTradeLeft: Int64 = 1
    var recordsSinceSnapshot = 0
    /// The engines of exchanges at which this desk has no seat now: they are kept in every snapshot, since no number that they gave
    /// an order is given again.
    private(set) var unseated: [EngineSnapshot] = []
    /// Whether the ledger may have rows that are marked as pruned.
    var mayHaveMarks = true
    /// Orders that were over since their account was last looked at for `account_finished_orders`.
    var finishedSinceLook: [AccountID: Int] = [:]
    /// The accounts that were looked at in this run.
    var lookedAtFinished: Set<AccountID> = []
    var lastRecord: RecordNumber
    var nextHousekeeping: Timestamp
    var nextTickerStore: Timestamp
    var nextTickerThinning: Timestamp
    var notedCheckpoint = 0
    var fundsStoring: FundsStoring
    /// How much room the disk had when it was last looked at.
    var diskRoom = DiskRoom.good
    var diskFreeBytes: Int64?
    var nextDiskCheck: Timestamp
    var isLogToBeEmptied = false
    var clockWatch = ClockWatch()

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
        isReadOnly = configuration.readOnly != nil
        self.ledger = ledger
        self.passwords = passwords
        self.masterKey = try masterKey.key(for: ledger, log: log)
        auditBook = AuditBook(lastSeen: try ledger.read { try AccountStore($0).lastAuditNumber() })
        self.log = log
        self.now = now
        nextHousekeeping = now
        nextTickerStore = DeskCore.nextTickerStore(after: now, configuration.limits)
        nextTickerThinning = now
        nextDiskCheck = now
        ledger.stopwatch = configuration.stopwatch
        fundsStoring = FundsStoring(
            last: try ledger.lastFundsPoint(), intervalSeconds: Int64(configuration.limits.fundsStoreSeconds), now: now)
        let tradesLeft = configuration.readOnly != nil ? [] : try ledger.tradesLeft()
        nextTradeLeft = (tradesLeft.last?.number ?? 0) + 1
        var replay = EngineReplay(from: try ledger.load(), limits: configuration.engineLimits)
        recordsSinceSnapshot = try replay.replay(of: ledger)
        lastRecord = replay.last
        throttle = LoginThrottle(
            restoring: try ledger.transaction { try AccountStore($0.database).loginFailures() }, at: now)
        let waiting = Dictionary(grouping: try ledger.waitingAlerts(), by: \.exchange)
        try replay.requireSeats(at: exchanges.map(\.id))
        nextOrderID = replay.nextOrderID
        let seated = Set(exchanges.map(\.id))
        unseated = replay.snapshots.filter { !seated.contains($0.exchange) }
        for setup in exchanges {
            var engine = replay.engines[setup.id] ?? OrderEngine(exchange: setup.id, limits: configuration.engineLimits)
            try DeskCore.forgetPruned(&engine, in: ledger)
            let seat = Seat(setup, engine: engine, alerts: AlertBook(waiting[setup.id] ?? []), of: self)
            seat.tradesLeft = TradesLeft(tradesLeft.filter { $0.exchange == setup.id })
            seats.append(seat)
        }
        for seat in seats {
            if configuration.readOnly != .booksDiffer { try seat.checkBooks() }
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
                seat.postponedWork = seat.engine.unfinished
                seat.takeUpPostponed()
                seat.takeUpTrades()
            }
            for seat in seats { try seat.expire() }
            try takeOperatorRequests()
            try flushEvents()
        }
        if case .ledgerFailed(let reason) = halt { throw DeskError.cannotOpen(reason) }
        openingOutputs = outputs
    }

    /// When the desk next has something to do by itself.
    public var nextWake: Timestamp? {
        guard halt == nil else { return nil }
        guard !isReadOnly else { return nextDue }
        return min(nextHousekeeping, nextDue ?? nextHousekeeping)
    }

    /// The same without the looks at what is rarely due: when an order, a price or a reply is. Nil where nothing waits for
    /// the clock. A clock that is moved by hand stops here.
    public var nextDue: Timestamp? {
        guard halt == nil else { return nil }
        guard openingOutputs.isEmpty, turns.isIdle else { return now }
        guard !isReadOnly else { return [pendingReplies.map(\.dueBy).min(), logins.firstEnd].compactMap(\.self).min() }
        let due = [
            pendingReplies.map(\.dueBy).min(), fundsWaits.map(\.dueBy).min(), fundsStoring.nextDue, logins.firstEnd,
            loginDeadlines.next,
        ]
        return (due + seats.map(\.nextDue)).compactMap(\.self).min()
    }

    /// Takes a batch of inputs, all at one moment, and gives back what is to be done about them. Never throws: a ledger that
    /// fails is said in the replies, and in `halt`.
    public func process(_ inputs: [DeskInput], at moment: Timestamp) -> [DeskOutput] {
        now = max(now, moment)
        outputs.removeAll(keepingCapacity: true)
        unanswered = findUnanswered()
        if case .ledgerFailed = halt {
            for input in inputs { refuseHalted(input) }
            return outputs
        }
        outputs += openingOutputs
        openingOutputs.removeAll()
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
        return outputs
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
        now = max(now, moment)
        outputs.removeAll(keepingCapacity: true)
        unanswered = findUnanswered()
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
        return outputs
    }

    private func batch(at moment: Timestamp, _ body: () throws -> Void) throws {
        batchShare = configuration.limits.batchRows
        turnsCost = 0
        servedInBatch.removeAll(keepingCapacity: true)
        try ledger.transaction { transaction in
            self.transaction = transaction
            defer { self.transaction = nil }
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
        if recordsSinceSnapshot >= configuration.limits.snapshotRecords, !isReadOnly {
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
        guard let transaction else { throw DeskError.outsideBatch }
        return transaction
    }

    func accountStore() throws -> AccountStore { AccountStore(try ledgerTransaction().database) }

    func send(_ message: OutgoingMessage, to session: SessionID) {
        outputs.append(.send(session, message))
    }
}
