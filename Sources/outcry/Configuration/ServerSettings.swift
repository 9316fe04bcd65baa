import ChatServer
import Conversation
import Desk
import Logging
import Trading

/// Everything that a server is started with, checked as far as it can be without opening anything, and where each value comes from.
struct ServerSettings: Sendable {
    let settings: Settings
    let database: Sourced<String>
    let listen: Sourced<ListenAddress>
    /// The file; its key is read by who needs it.
    let masterKeyFile: Sourced<String>
    let exchanges: [ExchangeSetting]
    let tape: Sourced<[String]>
    let speed: Sourced<String>
    let loop: Sourced<Bool>
    let tapeSkipBad: Sourced<Bool>
    let tlsCert: Sourced<String>?
    let tlsKey: Sourced<String>?
    let insecure: Sourced<Bool>
    let allowOrigin: Sourced<[String]>
    let host: Sourced<[String]>
    let trustForwardedFor: Sourced<Bool>
    let openRegistration: Sourced<Bool>
    let timezone: Sourced<String>
    let zone: TimeZoneRules
    let demo: Sourced<Bool>
    let acceptLoss: Sourced<Bool>
    let logLevel: Sourced<String>
    let limits: ServerLimits

    /// Throws a `Failure` for what is missing, means nothing, or does not go together.
    init(_ options: ServeOptions, _ settings: Settings) throws {
        func text(_ name: SettingName, _ typed: String?, _ standard: String) -> Sourced<String> {
            settings.text(name, typed: typed) ?? Sourced(value: standard, source: .standard(name.rawValue))
        }
        let server = options.server
        self.settings = settings
        logLevel = text(.logLevel, server.logLevel, "notice")
        guard Logger.Level(rawValue: logLevel.value) != nil else {
            throw Failure("\(logLevel.source): no log level \(logLevel.value)")
        }
        insecure = try settings.flag(.insecure, typed: server.insecure)
        exchanges = try options.exchange.resolved(settings, isInsecure: insecure.value)
        demo = try settings.flag(.demo, typed: server.demo)
        if demo.value, !exchanges.hasPaper {
            throw Failure("\(demo.source) gives the paper exchange's money, and paper is not among the exchanges")
        }
        acceptLoss = Sourced(
            value: server.acceptLoss, source: server.acceptLoss ? .flag("accept-loss") : .standard("accept-loss"))
        let address = text(.listen, server.listen, ListenAddress.standard)
        listen = try address.map { try ListenAddress($0, source: address.source) }
        tlsCert = settings.text(.tlsCert, typed: server.tlsCert)
        tlsKey = settings.text(.tlsKey, typed: server.tlsKey)
        guard (tlsCert == nil) == (tlsKey == nil) else { throw Failure("--tls-cert and --tls-key go together") }
        if tlsCert == nil, !insecure.value, !listen.value.isLocal {
            throw Failure(
                "without --tls-cert and --tls-key it listens on 127.0.0.1, ::1 or localhost only, not \(listen.value.host), unless told --insecure"
            )
        }
        limits = try ServerLimits(settings, typed: server.limit)
        openRegistration = try settings.flag(.openRegistration, typed: server.openRegistration)
        timezone = text(.timezone, server.timezone, "UTC")
        do {
            zone = try TimeZoneRules(named: timezone.value, at: nil)
        } catch {
            throw Failure("\(timezone.source): \(error.message)")
        }
        allowOrigin = settings.list(.allowOrigin, typed: server.allowOrigin)
        for origin in allowOrigin.value {
            if let problem = WebOrigin.problem(with: origin) { throw Failure("\(allowOrigin.source): \(problem)") }
        }
        host = settings.list(.host, typed: server.host)
        for name in host.value {
            if let problem = AllowedHosts.problem(with: name) { throw Failure("\(host.source): \(problem)") }
        }
        trustForwardedFor = try settings.flag(.trustForwardedFor, typed: server.trustForwardedFor)
        tape = settings.list(.tape, typed: server.tape)
        speed = text(.speed, server.speed, "1")
        guard let factor = ExactDecimal(speed.value), factor.isPositive else {
            throw Failure("\(speed.source) takes a number above zero, not \(speed.value)")
        }
        loop = try settings.flag(.loop, typed: server.loop)
        tapeSkipBad = try settings.flag(.tapeSkipBad, typed: server.tapeSkipBad)
        if let prices = exchanges.compactMap(\.prices).first, !tape.value.isEmpty {
            throw Failure("\(tape.source): paper follows the prices of \(prices.value), and a tape would move them too")
        }
        guard exchanges.hasPaper || tape.value.isEmpty else {
            throw Failure("\(tape.source): a tape drives the paper exchange, and that is not among the exchanges")
        }
        // Last, for the default makes its folder.
        database = try options.database.path(settings)
        masterKeyFile = options.master.path(settings, database: database.value)
    }

