import ArgumentParser
import BtceExchange
import Desk
import Foundation
import Threads
import Trading

/// Where orders go: `--exchange` and what an exchange over the wire is reached with.
struct ExchangeOptions: ParsableArguments {
    @Option(help: "The exchange to trade on: paper, or btce for one that speaks the btc-e protocol. (default: paper)")
    var exchange: String?
    @Option(help: ArgumentHelp("Where the exchange is: https://exchange.example", valueName: "url"))
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

    static let paper = "paper"
    static let btce = "btce"

    /// The name of the exchange, one of those that are known.
    func name(_ settings: Settings) throws -> String {
        let name = exchange ?? settings.text("exchange") ?? ExchangeOptions.paper
        guard [ExchangeOptions.paper, ExchangeOptions.btce].contains(name) else {
            throw Failure("no exchange \(name); expected paper or btce")
        }
        return name
    }

    /// What the server is started with. Keys and nonces are the database's.
    func venue(
        _ settings: Settings, database: String, isInsecure: Bool, limits: DeskLimits, clock: MachineClock
    ) throws -> DeskServer.Venue {
        guard try name(settings) == ExchangeOptions.btce else { return .paper }
        var gateway = BtceSettings(baseURL: try url(settings, isInsecure: isInsecure))
        let relative = dialect ?? settings.text("exchange.dialect") ?? Dialect.btce.rawValue
        guard let known = Dialect(rawValue: relative) else {
            throw Failure(
                "no dialect \(relative); expected \(Dialect.allCases.map(\.rawValue).joined(separator: " or "))")
        }
        gateway.dialect = known
        gateway.contradictionMaxNanoseconds = Int64(limits.contradictionSeconds) * Timestamp.nanosecondsPerSecond
        if let rate = exchangeRate ?? settings.text("exchange.rate") {
            let parts = rate.split(separator: "/", omittingEmptySubsequences: false).map { Int64($0) ?? 0 }
            guard parts.count == 2, parts.allSatisfy({ (1...100_000).contains($0) }) else {
                throw Failure("--exchange-rate takes two numbers from 1 to 100000, as 10/20, not \(rate)")
            }
            (gateway.keyRequestsPerSecond, gateway.exchangeRequestsPerSecond) = (parts[0], parts[1])
        }
        var http = HTTPSettings.forTrading
        if let time = try number(exchangeConnectTimeout, "exchange.connect.timeout", settings, 1...600_000) {
            http.limits.connectMillisecondsMax = time
        }
        if let time = try number(exchangeTimeout, "exchange.timeout", settings, 1...600_000) {
            http.limits.requestMillisecondsMax = time
        }
        if let bytes = try number(exchangeAnswerBytes, "exchange.answer.bytes", settings, 1_024...1 << 30) {
            http.limits.responseBytesMax = bytes
        }
        let setup = BtceExchange.Setup(
            name: ExchangeOptions.btce, gateway: gateway, http: http,
            seed: UInt64.random(in: 0...UInt64.max), clock: { clock.now })
        return .overTheWire { sink in
            try BtceExchange(setup, nonceStore: DurableNonces(beside: database), sink: sink)
        }
    }

    /// Keys sign what is sent and do not hide it: over a wire that others share it is encrypted.
    private func url(_ settings: Settings, isInsecure: Bool) throws -> String {
        guard let text = exchangeUrl ?? settings.text("exchange.url") else {
            throw Failure("--exchange btce takes --exchange-url, where the exchange is")
        }
        guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty, parts.query == nil,
            parts.fragment == nil, parts.user == nil, ["http", "https"].contains(parts.scheme)
        else { throw Failure("\(text) is not https://HOST, with a port or a path where it has one") }
        let isLocal = ["127.0.0.1", "::1", "[::1]", "localhost"].contains(host)
        guard parts.scheme == "https" || isLocal || isInsecure else {
            throw Failure("\(text) is not encrypted; https, unless told --insecure")
        }
        return text
    }

    private func number(
        _ typed: String?, _ name: String, _ settings: Settings, _ range: ClosedRange<Int>
    ) throws -> Int? {
        guard let text = typed ?? settings.text(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            let option = name.replacingOccurrences(of: ".", with: "-")
            throw Failure("--\(option) takes a number from \(range.lowerBound) to \(range.upperBound), not \(text)")
        }
        return value
    }
}
