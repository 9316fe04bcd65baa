public import Conversation
import Glibc
public import Logging
import Threads

/// The chat server: WebSocket sessions, and a little HTTP, on one service thread.
///
/// What arrives is given to the handlers, on that thread, which therefore must not block. What is to be sent may come from
/// any thread.
public final class ChatServer: Gateway {
    private enum Phase: Sendable {
        case idle
        case starting
        case running(port: Int)
        case failed(ChatServerError)
        case ended
    }

    private let configuration: ChatServerConfiguration
    private let handlers: GatewayHandlers
    private let logger: Logger
    private let mailbox = Mailbox<ServerLetter>()
    private let counters = ServerCounters()
    private let phase = Monitor(Phase.idle)

    /// Seconds that the library has to set itself up and to come down, beyond what the sessions are given.
    private static let libraryMarginSeconds = 5

    /// The handlers are called on the service thread.
    public init(configuration: ChatServerConfiguration, handlers: GatewayHandlers, logger: Logger) {
        self.configuration = configuration
        self.handlers = handlers
        self.logger = logger
    }

    /// Listens. Returns when clients can connect.
    public func start() throws(ChatServerError) {
        let isFirst = phase.withLock { phase in
            guard case .idle = phase else { return false }
            phase = .starting
            return true
        }
        guard isFirst else { throw .alreadyStarted }
        let started = NamedThread.start(name: "outcry-chat") { [self] in serve() }
        if !started { phase.withLock { $0 = .failed(.setupFailed("the system has no thread to give")) } }
        let error: ChatServerError? =
            phase.wait(seconds: ChatServer.libraryMarginSeconds) { phase in
                switch phase {
                case .running: .some(nil)
                case .failed(let error): .some(error)
                case .idle, .starting, .ended: nil
                }
            } ?? .setupFailed("the library took longer than \(ChatServer.libraryMarginSeconds) s")
        if let error { throw error }
    }

    /// The port that is listened on; nil unless the server runs.
    public var port: UInt16? {
        phase.withLock { phase in
            guard case .running(let port) = phase else { return nil }
            return UInt16(exactly: port)
        }
    }

    public var metrics: ServerMetrics { counters.metrics }

    /// Hands over what is to be sent, from any thread; what one thread hands over is sent in that order. What is for a
    /// session that has closed is dropped.
    public func send(_ messages: [(SessionID, OutgoingMessage)]) {
        guard !messages.isEmpty else { return }
        mailbox.post(.send(messages))
    }

    /// Closes a session once what waits for it is sent. A reason of more than 123 bytes is cut off (RFC 6455 §5.5.1).
    public func close(_ session: SessionID, code: UInt16, reason: String) {
        mailbox.post(.close(session, code: code, reason: reason))
    }

    /// Reads the certificate and its key again, for the connections that come from then on; sessions go on as they are.
    /// Where the files are no certificate and its key, the old ones are kept, and the log says why.
    public func reloadCertificate() { mailbox.post(.reloadCertificate) }

    /// Says whether somebody is logged in to a session: that one keeps its place, and its address may have more. A new
    /// session is taken to be nobody's.
    public func note(_ session: SessionID, isLoggedIn: Bool) {
        mailbox.post(.loggedIn(session, isLoggedIn))
    }

    /// Takes nobody in any more, sends what waits, closes all sessions with 1001 and ends the service thread. Returns when
    /// that is done, after `shutdown_s` and a few seconds at most. Must not be called from `onEvent`.
    public func shutDown() {
        mailbox.post(.shutDown)
        let seconds = configuration.limits.shutdownSeconds + ChatServer.libraryMarginSeconds
        let ended: Void? = phase.wait(seconds: seconds) { phase in
            switch phase {
            case .idle, .ended, .failed: ()
            case .starting, .running: nil
            }
        }
        if ended == nil { logger.error("the chat server's thread has not ended within \(seconds) s") }
    }

    // MARK: On the service thread

    private func serve() {
        do throws(ChatServerError) {
            let address = try ListenAddress(host: configuration.host, port: configuration.port)
            let certificate = try configuration.tls.map { files throws(ChatServerError) in try ServedCertificate(files)
            }
            let sessions = ServerSessions(
                configuration: configuration, mailbox: mailbox, counters: counters, handlers: handlers,
                certificate: certificate, logger: logger)
            let limits = configuration.limits
            let wanted = limits.sessions + limits.handshakes + OpenFiles.reserve
            let files = OpenFiles.allow(wanted)
            if files < wanted {
                logger.warning("room for \(files - OpenFiles.reserve) connections: the system's limit on open files")
            }
            sessions.connectionsMax = max(1, files - OpenFiles.reserve)
            var setup = LibrarySetup(
                protocols: ["outcry"],
                pingIntervalSeconds: configuration.limits.pingIntervalSeconds,
                pongTimeoutSeconds: configuration.limits.pongTimeoutSeconds,
                handshakeSeconds: configuration.limits.handshakeSeconds)
            setup.listenPort = Int(configuration.port)
            setup.listenAddress = address.digits
            setup.isIPv6 = address.isIPv6
            setup.tls = configuration.tls
            guard let library = LibraryContext(setup, handler: sessions), let context = library.context else {
                throw .setupFailed("libwebsockets refused; its log at level debug says why")
            }
            mailbox.open(waking: context)
            phase.withLock { $0 = .running(port: library.port) }
            library.run { sessions.isServing }
            mailbox.close()
            library.end()
            phase.withLock { $0 = .ended }
        } catch {
            mailbox.close()
            phase.withLock { $0 = .failed(error) }
        }
    }
}
