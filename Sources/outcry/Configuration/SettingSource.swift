import Trading

/// Where a setting's value was found, with the name that it has there.
enum SettingSource: Hashable, Sendable {
    /// Nobody said anything.
    case standard(String)
    /// The path of a configuration file, and the keys that lead to the value: `exchanges.main.url`.
    case file(path: String, key: String)
    /// The variable.
    case environment(String)
    /// The option, without its hyphens.
    case flag(String)

    /// The word that `outcry config` prints.
    var origin: String {
        switch self {
        case .standard: "default"
        case .file: "file"
        case .environment: "environment"
        case .flag: "flag"
        }
    }

    /// The higher one wins: flag, environment, file, default.
    var rank: Int {
        switch self {
        case .standard: 0
        case .file: 1
        case .environment: 2
        case .flag: 3
        }
    }
}

extension SettingSource: CustomStringConvertible {
    /// For a message: `--listen`, `OUTCRY_LISTEN`, `/etc/outcry.json: listen`.
    var description: String {
        switch self {
        case .standard(let name): name
        case .file(let path, let key): "\(path): \(key)"
        case .environment(let name): name
        case .flag(let name): "--\(name)"
        }
    }

    /// Another option as it is written where this value was found: `--tls-key`, `OUTCRY_TLS_KEY`, `tls-key`. As it is typed where
    /// nobody said anything.
    func written(_ option: String) -> String {
        switch self {
        case .standard, .flag: "--\(option)"
        case .file: option
        case .environment: Settings.variable(option)
        }
    }
}

/// A value, and where it comes from.
struct Sourced<Value> {
    var value: Value
    var source: SettingSource

    /// Another value of the same source.
    func map<Other>(_ body: (Value) throws -> Other) rethrows -> Sourced<Other> {
        Sourced<Other>(value: try body(value), source: source)
    }
}

extension Sourced: Sendable where Value: Sendable {}
extension Sourced: Equatable where Value: Equatable {}

extension Sourced where Value == String {
    /// The whole number that the text is, within the range. A `Failure` names the source.
    func number(in range: ClosedRange<Int>) throws -> Sourced<Int> {
        guard let number = Int(value), range.contains(number) else {
            throw Failure(
                "\(source) takes a number from \(range.lowerBound) to \(range.upperBound), not \(value.withoutSecrets)")
        }
        return map { _ in number }
    }
}

/// A line of `outcry config`: `listen 127.0.0.1:7015 (default)`.
struct SettingLine {
    let name: String
    let value: String
    let origin: String

    init(_ name: String, _ value: String, _ source: SettingSource) {
        self.name = name
        self.value = value
        origin = source.origin
    }

    init(_ name: String, _ setting: Sourced<String>) { self.init(name, setting.value, setting.source) }

    init(_ name: String, _ setting: Sourced<Bool>) { self.init(name, setting.value ? "yes" : "no", setting.source) }

    init(_ name: String, _ setting: Sourced<Int>) { self.init(name, "\(setting.value)", setting.source) }

    init(_ name: String, _ setting: Sourced<[String]>) {
        self.init(name, setting.value.joined(separator: ", "), setting.source)
    }

    /// The line. A value that is not there is a hyphen, and of a URL no secret is shown.
    var text: String {
        let shown = value.contains("://") ? value.withoutSecrets : value
        return "\(name) \(shown.isEmpty ? "-" : shown.printable) (\(origin))"
    }
}
