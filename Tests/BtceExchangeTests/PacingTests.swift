import Testing
import Threads
import Trading

@testable import BtceExchange

private let second: Int64 = 1_000_000_000
private let start = Timestamp(seconds: 1_795_000_000)

@Suite struct `The rate of requests` {
    @Test func `a burst goes at once, then one each interval`() {
        var limit = RateLimit(burst: 3, intervalNanoseconds: second)
        var times: [Int64] = []
        var now = start
        for _ in 0..<7 {
            now = limit.earliest(from: now)
            limit.take(at: now)
            times.append(now.nanoseconds(since: start) / second)
        }
        #expect(times == [0, 0, 0, 1, 2, 3, 4])
        // What was not used comes back, but never more than the burst.
        now = now.advanced(bySeconds: 100)
        times = []
        for _ in 0..<5 {
            let at = limit.earliest(from: now)
            limit.take(at: at)
            times.append(at.nanoseconds(since: now) / second)
            now = at
        }
        #expect(times == [0, 0, 0, 1, 1])
    }

    @Test func `no stretch of time sees more than the burst and one each interval`() {
        var chance = SplitMix64(seed: testSeed)
        var limit = RateLimit(burst: 4, intervalNanoseconds: second)
        var now = start
        var taken: [Timestamp] = []
        for _ in 0..<2_000 {
            now = now.advanced(byNanoseconds: .random(in: 0...2 * second, using: &chance))
            guard limit.earliest(from: now) == now else { continue }
            limit.take(at: now)
            taken.append(now)
        }
        for first in taken.indices {
            for last in first..<min(first + 30, taken.count) {
                let allowed = 4 + taken[last].nanoseconds(since: taken[first]) / second
                #expect(Int64(last - first + 1) <= allowed, "seed \(testSeed)")
            }
        }
    }

    @Test func `a clock that is set back does not stop the requests`() {
        var limit = RateLimit(burst: 2, intervalNanoseconds: second)
        limit.take(at: start.advanced(bySeconds: 86_400))
        limit.take(at: start.advanced(bySeconds: 86_400))
        #expect(limit.earliest(from: start).nanoseconds(since: start) <= second)
    }

    @Test func `a key's requests count for the exchange too, and one key does not stop another`() {
        var pacing = RequestPacing(
            exchange: RateLimit(burst: 3, intervalNanoseconds: second),
            key: RateLimit(burst: 1, intervalNanoseconds: 2 * second))
        var taken: [Bool] = []
        for key in ["a", "a", "b", nil, "c"] { taken.append(pacing.take(key: key, at: start)) }
        #expect(taken == [true, false, true, true, false])
        #expect(pacing.earliest(key: "c", from: start) == start.advanced(bySeconds: 1))
        #expect(pacing.earliest(key: "a", from: start) == start.advanced(bySeconds: 2))
        #expect(pacing.earliest(key: nil, from: start) == start.advanced(bySeconds: 1))
    }
}

@Suite struct `After failures` {
    @Test func `the wait doubles up to its longest, and chance takes up to half of it`() {
        var chance = SplitMix64(seed: testSeed)
        let backoff = Backoff(first: 1_000, longest: 10_000)
        for (failures, full) in [
            (0, 1_000), (1, 1_000), (2, 2_000), (3, 4_000), (4, 8_000), (5, 10_000), (500, 10_000),
        ] as [(Int, Int64)] {
            var waits: Set<Int64> = []
            for _ in 0..<200 { waits.insert(backoff.wait(failures: failures, using: &chance)) }
            #expect(waits.allSatisfy { $0 >= full / 2 && $0 <= full }, "seed \(testSeed)")
            #expect(waits.count > 50)
        }
        let endless = Backoff(first: 1, longest: .max)
        #expect(endless.wait(failures: .max, using: &chance) >= .max / 2)
    }

    @Test func `the circuit opens, lets one find out, and closes, and says so once`() throws {
        var chance = SplitMix64(seed: testSeed)
        var circuit = Circuit(
            failuresMax: 3, backoff: Backoff(first: second, longest: 4 * second))
        func at(_ seconds: Int64) -> Timestamp { start.advanced(bySeconds: seconds) }
        #expect(circuit.failed(at: at(0), reason: "a", using: &chance) == nil)
        #expect(circuit.failed(at: at(1), reason: "b", using: &chance) == nil)
        #expect(circuit.succeeded() == nil)
        for time in 2...3 as ClosedRange<Int64> {
            #expect(circuit.failed(at: at(time), reason: "c", using: &chance) == nil)
        }
        #expect(circuit.failed(at: at(4), reason: "d", using: &chance) == .opened(since: at(2), reason: "d"))
        #expect(!circuit.isClosed)
        // What went before it opened may fail late.
        #expect(circuit.failed(at: at(4), reason: "e", using: &chance) == nil)

        let first = try #require(circuit.earliest(from: at(4)))
        #expect(first > at(4) && first <= at(5))
        circuit.start(at: first)
        #expect(circuit.earliest(from: at(100)) == nil)
        #expect(circuit.failed(at: at(6), reason: "f", using: &chance) == nil)
        // Not back yet: left alone for longer.
        let second = try #require(circuit.earliest(from: at(6)))
        #expect(second >= at(7) && second <= at(8))
        circuit.start(at: second)
        circuit.gaveUp(at: at(9))
        #expect(circuit.earliest(from: at(9)) == at(9))
        circuit.start(at: at(9))
        #expect(circuit.succeeded() == .closed(openedAt: at(2)))
        #expect(circuit.isClosed && circuit.earliest(from: at(9)) == at(9))
        #expect(circuit.failed(at: at(10), reason: "g", using: &chance) == nil)
    }

    @Test func `an answer to what went before it opened closes it`() {
        var chance = SplitMix64(seed: testSeed)
        var circuit = Circuit(failuresMax: 1)
        #expect(circuit.failed(at: start, reason: "a", using: &chance) == .opened(since: start, reason: "a"))
        #expect(circuit.succeeded() == .closed(openedAt: start))
    }
}
