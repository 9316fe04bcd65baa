import Conversation
import Desk
import Foundation
import GRDB
import Ledger
import Testing
import Trading
import Transcripts

/// What lines leave on the disk.
@Suite struct DiskBytesTests {
    /// What a table holds.
    private struct Volume: Hashable {
        var rows: Int
        var bytes: Int
    }

    /// Rows and bytes of each table, as SQLite has them.
    private func volumes(_ bench: SightBench) throws -> [String: Volume] {
        let queue = try DatabaseQueue(path: bench.database)
        return try queue.read { database in
            let tables = try String.fetchAll(database, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
            var found: [String: Volume] = [:]
            for table in tables {
                let columns = try database.columns(in: table).map { "coalesce(length(CAST(\($0.name) AS BLOB)), 0)" }
                let sum = columns.joined(separator: " + ")
                let row = try Row.fetchOne(database, sql: "SELECT count(*), coalesce(sum(\(sum)), 0) FROM \(table)")
                found[table] = Volume(rows: row?[0] ?? 0, bytes: row?[1] ?? 0)
            }
            return found
        }
    }

    private func limits(_ change: (inout DeskLimits) -> Void) -> DeskConfiguration {
        var configuration = DeskConfiguration()
        change(&configuration.limits)
        return configuration
    }

    // MARK: Questions

    @Test(arguments: ["to read", "to trade"])
    func `questions under tags leave nothing on the disk`(rights: String) throws {
        let bench = try SightBench()
        let id = try rights == "to read" ? bench.reader(of: "ann", .json) : bench.login("ann", .json)
        // Only `inbox` moves the mark up to which it was looked at, once.
        bench.type("inbox", id)
        let questions = [
            "trades last 200", "orders", "order 11", "why 11", "report last 100", "funds", "fund btc", "summary",
            "transactions", "price", "depth btc", "tape btc", "pairs", "fee btc", "chart btc", "alerts", "settings",
            "tokens", "inbox", "inbox 50", "resume 1", "? buy 0.1 btc_usd at 200", "? cancel all", "help", "time",
            "version", "whoami", "alias", "keys", "totp", "watch btc", "unwatch all", "export trades",
        ]
        let before = try volumes(bench)
        for (index, question) in questions.enumerated() {
            let first = bench.type("[z\(index)] \(question)", id)
            #expect(!first.contains("\"ok\":false"), "\(first)")
            #expect(first.contains("\"id\":\"z\(index)\""), "\(first)")
            bench.type("[z\(index)] \(question)", id)
        }
        #expect(try volumes(bench) == before)
    }

    @Test func `a token to read takes no tag from the sessions that trade`() throws {
        let bench = try SightBench()
        let reader = try bench.reader(of: "ben")
        let before = try volumes(bench)
        for line in ["[k1] buy 0.1 btc_usd at 210", "[k2] cancel all", "[k3] hello", "[k4] set guard 5%", "[k5] go"] {
            let told = bench.type(line, reader)
            #expect(told.contains("] ! "), "\(told)")
        }
        #expect(try volumes(bench) == before)
        let ben = bench.login("ben")
        #expect(bench.type("[k1] buy 0.2 btc_usd at 210", ben) == "[k1] + #27 buy 0.2 btc_usd at 210")
        #expect(
            bench.type("[k1] buy 0.2 btc_usd at 210", ben).hasPrefix("[k1] + #27 buy 0.2 btc_usd at 210\n  now #27 "))
    }

    @Test func `the tag of a question, and of a question back, is free`() throws {
        let bench = try SightBench(isBusy: false)
        let ann = bench.ann
        #expect(bench.type("[k1] funds", ann).hasPrefix("[k1] = "))
        #expect(bench.type("[k1] buy 0.1 btc_usd at 210", ann) == "[k1] + #1 buy 0.1 btc_usd at 210")
        #expect(bench.type("[k1] funds", ann).hasPrefix("[k1] ! the tag k1 was used for another line"))
        #expect(bench.type("[k2] slice 1 btc 225..235 x3", ann).hasPrefix("[k2] ? "))
        #expect(bench.type("[k2] slice buy 1 btc 195..199 x3", ann).hasPrefix("[k2] + #2 "))
    }

    // MARK: Ladders

