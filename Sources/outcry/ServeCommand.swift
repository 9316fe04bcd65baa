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
            OUTCRY_LIMIT for --limit and OUTCRY_HOST for --host (several with commas); what is typed wins.
            """)

    @OptionGroup var database: DatabaseOption
    @Option(help: "Where to listen, HOST:PORT. (default: 127.0.0.1:7015)")
    var listen: String?
    @OptionGroup var exchange: ExchangeOptions
    @OptionGroup var master: MasterKeyOption
    @Option(
        help: ArgumentHelp(
            """
            A tape of trades that drives the paper exchange: a CSV file, or PAIR=FILE for one without a column of pairs; \
            synthetic is the one that is built in. outcry tape check says what it takes a file for. May be given several times.
            """, valueName: "tape"))
    var tape: [String] = []
    @Option(help: "How much faster than it happened the tapes play.")
    var speed: String?
    @Flag(help: "Start the tapes again when they are over.")
    var loop = false
    @Flag(help: "Leave bad rows of tapes out, and say how many, instead of refusing the tape.")
    var tapeSkipBad = false
    @Option(help: "A PEM file with the certificate and its chain. On SIGHUP it is read again, with its key.")
    var tlsCert: String?
    @Option(help: "A PEM file with the key of the certificate.")
    var tlsKey: String?
    @Flag(help: "Listen without TLS on addresses that other machines reach.")
    var insecure = false
    @Option(
        help:
            "A web page's origin that may connect besides the server's own: https://pages.example. May be given several times."
    )
    var allowOrigin: [String] = []
    @Option(
        help: ArgumentHelp(
            """
            A name under which clients ask for this server, desk.example: what a browser has in its address bar. localhost, \
            127.0.0.1, [::1] and the address that a client has reached need none; all other names are answered 421. May be \
            given several times.
            """, valueName: "name"))
    var host: [String] = []
    @Flag(help: "Believe the X-Forwarded-For of a proxy on this machine.")
    var trustForwardedFor = false
    @Flag(help: "Let anybody who can connect make an account, with register.")
    var openRegistration = false
    @Option(help: "The time zone of accounts that have set none. (default: UTC)")
    var timezone: String?
    @Option(help: "A limit, NAME=VALUE; outcry config lists them. May be given several times.")
    var limit: [String] = []
    @Flag(help: "Make an account demo with funds, where there is no account yet, and print its password.")
    var demo = false
    @Flag(
        help: """
            Serve a database that has lost what was committed to it, or another one than was served here last: without those \
            orders and fills.
            """)
    var acceptLoss = false
    @Option(help: "What to log: debug, info, notice, warning, error.")
    var logLevel: String?

    func run() async throws {
        let settings = Settings()
        let log = try settings.logger(logLevel)
        let made = try setup(settings, log)
        var setup = made.desk
        let chat = made.chat
        setup.acceptsLoss = acceptLoss
        let (failures, failed) = AsyncStream.makeStream(of: (any Error).self)
        setup.onFailure = { failed.yield($0) }
        let path = setup.database
        let demoPassword = demo ? try telling { try DemoAccount.makeIfFirst(database: path) } : nil
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
        if demo { DemoAccount.greet(password: demoPassword, url: url) }
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

    private func setup(_ settings: Settings, _ log: Logger) throws -> (
        desk: DeskServer.Setup, chat: ChatServerConfiguration
    ) {
        let isPaper = try exchange.name(settings) == ExchangeOptions.paper
        if demo, !isPaper { throw Failure("--demo gives the paper exchange's money; there is none with --exchange") }
        let (address, port) = try settings.listen(listen)
        let tls = try settings.tls(certificate: tlsCert, key: tlsKey)
        if tls == nil, !insecure, !settings.flag("insecure"), !["127.0.0.1", "::1", "localhost"].contains(address) {
            throw Failure(
                "without --tls-cert and --tls-key it listens on 127.0.0.1, ::1 or localhost only, not \(address), unless told --insecure"
            )
        }
        let limits = try settings.limits(limit)
        var desk = DeskConfiguration(engineLimits: limits.desk.engine, limits: limits.desk.desk)
        desk.auditLog = try settings.logger(logLevel, label: "audit")
        desk.isRegistrationOpen = openRegistration || settings.flag("open.registration")
        if let name = timezone ?? settings.text("timezone") {
            do {
                desk.timeZone = try TimeZoneRules(named: name, at: nil)
            } catch {
                throw Failure(error.message)
            }
        }
        let chat = ChatServerConfiguration(
            host: address, port: port, tls: tls, allowedOrigins: try settings.origins(allowOrigin),
            hosts: try settings.hosts(host),
            trustsForwardedFor: trustForwardedFor || settings.flag("trust.forwarded.for"), limits: limits.chat)
        let tapes = try TapeOptions(
            names: tape.isEmpty ? settings.list("tape") : tape, speed: speed ?? settings.text("speed"),
            isLooping: loop || settings.flag("loop"), skipsBadRows: tapeSkipBad || settings.flag("tape.skip.bad"))
        guard isPaper || (tape.isEmpty && settings.list("tape").isEmpty) else {
            throw Failure("a tape drives the paper exchange, not --exchange")
        }
        let path = try database.path(settings)
        let clock = MachineClock()
        let venue = try exchange.venue(
            settings, database: path, isInsecure: insecure || settings.flag("insecure"), limits: limits.desk.desk,
            clock: clock)
        // Last of all, for it may take a while.
        let checked = try tapes.check()
        for report in checked.reports { log.notice("\(report)") }
        var setup = DeskServer.Setup(
            database: path, desk: desk,
            gateway: { [log] in ChatServer(configuration: chat, handlers: $0, logger: log) },
            exchanges: [DeskServer.Place(isPaper ? .paper : "btce", venue)],
            masterKey: try master.source(settings), tapes: { checked.open() })
        setup.clock = clock
        return (setup, chat)
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
