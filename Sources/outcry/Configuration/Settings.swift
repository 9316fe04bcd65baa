import ArgumentParser
import Configuration
import Foundation
import Glibc
import Trading

/// Why the program does not go on, in a line for who started it.
struct Failure: Error, CustomStringConvertible {
    let description: String

    /// What is quoted in it may come from a file or the command line.
    init(_ description: String) { self.description = description.printableLines }
}

/// What the environment and the configuration file say where an option was not typed: `OUTCRY_LISTEN` and `listen` for `--listen`.
/// What is typed wins over the environment, and the environment over the file.
struct Settings: Sendable {
    /// The configuration file, and who named it; nil where nobody did.
    let file: Sourced<ConfigurationFile>?
    private let environment: ConfigReader
    /// The environment as it is, for what is not a setting of this program: HOME.
    let variables: [String: String]

    static let configOption = "config"

    /// Reads the configuration file, if there is one: `--config`, or OUTCRY_CONFIG. Throws a `Failure`, also for a variable that is
    /// meant for this program and is none of its settings.
    init(config typed: String?, environment variables: [String: String] = ProcessInfo.processInfo.environment) throws {
        self.variables = variables
        let provider = EnvironmentVariablesProvider(environmentVariables: variables)
        environment = ConfigReader(provider: provider).scoped(to: "outcry")
        try EnvironmentName.check(variables)
        let named = try Settings.full(Settings.said(environment, Settings.configOption, typed: typed))
        file = try named?.map { try ConfigurationFile(path: $0) }
    }

    /// A text as it was typed, or stands in the environment or in the file; nil where nobody says anything. Throws a `Failure` for an
    /// empty one.
    func text(_ name: SettingName, typed: String?) throws -> Sourced<String>? {
        if let found = try text(option: name.rawValue, typed: typed) { return found }
        guard let file = file?.value, case .text(let text)? = file.value(name) else { return nil }
        return Sourced(value: text, source: file.source(name.rawValue))
    }

    /// Whether something is on. Off where nobody says anything.
    func flag(_ name: SettingName, typed: Bool?) throws -> Sourced<Bool> {
        if let typed { return Sourced(value: typed, source: .flag(name.rawValue)) }
        if let found = Settings.said(environment, name.rawValue, typed: nil) {
            switch found.value.lowercased() {
            case "1", "true", "yes": return found.map { _ in true }
            case "", "0", "false", "no": return found.map { _ in false }
            default:
                throw Failure(
                    "\(found.source) takes 1, true or yes, or 0, false or no, not \(found.value.withoutSecrets)")
            }
        }
        guard let file = file?.value, case .flag(let isOn)? = file.value(name) else {
            return Sourced(value: false, source: .standard(name.rawValue))
        }
        return Sourced(value: isOn, source: file.source(name.rawValue))
    }

    /// A list: as it was typed, or with commas in the environment, or in the file. Empty where nobody says anything.
    /// Throws a `Failure` for an empty text in it.
    func list(_ name: SettingName, typed: [String]) throws -> Sourced<[String]> {
        if let found = try list(option: name.rawValue, typed: typed) { return found }
        guard let file = file?.value, case .list(let list)? = file.value(name) else {
            return Sourced(value: [], source: .standard(name.rawValue))
        }
        return Sourced(value: list, source: file.source(name.rawValue))
    }

    // MARK: Options that are no keys of a file

    /// What was typed for an option, or stands in the environment for it. Throws a `Failure` for an empty text.
    func text(option: String, typed: String?) throws -> Sourced<String>? {
        try Settings.full(Settings.said(environment, option, typed: typed))
    }

    /// The same for an option that may be given several times; with commas in the environment.
    func list(option: String, typed: [String]) throws -> Sourced<[String]>? {
        if !typed.isEmpty {
            let list = Sourced(value: typed, source: .flag(option))
            if typed.contains("") { throw Settings.isEmpty(list.source) }
            return list
        }
        return try text(option: option, typed: nil).map { text in
            let list = text.value.split(separator: ",", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard !list.contains("") else {
                throw Failure("\(text.source) has nothing beside one of its commas; expected a list as a,b,c")
            }
            return text.map { _ in list }
        }
    }

    /// What was typed, or what the variable of that option has, empty or not.
    private static func said(_ environment: ConfigReader, _ option: String, typed: String?) -> Sourced<String>? {
        if let typed { return Sourced(value: typed, source: .flag(option)) }
        return environment.string(forKey: ConfigKey([option])).map {
            Sourced(value: $0, source: .environment(Settings.variable(option)))
        }
    }

    private static func full(_ text: Sourced<String>?) throws -> Sourced<String>? {
        if let text, text.value.isEmpty { throw isEmpty(text.source) }
        return text
    }

    private static func isEmpty(_ source: SettingSource) -> Failure {
        Failure("\(source) is empty; expected a value, or leave it out")
    }

    /// `OUTCRY_TLS_CERT` for `tls-cert`.
    static func variable(_ option: String) -> String {
        EnvironmentName.prefix + option.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
    }
}

/// `--config` and `--database`, which every subcommand takes that has to do with a desk.
struct DatabaseOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A JSON file of settings, beneath the options and the environment; docs/configuration.md lists them.",
            valueName: "file"), completion: .file(extensions: ["json"]))
    var config: String?
    @Option(help: "The database file. (default: outcry.db in the user's state folder)")
    var database: String?

    /// What the environment and the configuration file say. Throws a `Failure`.
    func settings() throws -> Settings { try Settings(config: config) }

    /// The file; the default one in a folder that this makes.
    func path() throws -> String { try path(settings()).value }

    /// The file, and who named it; the default one in a folder that this makes.
    func path(_ settings: Settings) throws -> Sourced<String> {
        let path = try location(settings)
        if case .standard = path.source { try DatabaseOption.makeFolder(of: path.value) }
        return path
    }

    /// The file, and who named it. Nothing is made.
    func location(_ settings: Settings) throws -> Sourced<String> {
        if let path = try settings.text(.database, typed: database) { return path }
        let state =
            settings.variables["XDG_STATE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
            ?? (settings.variables["HOME"] ?? NSHomeDirectory()) + "/.local/state"
        return Sourced(value: state + "/outcry/outcry.db", source: .standard(SettingName.database.rawValue))
    }

    private static func makeFolder(of path: String) throws {
        let folder = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
        guard PrivateFolder.make(String(folder)) else {
            throw Failure("cannot make the folder \(folder): \(String(cString: strerror(errno)))")
        }
    }
}
