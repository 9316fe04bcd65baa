import BtceExchange
import Exchange
import ExchangeConformance
import Foundation
import Testing
import Trading
import Venue
import VenueServer

/// Runs something that blocks on a thread of its own: the pool's threads are the venue's too.
private func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}

@Suite(.timeLimit(.minutes(10))) struct `btc-e conformance` {
    @Test(arguments: ExchangeConformance.checks, [Dialect.btce, .yobit])
    func `the adapter and the venue do what every exchange owes`(
        check: ExchangeConformance.Check, dialect: Dialect
    ) async throws {
        let rules = try PairRules(
            pair: "btc_usd", priceTick: .step(decimals: 3), quantityStep: .step(decimals: 8),
            quantityMin: .step(decimals: 2), feeRate: ExactDecimal(parsing: "0.002"))
        let accounts = (1...4).compactMap { VenueAccount(key: "K\($0)", secret: "S") }
        let settings = TapiVenue.Settings(
            dialect: dialect == .btce ? .btce : .yobit, accounts: accounts, pairs: [VenuePair(tradedBy: rules)],
            prices: ["btc_usd": 100], seed: 1)
        var setup = VenueServer.Setup(
            venue: settings, listen: VenueServer.Address(host: "127.0.0.1", port: 0),
            clock: { VenueHarness.clock })
        setup.control = VenueServer.Address(host: "127.0.0.1", port: 0)
        let server = try await VenueServer.start(setup)
        let (port, controlPort) = (server.port, try #require(server.controlPort))
        do {
            let isDone = try await blocking {
                try ExchangeConformance {
                    try VenueHarness(port: port, controlPort: controlPort, dialect: dialect)
                }.run(check)
            }
            // What the protocol has no word for; nothing else is passed over.
            #expect(isDone != ["fill-or-kill", "post-only"].contains { check.name.contains($0) })
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }
}
