import BtceExchange
import Desk
import Foundation
import Threads
import Trading

/// A kind of exchange that this program can trade on. A new one is a row of `all`, and what makes its adapter.
struct ExchangeKind: Sendable {
    /// What stands after `=` in `--exchange main=btce:https://exchange.example`, and for `kind` in a configuration file.
    let name: String
    /// Whether it is reached over a network, at a URL that has to be given.
    let isOverTheWire: Bool
    /// Whether it tells what happens over WebSockets, whose address may be given.
    let hasStreams: Bool
    /// What makes the exchange, once everything about it is known.
    let venue: @Sendable (ExchangeSetting, ExchangeSurroundings) throws -> DeskServer.Venue

    static let paper = ExchangeKind(
        name: "paper", isOverTheWire: false, hasStreams: false,
        venue: { setting, _ in setting.prices.map { .paperFollowing($0.value) } ?? .paper })

    /// All that there are.
    static let all = [paper] + [Dialect.btce, .yobit].map(ExchangeKind.init(dialect:))

    /// The names of all, for a message: `paper, btce or yobit`.
    static var names: String {
        all.dropLast().map(\.name).joined(separator: ", ") + (all.last.map { " or \($0.name)" } ?? "")
    }

    static func named(_ name: some StringProtocol) -> ExchangeKind? {
        let name = name.lowercased()
        return all.first { $0.name == name }
    }
}

extension ExchangeKind {
    /// The btc-e protocol as one of its relatives speaks it.
    private init(dialect: Dialect) {
        self.init(name: dialect.rawValue, isOverTheWire: true, hasStreams: false) { setting, surroundings in
            guard let url = setting.url?.value else { throw Failure("\(setting.name) has no URL") }
            let gateway = BtceSettings(url, dialect, setting, surroundings.limits)
            var http = HTTPSettings.forTrading
            http.limits.connectMillisecondsMax = setting.connectTimeout.value
            http.limits.requestMillisecondsMax = setting.timeout.value
            http.limits.responseBytesMax = setting.answerBytes.value
            let setup = BtceExchange.Setup(
                name: setting.name.description, gateway: gateway, http: http,
                seed: UInt64.random(in: 0...UInt64.max), clock: { surroundings.clock.now })
            return .overTheWire { sink in
                try BtceExchange(setup, nonceStore: try surroundings.nonces.store(of: setting.name), sink: sink)
            }
        }
    }
}

extension BtceSettings {
    /// What is set for an exchange and for the desk.
    init(_ url: String, _ dialect: Dialect, _ setting: ExchangeSetting, _ limits: DeskLimits) {
        self.init(baseURL: url, dialect: dialect)
        contradictionMaxNanoseconds = Int64(limits.contradictionSeconds) * Timestamp.nanosecondsPerSecond
        // What waits to be sent is given up before the desk stops waiting for its answer.
        let answer = Int64(limits.answerSeconds) * Timestamp.nanosecondsPerSecond
        placeWaitNanoseconds = min(placeWaitNanoseconds, answer / 10 * 8)
        questionWaitNanoseconds = min(questionWaitNanoseconds, answer / 10 * 9)
        keyRequestsPerSecond = setting.keyRequestsPerSecond
        exchangeRequestsPerSecond = setting.exchangeRequestsPerSecond
    }
}

/// What exchanges are made with besides their own settings: one for all of a desk.
struct ExchangeSurroundings: Sendable {
    /// The nonces of all exchanges' keys.
    let nonces: NonceFile
    let limits: DeskLimits
    let clock: MachineClock

    init(database: String, limits: DeskLimits, clock: MachineClock) {
        nonces = NonceFile(database: database)
        self.limits = limits
        self.clock = clock
    }
}
