import ArgumentParser
import Trading

/// Where orders go: `--exchange` and what an exchange over the wire is reached with.
struct ExchangeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            An exchange to trade on: paper; btce=https://HOST or yobit=https://HOST; or with a name of your own, \
            main=btce:https://HOST. May be given several times. What else is about an exchange is in a configuration file. \
            (default: paper)
            """, valueName: "name[=url]"))
    var exchange: [String] = []
    @Option(
        help: ArgumentHelp(
            "Where an exchange's streams are, where they do not follow from its URL: NAME=wss://HOST. May be given several times.",
            valueName: "name=url"))
    var exchangeStream: [String] = []
    @Option(
        help: ArgumentHelp(
            "Where the exchange is: https://exchange.example. This and what follows is for one exchange over the wire.",
            valueName: "url"))
    var exchangeUrl: String?
    @Option(
        name: [.customLong("dialect"), .customLong("exchange-dialect")],
        help: "Which relative of btc-e it is: btce or yobit. (default: btce)")
    var dialect: String?
    @Option(help: "Milliseconds until a connection to the exchange has to stand. (default: 3000)")
    var exchangeConnectTimeout: String?
    @Option(
        help: "Milliseconds after which an answer of the exchange is lost; below answer_s. (default: 8000)")
    var exchangeTimeout: String?
    @Option(help: "Bytes that an answer of the exchange may have. (default: 4194304)")
    var exchangeAnswerBytes: String?
    @Option(
        help: ArgumentHelp(
            "Requests a second of one key, and of all together. (default: 10/20)", valueName: "key/all"))
    var exchangeRate: String?

    /// The exchanges that the options, the environment and the configuration file name, each with all that is about it. Throws a
    /// `Failure`.
    func resolved(_ settings: Settings, isInsecure: Bool) throws -> [ExchangeSetting] {
        try ExchangeResolution(self, settings, isInsecure: isInsecure).exchanges()
    }

    /// What was typed for an exchange of which there is only one.
    func typed(_ name: ExchangeSettingName) -> String? {
        switch name {
        case .kind: dialect
        case .url: exchangeUrl
        case .connectTimeout: exchangeConnectTimeout
        case .timeout: exchangeTimeout
        case .answerBytes: exchangeAnswerBytes
        case .rate: exchangeRate
        case .stream, .prices: nil
        }
    }
}
