import Testing
import Threads
import Trading

@testable import BtceExchange

@Suite struct `Requests on their way out` {
    private let start = Timestamp(seconds: 1_795_000_000)
    private let never = Timestamp(nanoseconds: .max)
    private let second: Int64 = 1_000_000_000
    private let trade = TapiRequest.trade(pair: "btc_usd", side: .buy, rate: 1, amount: 1)
    private let ok = HTTPOutcome.success(HTTPResponse(RecordedAnswers.trade))

    private func dispatch(
        keys: [String], burst: Int64 = 100, failuresMax: Int = 3
    ) throws -> RequestDispatch<String> {
        var dispatch = RequestDispatch<String>(
            baseURL: "http://x",
            pacing: RequestPacing(
                exchange: RateLimit(burst: burst, intervalNanoseconds: second),
                key: RateLimit(burst: 100, intervalNanoseconds: second)),
            circuit: Circuit(
                failuresMax: failuresMax, backoff: Backoff(first: second, longest: second)))
        for key in keys {
            dispatch.addKey(
                TapiKey(key: key, secret: Array("s".utf8)),
                nonces: try NonceSource(key: key, dialect: .btce, store: NoncesInMemory()))
        }
        return dispatch
    }

    private func words(_ events: [RequestDispatch<String>.Event]) -> [String] {
        events.map { event in
            switch event {
            case .answered(let ticket, _): "\(ticket) answered"
            case .failed(let ticket, let failure): "\(ticket) \(failure.code.name)"
            case .givenUp(let ticket): "\(ticket) given up"
            case .noNonce(let ticket, _): "\(ticket) has no nonce"
            case .keyEnding(let key, _): "\(key) ends"
            case .circuit(.opened): "opened"
            case .circuit(.closed): "closed"
            }
        }
    }

    private func forms(_ outgoing: [RequestDispatch<String>.Outgoing]) -> [String] {
        outgoing.map {
            guard case .post(let body) = $0.request.method else { return $0.request.url }
            return String(decoding: body, as: UTF8.self)
        }
    }

