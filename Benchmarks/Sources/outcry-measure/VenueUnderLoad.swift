import Desk
import Dispatch
import Exchange
import OutcryMeasuring
import Synchronization
import Threads
import Trading
import Venue
import VenueServer

/// `outcry venue` in this process, on a thread of its own and real sockets: its books in memory, and no faults.
final class VenueUnderLoad: Sendable {
    private let server: VenueServer
    var url: String { "http://127.0.0.1:\(server.port)" }
    var controlURL: String { "http://127.0.0.1:\(server.controlPort ?? 0)" }

    /// With so many rich accounts, whose keys and secrets are called as the traders are.
    init(accounts count: Int) throws {
        var settings = TapiVenue.Settings()
        settings.accounts = try (1...count).map { number in
            let name = Traders.name(number)
            guard let account = VenueAccount(key: name, secret: name, funds: [(1_000_000_000_000, "usd")]) else {
                throw MeasureError("account")
            }
            return account
        }
        settings.pairs = PairRules.paperDefaults.filter { $0.pair == "btc_usd" }.map(VenuePair.init(tradedBy:))
        settings.prices = ["btc_usd": 230]
        var setup = VenueServer.Setup(
            venue: settings, listen: VenueServer.Address(host: "127.0.0.1", port: 0), clock: { MachineClock.wall })
        setup.control = VenueServer.Address(host: "127.0.0.1", port: 0)
        server = try VenueUnderLoad.wait { [setup] in try await VenueServer.start(setup) }
    }

    func stop() throws {
        try VenueUnderLoad.wait { [server] in await server.stop() }
    }

    /// The measurements are threads, the venue's server is tasks: this thread waits for one.
    private static func wait<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let outcome = Outcome<Value>()
        Task {
            do {
                let value = try await body()
                outcome.result.withLock { $0 = .success(value) }
            } catch {
                outcome.result.withLock { $0 = .failure(error) }
            }
            outcome.isThere.signal()
        }
        outcome.isThere.wait()
        guard let result = outcome.result.withLock({ $0 }) else { throw MeasureError("the venue says nothing") }
        return try result.get()
    }

    private final class Outcome<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, any Error>?>(nil)
        let isThere = DispatchSemaphore(value: 0)
    }
}
