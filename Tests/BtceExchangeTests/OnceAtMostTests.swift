import Foundation
import Synchronization
import Testing

@testable import BtceExchange

/// A trade that libcurl sends again by itself is placed once and answered `invalid nonce`: a refusal for an order that
/// rests.
@Suite(.timeLimit(.minutes(2))) struct `A request that spends money` {
    @Test func `is not sent again when a kept connection dies under it`() async throws {
        let server = try dyingAtTheSecondRequest()
        defer { server.stop() }
        let client = try HTTPClient(.patient)
        _ = try await client.answer(to: .get(server.url)).get()
        let failure = await client.failure(of: .post(server.url))
        #expect(failure?.cause == .connectionLost)
        #expect(failure?.arrival == .mayHaveArrived)
        // The client works on, over a new connection; and what it was given before it never sends any more.
        _ = try await client.answer(to: .get(server.url + "end")).get()
        #expect(server.seen.map { $0.head.prefix(4) } == ["GET ", "POST", "GET "])
    }

    /// So libcurl does what it is kept from above, and the test above can fail.
    @Test func `is kept from what happens to a request that may be repeated`() async throws {
        let server = try dyingAtTheSecondRequest()
        defer { server.stop() }
        let client = try HTTPClient(.patient)
        _ = try await client.answer(to: .get(server.url)).get()
        var request = HTTPRequest.post(server.url)
        request.delivery = .mayRepeat
        _ = try await client.answer(to: request).get()
        #expect(server.seen.map { $0.head.prefix(4) } == ["GET ", "POST", "POST"])
    }

    @Test func `goes over a new connection when the kept one was closed in between`() async throws {
        let server = try ScriptedServer { seen in seen.number == 0 ? [.answer("x"), .close] : [.answer("x")] }
        defer { server.stop() }
        let client = try HTTPClient(.patient)
        _ = try await client.answer(to: .get(server.url)).get()
        while server.closedByScript == 0 { try await Task.sleep(for: .milliseconds(1)) }
        let response = try await client.answer(to: .post(server.url)).get()
        #expect(!response.reusedConnection)
        #expect(server.seen.map(\.connection) == [0, 1])
    }

    private func dyingAtTheSecondRequest() throws -> ScriptedServer {
        try ScriptedServer { seen in seen.number == 1 ? [.close] : [.answer("x")] }
    }
}

@Suite(.timeLimit(.minutes(2))) struct `The client's end` {
    @Test func `a request that is canceled is answered as that`() async throws {
        let server = try ScriptedServer { _ in [.hold] }
        defer { server.stop() }
        let client = try HTTPClient(.patient)
        let outcomes = Outcomes()
        let request = client.send(.post(server.url)) { outcomes.add($0) }
        while server.seen.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        client.cancel(request)
        await outcomes.wait(for: 1)
        #expect(outcomes.failures == [HTTPFailure(.canceled, .mayHaveArrived)])
        client.cancel(request)
    }

    @Test func `everything under way is answered before it is over, and nothing is taken on after`() async throws {
        let server = try ScriptedServer { _ in [.hold] }
        defer { server.stop() }
        let client = try HTTPClient(.patient)
        let outcomes = Outcomes()
        for _ in 0..<5 { client.send(.post(server.url)) { outcomes.add($0) } }
        while server.seen.count < 5 { try await Task.sleep(for: .milliseconds(1)) }
        let answeredAtTheEnd = await withCheckedContinuation { waiting in
            client.shutDown(graceMilliseconds: 0) { waiting.resume(returning: outcomes.failures.count) }
        }
        #expect(answeredAtTheEnd == 5)
        #expect(outcomes.failures == Array(repeating: HTTPFailure(.shutDown, .mayHaveArrived), count: 5))
        #expect(await client.failure(of: .post(server.url)) == HTTPFailure(.shutDown, .neverSent))
        await withCheckedContinuation { waiting in client.shutDown(graceMilliseconds: 0) { waiting.resume() } }
    }

    @Test func `what ends within the grace is answered with its answer`() async throws {
        let server = try ScriptedServer { _ in [.awaitGate, .answer("late")] }
        defer { server.stop() }
        let client = try HTTPClient(.patient)
        let outcomes = Outcomes()
        client.send(.post(server.url)) { outcomes.add($0) }
        while server.seen.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        await withCheckedContinuation { waiting in
            client.shutDown(graceMilliseconds: 60_000) { waiting.resume() }
            server.openGate()
        }
        #expect(outcomes.failures.isEmpty && outcomes.count == 1)
    }

    @Test func `a client that nobody holds any more answers what it was given`() async throws {
        let server = try ScriptedServer { _ in [.hold] }
        defer { server.stop() }
        let outcomes = Outcomes()
        var client: HTTPClient? = try HTTPClient(.patient)
        client?.send(.post(server.url)) { outcomes.add($0) }
        client = nil
        await outcomes.wait(for: 1)
        #expect(outcomes.failures.map(\.cause) == [.shutDown])
    }

    @Test func `no more requests are taken on than the limit says`() async throws {
        let server = try ScriptedServer { _ in [.hold] }
        defer { server.stop() }
        var settings = HTTPSettings()
        settings.limits.requestsMax = 2
        let client = try HTTPClient(settings)
        let outcomes = Outcomes()
        for _ in 0..<2 { client.send(.post(server.url)) { outcomes.add($0) } }
        let third = await client.failure(of: .post(server.url))
        #expect(third?.cause == .tooManyWaiting)
        #expect(third?.arrival == .neverSent)
        #expect(outcomes.count == 0)
        client.shutDown(graceMilliseconds: 0) {}
        await outcomes.wait(for: 2)
    }
}

/// Outcomes as they come, on whatever thread.
final class Outcomes: Sendable {
    private let all = Mutex<[HTTPOutcome]>([])

    var count: Int { all.withLock { $0.count } }
    var failures: [HTTPFailure] {
        all.withLock { $0 }.compactMap { if case .failure(let failure) = $0 { failure } else { nil } }
    }

    func add(_ outcome: HTTPOutcome) { all.withLock { $0.append(outcome) } }

    func wait(for number: Int) async {
        while count < number { try? await Task.sleep(for: .milliseconds(1)) }
    }
}
