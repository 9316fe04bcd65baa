import Conversation
import Foundation
import Testing
import Threads

extension `The server` {
    @Suite struct `beside a flood` {
        private func prepared(_ more: [String] = []) throws -> (desk: DeskUnderTest, trader: Trader) {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "1000000 usd")
            try desk.start(FloodComparison.limits + more)
            return (desk, try desk.logIn("ann"))
        }

        @Test func `of lines from one session: each is answered, and the others trade on`() throws {
            let (desk, trader) = try prepared()
            let before = try desk.residentBytes()
            try FloodComparison(trader).measure("a flood of lines") { orders in
                let flood = try FloodClient(
                    port: desk.port, round: (0..<100).flatMap { _ in RawSocket.message("time") }, reads: true)
                try flood.waitUntilFlooding()
                try orders()
                let traffic = try flood.stop(messagesPerRound: 100)
                #expect(traffic.messages == traffic.rounds * 100, "\(traffic)")
                print("a flood of lines: \(traffic.messages) lines, each answered")
            }
            let grown = try desk.residentBytes() - before
            print("a flood of lines: the server grew by \(grown >> 10) KiB")
            // What waits for the one, in and out, and what the system's allocator keeps of it.
            #expect(grown < 64 << 20)
        }

        @Test func `of pings from one session`() throws {
            let (desk, trader) = try prepared()
            try FloodComparison(trader).measure("a flood of pings") { orders in
                let ping: [UInt8] = [0x89, 0x84, 0, 0, 0, 0, 1, 2, 3, 4]
                let flood = try FloodClient(port: desk.port, round: (0..<100).flatMap { _ in ping }, reads: true)
                try flood.waitUntilFlooding()
                try orders()
                _ = try flood.stop(messagesPerRound: 0)
            }
        }

        @Test func `from a client that never reads: it is closed, and the others trade on`() throws {
            // It is not read from once it does not read, so its pings go without answer.
            let (desk, trader) = try prepared(["--limit", "ping_interval_s=2", "--limit", "pong_timeout_s=2"])
            let before = try desk.residentBytes()
            try FloodComparison(trader).measure("a reader that never reads") { orders in
                let flood = try FloodClient(
                    port: desk.port, round: (0..<100).flatMap { _ in RawSocket.message("time") }, reads: false)
                try flood.waitUntilFlooding()
                try orders()
                try flood.waitForHangUp()
            }
            let grown = try desk.residentBytes() - before
            print("a reader that never reads: the server grew by \(grown >> 10) KiB")
            #expect(grown < 64 << 20)
        }

        @Test func `of connections from one address`() throws {
            let (desk, trader) = try prepared()
            try FloodComparison(trader).measure("a flood of connections") { orders in
                let port = desk.port
                let mayRun = Monitor(true)
                let opened = Monitor(0)
                let ended = Monitor(false)
                Thread.detachNewThread {
                    while mayRun.withLock({ $0 }), let client = try? RawSocket(port: port),
                        (try? client.upgrade())?.hasPrefix("HTTP/1.1 101 ") == true
                    { opened.withLock { $0 += 1 } }
                    ended.withLock { $0 = true }
                }
                try orders()
                mayRun.withLock { $0 = false }
                let isOver: Void? = ended.wait(seconds: patienceSeconds) { $0 ? () : nil }
                #expect(isOver != nil)
                print("a flood of connections: \(opened.withLock { $0 }) were opened and dropped")
                #expect(opened.withLock { $0 } > 0)
            }
        }

        @Test func `of more connections than it may have files`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "1000000 usd")
            try desk.start(FloodComparison.limits, before: "ulimit -n 100")
            let trader = try desk.logIn("ann")
            try FloodComparison(trader).measure("more connections than files") { orders in
                let clients = try (0..<150).map { _ in try RawSocket(port: desk.port) }
                try orders()
                withExtendedLifetime(clients) {}
            }
            // With room again, it takes in others again.
            let reply = try desk.connect().ask("version")
            #expect(reply.text.hasPrefix("= "))
        }
    }
}
