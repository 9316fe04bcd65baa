import Conversation
import Desk
import Foundation
import Testing
import Trading

/// How much an account may make the desk write in a day.
@Suite struct ByteAllowanceTests {
    private static let allowance = 200_000

    private func bench() throws -> SightBench {
        var configuration = DeskConfiguration()
        configuration.limits.accountBytesADay = ByteAllowanceTests.allowance
        return try SightBench(isBusy: false, configuration: configuration)
    }

    /// Writes until an order is refused; gives the refusal, and the size of the database.
    private func fill(_ bench: SightBench) throws -> String {
        for _ in 1...1_000 {
            let told = bench.type("slice buy 1 btc 195..199 x20", bench.ann)
            if told.hasPrefix("!") { return told }
            bench.type("cancel sliced", bench.ann)
        }
        throw CocoaError(.fileWriteUnknown)
    }

    @Test func `beyond its allowance an account's orders and tagged lines are refused, and nothing else`() throws {
        let bench = try bench()
        let ann = bench.ann
        bench.type(["buy 0.1 btc_usd at 150", "buy 0.1 btc_usd at 151", "pair buy 0.1 btc at market"], ann)
        let told = try fill(bench)
        #expect(
            told.hasPrefix("! ann has reached today's storage limit of \(ByteAllowanceTests.allowance) bytes"),
            "\(told)")
        #expect(told.contains("orders are taken again at 2026-01-06T00:00:00.000Z"), "\(told)")
        let json = bench.login("ann", .json)
        for line in [
            "buy 0.1 btc_usd at 150", "sell 0.1 btc_usd at 300", "slice buy 1 btc 195..199 x3",
            "pair buy 0.1 btc at 200", "stop sell 0.1 btc at 200", "trail sell 0.1 btc by 5%", "contra 3 at 260",
            "move 1 to 149", "resume", "[t1] set guard 5%", "[t2] alert btc above 300", "[t3] buy 0.1 btc_usd at 150",
        ] { #expect(bench.type(line, json).contains("\"code\":\"too_much_written\""), "\(line)") }
        #expect(bench.type("? buy 0.1 btc_usd at 150", ann).contains("would be refused (too_much_written)"))

        // Whoever else, and whatever takes off or asks, goes on.
        let ben = bench.login("ben")
        #expect(bench.type("[t1] buy 0.1 btc_usd at 150", ben).hasPrefix("[t1] + "))
        for line in ["orders", "[t4] funds", "set guard 5%", "cancel 1", "[t5] cancel 2", "panic"] {
            #expect(!bench.type(line, ann).contains("! "), "\(line)")
        }
        #expect(bench.type("orders", ann).hasPrefix("= no open orders"))
        // A tag that is not kept is free.
        #expect(bench.type("[t5] cancel all", ann) == "[t5] + nothing to cancel")
    }

    @Test func `what was previewed before is refused beyond it too`() throws {
        let bench = try bench()
        let other = bench.login("ann")
        bench.type("? buy 0.1 btc_usd at 150", other)
        _ = try fill(bench)
        #expect(bench.type("go", other).hasPrefix("! ann has reached today's storage limit"))
        // It is there still, for the next day and nothing else: a minute is all it has.
        bench.wait(seconds: 24 * 3_600)
        #expect(bench.type("go", other).hasPrefix("! that preview is"))
    }

    @Test func `a restart does not give the allowance anew, and another day does`() throws {
        let bench = try bench()
        _ = try fill(bench)
        try bench.restart()
        var ann = bench.login("ann")
        // At most what had not been written yet of the sum.
        var taken = 0
        while bench.type("buy 0.1 btc_usd at 150 ioc", ann).hasPrefix("+") { taken += 1 }
        #expect(taken < 64)
        #expect(bench.type("buy 0.1 btc_usd at 150", ann).hasPrefix("! ann has reached today's storage limit"))
        bench.wait(seconds: 24 * 3_600)
        ann = bench.login("ann")
        #expect(bench.type("buy 0.1 btc_usd at 150", ann).hasPrefix("+ "))
    }

    @Test func `a day of the most that lines may do stays near the allowance on the disk`() throws {
        let bench = try bench()
        _ = try fill(bench)
        let before = try size(bench)
        for index in 1...150 {
            bench.type(
                [
                    "buy 0.1 btc_usd at 150", "[z\(index)] cancel all", "panic", "resume", "[y\(index)] orders",
                    "move 1 to 5",
                ],
                bench.ann)
        }
        #expect(try size(bench) - before < 65_536)
    }

    /// Of the database with its log, in bytes; the log once it is copied.
    private func size(_ bench: SightBench) throws -> Int {
        try bench.pageBytes()
    }
}
