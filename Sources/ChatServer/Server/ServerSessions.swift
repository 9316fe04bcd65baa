import CLibwebsockets
import Conversation
import DequeModule
import Glibc
import Logging
import Threads

/// What other threads ask of the server's service thread.
enum ServerLetter: Sendable {
    case send([(SessionID, OutgoingMessage)])
    case close(SessionID, code: UInt16, reason: String)
    case reloadCertificate
    case loggedIn(SessionID, Bool)
    case shutDown
}

/// All sessions, on the service thread. Made there, and never leaves it.
final class ServerSessions: LibraryHandler {
    let configuration: ChatServerConfiguration
    let mailbox: Mailbox<ServerLetter>
    let handlers: GatewayHandlers
    let counters: ServerCounters
    let logger: Logger
    let reader: MessageReader

    /// Holds every connection that the library's memory of it points to, until the library has closed it.
    var connections: [UInt64: ServerConnection] = [:]
    var lastNumber: UInt64 = 0
    var deadlines = Deadlines<UInt64>(grain: 250_000_000, now: MonotonicClock.nanoseconds)
    /// No connection before this one is without a session.
    var firstHandshake: UInt64 = 1
    /// Connections that the system has room for.
    var connectionsMax = Int.max
    var sessions: [SessionID: ServerSession] = [:]
    var lastID: UInt64 = 0
    /// Names under which this server may be asked.
    let allowedHosts: AllowedHosts
    /// Requests that each address may still make.
    var requestBudgets: AddressBudgets
    /// Refused hosts and origins that the desk may still be told of.
    var refusalBudget: LineBudget
    /// Who is being sent a file.
    var readers: DownloadReaders
    /// The certificate that is served, with TLS.
    let certificate: ServedCertificate?
    /// How many sessions there are, of whom, and who makes room.
    var places: SessionPlaces
    /// Sessions of which something was read since the last tick.
    var readSinceTick: [SessionID] = []
    /// Frames and lines, and bytes, that are read from a session between two ticks.
    let readsPerTick: Int
    let bytesPerTick: Int
    /// Sessions for which more than `outgoing_bytes` wait.
    var overfull: Set<SessionID> = []
    /// Bytes that wait for all sessions.
    var waitingTotal = 0
    /// Bytes of requests and messages that have not come whole.
    var unfinishedTotal = 0
    /// What other threads have asked for and is not done yet.
    private var mail: Deque<ServerLetter> = []
    /// Messages of the first letter that have been written out.
    private var messagesTaken = 0
    private(set) var stopDeadline: Int64?

    /// Seconds until a connection is cut that does not take its close frame.
    static let closeSeconds = 3

    init(
        configuration: ChatServerConfiguration, mailbox: Mailbox<ServerLetter>, counters: ServerCounters,
        handlers: GatewayHandlers, certificate: ServedCertificate?, logger: Logger
    ) {
        self.configuration = configuration
        self.mailbox = mailbox
        self.counters = counters
        self.handlers = handlers
        self.logger = logger
        reader = MessageReader(limits: configuration.limits.lines)
        let limits = configuration.limits
        allowedHosts = AllowedHosts(listening: configuration.host, names: configuration.hosts)
        requestBudgets = AddressBudgets(
            burst: limits.httpBurst, rate: limits.httpRate, addressesMax: limits.httpAddresses)
        refusalBudget = LineBudget(
            burst: limits.refusalBurst, rate: limits.refusalRate, now: MonotonicClock.nanoseconds)
        readers = DownloadReaders(linkMax: limits.downloadReaders, addressMax: limits.addressDownloads)
        self.certificate = certificate
        readsPerTick = Int(
            Double(max(limits.readRate, limits.lineBurst, limits.lineRate, limits.urgentRate))
                * LibraryContext.tickSeconds)
        let bytesInLines = Double(limits.lineBytes) * Double(limits.lineRate + limits.urgentRate)
        bytesPerTick = Int(max(Double(limits.readRateBytes), bytesInLines) * LibraryContext.tickSeconds)
        places = SessionPlaces(limits)
    }

