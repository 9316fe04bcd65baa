import Foundation
import Synchronization
import Testing
import Trading

@testable import BtceExchange

/// Dispatch and client together, against a server that is strict about signatures and nonces and loses answers.
@Suite(.timeLimit(.minutes(2))) struct `Requests over sockets` {
    @Test func `every trade arrives once, signed, under a higher nonce, whatever becomes of its answer`() async throws {
        let secret = Array("hush".utf8)
        let strict = StrictAccounts(signing: TapiKey(key: "any", secret: secret), losesEvery: 7)
        let server = try ScriptedServer { seen in strict.take(seen) }
        defer { server.stop() }
        let client = try HTTPClient(.patient)
        var dispatch = RequestDispatch<Int>(
            baseURL: "http://127.0.0.1:\(server.port)",
            pacing: RequestPacing(
                exchange: RateLimit(burst: 1_000, intervalNanoseconds: 1),
                key: RateLimit(burst: 1_000, intervalNanoseconds: 1)),
            circuit: Circuit(failuresMax: 1_000))
        for key in ["a", "b"] {
            let nonces = try NonceSource(key: key, dialect: .btce, store: NoncesInMemory())
            dispatch.addKey(TapiKey(key: key, secret: secret), nonces: nonces)
        }
        // Amounts name the trades.
        for amount in 1...60 {
            let trade = TapiRequest.trade(pair: "btc_usd", side: .buy, rate: 1, amount: ExactDecimal(amount))
            let isTaken = dispatch.add(
                trade, key: amount % 2 == 0 ? "a" : "b", urgency: .place, ticket: amount,
                sendBy: Timestamp(nanoseconds: .max))
            #expect(isTaken)
        }
        let (answered, lost) = try await pump(&dispatch, through: client, requests: 60)

        #expect(strict.oddities == [])
        #expect(strict.placed.sorted() == Array(1...60))
        #expect((answered + lost).sorted() == Array(1...60))
        #expect(lost.sorted() == strict.unanswered.sorted() && !lost.isEmpty)
    }

    /// Sends and takes in until that many have come to an end.
    private func pump(
        _ dispatch: inout RequestDispatch<Int>, through client: HTTPClient, requests: Int
    ) async throws -> (answered: [Int], lost: [Int]) {
        var chance = SplitMix64(seed: testSeed)
        var now = Timestamp(seconds: 1_795_000_000)
        var answered: [Int] = []
        var lost: [Int] = []
        let (outcomes, arrived) = AsyncStream<(UInt64, HTTPOutcome)>.makeStream()
        var arriving = outcomes.makeAsyncIterator()
        while answered.count + lost.count < requests {
            now = now.advanced(byNanoseconds: 1_000_000)
            for outgoing in dispatch.start(at: now).outgoing {
                client.send(outgoing.request) { arrived.yield((outgoing.number, $0)) }
            }
            guard let (number, outcome) = await arriving.next() else { break }
            for event in dispatch.answered(number, outcome, at: now, using: &chance) {
                switch event {
                case .answered(let ticket, let response):
                    #expect(try TapiReader(.btce).trade(response).orderID == UInt64(ticket))
                    answered.append(ticket)
                case .failed(let ticket, let failure):
                    #expect(!failure.provesNothingWasDone)
                    lost.append(ticket)
                default: Issue.record("\(event)")
                }
            }
        }
        return (answered, lost)
    }
}

/// What an exchange would keep of keys: the last nonce of each, and each trade that it took.
private final class StrictAccounts: Sendable {
    private struct State {
        var nonces: [String: UInt64] = [:]
        var placed: [Int] = []
        var unanswered: [Int] = []
        var oddities: [String] = []
    }

    private let state = Mutex(State())
    private let signing: TapiKey
    private let losesEvery: Int

    init(signing: TapiKey, losesEvery: Int) {
        self.signing = signing
        self.losesEvery = losesEvery
    }

    var placed: [Int] { state.withLock { $0.placed } }
    var unanswered: [Int] { state.withLock { $0.unanswered } }
    var oddities: [String] { state.withLock { $0.oddities } }

    /// Takes a trade, and does not answer every so many.
    func take(_ seen: ScriptedServer.Seen) -> [ScriptedServer.Step] {
        var headers: [String: String] = [:]
        for line in seen.head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        var form: [String: String] = [:]
        for field in String(decoding: seen.body, as: UTF8.self).split(separator: "&") {
            let parts = field.split(separator: "=")
            form[String(parts[0])] = String(parts[1])
        }
        let key = headers["key"] ?? ""
        let nonce = form["nonce"].flatMap { UInt64($0) } ?? 0
        let amount = form["amount"].flatMap { Int($0) } ?? 0
        return state.withLock { state in
            if headers["sign"] != signing.sign(seen.body) { state.oddities.append("\(amount): wrong signature") }
            if nonce <= state.nonces[key] ?? 0 { state.oddities.append("\(amount): nonce \(nonce) again") }
            state.nonces[key] = nonce
            state.placed.append(amount)
            guard state.placed.count % losesEvery != 0 else {
                state.unanswered.append(amount)
                return [.close]
            }
            return [.answer(#"{"success":1,"return":{"received":0,"remains":\#(amount),"order_id":\#(amount)}}"#)]
        }
    }
}
