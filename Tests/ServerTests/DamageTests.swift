import Foundation
import GRDB
import Glibc
import Testing

extension `The server` {
    /// What becomes of a database that something has happened to, with the program as it is shipped.
    @Suite struct `on a damaged database` {
        private let anyPort = ["--listen", "127.0.0.1:0"]

        /// One line on standard error, and an exit status.
        private func refusal(_ desk: DeskUnderTest, _ options: [String] = []) throws -> (status: Int32, line: String) {
            let (ending, error) = try desk.refusal(of: ["serve", "--database", desk.database] + anyPort + options)
            guard case .exit(let status) = ending else { throw Unexpected("it crashed: \(ending), \(error)") }
            let lines = error.split(separator: "\n")
            #expect(lines.count == 1, "\(error)")
            return (status, String(lines.last ?? ""))
        }

        private func bytes(_ desk: DeskUnderTest, _ suffix: String = "") throws -> [UInt8] {
            [UInt8](try Data(contentsOf: URL(fileURLWithPath: desk.database + suffix)))
        }

        private func write(_ bytes: [UInt8], _ desk: DeskUnderTest) throws {
            try Data(bytes).write(to: URL(fileURLWithPath: desk.database))
        }

        @Test func `a damaged row of orders is never told, and outcry rebuild makes it again`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "100000 usd")
            try desk.start()
            let token = try desk.token(of: desk.logIn("ann"))
            let ann = try desk.connect(token: token)
            for price in 100...105 { #expect(try ann.ask("buy 0.01 btc_usd at \(price)").ok == true) }
            let orders = try ann.ask("orders").raw
            #expect(try desk.stop() == .exit(0))
            var file = try bytes(desk)
            // The readable columns of an order's row, which nothing else has like that.
            let row = Array("btc_usdbuysimple".utf8)
            let place = try #require(file.indices.last { file[$0...].starts(with: row) })
            file[place] ^= 1
            try write(file, desk)

            let (status, line) = try refusal(desk)
            #expect(status == 65)
            #expect(line.contains("the checksum of page") && line.contains("outcry rebuild"), "\(line)")
            let run = try ProgramRun(["rebuild", "--database", desk.database], in: desk.folder)
            #expect(try run.ending() == .exit(0), "\(run.logged)")
            #expect(run.said.contains("it is kept as \(desk.database).damaged"), "\(run.said)")

            try desk.start()
            let again = try desk.connect(token: token)
            #expect(try again.ask("orders").raw == orders)
            #expect(try again.ask("buy 0.01 btc_usd at 106").order?.id == 7)
            #expect(try desk.stop() == .exit(0))
        }

        @Test func `what another program wrote is taken only when told, and sealed`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "100000 usd")
            let queue = try DatabaseQueue(path: desk.database)
            try queue.write { try $0.execute(sql: "UPDATE accounts SET role = 'viewer'") }
            try queue.close()
            let (status, line) = try refusal(desk)
            #expect(status == 65 && line.contains("the checksum of page"), "\(line)")
            let rebuild = ["rebuild", "--database", desk.database]
            let untold = try ProgramRun(rebuild, in: desk.folder)
            #expect(try untold.ending() != .exit(0))
            // Not what it has just been told to do.
            #expect(
                untold.logged.contains("outcry rebuild --trust-pages") && !untold.logged.contains("run outcry rebuild"),
                "\(untold.logged)")
            #expect(try ProgramRun(rebuild + ["--trust-pages"], in: desk.folder).ending() == .exit(0))
            try desk.start()
            #expect(try desk.logIn("ann").ask("buy 0.01 btc_usd at 100").error?.code == "not_allowed")
        }

        @Test func `a log that was deleted under a killed server is noticed, and served without only when told`() throws
        {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "100000 usd")
            try desk.start()
            let token = try desk.token(of: desk.logIn("ann"))
            #expect(try desk.stop() == .exit(0))
            try desk.start()
            #expect(try desk.connect(token: token).ask("buy 0.01 btc_usd at 100").ok == true)
            try desk.stop(SIGKILL)
            try FileManager.default.removeItem(atPath: desk.database + "-wal")
            for _ in 1...2 {
                let (status, line) = try refusal(desk)
                #expect(status == 65)
                #expect(line.contains("has lost what was committed to it") && line.contains("--accept-loss"), "\(line)")
            }
            try desk.start(DeskUnderTest.unhurried + ["--accept-loss"])
            #expect(try desk.connect(token: token).ask("orders").orders?.isEmpty == true)
            #expect(try desk.stop() == .exit(0))
            // Once is enough.
            try desk.start()
        }

        @Test func `a database file that was deleted or emptied is not begun anew in silence`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "100000 usd")
            try desk.start()
            _ = try desk.logIn("ann")
            #expect(try desk.stop() == .exit(0))
            try write([], desk)
            let (status, line) = try refusal(desk)
            #expect(status == 65 && line.contains("is not the database that was served here last"), "\(line)")
        }

        @Test func `what is no file of ours is said with what it is`() throws {
            let desk = try DeskUnderTest()
            try FileManager.default.createDirectory(atPath: desk.database, withIntermediateDirectories: false)
            let (status, line) = try refusal(desk)
            #expect(status == 75 && line.contains("it is a folder; name a file"), "\(line)")
        }

        @Test(.enabled(if: geteuid() != 0, "root may read everything"))
        func `a file that may not be read is said so`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann")
            chmod(desk.database, 0)
            #expect(try refusal(desk).line.contains("may not read and write it"))
        }

        // With less the system cannot even load the program.
        @Test(arguments: [60, 120, 200, 280, 500, 1_200])
        func `without memory it ends with an error, within a bound, and does not hang`(mebibytes: Int) throws {
            let desk = try DeskUnderTest()
            let limit = "ulimit -v \(mebibytes * 1_024)"
            for arguments in [
                ["serve", "--database", desk.database] + anyPort, ["user", "list", "--database", desk.database],
                ["config"], ["rebuild", "--database", desk.database],
            ] {
                let run = try ProgramRun(arguments, in: desk.folder, before: limit)
                if arguments[0] == "serve" {
                    // It may have enough: then it listens, and is told to end.
                    _ = try? run.logLine(with: " listens on ")
                    run.send(signal: SIGTERM)
                }
                let ending = try run.ending()
                if ending != .exit(0) { #expect(!run.logged.isEmpty, "\(mebibytes) MiB, \(arguments[0]): \(ending)") }
            }
        }
    }
}