    /// The certificate and its key; nil without TLS.
    var tls: TLSFiles? {
        guard let certificate = tlsCert?.value, let key = tlsKey?.value else { return nil }
        return TLSFiles(certificatePath: certificate, keyPath: key)
    }

    /// A log on standard error.
    func logger(label: String = "outcry") -> Logger {
        var log = Logger(label: label) { PrintableLogHandler(StreamLogHandler.standardError(label: $0)) }
        if let level = Logger.Level(rawValue: logLevel.value) { log.logLevel = level }
        return log
    }

    /// What the tapes are, unread.
    func tapes() throws -> TapeOptions {
        try TapeOptions(
            names: tape.value, speed: speed.value, isLooping: loop.value, skipsBadRows: tapeSkipBad.value)
    }

    // MARK: As it is shown

    /// The lines of `outcry config`: the server's own settings, a block for each exchange, and the limits.
    var lines: [String] {
        func optional(_ name: SettingName, _ value: Sourced<String>?) -> SettingLine {
            SettingLine(name.rawValue, value ?? Sourced(value: "", source: .standard(name.rawValue)))
        }
        var lines: [SettingLine] = [
            SettingLine(
                Settings.configOption,
                settings.file?.map(\.path) ?? Sourced(value: "", source: .standard(Settings.configOption)))
        ]
        for name in SettingName.allCases {
            let line =
                switch name {
                case .database: SettingLine(name.rawValue, database)
                case .listen: SettingLine(name.rawValue, listen.map(\.description))
                case .masterKeyFile: SettingLine(name.rawValue, masterKeyFile)
                case .tape: SettingLine(name.rawValue, tape)
                case .speed: SettingLine(name.rawValue, speed)
                case .loop: SettingLine(name.rawValue, loop)
                case .tapeSkipBad: SettingLine(name.rawValue, tapeSkipBad)
                case .tlsCert: optional(name, tlsCert)
                case .tlsKey: optional(name, tlsKey)
                case .insecure: SettingLine(name.rawValue, insecure)
                case .allowOrigin: SettingLine(name.rawValue, allowOrigin)
                case .host: SettingLine(name.rawValue, host)
                case .trustForwardedFor: SettingLine(name.rawValue, trustForwardedFor)
                case .openRegistration: SettingLine(name.rawValue, openRegistration)
                case .timezone: SettingLine(name.rawValue, timezone)
                case .demo: SettingLine(name.rawValue, demo)
                case .logLevel: SettingLine(name.rawValue, logLevel)
                }
            lines.append(line)
        }
        lines.append(SettingLine("accept-loss", acceptLoss))
        return lines.map(\.text) + exchanges.flatMap { ["exchange \($0.name)"] + $0.lines.map { "  " + $0.text } }
            + limits.described.map { "limit \($0.name)=\($0.value) (\(limits.source($0.name).origin))" }
    }
}
