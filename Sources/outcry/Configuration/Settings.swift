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

    /// Reads the configuration file, if there is one: `--config`, or OUTCRY_CONFIG. Throws a `Failure`.
    init(config typed: String?, environment variables: [String: String] = ProcessInfo.processInfo.environment) throws {
        self.variables = variables
        let provider = EnvironmentVariablesProvider(environmentVariables: variables)
        environment = ConfigReader(provider: provider).scoped(to: "outcry")
        let named = environment.string(forKey: ConfigKey([Settings.configOption]))
        if let typed {
            file = Sourced(value: try ConfigurationFile(path: typed), source: .flag(Settings.configOption))
        } else if let named, !named.isEmpty {
            let source = SettingSource.environment(Settings.variable(Settings.configOption))
            file = Sourced(value: try ConfigurationFile(path: named), source: source)
        } else {
            file = nil
        }
    }

    /// A text as it was typed, or stands in the environment or in the file; nil where nobody says anything.
    func text(_ name: SettingName, typed: String?) -> Sourced<String>? {
        if let found = text(option: name.rawValue, typed: typed) { return found }
        guard let file = file?.value, case .text(let text)? = file.value(name) else { return nil }
        return Sourced(value: text, source: file.source(name.rawValue))
    }

    /// Whether something is on. Off where nobody says anything.
    func flag(_ name: SettingName, typed: Bool) throws -> Sourced<Bool> {
        if typed { return Sourced(value: true, source: .flag(name.rawValue)) }
        if let found = text(option: name.rawValue, typed: nil) {
            switch found.value.lowercased() {
            case "1", "true", "yes": return found.map { _ in true }
            case "", "0", "false", "no": return found.map { _ in false }
            default: throw Failure("\(found.source) takes 1, true or yes, or 0, false or no, not \(found.value)")
            }
        }
        guard let file = file?.value, case .flag(let isOn)? = file.value(name) else {
            return Sourced(value: false, source: .standard(name.rawValue))
        }
        return Sourced(value: isOn, source: file.source(name.rawValue))
    }

    /// A list: as it was typed, or with commas in the environment, or in the file. Empty where nobody says anything.
    func list(_ name: SettingName, typed: [String]) -> Sourced<[String]> {
        if let found = list(option: name.rawValue, typed: typed) { return found }
        guard let file = file?.value, case .list(let list)? = file.value(name) else {
            return Sourced(value: [], source: .standard(name.rawValue))
        }
        return Sourced(value: list, source: file.source(name.rawValue))
    }

    // MARK: Options that are no keys of a file

    /// What was typed for an option, or stands in the environment for it.
    func text(option: String, typed: String?) -> Sourced<String>? {
        if let typed { return Sourced(value: typed, source: .flag(option)) }
        return environment.string(forKey: ConfigKey([option])).map {
            Sourced(value: $0, source: .environment(Settings.variable(option)))
        }
    }

    /// The same for an option that may be given several times; with commas in the environment.
    func list(option: String, typed: [String]) -> Sourced<[String]>? {
        if !typed.isEmpty { return Sourced(value: typed, source: .flag(option)) }
        return text(option: option, typed: nil)?.map { text in
            text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// `OUTCRY_TLS_CERT` for `tls-cert`.
    static func variable(_ option: String) -> String {
        "OUTCRY_" + option.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
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

    /// The file, in a folder that exists.
    func path() throws -> String { try path(settings()).value }

    /// The file, in a folder that exists, and who named it.
    func path(_ settings: Settings) throws -> Sourced<String> {
        if let path = settings.text(.database, typed: database) { return path }
        let state =
            settings.variables["XDG_STATE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
            ?? (settings.variables["HOME"] ?? NSHomeDirectory()) + "/.local/state"
        let folder = state + "/outcry"
        guard PrivateFolder.make(folder) else {
            throw Failure("cannot make the folder \(folder): \(String(cString: strerror(errno)))")
        }
        return Sourced(value: folder + "/outcry.db", source: .standard(SettingName.database.rawValue))
    }
}
