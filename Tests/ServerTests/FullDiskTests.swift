import Foundation
import Testing

extension `The server` {
    @Suite struct `on a full disk` {
        /// No file may grow beyond 2000 blocks of 512 bytes, as if the disk had no more; without a signal about it. The limit may be
        /// raised again, which is as if somebody had deleted something.
        private let full = "trap '' XFSZ; ulimit -S -f 2000"
        /// Room is looked for in files that large.
        private let limits = DeskUnderTest.unhurried + ["--limit", "disk_stop_mib=1", "--limit", "disk_low_mib=1"]

        private func makeRoom(_ desk: DeskUnderTest) throws {
            let run = try #require(desk.server)
            let prlimit = Process()
            prlimit.executableURL = URL(fileURLWithPath: "/usr/bin/prlimit")
            prlimit.arguments = ["--pid", "\(run.processID)", "--fsize=unlimited"]
            try prlimit.run()
            prlimit.waitUntilExit()
            #expect(prlimit.terminationStatus == 0)
        }

        @Test func `it refuses, goes on to answer questions, and by itself becomes whole when there is room`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "100000 usd")
            try desk.start()
            let token = try desk.token(of: desk.logIn("ann"))
            try desk.stop()
            try desk.start(limits + ["--limit", "answer_rows=10000"], before: full)
            let ann = try desk.connect(token: token)
            var done: [ChatMessage] = []
            var failed: ChatMessage?
            while failed == nil, done.count < 5_000 {
                let reply = try ann.ask("buy 0.01 btc_usd at 100", tag: "t\(done.count)")
                if reply.ok == true { done.append(reply) } else { failed = reply }
            }
            #expect(failed?.error?.code == "ledger_failed", "\(failed?.raw ?? "it never filled up")")
            #expect(done.count > 10)
            // Nothing is told of the order that was not written.
            #expect(ann.events.count == done.count)
            let ids = done.compactMap { $0.order?.id }

            // The desk is opened again from the disk, and has what was answered, and no more.
            _ = try desk.server?.logLine(with: "the desk answers questions only")
            for _ in 1...2 {
                let reader = try desk.connect(token: token)
                #expect(try reader.ask("orders").orders?.map(\.id) == ids)
                #expect(try reader.ask("funds").ok == true)
                #expect(try reader.ask("report").ok == true)
                #expect(try reader.ask("help").ok == true)
                #expect(try reader.ask("inbox").ok == true)
                for line in ["buy 0.01 btc_usd at 100", "cancel all", "panic", "set quote eur", "go"] {
                    let reply = try reader.ask(line)
                    #expect(reply.ok == false)
                    #expect(reply.error?.code == "disk_full", "\(line): \(reply.raw)")
                }
                let told = try reader.resumed()
                #expect(told.map(\.seq) == told.indices.map { UInt64($0 + 1) })
                #expect(told.compactMap(\.order?.id) == ids)
            }
            #expect(try RawSocket(port: desk.port).request("/health").head.hasPrefix("HTTP/1.1 503 "))
            #expect(desk.log.contains("the disk is full"))

            try makeRoom(desk)
            _ = try desk.server?.logLine(with: "the disk has room again")
            var again = try desk.connect(token: token)
            var retried = try again.ask("buy 0.01 btc_usd at 100", tag: "t\(done.count)")
            // The desk may have been between two openings.
            if retried.error?.code == "disk_full" {
                again = try desk.connect(token: token)
                retried = try again.ask("buy 0.01 btc_usd at 100", tag: "t\(done.count)")
            }
            // The line that failed is done when it comes again, once; nothing is lost or doubled.
            #expect(retried.ok == true, "\(retried.raw)")
            for (tag, reply) in [("t\(done.count)", retried), ("t0", try #require(done.first))] {
                let repeated = try again.ask("buy 0.01 btc_usd at 100", tag: tag)
                #expect(try FirstReply.fields(repeated.raw) == FirstReply.fields(reply.raw))
            }
            #expect(try again.ask("orders").orders?.map(\.id) == ids + [retried.order?.id].compactMap(\.self))
            #expect(try RawSocket(port: desk.port).request("/health").head.hasPrefix("HTTP/1.1 200 "))
            #expect(try desk.stop() == .exit(0))

            try desk.start(limits + ["--limit", "answer_rows=10000"])
            #expect(try desk.connect(token: token).ask("orders").orders?.count == done.count + 1)
        }

        @Test func `it is told before it is full, and new orders stop while cancels go on`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", role: "admin", funds: "100000 usd")
            try desk.start()
            let token = try desk.token(of: desk.logIn("ann"))
            let first = try desk.connect(token: token).ask("buy 0.01 btc_usd at 100")
            try desk.stop()
            // No disk has as much as these limits ask for.
            try desk.start(
                DeskUnderTest.unhurried + ["--limit", "disk_stop_mib=1000000000", "--limit", "disk_low_mib=1000000000"])
            let ann = try desk.connect(token: token)
            _ = try desk.server?.logLine(with: "the disk is nearly full")
            #expect(try ann.ask("buy 0.01 btc_usd at 100").error?.code == "disk_low")
            #expect(try ann.ask("orders").orders?.count == 1)
            #expect(try ann.ask("cancel \(first.order?.id ?? 0)").ok == true)
            // Sent to this session when it happened, or brought now.
            _ = try ann.resumed()
            #expect(ann.events.contains { $0.event == "disk_low" })
            #expect(try desk.connect(.text, token: token).ask("panic").text.hasPrefix("+"))
            let health = try RawSocket(port: desk.port).request("/health")
            #expect(health.body.contains("\"disk\":\"short\""))
        }
    }
}
