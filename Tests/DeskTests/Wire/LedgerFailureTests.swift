import SimulatedDisk
import Testing
import Trading

@testable import Desk

/// The disk fails under the desk: what it cannot write it does not say, and every line gets an answer.
@Suite struct LedgerFailureTests {
    private func bench() throws -> (WireBench, SimulatedDisk) {
        let disk = SimulatedDisk(seed: 1)
        let bench = try WireBench(disk: disk)
        bench.reconcile()
        bench.pass(seconds: 3)
        _ = bench.takeTold()
        _ = bench.asked()
        return (bench, disk)
    }

    private func breakDisk(_ disk: SimulatedDisk) {
        disk.faults = [DiskFault(.fails, at: .operation(disk.counts.total + 1), isLasting: true)]
    }

    private func isRefusal(_ text: String, of tag: String) -> Bool {
        text.hasPrefix(
            "[\(tag)] ! the database cannot be written; whether this line was done is known only after a restart")
    }

    @Test func `the line that could not be written is refused, and the exchange never hears of it`() throws {
        let (bench, disk) = try bench()
        breakDisk(disk)
        bench.type("buy 1 btc_usd at 200", tag: "a")
        let told = bench.takeTold()
        #expect(told.count == 1 && isRefusal(told.first ?? "", of: "a"), "\(told)")
        #expect(bench.asked() == [])
        guard case .ledgerFailed = bench.desk?.halt else {
            Issue.record("the desk goes on")
            return
        }
    }

    @Test func `the exchange is told that its words are on disk, and only where they are`() throws {
        let (bench, disk) = try bench()
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 1)
        #expect(bench.noted == [bench.client(1)])
        breakDisk(disk)
        bench.exchange.fill(bench.client(1), 1, at: bench.now)
        bench.pass(seconds: 3)
        #expect(bench.noted == [bench.client(1)])
    }

    @Test func `a line that waits for the exchange is refused with those behind it, once each and in order`() throws {
        let (bench, disk) = try bench()
        bench.exchange.isDeaf = true
        bench.type("buy 1 btc_usd at 200", tag: "a")
        bench.type("buy 1 btc_usd at 201", tag: "b")
        bench.type("funds", tag: "c")
        #expect(bench.takeTold() == [])
        #expect(bench.asked() == ["place #1"])
        breakDisk(disk)
        bench.pass(seconds: 15)
        let told = bench.takeTold()
        #expect(told.count == 3, "\(told)")
        for (text, tag) in zip(told, ["a", "b", "c"]) { #expect(isRefusal(text, of: tag), "\(text)") }
        #expect(bench.asked() == [])
    }

    @Test func `a halted desk refuses what comes, also once the disk works again, and a restart makes it right`() throws
    {
        let (bench, disk) = try bench()
        breakDisk(disk)
        bench.type("buy 1 btc_usd at 200", tag: "a")
        disk.faults = []
        _ = bench.takeTold()
        bench.type("funds", tag: "b")
        bench.type("buy 1 btc_usd at 201", tag: "c")
        let told = bench.takeTold()
        #expect(told.count == 2, "\(told)")
        for (text, tag) in zip(told, ["b", "c"]) { #expect(isRefusal(text, of: tag), "\(text)") }
        #expect(bench.asked() == [])
        try bench.restart()
        bench.reconcile()
        bench.type("buy 1 btc_usd at 200", tag: "a")
        bench.pass(seconds: 1)
        #expect(bench.order(1)?.status == .open)
        #expect(bench.differences() == [])
    }
}
