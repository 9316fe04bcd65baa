import ArgumentParser
import ChatServer
import Configuration
import Conversation
import Desk
import Foundation
import Glibc
import Logging
import Trading

/// Why the program does not go on, in a line for who started it.
struct Failure: Error, CustomStringConvertible {
    let description: String

    /// What is quoted in it may come from a file or the command line.
    init(_ description: String) { self.description = description.printableLines }
}

/// What stands in the environment for options that were not typed: `OUTCRY_LISTEN` for `--listen`.
struct Settings {
    private let reader = ConfigReader(provider: EnvironmentVariablesProvider()).scoped(to: "outcry")

    func text(_ name: String) -> String? {
        reader.string(forKey: ConfigKey(name.split(separator: ".").map(String.init)))
    }

    func flag(_ name: String) -> Bool {
        ["1", "true", "yes"].contains(text(name)?.lowercased() ?? "")
    }

    func list(_ name: String) -> [String] {
        text(name)?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } ?? []
    }

    static let portDefault: UInt16 = 7015

    func listen(_ typed: String?) throws -> (host: String, port: UInt16) {
        let address = typed ?? text("listen") ?? "127.0.0.1:\(Settings.portDefault)"
        guard let colon = address.lastIndex(of: ":"), let port = UInt16(address[address.index(after: colon)...]) else {
            throw Failure("\(address) is not HOST:PORT")
        }
        let host = address[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        return (host.isEmpty ? "127.0.0.1" : host, port)
    }

    func tls(certificate: String?, key: String?) throws -> TLSFiles? {
        switch (certificate ?? text("tls.cert"), key ?? text("tls.key")) {
        case (let certificate?, let key?): return TLSFiles(certificatePath: certificate, keyPath: key)
        case (nil, nil): return nil
        default: throw Failure("--tls-cert and --tls-key go together")
        }
    }

    /// `--host`: names under which the server is asked for.
    func hosts(_ typed: [String]) throws -> [String] {
        let names = typed.isEmpty ? list("host") : typed
        for name in names {
            if let problem = AllowedHosts.problem(with: name) { throw Failure("--host: \(problem)") }
        }
        return names
    }

    /// `--allow-origin`: web pages that may connect.
    func origins(_ typed: [String]) throws -> [String] {
        let origins = typed.isEmpty ? list("allow.origin") : typed
        for origin in origins {
            if let problem = WebOrigin.problem(with: origin) { throw Failure("--allow-origin: \(problem)") }
        }
        return origins
    }

    func limits(_ typed: [String]) throws -> ServerLimits {
        var limits = ServerLimits()
        for text in list("limit") + typed {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let value = Int(parts[1]) else {
                throw Failure("--limit takes NAME=VALUE with a whole number, not \(text)")
            }
            guard limits.set(String(parts[0]), to: value) else {
                throw Failure("no limit \(parts[0]) that can be \(value); outcry config lists them")
            }
        }
        if let problem = limits.problem { throw Failure("--limit: \(problem)") }
        return limits
    }

    func logger(_ typed: String?, label: String = "outcry") throws -> Logger {
        let name = typed ?? text("log.level") ?? "notice"
        guard let level = Logger.Level(rawValue: name) else { throw Failure("no log level \(name)") }
        var log = Logger(label: label) { PrintableLogHandler(StreamLogHandler.standardError(label: $0)) }
        log.logLevel = level
        return log
    }
}

/// `--database`, which every subcommand takes.
struct DatabaseOption: ParsableArguments {
    @Option(help: "The database file. (default: outcry.db in the user's state folder)")
    var database: String?

    /// The file, in a folder that exists.
    func path(_ settings: Settings) throws -> String {
        if let path = database ?? settings.text("database") { return path }
        let environment = ProcessInfo.processInfo.environment
        let state =
            environment["XDG_STATE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
            ?? (environment["HOME"] ?? NSHomeDirectory()) + "/.local/state"
        let folder = state + "/outcry"
        guard PrivateFolder.make(folder) else {
            throw Failure("cannot make the folder \(folder): \(String(cString: strerror(errno)))")
        }
        return folder + "/outcry.db"
    }
}