    /// False once the server is to stop and either nobody is connected or they have had their time.
    var isServing: Bool {
        guard let stopDeadline else { return true }
        return !sessions.isEmpty && MonotonicClock.nanoseconds < stopDeadline
    }

    func tick() {
        forgetReads()
        closeStalled()
        lookAtDeadlines()
    }

    func handle(
        _ reason: lws_callback_reasons, connection: OpaquePointer?, user: UnsafeMutableRawPointer?,
        bytes: UnsafeMutableRawPointer?, count: Int
    ) -> Int32 {
        guard let connection else { return 0 }
        switch reason {
        case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS:
            // `user` is the listener's SSL_CTX here, before the first connection comes.
            if let user { certificate?.serve(OpaquePointer(user)) }
        case LWS_CALLBACK_RAW_ADOPT:
            return accept(connection, user: user)
        case LWS_CALLBACK_RAW_RX:
            guard let connection = self.connection(user) else { return -1 }
            return receive(UnsafeRawBufferPointer(start: bytes, count: count), on: connection)
        case LWS_CALLBACK_RAW_WRITEABLE:
            guard let connection = self.connection(user) else { return 0 }
            if let session = connection.session { return write(session) }
            return connection.download != nil ? writeDownload(on: connection) : 0
        case LWS_CALLBACK_RAW_CLOSE:
            if let connection = self.connection(user) { forget(connection) }
        case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
            readMail()
        default:
            break
        }
        return 0
    }

    /// The connection that the library's memory points to.
    private func connection(_ user: UnsafeMutableRawPointer?) -> ServerConnection? {
        guard let pointer = user?.load(as: UnsafeRawPointer?.self) else { return nil }
        return Unmanaged<ServerConnection>.fromOpaque(pointer).takeUnretainedValue()
    }

    private func receive(_ bytes: UnsafeRawBufferPointer, on connection: ServerConnection) -> Int32 {
        if connection.isLingering || connection.download != nil { return 0 }
        defer { countUnfinished(of: connection) }
        guard let session = connection.session else { return receiveRequest(bytes, on: connection) }
        receive(bytes, from: session)
        return 0
    }

    // MARK: Mail

    /// Messages that are written out for sessions before sockets have their turn again.
    private static let messagesPerTurn = 256

    private func readMail() {
        mail += mailbox.drain()
        var left = ServerSessions.messagesPerTurn
        while left > 0, let letter = mail.first {
            switch letter {
            case .send(let messages):
                let turn = messages[messagesTaken...].prefix(left)
                for (id, message) in turn {
                    guard let session = sessions[id], session.closing == nil else { continue }
                    session.take(message)
                    queued(for: session)
                }
                left -= turn.count
                messagesTaken = turn.endIndex
                guard turn.endIndex == messages.endIndex else { continue }
                messagesTaken = 0
            case .close(let id, let code, let reason):
                if let session = sessions[id] { end(session, Closing(code: code, reason: reason, flushes: true)) }
            case .reloadCertificate:
                reloadCertificate()
            case .loggedIn(let id, let isLoggedIn):
                sessions[id]?.isLoggedIn = isLoggedIn
                places.set(id, isLoggedIn: isLoggedIn)
            case .shutDown:
                stop()
            }
            mail.removeFirst()
        }
        // The rest has its turn after the sockets have had theirs.
        if !mail.isEmpty { mailbox.wakeReader() }
    }

    private func reloadCertificate() {
        guard let certificate else {
            logger.notice("told to read the certificate again, and this server has none")
            return
        }
        do throws(ChatServerError) {
            try certificate.reload()
            logger.notice("new connections get the certificate of \(certificate.files.certificatePath)")
            if let problem = certificate.problemOfTime { logger.warning("\(problem)") }
        } catch {
            logger.error("the old certificate is kept: \(error)")
        }
    }

    private func stop() {
        guard stopDeadline == nil else { return }
        stopDeadline = MonotonicClock.nanoseconds + Int64(configuration.limits.shutdownSeconds) * 1_000_000_000
        for session in sessions.values.sorted(by: { $0.id < $1.id }) {
            end(session, Closing(code: 1_001, reason: "the desk is shutting down", flushes: true))
        }
    }
}
