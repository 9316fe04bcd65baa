import Accounts
public import Conversation
public import Exchange
import Ledger
public import Logging
public import Threads
public import Trading

/// The desk behind its sockets: the loop that drains the inbox, decides, writes, and then acts and answers.
public final class DeskServer: Sendable {
    /// What a server is started with.
    public struct Setup: Sendable {
        /// The database file.
        public var database: String
        public var desk: DeskConfiguration
        /// Makes the gateway, given whom to tell what arrives.
        public var gateway: @Sendable (GatewayHandlers) -> any Gateway
        /// Where orders go: the desk has a seat at each, and the first is what an account trades at that has chosen none.
        public var exchanges: [Place]
        /// Where the master key comes from.
        public var masterKey: MasterKeySource
        /// Makes the tapes of the paper exchange, on the loop's own thread.
        public var tapes: @Sendable () throws -> PaperTapes?
        /// What time it is. An exchange over the wire is best given the same.
        public var clock = MachineClock()
        /// Whether a database that has lost what was committed to it is served nevertheless.
        public var acceptsLoss = false
        /// Told, on the loop's own thread, that the desk has ended by itself, and why: the process is to end.
        public var onFailure: @Sendable (any Error) -> Void = { _ in }

        public init(
            database: String, desk: DeskConfiguration, gateway: @escaping @Sendable (GatewayHandlers) -> any Gateway,
            exchanges: [Place] = [Place(.paper, .paper)],
            masterKey: MasterKeySource = .none, tapes: @escaping @Sendable () throws -> PaperTapes? = { nil }
        ) {
            self.database = database
            self.desk = desk
            self.gateway = gateway
            self.exchanges = exchanges
            self.masterKey = masterKey
            self.tapes = tapes
        }
    }

    /// One exchange of a server, under the name that its traders call it by.
    public struct Place: Sendable {
        public let id: ExchangeID
        public let venue: Venue

        public init(_ id: ExchangeID, _ venue: Venue) {
            self.id = id
            self.venue = venue
        }
    }

    /// Where orders go.
    public enum Venue: Sendable {
        case paper
        /// The paper exchange at the prices of another exchange of the desk.
        case paperFollowing(ExchangeID)
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
    private let gateway: any Gateway
    private let verifier: PasswordVerifier
    /// Which desk is being served, from 0: what the adapter of one before it still tells is nobody's.
    private let generation = Monitor(0)

    /// How long opening a database may take: reading many records takes its time.
    private static let openingSecondsMax = 600
    /// How long what has been begun is given to be finished when the server goes down.
    package static let drainingSecondsMax: Int64 = 4
    /// How long an exchange is given to say what became of what is under way.
    private static let exchangeSecondsMax: Int64 = 4

    /// Seconds between two looks for room on a full disk.
    private static let roomCheckSecondsMin: Int64 = 1
    private static let roomCheckSecondsMax: Int64 = 60

    /// How much room there has to be before a desk whose disk was full takes orders again: as much as it stops at, so that it does
    /// not stop at once.
    private var roomBytes: Int64 { Int64(setup.desk.limits.diskStopMebibytes) * DeskCore.mebibyte }

    /// Throws where no randomness is to be had for passwords.
    public init(_ setup: Setup, log: Logger) throws {
        self.setup = setup
        self.log = log
        let inbox = Inbox(messagesMax: setup.desk.limits.inboxInputs)
        let health = health
        let offers = offers
        self.inbox = inbox
        verifier = try PasswordVerifier()
        gateway = setup.gateway(
            GatewayHandlers(
                onEvent: { inbox.post(.server($0)) ? .accepted : .refused },
                health: { health.withLock { $0 } },
                download: { [clock = setup.clock] in offers.download($0, at: clock.now) }))
    }

    /// Opens the desk, then lets people in. Throws what keeps either from it.
    public func start() throws {
        let isStarted = NamedThread.start(name: "outcry-desk") { [self] in run() }
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
            try gateway.start()
        } catch {
            stop()
            throw error
        }
    }

    /// The port that is listened on, once it runs.
    public var port: UInt16? { gateway.port }

