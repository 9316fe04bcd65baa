/// Names in the environment that begin with `OUTCRY_`: those of settings, and those that were meant to be.
enum EnvironmentName {
    static let prefix = "OUTCRY_"

    /// The options that the environment may say.
    private static let options =
        SettingName.allCases.map(\.rawValue) + [Settings.configOption, "limit", "exchange", "exchange-stream"]
        + ExchangeSettingName.allCases.compactMap(\.option)

    /// Throws a `Failure` for a variable that is no setting and nearly one, or the name of something that stands elsewhere: what it
    /// says would be passed over. Others may be somebody else's; a container's manager makes variables of a service's name.
    static func check(_ variables: [String: String]) throws {
        for variable in variables.keys.sorted() where variable.hasPrefix(prefix) {
            let name = option(variable)
            guard !options.contains(name) else { continue }
            if name == "accept-loss" {
                throw Failure("\(variable) is no setting: a loss is accepted for one start; type --accept-loss")
            }
            guard let meant = meant[name] ?? NearestName.nearest(name, among: options) else { continue }
            throw Failure("\(variable) is no setting; did you mean \(Settings.variable(meant))?")
        }
    }

    /// `tls-cert` for `OUTCRY_TLS_CERT`.
    private static func option(_ variable: String) -> String {
        String(variable.dropFirst(prefix.count).lowercased().map { $0 == "_" ? "-" : $0 })
    }

    /// Names that settings have elsewhere, or might have.
    private static let meant = [
        "dialect": "exchange-dialect", "exchange-kind": "exchange-dialect",
        "master-key": SettingName.masterKeyFile.rawValue,
    ]
}
