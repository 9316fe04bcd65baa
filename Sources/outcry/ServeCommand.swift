import ArgumentParser
import ChatServer
import Conversation
import Desk
import Exchange
import Glibc
import Logging
import ServiceLifecycle
import Synchronization
import Threads
import Trading
import UnixSignals

/// `outcry serve`: the desk, until SIGTERM or SIGINT.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Start the desk on a database.",
        discussion: """
            Traders connect with any WebSocket client. Without TLS it listens on this machine's own addresses only, unless \
            --insecure says otherwise. Each option may also stand in the environment, as OUTCRY_LISTEN for --listen, \
            OUTCRY_LIMIT for --limit and OUTCRY_HOST for --host (several with commas), and in the file of --config. What is \
            typed wins over the environment, and that over the file; outcry config shows what comes of it.
            """)

    @OptionGroup var database: DatabaseOption
    @OptionGroup var exchange: ExchangeOptions
    @OptionGroup var master: MasterKeyOption
    @OptionGroup var server: ServerOptions

    private var options: ServeOptions {
        ServeOptions(database: database, exchange: exchange, master: master, server: server)
    }

    func run() async throws {
        let settings = try options.settings()
        let log = settings.logger()
        let chat = ServeCommand.chat(settings)
        var setup = try setup(settings, chat, log)
        let (failures, failed) = AsyncStream.makeStream(of: (any Error).self)
        setup.onFailure = { failed.yield($0) }
        let path = setup.database
        let isDemo = settings.demo.value
        let demoPassword = isDemo ? try telling { try DemoAccount.makeIfFirst(database: path) } : nil
        let server = try DeskServer(setup, log: log)
        let manager = ServiceManager()
        // Before the database is opened, which may take minutes, and before anybody is told that it listens: who is told may send
        // one. Without this the system ends the process where a signal comes between.
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        let ends = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let opening = Opening()
        let ending = Task { await ServeCommand.wait(for: ends, while: opening, manager, log) }
        defer { ending.cancel() }
        manager.status("opening the database")
        StartCheck.opening()
        try telling { try server.start() }
        StartCheck.listening()
        opening.end()
        let scheme = chat.tls == nil ? "ws" : "wss"
        let host = chat.host.contains(":") ? "[\(chat.host)]" : chat.host
        let url = "\(scheme)://\(host):\(server.port ?? chat.port)"
        if isDemo { DemoAccount.greet(password: demoPassword, url: url) }
        log.notice("outcry \(Version.text) listens on \(url), database \(path)")
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [ServingService(server: server, failures: failures, manager: manager)], logger: log))
        let status = "listens on \(url)"
        let hangup = Task { await ServeCommand.answer(hangups, of: server, in: group, manager, status) }
        let stop = Task {
            await ending.value
            await group.triggerGracefulShutdown()
        }
        defer {
            hangup.cancel()
            stop.cancel()
        }
        manager.ready(status)
        do {
            try await group.run()
        } catch let failure as ServingFailure {
            log.critical("outcry ends, to be started again: \(failure.reason)")
            throw ExitCode(ExitStatus(of: failure.reason).rawValue)
        }
        log.notice("outcry has stopped")
    }

    /// Does something before anything is served; what keeps it from that is said on standard error, in one line.
    private func telling<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            Terminal.write("Error: \("\(error)".printableLines)\n", to: STDERR_FILENO)
            throw ExitCode(ExitStatus(of: error).rawValue)
        }
    }

    /// On each SIGHUP has the certificate read again. Where it came because the terminal is gone in which the server was
    /// started, it ends the server instead, as SIGTERM does: nobody could see or stop it.
    private static func answer(
        _ hangups: UnixSignalsSequence, of server: DeskServer, in group: ServiceGroup, _ manager: ServiceManager,
        _ status: String
    ) async {
        let isInTerminal = isatty(STDIN_FILENO) == 1
        for await _ in hangups {
            guard isInTerminal, isatty(STDIN_FILENO) == 0 else {
                manager.reloading()
                server.reloadCertificate()
                manager.ready(status)
                continue
            }
            await group.triggerGracefulShutdown()
        }
    }

    /// Returns when the first signal to end has come. One that comes while the database is being opened ends the program at once:
    /// nobody is connected, and what is on disk is whole at every moment.
    private static func wait(
        for ends: UnixSignalsSequence, while opening: Opening, _ manager: ServiceManager, _ log: Logger
    ) async {
        for await _ in ends {
            guard opening.isUnderWay else { return }
            manager.stopping()
            log.notice("outcry was told to stop while it opened the database, and has")
            _exit(0)
        }
    }

    /// Whether the database is still being opened.
    private final class Opening: Sendable {
        private let state = Mutex(true)

        var isUnderWay: Bool { state.withLock { $0 } }

        func end() { state.withLock { $0 = false } }
    }

    private static func chat(_ settings: ServerSettings) -> ChatServerConfiguration {
        ChatServerConfiguration(
            host: settings.listen.value.host, port: settings.listen.value.port, tls: settings.tls,
            allowedOrigins: settings.allowOrigin.value, hosts: settings.host.value,
            trustsForwardedFor: settings.trustForwardedFor.value, limits: settings.limits.chat)
    }

    private func setup(
        _ settings: ServerSettings, _ chat: ChatServerConfiguration, _ log: Logger
    ) throws -> DeskServer.Setup {
        let limits = settings.limits.desk
        var desk = DeskConfiguration(engineLimits: limits.engine, limits: limits.desk)
        desk.auditLog = settings.logger(label: "audit")
        desk.isRegistrationOpen = settings.openRegistration.value
        desk.timeZone = settings.zone
        let tapes = try settings.tapes()
        // Of the default database, the folder is made.
        _ = try database.path(settings.settings)
        let clock = MachineClock()
        let venues = try settings.exchanges.venues(
            ExchangeSurroundings(database: settings.database.value, limits: limits.desk, clock: clock))
        // Last of all, for it may take a while.
        let checked = try tapes.check()
        for report in checked.reports { log.notice("\(report)") }
        var setup = DeskServer.Setup(
            database: settings.database.value, desk: desk,
            gateway: { [log] in ChatServer(configuration: chat, handlers: $0, logger: log) },
            exchanges: venues.map { DeskServer.Place($0.name, $0.venue) },
            masterKey: try options.master.source(settings.settings), tapes: { checked.open() })
        setup.clock = clock
        setup.acceptsLoss = settings.acceptLoss.value
        return setup
    }
}

/// The server as part of a service group: runs until it is told to go down.
private struct ServingService: Service {
    let server: DeskServer
    let failures: AsyncStream<any Error>
    let manager: ServiceManager

    func run() async throws {
        let failure = await withTaskGroup(of: (any Error)?.self) { group in
            group.addTask {
                try? await gracefulShutdown()
                return nil
            }
            group.addTask { [failures] in
                for await failure in failures { return failure }
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        manager.stopping()
        // Blocks a thread of the pool for the seconds that going down takes; nothing else has to run by then.
        server.stop()
        if let failure { throw ServingFailure(reason: failure) }
    }
}

/// The desk has ended by itself.
private struct ServingFailure: Error {
    let reason: any Error
}
