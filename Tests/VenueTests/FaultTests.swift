import ExactJSON
import Testing
import Trading

@testable import Venue

@Suite struct `The venue's faults` {
    private func react(_ venue: VenueUnderTest, _ method: String, _ fields: String = "") -> VenueReaction {
        let body = "method=\(method)&nonce=\(venue.nextNonce("ann"))&\(fields)"
        return venue.venue.react(to: venue.request("ann", body), at: venue.now)
    }

    private let order = "pair=btc_usd&type=sell&rate=235&amount=1"

    private func venue(_ faults: String, seed: UInt64 = 1) throws -> VenueUnderTest {
        let parsed = try VenueFaults(parsing: faults)
        return VenueUnderTest {
            $0.faults = parsed
            $0.seed = seed
        }
    }

    @Test func `a lost answer is to an order that is there, a lost request to one that is not`() throws {
        let lost = try venue("lose-answer=1")
        let reactions = (0..<20).map { _ in react(lost, "Trade", order) }
        #expect(Set(reactions) == [.close, .hang])
        #expect(lost.venue.books.orders.count == 20)
        let unheard = try venue("lose-request=1")
        #expect(Set((0..<20).map { _ in react(unheard, "Trade", order) }) == [.close, .hang])
        #expect(unheard.venue.books.orders.isEmpty)
        #expect(unheard.venue.accounts[0].nonce == 0)
    }

    @Test func `requests too often take no nonce`() throws {
        let venue = try venue("often=1")
        let expected = VenueHTTPResponse(body: Array(#"{"success":0,"error":"Requests too often"}"#.utf8))
        #expect(react(venue, "Trade", order) == .answer(expected, afterNanoseconds: 0))
        #expect(venue.venue.accounts[0].nonce == 0)
    }

    @Test(arguments: ["html=1", "empty=1"])
    func `a page of HTML and an empty answer come with the order done, and without`(faults: String) throws {
        let venue = try venue(faults)
        for _ in 0..<40 {
            guard case .answer(let response, _) = react(venue, "Trade", order) else {
                Issue.record("no answer")
                continue
            }
            #expect(
                faults == "empty=1" ? response.body.isEmpty : response.status == 502 && response.text.hasPrefix("<html")
            )
        }
        #expect((5...35).contains(venue.venue.books.orders.count))
    }

    @Test func `a cut answer ends in the middle, as its length says or does not`() throws {
        let venue = try venue("cut=1")
        var lengths: Set<Bool> = []
        for _ in 0..<20 {
            guard case .answer(let response, _) = react(venue, "getInfo") else { continue }
            #expect(throws: ExchangeJSONError.self) { try ExchangeJSONReader.read(response.body) }
            lengths.insert(response.announcedLength == response.body.count)
        }
        #expect(lengths == [true, false])
    }

    @Test func `an answer is late by what is drawn`() throws {
        let venue = try venue("delay=50ms..200ms")
        var delays: Set<Int64> = []
        for _ in 0..<50 {
            if case .answer(_, let delay) = react(venue, "getInfo") { delays.insert(delay) }
        }
        #expect(delays.count > 10)
        #expect(delays.allSatisfy { (50_000_000...200_000_000).contains($0) })
    }

    @Test func `it is down at the end of each round, in four ways by turns`() throws {
        let venue = try venue("down=30s/5s")
        var ways: [VenueReaction] = []
        for _ in 0..<4 {
            venue.pass(seconds: 24)
            guard case .answer = react(venue, "Trade", order) else { throw Said("down too early") }
            venue.pass(seconds: 1)
            ways.append(react(venue, "Trade", order))
            venue.pass(seconds: 5)
        }
        #expect(venue.venue.books.orders.count == 4)
        #expect(ways[0] == .close)
        #expect(ways[1] == .hang)
        #expect(ways[2] == .answer(FaultDraw.badGateway, afterNanoseconds: 0))
        guard case .answer(let response, _) = ways[3] else { throw Said("no answer") }
        #expect(response.text.contains("available"))
    }

    @Test func `an order is canceled elsewhere, or filled in part, when nobody asked for it`() throws {
        let elsewhere = try venue("cancel-elsewhere=1")
        _ = react(elsewhere, "Trade", order)
        #expect(elsewhere.venue.books.orders[0].status == .open)
        _ = react(elsewhere, "getInfo")
        #expect(elsewhere.venue.books.orders[0].status == .canceled)
        let partly = try venue("partial=1")
        for _ in 0..<20 { _ = react(partly, "Trade", order) }
        let filled = partly.venue.books.orders.map(\.filled)
        #expect(filled.allSatisfy { $0 > 0 })
        #expect(partly.venue.books.orders.contains { $0.status == .open && $0.filled > 0 })
    }

    @Test func `the same seed and calls make the same faults`() throws {
        func run(_ seed: UInt64) throws -> [VenueReaction] {
            let venue = try venue("lose-answer=0.2,html=0.1,cut=0.1,delay=0ms..50ms,partial=0.5", seed: seed)
            return (0..<60).map { _ in react(venue, "Trade", order) }
        }
        #expect(try run(7) == run(7))
        #expect(try run(7) != run(8))
    }

    @Test(arguments: [
        (
            "lose-answer=0.05,delay=200ms,html=0.01,down=30s/5s",
            "lose-answer=0.05,html=0.01,delay=200ms..200ms,down=30000ms/5000ms"
        ),
        ("cut=1,empty=0.000001", "empty=0.000001,cut=1"), ("", "none"), ("delay=5", "delay=5ms..5ms"),
    ])
    func `faults are read as they are written`(text: String, told: String) throws {
        let faults = try VenueFaults(parsing: text)
        #expect(faults.text == told)
        if told != "none" { #expect(try VenueFaults(parsing: told) == faults) }
    }

    @Test(arguments: [
        "lose-answer", "lose-answer=2", "lose-answer=-1", "lose-answer=x", "delay=5h", "delay=9ms..2ms", "delay=",
        "down=30s", "down=5s/30s", "down=0s/0s", "nothing=1", "delay=1ms..2ms..3ms",
    ])
    func `a fault that is none is refused`(text: String) {
        #expect(throws: VenueFaults.Unknown.self) { try VenueFaults(parsing: text) }
    }
}
