import Foundation
import Testing

extension `The server` {
    @Suite struct `with a slow reader` {
        private func sessions(_ desk: DeskUnderTest) throws -> Int {
            let body = try RawSocket(port: desk.port).request("/health").body
            let answer = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
            return try #require(answer?["sessions"] as? Int)
        }

        @Test func `it closes with 1013, and resume brings what was missed`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "100000 usd")
            try desk.start(
                DeskUnderTest.unhurried + ["--limit", "outgoing_bytes=100000", "--limit", "resume_bytes=50000"])
            let ann = try desk.logIn("ann")
            let token = try desk.token(of: ann)
            let slow = try RawSocket(port: desk.port, receiveBytes: 4_096)
            let head = try slow.upgrade(["Sec-WebSocket-Protocol: outcry.json.v1", "Authorization: Bearer \(token)"])
            #expect(head.hasPrefix("HTTP/1.1 101 "))
            // Its own answers fill what the system takes for somebody who does not read, and then what the server does.
            var orders = 0
            while try sessions(desk) == 2, orders < 5_000 {
                for _ in 0..<20 {
                    try ann.ask("buy 0.01 btc_usd at 100")
                    try? slow.say("help")
                }
                orders += 20
            }
            #expect(orders < 5_000)
            // Those that came when it was gone already.
            for _ in 0..<100 { try ann.ask("buy 0.01 btc_usd at 99") }
            orders += 100
            let frames = slow.readToEnd()
            #expect(frames.closeCode == 1_013)

            let again = try desk.connect(token: token)
            let all = try again.resumed().filter { $0.seq != nil }
            #expect(all.map(\.seq) == all.indices.map { UInt64($0 + 1) })
            #expect(all.filter { $0.event == "opened" }.compactMap { $0.order?.id } == (1...UInt64(orders)).map { $0 })
            // What it had read is among them, word for word.
            let raw = Set(all.map(\.raw))
            let read = frames.messages.filter { $0.hasPrefix("{\"type\":\"event\",\"seq\"") }
            #expect(read.allSatisfy { raw.contains($0) })
        }
    }
}
