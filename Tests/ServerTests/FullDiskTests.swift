import Glibc
import Testing

extension `The server` {
    @Suite struct `on a full disk` {
        @Test func `it refuses, says so, and has kept all that it answered`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "100000 usd")
            try desk.start()
            let token = try desk.token(of: desk.logIn("ann"))
            try desk.stop()
            // No file may grow beyond 2000 blocks of 512 bytes, as if the disk had no more; without a signal about it.
            try desk.start(before: "trap '' XFSZ; ulimit -f 2000")
            let ann = try desk.connect(token: token)
            var done: [ChatMessage] = []
            var failed: ChatMessage?
            while failed == nil, done.count < 5_000 {
                let reply = try ann.ask("buy 0.01 btc_usd at 100", tag: "t\(done.count)")
                if reply.ok == true { done.append(reply) } else { failed = reply }
            }
            #expect(failed?.error?.code == "ledger_failed", "\(failed?.raw ?? "it never filled up")")
            #expect(done.count > 10)
            // It stays so: what is in memory may be ahead of what is on disk.
            #expect(try ann.ask("cancel all").error?.code == "ledger_failed")
            #expect(try ann.ask("orders").error?.code == "ledger_failed")
            #expect(try desk.connect().ask("login ann \(DeskUnderTest.password)").error?.code == "ledger_failed")
            #expect(try RawSocket(port: desk.port).request("/health").head.hasPrefix("HTTP/1.1 503 "))
            #expect(desk.log.contains("the ledger failed"))
            // Nothing is told of the order that was not written.
            #expect(ann.events.count == done.count)
            #expect(try desk.stop() == .exit(0))

            try desk.start(DeskUnderTest.unhurried + ["--limit", "answer_rows=10000"])
            let again = try desk.connect(token: token)
            #expect(try again.ask("orders").orders?.map(\.id) == done.compactMap { $0.order?.id })
            let all = try again.resumed()
            #expect(all.map(\.seq) == all.indices.map { UInt64($0 + 1) })
            #expect(all.count { $0.event != "login" } == done.count)
            // The line that failed is done when it comes again, once.
            let retried = try again.ask("buy 0.01 btc_usd at 100", tag: "t\(done.count)")
            #expect(retried.ok == true)
            #expect(try again.ask("buy 0.01 btc_usd at 100", tag: "t\(done.count)").raw == retried.raw)
            #expect(try again.ask("orders").orders?.count == done.count + 1)
        }
    }
}