    @Test func `a ladder's line is stored once, however long it is`() throws {
        let padding = 900
        let grown = try [0, padding].map { padding in
            let bench = try SightBench(isBusy: false)
            let spaces = String(repeating: " ", count: padding)
            bench.type("slice buy \(spaces)10 btc 195..199 x200", bench.ann)
            bench.type("cancel all", bench.ann)
            let after = try volumes(bench)
            return (after["records"]?.bytes ?? 0) + (after["orders"]?.bytes ?? 0)
        }
        // Once in the record, once in the row.
        #expect(grown[1] - grown[0] < 3 * padding)
        #expect(grown[1] - grown[0] >= padding)
    }

    @Test func `what is under an order shows the line that made it`() throws {
        let bench = try SightBench()
        for (child, line) in [
            (12, "slice buy 1 btc 195..199 x3"), (17, "pair buy 0.1 btc at market then 240"),
            (25, "stop sell 0.1 btc at 229"), (11, "slice buy 1 btc 195..199 x3"),
        ] {
            #expect(bench.type("why \(child)", bench.ann).contains(": \(line)\n"), "why \(child)")
            #expect(bench.type("order \(child)", bench.ann).contains(": \(line)\n"), "order \(child)")
        }
        // A contra order that was typed has a line of its own.
        bench.type("contra 15 at 260", bench.ann)
        #expect(bench.type("why 27", bench.ann).contains(": contra 15 at 260\n"))
        try bench.restart()
        let ann = bench.login("ann")
        #expect(bench.type("why 13", ann).contains(": slice buy 1 btc 195..199 x3\n"))
    }

    // MARK: Replies under tags

    private func firstReplies(_ told: [String]) -> [String] {
        told.map { $0.hasPrefix("{") ? RepeatedReply.withoutState(json: $0) : RepeatedReply.withoutState(text: $0) }
    }

    @Test(arguments: [WireFormat.text, .json])
    func `a reply that is too long to keep is made again, the same`(format: WireFormat) throws {
        let bench = try SightBench(isBusy: false, configuration: limits { $0.tagReplyBytes = 4_096 })
        let id = bench.login("ann", format)
        bench.type((1...60).map { "buy 0.1 btc_usd at \(100 + $0)" }, id)
        let before = try volumes(bench)["tags"]?.bytes ?? 0
        let first = bench.type(["[k1] cancel all"], id).filter { $0.contains("k1") }
        #expect(first.joined().utf8.count > 400)
        #expect(try (volumes(bench)["tags"]?.bytes ?? 0) - before < 1_000)
        bench.type("buy 0.1 btc_usd at 99", id)
        #expect(firstReplies(bench.type(["[k1] cancel all"], id)) == first)
        try bench.restart()
        let again = bench.login("ann", format)
        #expect(firstReplies(bench.type(["[k1] cancel all"], again)) == first)
        // Nothing was canceled by it.
        #expect(bench.type("orders", again).contains("#61"))
    }

    @Test func `what makes a long reply again names runs of orders, not each`() throws {
        let bench = try SightBench(isBusy: false, configuration: limits { $0.tagReplyBytes = 64 })
        let told = bench.type("[k1] slice buy 10 btc 195..199 x300", bench.ann)
        #expect(
            told.hasPrefix("[k1] + #1 slice"), "its orders are not told one by one to whoever reads the reply: \(told)")
        #expect(firstReplies([bench.type("[k1] slice buy 10 btc 195..199 x300", bench.ann)]) == [told])
        bench.type("[k2] cancel 1", bench.ann)
        #expect(try (volumes(bench)["tags"]?.bytes ?? 0) < 300)
    }

    @Test func `old tags are deleted a part at a time, and are forgotten before they are`() throws {
        let bench = try SightBench(isBusy: false, configuration: limits { $0.tagsPruned = 3 })
        for index in 1...10 { bench.type("[k\(index)] buy 0.1 btc_usd at \(100 + index)", bench.ann) }
        #expect(try volumes(bench)["tags"]?.rows == 10)
        bench.wait(seconds: 25 * 3_600)
        #expect(try volumes(bench)["tags"]?.rows == 7)
        // One that is there still is as if it were not.
        #expect(bench.type("[k10] buy 0.1 btc_usd at 90", bench.ann).hasPrefix("[k10] + #11 "))
        for _ in 1...4 { bench.process([.wake]) }
        #expect(try volumes(bench)["tags"]?.rows == 1)
    }
}
