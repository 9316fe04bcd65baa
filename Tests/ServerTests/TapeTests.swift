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

extension `The server` {
    @Suite struct `given a tape` {
        private static let good = "time,price,amount\n1704067200047,42000.1,0.25\n1704067200147,42001.5,0.5\n"
        private static let bad = good + "1704067200247,42002,\n"

        private func write(_ text: String, _ name: String, for desk: DeskUnderTest) throws -> String {
            let path = desk.folder.appendingPathComponent(name)
            try Data(text.utf8).write(to: path)
            return path.path
        }

        @Test func `check says what a file is taken for, and where it is bad`() throws {
            let desk = try DeskUnderTest()
            let good = try write(Self.good, "good.csv", for: desk)
            let bad = try write(Self.bad, "bad.csv", for: desk)
            let run = try ProgramRun(["tape", "check", "btc_usd=\(good)"], in: desk.folder)
            #expect(try run.ending() == .exit(0))
            #expect(
                run.said == """
                    good.csv: time in ms, header: price, amount
                      2 trades of btc_usd, 2024-01-01T00:00:00.047Z to 2024-01-01T00:00:00.147Z

                    """)
            let (ending, error) = try desk.refusal(of: ["tape", "check", "btc_usd=\(bad)"])
            #expect(ending == .exit(65))
            #expect(
                error == """
                    Error: \(bad):4: no amount: the field is empty
                    a tape that plays begins like this:
                      time,pair,price,amount,side
                      2024-01-01T00:00:00Z,btc_usd,42000.1,0.25,sell

                    """)
            let skipping = try ProgramRun(["tape", "check", "--skip-bad", "btc_usd=\(bad)"], in: desk.folder)
            #expect(try skipping.ending() == .exit(0))
            #expect(skipping.said.contains("note: 1 bad row is left out, the first in line 4"), "\(skipping.said)")
        }

        @Test func `a bad one is refused before anything is opened, by the desk, the venue and a transcript`() throws {
            let desk = try DeskUnderTest()
            let bad = try write(Self.bad, "bad.csv", for: desk)
            let (ending, error) = try desk.refusal(
                of: [
                    "serve", "--database", desk.database, "--listen", "127.0.0.1:0", "--demo", "--tape",
                    "btc_usd=\(bad)",
                ])
            #expect(ending == .exit(65) && error.contains("bad.csv:4: no amount"), "\(error)")
            #expect(!FileManager.default.fileExists(atPath: desk.database))
            let (venue, reason) = try desk.refusal(of: ["venue", "--listen", "127.0.0.1:0", "--tape", "btc_usd=\(bad)"])
            #expect(venue == .exit(65) && reason.contains("bad.csv:4: no amount"), "\(reason)")
            let transcript = try write(
                "@tape btc_usd=bad.csv\n@user ann\nann> time\n...\n", "bad.transcript", for: desk)
            let replay = try ProgramRun(["replay", transcript], in: desk.folder)
            #expect(try replay.ending() != .exit(0))
            #expect(replay.said.contains("bad.csv:4: no amount"), "\(replay.said)")
        }

        @Test func `its end is told, and the desk is not well after it`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "1000 usd")
            let bad = try write(Self.bad, "bad.csv", for: desk)
            try desk.start(DeskUnderTest.unhurried + ["--tape", "btc_usd=\(bad)", "--tape-skip-bad"])
            #expect(desk.log.contains("1 bad row is left out"), "\(desk.log)")
            let ann = try desk.logIn("ann")
            let end = try ann.ask("inbox 10")
            if !end.text.contains("tape ended") { try ann.event("tape_ended") }
            #expect(try ann.ask("buy 0.001 btc_usd at market").error?.code == "feed_stale")
            let health = try RawSocket(port: desk.port).request("/health")
            #expect(health.head.hasPrefix("HTTP/1.1 503 ") && health.body.contains("\"tape\":\"ended\""), "\(health)")
        }
    }
}
