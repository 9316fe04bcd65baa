import ArgumentParser

/// What `outcry serve` is started with, and `outcry config` shows: its groups of options. A command has each of them itself, for the
/// parser checks a group in a group many times over.
struct ServeOptions {
    let database: DatabaseOption
    let exchange: ExchangeOptions
    let master: MasterKeyOption
    let server: ServerOptions

    /// What is in force: these options, and what the environment and the configuration file say beneath them. Throws a `Failure`.
    func settings() throws -> ServerSettings { try ServerSettings(self, try database.settings()) }
}

/// What is about the server itself.
struct ServerOptions: ParsableArguments {
    @Option(help: "Where to listen, HOST:PORT. (default: 127.0.0.1:7015)")
    var listen: String?
    @Option(
        help: ArgumentHelp(
            """
            A tape of trades that drives the paper exchange: a CSV file, or PAIR=FILE for one without a column of pairs; \
            synthetic is the one that is built in. outcry tape check says what it takes a file for. May be given several times.
            """, valueName: "tape"))
    var tape: [String] = []
    @Option(help: "How much faster than it happened the tapes play.")
    var speed: String?
    @Flag(inversion: .prefixedNo, help: "Start the tapes again when they are over.")
    var loop: Bool?
    @Flag(inversion: .prefixedNo, help: "Leave bad rows of tapes out, and say how many, instead of refusing the tape.")
    var tapeSkipBad: Bool?
    @Option(help: "A PEM file with the certificate and its chain. On SIGHUP it is read again, with its key.")
    var tlsCert: String?
    @Option(help: "A PEM file with the key of the certificate.")
    var tlsKey: String?
    @Flag(inversion: .prefixedNo, help: "Listen without TLS on addresses that other machines reach.")
    var insecure: Bool?
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
    @Flag(inversion: .prefixedNo, help: "Believe the X-Forwarded-For of a proxy on this machine.")
    var trustForwardedFor: Bool?
    @Flag(inversion: .prefixedNo, help: "Let anybody who can connect make an account, with register.")
    var openRegistration: Bool?
    @Option(help: "The time zone of accounts that have set none. (default: UTC)")
    var timezone: String?
    @Option(help: "A limit, NAME=VALUE; outcry config lists them. May be given several times.")
    var limit: [String] = []
    @Flag(
        inversion: .prefixedNo,
        help: "Make an account demo with funds, where there is no account yet, and print its password.")
    var demo: Bool?
    @Flag(
        help: """
            Serve a database that has lost what was committed to it, or another one than was served here last: without those \
            orders and fills.
            """)
    var acceptLoss = false
    @Option(help: "What to log: debug, info, notice, warning, error.")
    var logLevel: String?
}
