import Conversation
import Foundation
import Glibc
import Testing

extension `The server` {
    @Suite struct `with very many idle sessions` {
        /// Sessions that are opened, where the machine lets a process have as many files.
        private static let sessions = 10_000
        /// Files that a process needs besides.
        private static let otherFiles = 500

        /// Raises what this process may have open, and answers for how many sessions that is enough on both sides.
        private func sessionsPossible() -> Int {
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
            limit.rlim_cur = min(limit.rlim_max, rlim_t(Self.sessions + Self.otherFiles))
            setrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
            return min(Self.sessions, max(0, Int(clamping: limit.rlim_cur) - Self.otherFiles))
        }

        @Test func `a trader among them trades on, and each costs little`() throws {
            let count = sessionsPossible()
            if count < Self.sessions {
                print(
                    "idle sessions: \(count) instead of \(Self.sessions), which is what this machine's limit on files allows"
                )
            }
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "1000000 usd")
            // The server's own soft limit is what most systems begin with: it raises it itself.
            try desk.start(
                FloodComparison.limits
                    + ["address_sessions=20000", "reserved_sessions=1", "http_burst=20000"].flatMap { ["--limit", $0] },
                before: "ulimit -S -n 1024")
            let trader = try desk.logIn("ann")
            let before = try desk.residentBytes()
            var idle: [RawSocket.Descriptor] = []
            defer { for session in idle { session.close() } }
            try FloodComparison(trader).measure("\(count) idle sessions") { orders in
                let start = ContinuousClock.now
                for _ in 1..<count {
                    let client = try RawSocket(port: desk.port)
                    let head = try client.upgrade()
                    guard head.hasPrefix("HTTP/1.1 101 ") else { throw Unexpected("session \(idle.count): \(head)") }
                    idle.append(client.released())
                }
                let took = ContinuousClock.now - start
                let each = (try desk.residentBytes() - before) / max(1, idle.count)
                print("idle sessions: \(idle.count) opened in \(took.components.seconds) s, \(each) bytes each")
                // Bounded: a session that has said nothing has no message, no answer and no buffer of its own.
                #expect(each < 16_384)
                try orders()
            }
            #expect(try desk.sessions() == count)
            // All are there, none was dropped for another.
            #expect(idle.allSatisfy { !$0.isHungUp })
            #expect(idle[0].write(RawSocket.message("time")))
            #expect(idle[idle.count / 2].write(RawSocket.message("time")))
            for session in [idle[0], idle[idle.count / 2]] {
                var counter = RawSocket.FrameCounter()
                while counter.messages == 0, let bytes = session.read() { counter.take(bytes) }
                #expect(counter.messages == 1)
            }
        }

        @Test func `one address cannot take the places of all others`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann")
            try desk.start(
                ["address_sessions=20", "account_sessions=100"].flatMap { ["--limit", $0] } + DeskUnderTest.unhurried)
            let token = try desk.token(of: desk.logIn("ann"))
            let login = ["Authorization: Bearer \(token)"]
            // A session of its own that is not logged in makes room for the next one of the same address.
            let strangers = try (0..<25).map { _ in
                let client = try RawSocket(port: desk.port)
                #expect(try client.upgrade().hasPrefix("HTTP/1.1 101 "))
                return client
            }
            #expect(strangers[0].readToEnd().closeCode == 1_013)
            let taken = try (0..<20).map { _ in
                let client = try RawSocket(port: desk.port)
                #expect(try client.upgrade(login).hasPrefix("HTTP/1.1 101 "))
                try client.say("whoami")
                #expect(client.message()?.hasPrefix("= ann") == true)
                return client
            }
            let refused = try RawSocket(port: desk.port).upgrade()
            #expect(refused.hasPrefix("HTTP/1.1 429 "))
            let elsewhere = try RawSocket(port: desk.port, from: "127.0.0.2")
            #expect(try elsewhere.upgrade().hasPrefix("HTTP/1.1 101 "))
            // A place that is given back can be had again.
            try taken[0].write([0x88, 0x80, 0, 0, 0, 0])
            _ = taken[0].readToEnd()
            let deadline = ContinuousClock.now + .seconds(patienceSeconds)
            var again = ""
            while !again.hasPrefix("HTTP/1.1 101 "), ContinuousClock.now < deadline {
                again = try RawSocket(port: desk.port).upgrade()
            }
            #expect(again.hasPrefix("HTTP/1.1 101 "))
            withExtendedLifetime((taken, elsewhere)) {}
        }
    }
}
