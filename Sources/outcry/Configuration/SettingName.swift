/// The server's own settings. Each has one name everywhere: `--tls-cert`, `OUTCRY_TLS_CERT`, and `tls-cert` at the top level of a
/// configuration file. What is about one exchange is an `ExchangeSettingName`; limits have names of their own.
enum SettingName: String, CaseIterable, Sendable {
    case database
    case listen
    case masterKeyFile = "master-key-file"
    case tape
    case speed
    case loop
    case tapeSkipBad = "tape-skip-bad"
    case tlsCert = "tls-cert"
    case tlsKey = "tls-key"
    case insecure
    case allowOrigin = "allow-origin"
    case host
    case trustForwardedFor = "trust-forwarded-for"
    case openRegistration = "open-registration"
    case timezone
    case demo
    case logLevel = "log-level"

    /// What a value of it is in a configuration file.
    var form: SettingForm {
        switch self {
        case .loop, .tapeSkipBad, .insecure, .trustForwardedFor, .openRegistration, .demo: .flag
        case .tape, .allowOrigin, .host: .list
        case .speed: .number
        case .database, .listen, .masterKeyFile, .tlsCert, .tlsKey, .timezone, .logLevel: .text
        }
    }
}

/// What is about one exchange: the keys of its block in a configuration file.
enum ExchangeSettingName: String, CaseIterable, Sendable {
    case kind
    case url
    case stream
    case connectTimeout = "connect-timeout"
    case timeout
    case answerBytes = "answer-bytes"
    case rate
    case prices

    /// What a value of it is in a configuration file.
    var form: SettingForm {
        switch self {
        case .connectTimeout, .timeout, .answerBytes: .wholeNumber
        case .kind, .url, .stream, .rate, .prices: .text
        }
    }

    /// The name of the option, and in the environment, that speaks for the one exchange over the wire; nil where there is none.
    var option: String? {
        switch self {
        case .kind: "exchange-dialect"
        case .url, .connectTimeout, .timeout, .answerBytes, .rate: "exchange-\(rawValue)"
        case .stream, .prices: nil
        }
    }
}

/// What a value is in a configuration file.
enum SettingForm: Sendable {
    case text
    /// With or without a fraction.
    case number
    case wholeNumber
    /// true or false.
    case flag
    /// Texts in square brackets.
    case list

    /// What is expected, for a message.
    var words: String {
        switch self {
        case .text: "a text"
        case .number: "a number"
        case .wholeNumber: "a whole number"
        case .flag: "true or false"
        case .list: "a list of texts"
        }
    }
}

/// Names in a configuration file that are not settings there, each with what to write instead.
enum MisplacedName {
    /// What follows the words that a name at the top level is no setting: what to write instead, as it is written there, or nothing.
    static func hint(_ name: String) -> String {
        if let advice = advice(name) { return ": \(advice)" }
        let known =
            SettingName.allCases.map(\.rawValue) + [ConfigurationFile.limitsKey, ConfigurationFile.exchangesKey]
        // As it is called in the environment.
        let plain =
            name.hasPrefix(EnvironmentName.prefix) ? String(name.dropFirst(EnvironmentName.prefix.count)) : name
        let nearest = NearestName.nearest(plain, among: known)
        // `tls_key` is a setting, and `api_key` a secret in the wrong place.
        if nearest == nil || nearest == SettingName.masterKeyFile.rawValue, isSecret(name) {
            return ": no secret stands in this file; \(SettingName.masterKeyFile.rawValue) says where one is"
        }
        return nearest.map { "; did you mean \($0)?" } ?? ""
    }

    private static func isSecret(_ name: String) -> Bool {
        let name = name.lowercased().map { $0 == "_" ? "-" : $0 }
        return ["master-key", "key", "secret", "password", "token"].contains { String(name).hasSuffix($0) }
    }

    /// What to do about a name that stands elsewhere; nil for one of which nothing is known.
    private static func advice(_ name: String) -> String? {
        switch name {
        case "accept-loss": return "it is for one start: type --accept-loss"
        case "config": return "one configuration file does not name another"
        case "exchange": return "each exchange has a block under exchanges"
        case "exchange-stream": return "it is stream in the exchange's block under exchanges"
        case "dialect", "exchange-dialect": return "it is kind in the exchange's block under exchanges"
        case "limit": return "limits are a block: \"limits\": {\"line_rate\": 20}"
        default: break
        }
        if let setting = ExchangeSettingName.allCases.first(where: { $0.option == name }) {
            return "it is \(setting.rawValue) in the exchange's block under exchanges"
        }
        return nil
    }
}
