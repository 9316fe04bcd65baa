import Accounts
public import ChatServer
public import Exchange
import Ledger
public import Logging
import Trading

/// The desk behind its sockets: the loop that drains the inbox, decides, writes, and then acts and answers.
public final class DeskServer: Sendable {
    /// What a server is started with.
    public struct Setup: Sendable {
        /// The database file.
        public var database: String
        public var desk: DeskConfiguration
        public var chat: ChatServerConfiguration
        /// Where orders go.
        public var exchange: Venue
        /// Where the master key comes from.
        public var masterKey: MasterKeySource
        /// Makes the tapes of the paper exchange, on the loop's own thread.
        public var tapes: @Sendable () throws -> PaperTapes?

        public init(
            database: String, desk: DeskConfiguration, chat: ChatServerConfiguration, exchange: Venue = .paper,
            masterKey: MasterKeySource = .none, tapes: @escaping @Sendable () throws -> PaperTapes? = { nil }
        ) {
            self.database = database
            self.desk = desk
            self.chat = chat
            self.exchange = exchange
            self.masterKey = masterKey
            self.tapes = tapes
        }
    }

    /// Where a server's orders go.
    public enum Venue: Sendable {
        case paper
        /// Makes the adapter, on the loop's own thread. What it is told by itself it gives to the sink.
        case overTheWire(@Sendable (@escaping ExchangeSink) throws -> any Exchange)
    }

    private enum Phase: Sendable {
        case starting
        case running
        case failed(any Error)
        case ended
    }

    private let setup: Setup
    private let log: Logger
    private let inbox: Inbox
    private let phase = Monitor(Phase.starting)
    private let health = Monitor(HealthReport(isUp: false, details: ["state": "starting"]))
    private let offers = Offers()
    private let chat: ChatServer
    private let verifier: PasswordVerifier

    /// How long opening a database may take: reading many records takes its time.
    private static let openingSecondsMax = 600
    /// How long lines that are being answered are given when the server goes down.
    package static let drainingSecondsMax: Int64 = 4
    /// How long an exchange is given to say what became of what is under way.
    private static let exchangeSecondsMax: Int64 = 4

    /// Throws where no randomness is to be had for passwords.
    public init(_ setup: Setup, log: Logger) throws {
        self.setup = setup
        self.log = log
        let inbox = Inbox(inputsMax: setup.desk.limits.inboxInputs)
        let health = health
        let offers = offers
        self.inbox = inbox
        verifier = try PasswordVerifier()
        chat = ChatServer(
            configuration: setup.chat,
            onEvent: { inbox.post(.server($0)) ? .accepted : .refused },
            health: { health.withLock { $0 } }, download: { offers.download($0, at: SystemClock.now) }, logger: log)
    }

    /// Opens the desk, then lets people in. Throws what keeps either from it.
    public func start() throws {
        let isStarted = ServiceThread.start(name: "outcry-desk") { [self] in run() }
        guard isStarted else { throw DeskError.cannotOpen("the system has no thread to give") }
        let failure: (any Error)?? = phase.wait(seconds: DeskServer.openingSecondsMax) { phase in
            switch phase {
            case .starting: nil
            case .running, .ended: .some(nil)
            case .failed(let error): .some(error)
            }
        }
        if let error = failure ?? DeskError.cannotOpen("the database took too long to open") { throw error }
        do {
            try chat.start()
        } catch {
            stop()
            throw error
        }
    }

    /// The port that is listened on, once it runs.
    public var port: UInt16? { chat.port }

    /// Has the certificate and its key read again, for connections that come from then on. Sessions go on as they are.
    public func reloadCertificate() { chat.reloadCertificate() }

    /// Takes no more commands, answers those that are under way, closes all sessions with 1001. Returns when all is done.
    public func stop() {
        _ = inbox.post(.stop)
        let most = DeskServer.drainingSecondsMax + DeskServer.exchangeSecondsMax + 1
        _ = phase.wait(seconds: Int(most)) { phase -> Void? in
            switch phase {
            case .ended, .failed: ()
            case .starting, .running: nil
            }
        }
        chat.shutDown()
        verifier.shutDown()
    }

    // MARK: On the loop's thread

    private func run() {
        do {
            try serve()
            phase.withLock { $0 = .ended }
        } catch {
            phase.withLock { $0 = .failed(error) }
        }
    }

    /// From the opening of the desk to its end. When it returns the database is somebody else's to have.
    private func serve() throws {
        let desk = try open()
        report(desk)
        phase.withLock { $0 = .running }
        loop(desk)
        // What the exchange says to the last is written down.
        desk.exchange.shutDown()
        deliver(
            desk.process(inbox.take(setup.desk.limits.inboxInputs, waitingNanoseconds: 0), at: SystemClock.now),
            of: desk)
        do {
            try desk.keepSnapshotNow()
        } catch {
            log.error("no snapshot was kept; the next start reads the records: \(error)")
        }
    }

