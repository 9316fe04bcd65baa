import Exchange
import Foundation
import Synchronization
import Testing
import Trading

@testable import BtceExchange

/// Reports as they come, and a word when they do.
private final class Heard: Sendable {
    private let reports = Mutex<[ExchangeReport]>([])

    func take(_ more: [ExchangeReport]) { reports.withLock { $0 += more } }

    var all: [ExchangeReport] { reports.withLock { $0 } }

    /// Waits until something is found in the reports, for at most ten seconds.
    func wait(_ found: @Sendable ([ExchangeReport]) -> Bool) async throws -> [ExchangeReport] {
        for _ in 0..<1_000 {
            let now = reports.withLock { $0 }
            if found(now) { return now }
            try await Task.sleep(for: .milliseconds(10))
        }
        return reports.withLock { $0 }
    }
}

/// Nonces that several threads may use.
final class SharedNonces: NonceStore, Sendable {
    private let kept = Mutex<[String: UInt64]>([:])

    func reserved(key: String) -> UInt64? { kept.withLock { $0[key] } }
    func reserve(through last: UInt64, key: String) { kept.withLock { $0[key] = last } }
}

/// The small exchange behind a socket.
private final class SocketVenue: Sendable {
    private let venue: Mutex<TestVenue>

    init(_ venue: sending TestVenue) { self.venue = Mutex(venue) }

    func use<Result: Sendable>(_ body: (TestVenue) -> Result) -> Result { venue.withLock { body($0) } }

    func answer(_ seen: ScriptedServer.Seen) -> [ScriptedServer.Step] {
        let line = seen.head.split(separator: " ")
        let request =
            line.first == "POST"
            ? HTTPRequest(.post(body: seen.body), url: "/tapi", delivery: .onceAtMost)
            : HTTPRequest(.get, url: String(line[1]), delivery: .mayRepeat)
        let body = venue.withLock { String(decoding: $0.handle(request).body, as: UTF8.self) }
        return [.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")]
    }
}

@Suite struct `The adapter on its thread` {
    private static let account = AccountID(1)

    private func order(_ number: UInt64, _ side: Side, at price: String) -> NewOrder {
        NewOrder(
            clientOrderID: ClientOrderID(order: OrderID(number), attempt: 1), account: Self.account, pair: "btc_usd",
            side: side, quantity: 1, price: .limit(.of(price)), lifetime: .rest)
    }

    private func exchange(_ url: String, _ heard: Heard) throws -> BtceExchange {
        let start = ContinuousClock.now
        // A machine that is busy with other tests is not an exchange that is silent.
        var http = HTTPSettings.forTrading
        http.limits.requestMillisecondsMax = 300_000
        var setup = BtceExchange.Setup(
            name: "btce", gateway: BtceSettings(baseURL: url), http: http, seed: 1,
            clock: {
                let passed = (ContinuousClock.now - start).components
                return Timestamp(seconds: 1_795_000_000 + passed.seconds)
                    .advanced(byNanoseconds: passed.attoseconds / 1_000_000_000)
            })
        setup.drainingMillisecondsMax = 300_000
        let exchange = try BtceExchange(setup, nonceStore: SharedNonces(), sink: { heard.take($0) })
        exchange.setKey(TapiKey(key: "K", secret: Array("s".utf8)), for: Self.account)
        return exchange
    }

    @Test func `an order goes through sockets and its fill comes back`() async throws {
        let small = TestVenue()
        small.asks = [(101 * TestVenue.unit, 10 * TestVenue.unit)]
        let venue = SocketVenue(small)
        let server = try ScriptedServer { venue.answer($0) }
        defer { server.stop() }
        let heard = Heard()
        let exchange = try exchange(server.url, heard)
        #expect(exchange.submit(.place(order(1, .buy, at: "102")), at: Timestamp(seconds: 0)).isEmpty)
        let reports = try await heard.wait { reports in
            reports.contains { if case .execution(_, .filled) = $0 { true } else { false } }
        }
        guard case .execution(Self.account, .accepted(_, "0")) = reports.first else {
            Issue.record("first said: \(reports.map { "\($0)" }.first ?? "nothing")")
            return
        }
        #expect(venue.use { $0.taken.count } == 1)
        exchange.shutDown()
        // Who asks after the end is told at once.
        #expect(!exchange.ask(.pairs, id: QueryID(9), at: Timestamp(seconds: 0)).isEmpty)
        #expect(!exchange.submit(.place(order(2, .buy, at: "102")), at: Timestamp(seconds: 0)).isEmpty)
    }

    /// Nothing is awaited here: the pool's threads may be other tests' for longer than an exchange has to answer.
    @Test func `what is under way when it goes down is answered before it ends`() throws {
        let venue = SocketVenue(TestVenue())
        let server = try ScriptedServer { seen in
            seen.isTrade ? [.awaitGate] + venue.answer(seen) : venue.answer(seen)
        }
        defer { server.stop() }
        let heard = Heard()
        let exchange = try exchange(server.url, heard)
        _ = exchange.submit(.place(order(1, .buy, at: "90")), at: Timestamp(seconds: 0))
        for _ in 0..<1_000 where !server.seen.contains(where: \.isTrade) {
            Thread.sleep(forTimeInterval: 0.01)
        }
        let ended = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            exchange.shutDown()
            ended.signal()
        }
        server.openGate()
        try #require(ended.wait(timeout: .now() + 60) == .success)
        #expect(
            heard.all == [
                .execution(
                    account: Self.account, .accepted(order(1, .buy, at: "90").clientOrderID, exchangeOrderID: "1001"))
            ])
    }
}

extension ScriptedServer.Seen {
    fileprivate var isTrade: Bool { String(decoding: body, as: UTF8.self).contains("method=Trade&") }
}