    /// Has the certificate and its key read again, for connections that come from then on. Sessions go on as they are.
    public func reloadCertificate() { gateway.reloadCertificate() }

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
        gateway.shutDown()
        verifier.shutDown()
    }

    // MARK: On the loop's thread

    private func run() {
        var wasRunning = false
        do {
            try serve { wasRunning = true }
            phase.withLock { $0 = .ended }
        } catch {
            phase.withLock { $0 = .failed(error) }
            if wasRunning { setup.onFailure(error) }
        }
    }

    /// Why a loop has ended.
    private enum LoopEnd {
        case stopped
        case failed(any Error)
        /// A desk that only answered questions can write again.
        case hasRoom
    }

    /// From the opening of the desk to its end. When it returns the database is somebody else's to have.
    ///
    /// A desk whose disk is full is ahead of what is on it. It is let go of, with all its sessions, and another one is opened from
    /// the disk, as after a crash; that one only answers questions, until there is room, when a third one is opened. Each opening
    /// reads what is committed and nothing else, so what the failed batch had decided is never shown.
    private func serve(_ started: () -> Void) throws {
        var desk: DeskCore? = try openWithOrWithoutRoom()
        if let desk { report(desk) }  // Whoever is told that it runs may ask at once how it is.
        phase.withLock { $0 = .running }
        started()
        var pauseSeconds = DeskServer.roomCheckSecondsMin
        while let turn = try serveUntilTurn(&desk, &pauseSeconds) {
            // The adapter and what it holds go before another is made.
            desk = nil
            let next = try turn.readOnly.map { try open(readOnly: $0) } ?? openWithOrWithoutRoom()
            // An answer that is still on its way to the desk before this one is nobody's here.
            next.people.passwordJobs.nextNumber = turn.nextPasswordJob
            next.people.keyJobs.nextNumber = turn.nextKeyJob
            desk = next
        }
    }

    /// What the next desk is opened as, and what it goes on from.
    private struct Turn {
        let readOnly: ReadOnlyReason?
        let nextPasswordJob: UInt64
        let nextKeyJob: UInt64
    }

    /// Serves a desk until another has to take its place; nil at the end. Throws why there can be no other.
    private func serveUntilTurn(_ served: inout DeskCore?, _ pauseSeconds: inout Int64) throws -> Turn? {
        guard let desk = served else { return nil }
        report(desk)
        let openedAt = MonotonicClock.nanoseconds
        let end = loop(desk, roomCheckSeconds: pauseSeconds)
        let seconds = (MonotonicClock.nanoseconds - openedAt) / Timestamp.nanosecondsPerSecond
        var readOnly: ReadOnlyReason?
        switch end {
        case .stopped:
            finish(desk)
            return nil
        case .failed(let error):
            guard (error as? LedgerError)?.isDiskFull == true else { throw error }
            // Where there is room again and again, and then none, it is looked at less often.
            let isSoon = seconds < DeskServer.roomCheckSecondsMax
            pauseSeconds =
                isSoon
                ? min(pauseSeconds * 2, DeskServer.roomCheckSecondsMax) : DeskServer.roomCheckSecondsMin
            log.error("the disk is full: the desk answers questions only, and looks for room every \(pauseSeconds) s")
            readOnly = .diskFull
        case .hasRoom:
            log.notice("the disk has room again: the desk is opened as a whole")
        }
        letGo(of: desk)
        return Turn(
            readOnly: readOnly, nextPasswordJob: desk.people.passwordJobs.nextNumber,
            nextKeyJob: desk.people.keyJobs.nextNumber)
    }

    /// Ends a desk's sessions and gives its database back.
    private func letGo(of desk: DeskCore) {
        for session in desk.people.sessions.keys.sorted() {
            gateway.close(session, code: 1_012, reason: "the desk starts again; connect and log in again")
        }
        for seat in desk.seats { seat.exchange.shutDown() }
        generation.withLock { $0 += 1 }
        inbox.forgetReports()
        do {
            try desk.ledger.close()
        } catch {
            log.error("the database was not closed well: \(error)")
        }
    }

    private func openWithOrWithoutRoom() throws -> DeskCore {
        do {
            return try open(readOnly: nil)
        } catch let error as LedgerError where error.isDiskFull {
            log.error("the disk is full: the desk answers questions only")
            return try open(readOnly: .diskFull)
        } catch DeskError.booksDiffer(let how) {
            log.error("the books differ: \(how); the desk answers questions only until outcry rebuild has mended them")
            return try open(readOnly: .booksDiffer)
        }
    }

    private func finish(_ desk: DeskCore) {
        // What the exchange says to the last is written down.
        for seat in desk.seats { seat.exchange.shutDown() }
        guard desk.configuration.readOnly == nil, desk.ledger.failure == nil else { return }
        deliver(
            desk.process(
                inbox.drain(atMost: setup.desk.limits.inboxInputs, waitingNanoseconds: 0), at: setup.clock.now),
            of: desk)
        do {
            try desk.keepSnapshotNow()
            try desk.ledger.close()
        } catch {
            log.error("no snapshot was kept; the next start reads the records: \(error)")
        }
    }

    private func open(readOnly: ReadOnlyReason?) throws -> DeskCore {
        let desk = try openDesk(readOnly: readOnly)
        // The database may have come further than the machine's clock shows now.
        setup.clock.goOn(from: desk.now)
        return desk
    }

    private func openDesk(readOnly: ReadOnlyReason?) throws -> DeskCore {
        let passwords = WorkerPasswords(verifier: verifier, inbox: inbox)
        var configuration = setup.desk
        configuration.stopwatch = { MonotonicClock.nanoseconds }
        configuration.wallTime = { MachineClock.wall }
        configuration.readOnly = readOnly
        configuration.freeBytes = { [path = setup.database] in Ledger.freeBytes(beside: path) }
        var options = LedgerOptions.serve
        // That is said of what is there at the start, and not of what becomes of it.
        let current = generation.withLock { $0 }
        options.acceptsLoss = setup.acceptsLoss && current == 0
        return try DeskCore.open(
            database: setup.database, configuration,
            exchanges: setup.exchanges.map { place in { ledger, now in try self.make(place, current, ledger, now) } },
            ledger: options, passwords: passwords, masterKey: setup.masterKey, log: log, now: setup.clock.now)
    }

    /// Makes the exchange of a place. What it is told by itself is the desk's of this generation, or nobody's.
    private func make(
        _ place: Place, _ current: Int, _ ledger: Ledger, _ now: Timestamp
    ) throws -> DeskCore.ExchangeSetup {
        switch place.venue {
        case .paper: return try DeskCore.paper(tapes: setup.tapes())(ledger, now)
        case .paperFollowing(let other): return try DeskCore.paper(follows: other)(ledger, now)
        case .overTheWire(let make):
            let (inbox, generation, id) = (inbox, generation, place.id)
            let exchange = try make { reports in
                generation.withLock { if $0 == current { _ = inbox.post(.exchange(id, reports)) } }
            }
            let keys = exchange.keyed.map { keyed in
                KeyCustody(exchange: id.description, checking: ExchangeKeys(exchange: keyed, inbox: inbox))
            }
            return DeskCore.ExchangeSetup(id: id, exchange: exchange, keys: keys)
        }
    }

    private func loop(_ desk: DeskCore, roomCheckSeconds: Int64) -> LoopEnd {
        var stopBy: Timestamp?
        var nextLookAt = MonotonicClock.nanoseconds + roomCheckSeconds * Timestamp.nanosecondsPerSecond
        while true {
            let now = setup.clock.now
            let wake = min(desk.nextWake ?? .distantFuture, stopBy ?? .distantFuture)
            let inputs = inbox.drain(
                atMost: setup.desk.limits.batchInputs,
                waitingNanoseconds: max(0, min(wake.nanoseconds(since: now), Timestamp.nanosecondsPerSecond)))
            let moment = setup.clock.now
            let steps = setup.clock.takeSteps().map { DeskInput.clockStepped($0) }
            deliver(desk.process(steps + inputs, at: moment), of: desk)
            report(desk)
            offers.forgetOver(at: setup.clock.now)
            if stopBy == nil, inputs.contains(where: \.isStop) {
                stopBy = setup.clock.now.advanced(bySeconds: DeskServer.drainingSecondsMax)
            }
            if let stopBy, !desk.hasUnfinished || setup.clock.now >= stopBy { return .stopped }
            if stopBy != nil { continue }
            if let failure = desk.ledger.failure { return .failed(failure) }
            // Memory is ahead of the disk, and the ledger does not know why.
            if case .ledgerFailed(let reason) = desk.halt { return .failed(DeskError.cannotOpen(reason)) }
            if desk.configuration.readOnly == .diskFull, MonotonicClock.nanoseconds >= nextLookAt {
                if Ledger.hasRoom(beside: setup.database, bytes: roomBytes) { return .hasRoom }
                nextLookAt = MonotonicClock.nanoseconds + roomCheckSeconds * Timestamp.nanosecondsPerSecond
            }
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
                gateway.send(messages)
                messages.removeAll(keepingCapacity: true)
                gateway.close(session, code: code, reason: reason)
            case .loggedIn(let session, let isLoggedIn):
                gateway.note(session, isLoggedIn: isLoggedIn)
            case .request(let id, let request):
                takeBack(desk.exchange(id)?.submit(request, at: setup.clock.now), from: id)
            case .ask(let id, let query, let question):
                takeBack(desk.exchange(id)?.ask(query, id: question, at: setup.clock.now), from: id)
            case .cancelForeign(let id, let order, let pair, let account, let question):
                takeBack(
                    desk.exchange(id)?.cancelForeign(
                        exchangeOrderID: order, pair: pair, of: account, id: question, at: setup.clock.now), from: id)
            case .noted(let id, let order, let account):
                desk.exchange(id)?.noted(order, of: account, at: setup.clock.now)
            case .useKey(let id, let account, let key):
                desk.exchange(id)?.keyed?.use(key, for: account)
            case .offer(let download, let word, let account, let end):
                offers.add(download, word: word, account: account, until: end, at: setup.clock.now)
            case .withdrawOffers(let account):
                offers.withdraw(account)
            }
        }
        gateway.send(messages)
    }

    /// What the exchange says at once goes the way of what it says later.
    private func takeBack(_ reports: [ExchangeReport]?, from id: ExchangeID) {
        if let reports, !reports.isEmpty { _ = inbox.post(.exchange(id, reports)) }
    }

    private func report(_ desk: DeskCore) {
        let report = desk.health
        health.withLock { $0 = report }
    }
}
