import Glibc
import Testing

extension `The server` {
    @Suite struct `told to stop` {
        /// What SIGTERM is given to take effect.
        static let secondsMax = 10

        @Test(arguments: [SIGTERM, SIGINT])
        func `it closes sessions with 1001 and ends well`(signal: Int32) throws {
            let desk = try DeskUnderTest()
            try desk.start()
            let traders = try [desk.connect(.text), desk.connect(), desk.connect(.none)]
            for trader in traders { try trader.ask("version") }
            #expect(try desk.stop(signal, within: `told to stop`.secondsMax) == .exit(0))
            for trader in traders { #expect(try trader.ending() == .closed(code: 1_001)) }
        }

        @Test func `what was answered before is done, and what was not done is not there`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "100000 usd")
            try desk.start()
            let ann = try desk.logIn("ann")
            let token = try desk.token(of: ann)
            // All of these are on their way when the signal comes.
            for number in 0..<200 { try ann.say("buy 0.01 btc_usd at 100", tag: "t\(number)") }
            #expect(try desk.stop(SIGTERM, within: `told to stop`.secondsMax) == .exit(0))
            #expect(try ann.ending() == .closed(code: 1_001))
            let answered = ann.replies.dropFirst(2)
            for reply in answered where reply.ok != true {
                #expect(reply.error?.code == "shutting_down", "\(reply.raw)")
            }
            let done = answered.filter { $0.ok == true }.compactMap { $0.order?.id }
            try desk.start(DeskUnderTest.unhurried + ["--limit", "answer_rows=1000"])
            let again = try desk.connect(token: token)
            let orders = try #require(try again.ask("orders").orders)
            #expect(Set(done).isSubset(of: orders.map(\.id)))
            // A refusal for want of time is not held against the line when it comes again.
            for number in 0..<200 { try again.ask("buy 0.01 btc_usd at 100", tag: "t\(number)") }
            #expect(try again.ask("orders").orders?.count == 200)
        }

        @Test func `a client that reads nothing does not hold it up`() throws {
            let desk = try DeskUnderTest()
            try desk.start(DeskUnderTest.unhurried + ["--limit", "outgoing_bytes=100000000"])
            let deaf = try RawSocket(port: desk.port, receiveBytes: 4_096)
            try deaf.upgrade()
            // More than the system takes for somebody who does not read, so that the rest waits in the server.
            for _ in 0..<2_000 { try deaf.say("help") }
            let other = try desk.connect()
            #expect(try other.ask("version").ok == true)
            #expect(try desk.stop(SIGTERM, within: `told to stop`.secondsMax) == .exit(0))
            #expect(try other.ending() == .closed(code: 1_001))
        }
    }
}
