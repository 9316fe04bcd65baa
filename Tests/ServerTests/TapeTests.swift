import Foundation
import Testing
import Trading

/// Files that are beside the project and not in it. Absent on most machines.
enum Tapes {
    private static let root: URL = {
        if let named = ProcessInfo.processInfo.environment["OUTCRY_SHARED"] { return URL(fileURLWithPath: named) }
        return URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("../shared").standardizedFileURL
    }()

    static func path(_ name: String) -> String { root.appendingPathComponent("tapes/\(name)").path }

    static let areThere = FileManager.default.fileExists(atPath: root.appendingPathComponent("tapes").path)
}

extension `The server` {
    @Suite struct `over a tape of real trades` {
        @Test(
            .enabled(if: Tapes.areThere, "the tapes of ../shared are not here: skipped"),
            arguments: [
                ("bitstamp_btc_usd_2011.csv", "btc_usd", "100"), ("mtgox_btc_usd_20130101.csv", "btc_usd", "100"),
                ("coinbase_btc_usd_20230905.csv", "btc_usd", "1"), ("binance_spot_20240808.csv", "btc_usdt", "1"),
                ("spy_20131008.csv.gz", "spy_usd", "10"),
            ])
        func `a session sees prices and is filled`(tape: String, pair: String, amount: String) throws {
            let desk = try DeskUnderTest()
            let quote = pair.split(separator: "_")[1]
            try desk.add("ann", funds: "10000000 \(quote)")
            try desk.start(DeskUnderTest.unhurried + ["--tape", Tapes.path(tape), "--speed", "1000", "--loop"])
            let ann = try desk.logIn("ann")
            try ann.ask("watch \(pair)")
            try ann.event("price")
            // Resting at the bid, it waits until somebody sells.
            let order = try #require(try ann.ask("buy \(amount) \(pair) at bid").order)
            try ann.event("filled", order: order.id)
            let free = try ann.ask("funds").fund(String(quote))
            #expect(free.inOrders.amount.isZero)
        }
    }
}
