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
    let exchange: any Exchange
    /// The same as `exchange` where that is the paper exchange.
    let paper: PaperExchange?
    let passwords: any PasswordChecking
    /// Nil where the exchange needs no keys.
    let custody: KeyCustody?
    /// What secrets in the database are sealed under; nil where there is none, or it is missing.
    let masterKey: MasterKey?
    let log: Logger

    var engine: OrderEngine
    var throttle: LoginThrottle
    var sessions = BoxedDictionary<SessionID, Session>()
    var logins = Logins()
    var loginDeadlines = LoginDeadlines()
    var accounts: [AccountID: AccountPlace] = [:]
    var parsers: [Coin: CommandParser] = [:]
    var pairs: [Pair] = []
    var pendingReplies: [PendingReply] = []
    var lineQuestions = LineQuestions()
    var turns = TurnRing()
    /// Questions that are being answered in steps.
    var longQuestions: [AccountID: Deque<LongQuestion>] = [:]
    /// What has traded today, by account and by the coin that it is counted in.
    var tallies: [DailyTally.Key: DailyTally] = [:]
    /// Lines of all sessions that wait.
    var linesWaiting = 0
    /// What a restart has cut off, while an exchange has not said yet what it has of the account.
    var postponedWork: [Input] = []
    var exports = Exports()
    var alerts = AlertBook()
    var passwordJobs: [PasswordJobID: PasswordJob] = [:]
    var waitingLogins = WaitingLogins()
    var nextPasswordJob: UInt64 = 1
    var keyJobs: [KeyJobID: KeyJob] = [:]
    var nextKeyJob: UInt64 = 1
    /// The accounts that the exchange can be asked for.
    var keyedAccounts: Set<AccountID> = []
    var jobs = JobBook()
    /// Who watches a pair's price.
    var watchers: [Pair: [SessionID]] = [:]
    var lastPriceNotice: [Pair: Timestamp] = [:]
    var pricesToTell: [Pair] = []
    var tape: TapePlayer?
    /// Why the tape plays no more, where there was one.
    var tapeStop: TapeStop?
    /// Whether the end of the tape has been dealt with in this run.
    var isTapeEndHandled = false
    /// Pairs that were quoted or traded by hand since the tape stopped: their prices are of now.
    var pairsMovedByHand: Set<Pair> = []
    /// What is asked and awaited of an exchange that answers over the wire; nil for the paper exchange.
    var wire: Wire?
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
    var panicEvents: [PanicEvent] = []
    var alertsFired: [FiredAlert] = []
    /// What the exchange has said and the engine does not know yet.
    var reportQueue: Deque<ExchangeReport> = []
    /// What the engine wants asked of the exchange.
    var requestQueue: Deque<OrderRequest> = []
    var isPumping = false
    var touchedOrders: Set<OrderID> = []
    var touchedFunds: Set<OrderEngine.TouchedFunds> = []
    var inboxMarks: [AccountID: InboxMark] = [:]
    /// The accounts whose marks are further than the ledger knows.
    var touchedMarks: Set<AccountID> = []
    var writtenBytes = WrittenBytes()
    var tradesLeft: TradesLeft
    var recordsSinceSnapshot = 0
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
    /// Batches in a row after which the tape had more to play at once.
    var tapeBatchesBehind = 0

    /// Opens the desk on a ledger: brings back what was, settles what an exchange did meanwhile, and expires what is due.
    ///
    /// Throws `DeskError` for a master key that cannot be read or made and for books that differ, `LedgerError` for a ledger that cannot be read, `BookError` for books of the paper exchange that cannot.
    public init(
        _ configuration: DeskConfiguration, ledger: Ledger, exchange: any Exchange, passwords: any PasswordChecking,
        keys: KeyCustody? = nil, masterKey: MasterKeySource = .none, tape: TapePlayer? = nil, log: Logger,
        now: Timestamp
    ) throws {
        self.configuration = configuration
        isReadOnly = configuration.readOnly != nil
        self.ledger = ledger
        self.exchange = exchange
        paper = exchange as? PaperExchange
        self.passwords = passwords
        custody = keys
        self.masterKey = try masterKey.key(for: ledger, log: log)
        auditBook = AuditBook(lastSeen: try ledger.read { try AccountStore($0).lastAuditNumber() })
        self.tape = tape
        // A tape that was played to its end before the restart has no price of now.
        if let tape, tape.nextDue == nil { tapeStop = .ended }
        self.log = log
        self.now = now
        nextHousekeeping = now
        nextTickerStore = DeskCore.nextTickerStore(after: now, configuration.limits)
        nextTickerThinning = now
        nextDiskCheck = now
        ledger.stopwatch = configuration.stopwatch
        fundsStoring = FundsStoring(
            last: try ledger.lastFundsPoint(), intervalSeconds: Int64(configuration.limits.fundsStoreSeconds), now: now)

        tradesLeft = TradesLeft(configuration.readOnly != nil ? [] : try ledger.tradesLeft())
        let loaded = try ledger.load()
        var engine: OrderEngine
        if let snapshot = loaded.snapshot {
            engine = OrderEngine(restoring: snapshot, limits: configuration.engineLimits)
        } else {
            engine = OrderEngine(limits: configuration.engineLimits)
        }
        var count = 0
        var last = loaded.number
        try ledger.forEachRecord(after: loaded.number) { number, record in
            engine.replay(record)
            last = number
            count += 1
        }
        try DeskCore.forgetPruned(&engine, in: ledger)
        self.engine = engine
        lastRecord = last
        recordsSinceSnapshot = count
        throttle = LoginThrottle(
            restoring: try ledger.transaction { try AccountStore($0.database).loginFailures() }, at: now)
        try checkBooks()
        alerts = AlertBook(try ledger.waitingAlerts())
        exchange.recall(try ordersToRecall())
        if exchange.settlement == .withinTransaction { observeExchange() }
        try handOverKeys()
        try sealClearSecrets()
        try reconcile()
    }

    /// The paper exchange's books were written in the same transactions as the records: what they say an account has must be
    /// the same to the last digit. Where it is not, one of the two is damaged, and trading on would make it worse.
    ///
    /// A desk that only answers questions makes nothing worse.
    private func checkBooks() throws {
        guard let paper, configuration.readOnly != .booksDiffer else { return }
        if let difference = BooksDifference.first(of: engine, paper) {
            throw DeskError.booksDiffer(difference.description)
        }
    }

    /// Pairs and prices as the exchange has them now.
    private func observeExchange() {
        for report in exchange.ask(.pairs, id: QueryID(0), at: now) {
            guard case .answer(_, .pairs(let rules)) = report else { continue }
            for one in rules { engine.observe(one) }
            pairs = rules.map(\.pair)
        }
        for pair in pairs {
            for report in exchange.ask(.ticker(pair), id: QueryID(0), at: now) {
                if case .answer(_, .ticker(_, let ticker)) = report { engine.observe(ticker, of: pair) }
            }
        }
    }

    /// Asks the exchange what became of every order that it has or may have, as any exchange is asked after a crash.
    private func reconcile() throws {
        guard !isReadOnly else { return try batch(at: now) { try startWatching() } }
        try batch(at: now) {
            try startWatching()
            try ask(engine.requestsAfterRestart())
            postponedWork = engine.unfinished
            takeUpPostponed()
            takeUpTrades()
            try expire()
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
        return [
            engine.nextExpiry, tape?.nextDue, nextPriceNotice, pendingReplies.map(\.dueBy).min(), wire?.next,
            fundsStoring.dueAt, logins.firstEnd, loginDeadlines.next,
        ]
        .compactMap(\.self).min()
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
                try tellPrices()
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
            try writeBooks()
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
        case .exchange(let reports):
            try takeReports(reports)
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
