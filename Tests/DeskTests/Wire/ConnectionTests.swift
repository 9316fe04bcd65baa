import Exchange
import Testing
import Trading

@testable import Desk

/// What is said to everybody when an exchange goes silent, and to one account when its key comes to its end.
@Suite struct ConnectionTests {
    @Test func `an exchange that goes silent is told once, and once that it is back`() throws {
        let bench = try WireBench()
        bench.reconcile()
        _ = bench.takeTold()
        let since = bench.now
        for _ in 0..<2 {
            bench.process([.exchange("lossy", [.connection(.lost(since: since, reason: "timed out"))])])
        }
        let lost = bench.takeTold().filter { $0.contains("feed") }
        #expect(lost.count == 1 && lost[0].hasPrefix("* feed lost: ") && lost[0].contains("(timed out)"))
        for _ in 0..<2 { bench.process([.exchange("lossy", [.connection(.back(lostAt: since))])]) }
        let back = bench.takeTold().filter { $0.contains("feed") }
        #expect(back.count == 1 && back[0].hasPrefix("* feed back: "))
    }

    @Test func `whoever has no key there is told too`() throws {
        let bench = try WireBench(keys: BenchKeys())
        bench.pass(seconds: 5)
        bench.process([.exchange("lossy", [.connection(.lost(since: bench.now, reason: "timed out"))])])
        #expect(bench.takeTold().filter { $0.contains("feed lost") }.count == 1)
    }

    @Test func `a key's end is told in time`() throws {
        let bench = try WireBench()
        bench.reconcile()
        _ = bench.takeTold()
        bench.process([.exchange("lossy", [.keyEnding(account: bench.account, requestsLeft: 1_000)])])
        #expect(bench.takeTold().filter { $0.contains("1000 requests are left") }.count == 1)
    }
}
