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
        func text(_ name: SettingName, _ typed: String?, _ standard: String) throws -> Sourced<String> {
            try settings.text(name, typed: typed) ?? Sourced(value: standard, source: .standard(name.rawValue))
        }
        let server = options.server
        self.settings = settings
        logLevel = try text(.logLevel, server.logLevel, "notice")
        guard Logger.Level(rawValue: logLevel.value) != nil else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(
                "\(logLevel.source): no log level \(logLevel.value.withoutSecrets); expected one of \(levels)")
        }
        insecure = try settings.flag(.insecure, typed: server.insecure)
        exchanges = try options.exchange.resolved(settings, isInsecure: insecure.value)
        demo = try settings.flag(.demo, typed: server.demo)
        if demo.value, !exchanges.hasPaper {
            throw Failure("\(demo.source) gives the paper exchange's money, and paper is not among the exchanges")
        }
        acceptLoss = Sourced(
            value: server.acceptLoss, source: server.acceptLoss ? .flag("accept-loss") : .standard("accept-loss"))
        let address = try text(.listen, server.listen, ListenAddress.standard)
        listen = try address.map { try ListenAddress($0, source: address.source) }
        tlsCert = try settings.text(.tlsCert, typed: server.tlsCert)
        tlsKey = try settings.text(.tlsKey, typed: server.tlsKey)
        try ServerSettings.checkTLS(tlsCert, tlsKey, address, listen.value, insecure.value)
        limits = try ServerLimits(settings, typed: server.limit)
        for exchange in exchanges { try exchange.check(limits) }
        openRegistration = try settings.flag(.openRegistration, typed: server.openRegistration)
        timezone = try text(.timezone, server.timezone, "UTC")
        do {
            zone = try TimeZoneRules(named: timezone.value, at: nil)
        } catch {
            throw Failure("\(timezone.source): \(error.message.hidingSecrets(of: timezone.value))")
        }
        allowOrigin = try settings.list(.allowOrigin, typed: server.allowOrigin)
        for origin in allowOrigin.value {
            guard let problem = WebOrigin.problem(with: origin) else { continue }
            throw Failure("\(allowOrigin.source): \(problem.hidingSecrets(of: origin))")
        }
        host = try settings.list(.host, typed: server.host)
        for name in host.value {
            guard let problem = AllowedHosts.problem(with: name) else { continue }
            throw Failure("\(host.source): \(problem.hidingSecrets(of: name))")
        }
        trustForwardedFor = try settings.flag(.trustForwardedFor, typed: server.trustForwardedFor)
        tape = try settings.list(.tape, typed: server.tape)
        speed = try text(.speed, server.speed, "1")
        guard let factor = ExactDecimal(speed.value), factor.isPositive else {
            throw Failure("\(speed.source) takes a number above zero, not \(speed.value.withoutSecrets)")
        }
        loop = try settings.flag(.loop, typed: server.loop)
        tapeSkipBad = try settings.flag(.tapeSkipBad, typed: server.tapeSkipBad)
        if let prices = exchanges.compactMap(\.prices).first, !tape.value.isEmpty {
            throw Failure("\(tape.source): paper follows the prices of \(prices.value), and a tape would move them too")
        }
        guard exchanges.hasPaper || tape.value.isEmpty else {
            throw Failure("\(tape.source): a tape drives the paper exchange, and that is not among the exchanges")
        }
        try ServerSettings.checkTape(tape, speed, loop, tapeSkipBad)
        database = try options.database.location(settings)
        masterKeyFile = try options.master.path(settings, database: database.value)
    }

    /// Throws a `Failure` for half of a certificate and its key, and where it would listen in the clear for other machines.
    private static func checkTLS(
        _ certificate: Sourced<String>?, _ key: Sourced<String>?, _ address: Sourced<String>, _ listen: ListenAddress,
        _ isInsecure: Bool
    ) throws {
        if let source = (certificate ?? key)?.source, (certificate == nil) != (key == nil) {
            let missing = source.written(
                certificate == nil ? SettingName.tlsCert.rawValue : SettingName.tlsKey.rawValue)
            throw Failure("\(source) and \(missing) go together, and there is no \(missing)")
        }
        guard certificate == nil, !isInsecure, !listen.isLocal else { return }
        let names = [SettingName.tlsCert, .tlsKey, .insecure].map { address.source.written($0.rawValue) }
        throw Failure(
            "\(address.source): without \(names[0]) and \(names[1]) it listens on 127.0.0.1, ::1 or localhost only, not "
                + "\(listen.host.withoutSecrets), unless told \(names[2])")
    }

    /// Throws a `Failure` where somebody types how tapes play, and there is none. In the environment and in a file it may stand for a
    /// tape that is typed another time.
    private static func checkTape(
        _ tape: Sourced<[String]>, _ speed: Sourced<String>, _ loop: Sourced<Bool>, _ skipsBadRows: Sourced<Bool>
    ) throws {
        guard tape.value.isEmpty else { return }
        let typed = [(speed.source, true), (loop.source, loop.value), (skipsBadRows.source, skipsBadRows.value)]
        for case (.flag(let name), true) in typed { throw Failure("--\(name) goes with --tape, and there is no tape") }
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
            names: tape.value, from: tape.source, speed: speed.value, isLooping: loop.value,
            skipsBadRows: tapeSkipBad.value)
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
