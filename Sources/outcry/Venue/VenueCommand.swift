import ArgumentParser
import Desk
import Exchange
import Glibc
import Threads
import Trading
import UnixSignals
import Venue
import VenueServer

/// `outcry venue`: an exchange to trade against, until SIGTERM or SIGINT.
struct VenueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "venue", abstract: "Play the exchange btc-e, or a relative, over HTTP.",
        discussion: """
            Each --account is followed by its own --funds and --rights. Whoever has a key trades with play money against \
            quotes around a --price or around the trades of a --tape; --control opens a port on which the market, money and \
            faults are moved by hand and the books are shown. Keys on a command line can be read by everybody on this \
            machine: these are for play.
            """)

    @Option(help: "Where to listen, HOST:PORT; port 0 takes any that is free, and says which.")
    var listen = "127.0.0.1:7016"
    @Option(help: "Whose protocol it speaks: btce or yobit.")
    var dialect = "btce"
    @Option(help: ArgumentHelp("A key and its secret. May be given several times.", valueName: "key:secret"))
    var account: [String] = []
    @Option(help: "What the account before it begins with: \"1000 usd, 1 btc\".")
    var funds: [String] = []
    @Option(help: "What the account before it may do: info, trade, or both with a comma. (default: info,trade)")
    var rights: [String] = []
    @Option(
        help: ArgumentHelp(
            "Quote a pair around a price. May be given several times. (default: btc_usd=230)", valueName: "pair=price"))
    var price: [String] = []
    @Option(
        help: ArgumentHelp(
            "A tape of trades that moves the market: a CSV file, or PAIR=FILE; synthetic is the one that is built in.",
            valueName: "tape"))
    var tape: String?
    @Option(help: "How much faster than it happened the tape plays.")
    var speed: String?
    @Flag(help: "Start the tape again when it is over.")
    var loop = false
    @Flag(help: "Leave bad rows of the tape out, and say how many, instead of refusing the tape.")
    var tapeSkipBad = false
    @Option(help: "Where the operator's port listens, HOST:PORT.")
    var control: String?
    @Option(
        help: ArgumentHelp(
            "Faults, with commas between: lose-answer=0.05,delay=200ms,down=30s/5s.", valueName: "name=value,..."))
    var fault = ""
    @Option(help: "The seed of the faults; the same seed and calls, the same faults.")
    var seed: UInt64 = 0
    @Option(help: "A file that keeps the books; without it they end with the program.")
    var books: String?

    func run() async throws {
        let setup = try setup()
        let server: VenueServer
        do {
            server = try await VenueServer.start(setup)
        } catch {
            throw Failure("\(error)")
        }
        // Before anybody is told that it listens: who is told may stop it.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        if let port = server.controlPort, let control = setup.control {
            Terminal.write("control on \(VenueCommand.url(control.host, port))\n")
        }
        Terminal.write("listening on \(VenueCommand.url(setup.listen.host, server.port))\n")
        if let failure = await VenueCommand.end(of: server, signals) { throw Failure("\(failure)") }
    }

    /// Waits for a signal or for the venue's failure, and stops the server; nil for a signal.
    private static func end(of server: VenueServer, _ signals: UnixSignalsSequence) async -> (any Error)? {
        await withTaskGroup(of: (any Error)?.self) { group in
            group.addTask {
                for await _ in signals { break }
                return nil
            }
            group.addTask { await server.failure }
            let first = await group.next() ?? nil
            // Its end is a failure for whoever waits for one: both tasks end.
            await server.stop()
            group.cancelAll()
            return first
        }
    }

    private static func url(_ host: String, _ port: Int) -> String {
        "http://\(VenueServer.Address(host: host, port: port))"
    }

    private func setup() throws -> VenueServer.Setup {
        guard let dialect = VenueDialect(rawValue: dialect) else {
            throw Failure("no dialect \(dialect); expected btce or yobit")
        }
        var settings = TapiVenue.Settings(dialect: dialect, seed: seed)
        settings.accounts = try VenueAccountOptions(CommandLine.arguments).accounts
        do {
            settings.faults = try VenueFaults(parsing: fault)
        } catch {
            throw Failure(error.description)
        }
        let tapes = try TapeOptions(
            names: tape.map { [$0] } ?? [], from: .flag("tape"), speed: speed, isLooping: loop,
            skipsBadRows: tapeSkipBad
        ).check()
        for report in tapes.reports { Terminal.write(report + "\n", to: STDERR_FILENO) }
        let market = try VenueMarketOptions(prices: price, tape: tapes.tapes.first)
        settings.pairs = market.pairs
        settings.prices = market.prices
        func address(_ text: String, _ option: String) throws -> VenueServer.Address {
            let address = try ListenAddress(text, source: .flag(option))
            return VenueServer.Address(host: address.host, port: Int(address.port))
        }
        let clock = MachineClock()
        var setup = VenueServer.Setup(
            venue: settings, listen: try address(listen, "listen"), clock: { clock.now })
        setup.control = try control.map { try address($0, "control") }
        setup.booksPath = books
        if let tape {
            setup.tapeName = tapes.tapes.first?.name ?? tape
            setup.tape = { position, now in
                guard let tapes = tapes.open() else { throw Failure("no tape \(tape)") }
                return try TapePlayer(
                    tapes.sources, speed: tapes.speed, loop: tapes.isLooping, startingAt: now, position: position)
            }
            setup.onTapeEnd = {
                Terminal.write("\(TapeOptions.shown(tape)) has ended; prices stand still\n", to: STDERR_FILENO)
            }
        } else if speed != nil || loop || tapeSkipBad {
            throw Failure("--speed, --loop and --tape-skip-bad go with --tape")
        }
        return setup
    }
}
