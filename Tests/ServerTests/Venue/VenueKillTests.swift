import ExactJSON
import Foundation
import Glibc
import Testing
import Trading

extension `The server` {
    /// The venue with its books in a file, killed.
    @Suite struct `that is a venue, killed` {
        static let kills = 8

        /// What its owner was told of an order.
        private struct Told {
            let amount: String
            let remains: String
        }

        @Test func `all that was answered is in the books, and what was not is there whole or not at all`() throws {
            let seed = ProcessInfo.processInfo.environment["OUTCRY_SEED"].flatMap { UInt64($0) } ?? 1
            var chance = SplitMix64(seed: seed)
            let venue = try VenueProcess()
            var told: [String: Told] = [:]
            var canceled: Set<String> = []
            var answered = 0
            for round in 0..<Self.kills {
                try venue.start(["--books", venue.booksPath])
                let books = try venue.control("/books")
                try check(books, told, canceled, answered, "seed \(seed), round \(round)")
                let run = try #require(venue.run)
                let process = run.processID
                let delay = UInt32.random(in: 1_000...300_000, using: &chance)
                let killer = Thread {
                    usleep(delay)
                    _ = kill(process, SIGKILL)
                }
                killer.start()
                do {
                    while true {
                        let rate = Int.random(in: 222...229, using: &chance)
                        let amount =
                            "0.0\(Int.random(in: 1...9, using: &chance))\(Int.random(in: 1...9, using: &chance))"
                        let answer = try venue.call("Trade", "pair=btc_usd&type=buy&rate=\(rate)&amount=\(amount)")
                        guard let number = answer["return"]?["order_id"]?.written else {
                            throw Refused(text: answer["error"]?.written ?? "nothing")
                        }
                        answered += 1
                        told[number] = Told(amount: amount, remains: answer["return"]?["remains"]?.written ?? "")
                        if Int.random(in: 0..<3, using: &chance) == 0 {
                            _ = try venue.call("CancelOrder", "order_id=\(number)")
                            canceled.insert(number)
                        }
                    }
                } catch is Unexpected {
                    // It was killed with this call under way.
                }
                #expect(try run.ending() == .signal(SIGKILL))
            }
            try venue.start(["--books", venue.booksPath])
            try check(try venue.control("/books"), told, canceled, answered, "seed \(seed), at the end")
            #expect(answered > Self.kills, "it was killed before it answered anything, seed \(seed)")
            #expect(try venue.call("getInfo")["success"] == 1)
            #expect(try venue.stop(SIGTERM) == .exit(0))
        }

        private struct Refused: Error { let text: String }

        private func check(
            _ books: ExchangeJSON, _ told: [String: Told], _ canceled: Set<String>, _ answered: Int, _ place: Comment
        ) throws {
            let account = try #require(books["accounts"]?.elements.first, place)
            var rows: [String: ExchangeJSON] = [:]
            for row in account["orders"]?.elements ?? [] { rows[row["order_id"]?.written ?? ""] = row }
            for (number, order) in told {
                let row = try #require(rows[number], "\(place): \(number) is gone")
                #expect(row["start_amount"]?.written == order.amount, place)
                let isGone = canceled.contains(number)
                if isGone { #expect(row["status"] == "canceled", "\(place): \(number)") }
                #expect(row["amount"]?.written == order.remains, "\(place): \(number)")
            }
            // One call of each round was under way when it was killed: a Trade, or a CancelOrder.
            #expect(rows.count <= told.count + Self.kills, place)
            for coin in ["btc", "usd"] { #expect(books["coins"]?[coin]?["sum"] == "0", place) }
            var spent = ExactDecimal.zero
            for row in rows.values where row["status"] == "open" {
                let (rate, left) = (row["rate"]?.written, row["amount"]?.written)
                spent += try ExactDecimal(parsing: rate ?? "").times(try ExactDecimal(parsing: left ?? ""))
            }
            #expect(account["funds"]?["usd"]?["held"]?.written == (rows.isEmpty ? "0" : spent.description), place)
        }

        @Test func `a line that was half written is cut off, and two venues do not share a file`() throws {
            let venue = try VenueProcess()
            try venue.start(["--books", venue.booksPath])
            let second = try ProgramRun(
                ["venue", "--listen", "127.0.0.1:0", "--books", venue.booksPath], in: venue.folder)
            #expect(try second.ending() != .exit(0))
            #expect(second.logged.contains("in use by another venue"))
            let number = try #require(
                try venue.call("Trade", "pair=btc_usd&type=buy&rate=200&amount=1")["return"]?["order_id"]?.written)
            try venue.stop(SIGKILL)
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: venue.booksPath))
            try file.seekToEnd()
            try file.write(contentsOf: Data("0123456789abcdef 17723664000".utf8))
            try file.close()
            for _ in 0..<2 {
                try venue.start(["--books", venue.booksPath])
                #expect(try venue.call("ActiveOrders")["return"]?.names == [number])
                try venue.stop(SIGKILL)
            }
        }

        @Test func `a tape goes on where it was`() throws {
            let venue = try VenueProcess()
            let tape = venue.folder.appendingPathComponent("tape.csv")
            var rows = "ts_ns,price,amount,side,pair\n"
            for row in 0..<400 { rows += "\(row)00000000,\(300 + row),1,sell,btc_usd\n" }
            try Data(rows.utf8).write(to: tape)
            func last() throws -> Int {
                try #require(try venue.control("/books")["pairs"]?["btc_usd"]?["last"]?.written.flatMap { Int($0) })
            }
            try venue.start(["--books", venue.booksPath, "--tape", tape.path, "--speed", "10"])
            while try last() < 320 { usleep(20_000) }
            let before = try last()
            try venue.stop(SIGKILL)
            try venue.start(["--books", venue.booksPath, "--tape", tape.path, "--speed", "1"])
            let after = try last()
            #expect(after >= before && after < 699, "it went on behind \(before): \(after)")
        }
    }
}