    private func open() throws -> DeskCore {
        let passwords = WorkerPasswords(verifier: verifier, inbox: inbox)
        var configuration = setup.desk
        configuration.stopwatch = { SystemClock.elapsedNanoseconds }
        switch setup.exchange {
        case .paper:
            return try DeskCore.openPaper(
                database: setup.database, configuration, tapes: setup.tapes(), passwords: passwords,
                masterKey: setup.masterKey, log: log, now: SystemClock.now)
        case .overTheWire(let make):
            let inbox = inbox
            let exchange = try make { reports in _ = inbox.post(.exchange(reports)) }
            let keys = (exchange as? any KeyedExchange).map { keyed in
                KeyCustody(exchange: keyed.name, checking: ExchangeKeys(exchange: keyed, inbox: inbox))
            }
            return try DeskCore.openOverTheWire(
                database: setup.database, configuration, exchange: exchange, passwords: passwords, keys: keys,
                masterKey: setup.masterKey, log: log, now: SystemClock.now)
        }
    }

    private func loop(_ desk: DeskCore) {
        var stopBy: Timestamp?
        while true {
            let now = SystemClock.now
            let wake = min(desk.nextWake ?? .distantFuture, stopBy ?? .distantFuture)
            let inputs = inbox.take(
                setup.desk.limits.batchInputs,
                waitingNanoseconds: max(0, min(wake.nanoseconds(since: now), Timestamp.nanosecondsPerSecond)))
            deliver(desk.process(inputs, at: SystemClock.now), of: desk)
            report(desk)
            offers.forgetOver(at: SystemClock.now)
            if stopBy == nil, inputs.contains(where: \.isStop) {
                stopBy = SystemClock.now.advanced(bySeconds: DeskServer.drainingSecondsMax)
            }
            if let stopBy, !desk.isAnsweringLater || SystemClock.now >= stopBy { return }
        }
    }

    /// After the sync: what the batch wants said and done. Closes come after what is said before them.
    private func deliver(_ outputs: [DeskOutput], of desk: DeskCore) {
        var messages: [(SessionID, OutgoingMessage)] = []
        for output in outputs {
            switch output {
            case .send(let session, let message):
                messages.append((session, message))
            case .close(let session, let code, let reason):
                chat.send(messages)
                messages.removeAll(keepingCapacity: true)
                chat.close(session, code: code, reason: reason)
            case .loggedIn(let session, let isLoggedIn):
                chat.note(session, isLoggedIn: isLoggedIn)
            case .request(let request):
                takeBack(desk.exchange.submit(request, at: SystemClock.now))
            case .ask(let query, let id):
                takeBack(desk.exchange.ask(query, id: id, at: SystemClock.now))
            case .noted(let order, let account):
                desk.exchange.noted(order, of: account, at: SystemClock.now)
            case .useKey(let account, let key):
                (desk.exchange as? any KeyedExchange)?.use(key, for: account)
            case .offer(let download, let word, let account, let end):
                offers.add(download, word: word, account: account, until: end, at: SystemClock.now)
            case .withdrawOffers(let account):
                offers.withdraw(account)
            }
        }
        chat.send(messages)
    }

    /// What the exchange says at once goes the way of what it says later.
    private func takeBack(_ reports: [ExchangeReport]) {
        if !reports.isEmpty { _ = inbox.post(.exchange(reports)) }
    }

    private func report(_ desk: DeskCore) {
        let report = desk.health
        health.withLock { $0 = report }
    }
}

extension DeskInput {
    fileprivate var isStop: Bool { if case .stop = self { true } else { false } }
}

extension Timestamp {
    fileprivate static let distantFuture = Timestamp(nanoseconds: .max)
}

extension DeskCore {
    /// Whether a line still waits for a password check or an exchange.
    var isAnsweringLater: Bool {
        !pendingReplies.isEmpty || !lineQuestions.waiting.isEmpty || !exports.making.isEmpty || !passwordJobs.isEmpty
            || !keyJobs.isEmpty || turns.hasLines || !longQuestions.isEmpty
    }

    /// What `GET /health` says.
    var health: HealthReport {
        let state: JSONValue =
            switch halt {
            case nil: "up"
            case .stopping: "stopping"
            case .ledgerFailed: "ledger failed"
            }
        var details: JSONObject = [
            "state": state, "version": .string(configuration.version), "exchange": .string(exchange.name),
            "sessions": .int(Int64(sessions.count)), "records": .int(Int64(lastRecord.rawValue)),
            "tape": tape.map { $0.nextDue == nil ? "over" : "playing" } ?? "none",
        ]
        if let wire {
            details.append("reconciling", .int(Int64(wire.accounts.values.count { !$0.isReconciled })))
        }
        return HealthReport(isUp: halt == nil, details: details)
    }
}