    @Test func `each key has one under way, and what anybody may ask goes beside them`() throws {
        var chance = SplitMix64(seed: testSeed)
        var dispatch = try dispatch(keys: ["a", "b"])
        for ticket in ["1", "2"] {
            for key in ["a", "b"] {
                _ = dispatch.add(trade, key: key, urgency: .place, ticket: key + ticket, sendBy: never)
            }
        }
        _ = dispatch.add(path: PublicRequest.info.path, ticket: "info", sendBy: never)
        let isKnown = dispatch.add(trade, key: "c", urgency: .place, ticket: "c", sendBy: never)
        #expect(!isKnown)
        let first = dispatch.start(at: start).outgoing
        let form = "&pair=btc_usd&type=buy&rate=1&amount=1"
        #expect(
            forms(first) == ["method=Trade&nonce=1" + form, "method=Trade&nonce=1" + form, "http://x/api/3/info"])
        #expect(dispatch.start(at: start).outgoing.isEmpty)
        #expect(dispatch.nextDue(from: start) == never)
        #expect(words(dispatch.answered(first[0].number, ok, at: start, using: &chance)) == ["a1 answered"])
        #expect(dispatch.nextDue(from: start) == start)
        #expect(forms(dispatch.start(at: start).outgoing) == ["method=Trade&nonce=2" + form])
        // What is not known, or was answered before, is nobody's.
        #expect(dispatch.answered(first[0].number, ok, at: start, using: &chance).isEmpty)
    }

    @Test func `a request whose nonce is refused goes again under a better one, a trade does not`() throws {
        var chance = SplitMix64(seed: testSeed)
        var dispatch = try dispatch(keys: ["a"])
        let refused = HTTPOutcome.success(
            HTTPResponse(#"{"success":0,"error":"invalid nonce parameter; on key:9, you sent:1"}"#))
        _ = dispatch.add(.getInfo, key: "a", urgency: .question, ticket: "i", sendBy: never)
        _ = dispatch.add(trade, key: "a", urgency: .place, ticket: "t", sendBy: never)
        let first = dispatch.start(at: start).outgoing
        #expect(
            words(dispatch.answered(first[0].number, refused, at: start, using: &chance)) == ["t exchange_unavailable"])
        let second = dispatch.start(at: start).outgoing
        #expect(forms(second) == ["method=getInfo&nonce=10"])
        #expect(dispatch.answered(second[0].number, refused, at: start, using: &chance).isEmpty)
        #expect(forms(dispatch.start(at: start).outgoing) == ["method=getInfo&nonce=11"])
    }

    @Test func `what waits too long is given up, and was never sent`() throws {
        var dispatch = try dispatch(keys: ["a"], burst: 1)
        let soon = start.advanced(byNanoseconds: second / 2)
        _ = dispatch.add(trade, key: "a", urgency: .place, ticket: "t", sendBy: soon)
        _ = dispatch.add(path: "/api/3/info", ticket: "p", sendBy: never)
        _ = dispatch.add(path: "/api/3/info", ticket: "q", sendBy: soon)
        #expect(dispatch.start(at: start).outgoing.count == 1)
        #expect(dispatch.nextDue(from: start) == soon)
        let then = dispatch.start(at: soon)
        #expect(then.outgoing.isEmpty && words(then.events) == ["q given up"])
        #expect(dispatch.nextDue(from: soon) == start.advanced(byNanoseconds: second))
        #expect(forms(dispatch.start(at: start.advanced(byNanoseconds: second)).outgoing) == ["http://x/api/3/info"])
    }

    @Test func `an exchange that fails is left alone, said once, asked once, and said to be back`() throws {
        var chance = SplitMix64(seed: testSeed)
        var dispatch = try dispatch(keys: ["a"])
        let page = HTTPOutcome.success(HTTPResponse("<html>busy", status: 503))
        var said: [[String]] = []
        for number in 0..<3 {
            _ = dispatch.add(trade, key: "a", urgency: .place, ticket: "\(number)", sendBy: never)
            let outgoing = try #require(dispatch.start(at: start).outgoing.first)
            said.append(words(dispatch.answered(outgoing.number, page, at: start, using: &chance)))
        }
        #expect(
            said == [
                ["0 exchange_unavailable"], ["1 exchange_unavailable"], ["opened", "2 exchange_unavailable"],
            ])
        _ = dispatch.add(path: "/api/3/info", ticket: "p", sendBy: never)
        _ = dispatch.add(trade, key: "a", urgency: .place, ticket: "t", sendBy: never)
        #expect(dispatch.start(at: start).outgoing.isEmpty)
        let due = try #require(dispatch.nextDue(from: start))
        #expect(due > start && due <= start.advanced(bySeconds: 1))
        let probe = dispatch.start(at: due).outgoing
        #expect(probe.count == 1)
        // A refusal is a sign of life.
        let refusal = HTTPOutcome.success(HTTPResponse(#"{"success":0,"error":"Invalid pair name: x"}"#))
        let back = words(dispatch.answered(probe[0].number, refusal, at: due, using: &chance))
        #expect(back.first == "closed" && back.count == 2)
        #expect(dispatch.start(at: due).outgoing.count == 1)
    }

    @Test func `no orders is an answer`() throws {
        var chance = SplitMix64(seed: testSeed)
        var dispatch = try dispatch(keys: ["a"])
        _ = dispatch.add(.activeOrders(pair: nil), key: "a", urgency: .settle, ticket: "o", sendBy: never)
        let outgoing = try #require(dispatch.start(at: start).outgoing.first)
        let none = HTTPOutcome.success(HTTPResponse(#"{"success":0,"error":"no orders"}"#))
        #expect(words(dispatch.answered(outgoing.number, none, at: start, using: &chance)) == ["o answered"])
    }
}
