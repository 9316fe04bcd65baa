import Conversation
import Foundation
import Testing
import Threads

extension `The server` {
    @Suite struct `beside clients that dribble` {
        private static let clients = 100
        private static let short = ["handshake_s=1", "ping_interval_s=1", "pong_timeout_s=3"].flatMap {
            ["--limit", $0]
        }

        private func prepared(_ more: [String] = short) throws -> (desk: DeskUnderTest, trader: Trader) {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "1000000 usd")
            try desk.start(FloodComparison.limits + more)
            return (desk, try desk.logIn("ann"))
        }

        /// Sends a byte to each in turn, over and over, until the server has cut them all. Answers how many bytes each took.
        private func dribble(_ bytes: [UInt8], to clients: [RawSocket.Descriptor]) throws -> [Int] {
            var taken = clients.map { _ in 0 }
            var alive = Set(clients.indices)
            let deadline = ContinuousClock.now + .seconds(patienceSeconds)
            while !alive.isEmpty, ContinuousClock.now < deadline {
                for index in alive.sorted() {
                    let byte = bytes[taken[index] % bytes.count]
                    if clients[index].isHungUp || !clients[index].write([byte]) {
                        alive.remove(index)
                    } else {
                        taken[index] += 1
                    }
                }
                Thread.sleep(forTimeInterval: 0.02)
            }
            guard alive.isEmpty else { throw Unexpected("\(alive.count) were not cut") }
            return taken
        }

        @Test func `a handshake byte by byte is cut after handshake_s`() throws {
            let (desk, trader) = try prepared()
            try FloodComparison(trader).measure("\(Self.clients) handshakes byte by byte") { orders in
                let clients = try (0..<Self.clients).map { _ in try RawSocket(port: desk.port).released() }
                defer { for client in clients { client.close() } }
                // A request that never ends: one header more, and one more.
                let request = Array("GET / HTTP/1.1\r\nHost: a\r\n".utf8)
                for client in clients { #expect(client.write(request)) }
                let ended = Monitor<Result<[Int], any Error>?>(nil)
                Thread.detachNewThread {
                    let result = Result { try dribble(Array("X-A: b\r\n".utf8), to: clients) }
                    ended.withLock { $0 = result }
                }
                try orders()
                let taken = try #require(ended.wait(seconds: patienceSeconds) { $0 }).get()
                #expect(taken.allSatisfy { $0 > 0 })
            }
            #expect(try desk.connect().ask("version").text.hasPrefix("= "))
        }

        @Test func `a frame byte by byte is cut after ping_interval_s and pong_timeout_s`() throws {
            let (desk, trader) = try prepared()
            try FloodComparison(trader).measure("\(Self.clients) frames byte by byte") { orders in
                let clients = try (0..<Self.clients).map { _ in
                    let client = try RawSocket(port: desk.port)
                    try client.upgrade()
                    return client.released()
                }
                defer { for client in clients { client.close() } }
                // A text frame of 60,000 bytes that would take the better part of an hour.
                for client in clients { #expect(client.write([0x81, 0xFE, 0xEA, 0x60, 0, 0, 0, 0])) }
                let ended = Monitor<Result<[Int], any Error>?>(nil)
                Thread.detachNewThread {
                    let result = Result { try dribble(Array("time".utf8), to: clients) }
                    ended.withLock { $0 = result }
                }
                try orders()
                let taken = try #require(ended.wait(seconds: patienceSeconds) { $0 }).get()
                #expect(taken.allSatisfy { $0 > 0 && $0 < 60_000 })
            }
            #expect(try desk.sessions() == 1)
        }

        @Test func `handshakes too many push out the oldest, and a trader still gets in`() throws {
            let (desk, trader) = try prepared(["--limit", "handshakes=50"])
            try FloodComparison(trader).measure("connections that say nothing, more than handshakes") { orders in
                let clients = try (0..<200).map { _ in try RawSocket(port: desk.port).released() }
                defer { for client in clients { client.close() } }
                #expect(try desk.connect().ask("version").text.hasPrefix("= "))
                try orders()
                let deadline = ContinuousClock.now + .seconds(patienceSeconds)
                while clients.prefix(150).contains(where: { !$0.isHungUp }), ContinuousClock.now < deadline {
                    Thread.sleep(forTimeInterval: 0.01)
                }
                #expect(clients.prefix(150).allSatisfy { $0.isHungUp })
            }
        }
    }
}
