import Foundation
import Glibc
import Testing

extension `The server` {
    /// `outcry prune` as it is shipped, on the database of a server that was there a hundred days ago.
    @Suite struct `whose operator prunes` {
        private static let ageMilliseconds: Int64 = 100 * 86_400_000

        private func prune(_ desk: DeskUnderTest, _ options: [String] = []) throws -> ProgramRun {
            try ProgramRun(["prune", "--older-than", "90d", "--database", desk.database] + options, in: desk.folder)
        }

        private func size(_ desk: DeskUnderTest) throws -> Int {
            try #require(FileManager.default.attributesOfItem(atPath: desk.database)[.size] as? Int)
        }

        @Test func `refuses beside a server; killed at any moment it goes on; then a server tells what is gone`() throws
        {
            let desk = try DeskUnderTest()
            let clock = try SetClock(in: desk.folder)
            try clock.set(milliseconds: -Self.ageMilliseconds)
            try desk.add("ann", funds: "100000 usd")
            try desk.start(before: clock.shell)
            let token = try desk.token(of: desk.logIn("ann"))
            var ann = try desk.connect(token: token)
            let kept = try #require(try ann.ask("buy 0.01 btc_usd at 90", tag: "kept").order?.id)
            for number in 1...200 {
                let order = try #require(try ann.ask("buy 0.01 btc_usd at 100").order?.id)
                if number < 200 { try ann.ask("cancel \(order)") } else { try ann.ask("cancel \(order)", tag: "last") }
            }
            let funds = try ann.ask("funds").raw
            let head = try #require(try ann.ask("inbox 1").seq)
            let refused = try desk.refusal(of: ["prune", "--older-than", "90d", "--database", desk.database])
            #expect(refused.ending == .exit(1))
            #expect(refused.error.contains("another server is using the database"), "\(refused.error)")
            #expect(try desk.stop() == .exit(0))
            try clock.set(milliseconds: 0)

            let before = try size(desk)
            let trial = try prune(desk, ["--dry-run"])
            #expect(try trial.ending() == .exit(0), "\(trial.logged)")
            #expect(
                trial.said.hasPrefix("would remove what was over before ") && trial.said.contains("200 orders"),
                "\(trial.said)")
            #expect(trial.said.contains("1 older order stays"), "\(trial.said)")
            // Each time a little later than the time before, until it has ended before it was killed.
            var kills = 0
            for step in 1...200 {
                let run = try prune(desk)
                usleep(UInt32(step) * 4_000)
                run.send(signal: SIGKILL)
                let ending = try run.ending()
                if ending == .exit(0) { break }
                #expect(ending == .signal(SIGKILL), "\(run.logged)")
                kills += 1
            }
            #expect(kills > 0)
            let last = try prune(desk)
            #expect(try last.ending() == .exit(0), "\(last.logged)")
            #expect(try size(desk) < before)
            let rebuilt = try ProgramRun(["rebuild", "--database", desk.database], in: desk.folder)
            #expect(try rebuilt.ending() == .exit(0), "\(rebuilt.logged)")

            try desk.start()
            ann = try desk.connect(token: token)
            #expect(try ann.ask("order \(kept + 1)").error?.code == "order_pruned")
            #expect(try ann.ask("order \(kept + 1000)").error?.code == "unknown_order")
            #expect(try ann.ask("order \(kept)").order?.status == "open")
            #expect(try ann.ask("funds").raw == funds)
            let gone = try ann.ask("resume 1")
            #expect(gone.error?.code == "notifications_pruned")
            #expect(gone.next == head + 1)
            #expect(try ann.ask("resume \(head + 1)").ok == true)
            #expect(try ann.ask("buy 0.01 btc_usd at 91").order?.id == kept + 201)
            // A tag is remembered for a day, whatever was pruned: this is another order.
            #expect(try ann.ask("buy 0.01 btc_usd at 90", tag: "kept").order?.id == kept + 202)
            #expect(try ann.ask("cancel \(kept)").ok == true)
            let audit = try ProgramRun(["audit", "--database", desk.database], in: desk.folder)
            #expect(try audit.ending() == .exit(0))
            #expect(audit.said.contains("event=pruned") && audit.said.contains("orders=200"), "\(audit.said)")
            #expect(try desk.stop() == .exit(0))
        }

        @Test func `says what it wants where it is given something else, and makes no database`() throws {
            let desk = try DeskUnderTest()
            for (options, words) in [
                (["--older-than", "1d"], "--older-than: 1d is too young"),
                (["--older-than", "soon"], "expected an age such as 90d"),
                ([], "--older-than"), (["--older-than", "90d"], "there is no database"),
            ] {
                let (ending, error) = try desk.refusal(of: ["prune", "--database", desk.database] + options)
                #expect(ending != .exit(0))
                #expect(error.contains(words), "\(error)")
            }
            #expect(!FileManager.default.fileExists(atPath: desk.database))
        }
    }
}
