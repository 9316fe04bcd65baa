import Foundation
import Testing

extension `The server` {
    @Suite struct `with a slow reader` {
        @Test func `it closes with 1013, and resume brings what was missed`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "100000 usd")
            try desk.start(
                DeskUnderTest.unhurried
                    + ["outgoing_bytes=200000", "resume_bytes=50000", "stall_s=1"].flatMap { ["--limit", $0] })
            let ann = try desk.logIn("ann")
            let token = try desk.token(of: ann)
            let slow = try RawSocket(port: desk.port, receiveBytes: 262_144)
            let head = try slow.upgrade(["Sec-WebSocket-Protocol: outcry.json.v1", "Authorization: Bearer \(token)"])
            #expect(head.hasPrefix("HTTP/1.1 101 "))
            try slow.say("whoami")
            #expect(slow.message() != nil)
            // The desk says how it is after each batch: answered in a later one, it has counted the session.
            try ann.ask("time")
            for _ in 0..<3 { try ann.ask("slice buy 1 btc_usd 100..149 x50") }
            // One message of many lines, whose answers are far more than may wait for anybody.
            try slow.say(Array(repeating: "inbox 100", count: 60).joined(separator: "\n"))
            let deadline = ContinuousClock.now + .seconds(patienceSeconds)
            while try desk.sessions() == 2, ContinuousClock.now < deadline { Thread.sleep(forTimeInterval: 0.01) }
            #expect(try desk.sessions() == 1)
            let frames = slow.readToEnd()
            #expect(frames.closeCode == 1_013)
            // Those come when it is gone already.
            for _ in 0..<3 { try ann.ask("buy 0.01 btc_usd at 100") }
            try ann.ask("funds")

            // All that a session was told which did read, from the first to the last, word for word.
            let told = ann.events.filter { $0.seq != nil }
            let again = try desk.connect(token: token)
            let all = try again.resumed()
            #expect(all.map(\.seq) == all.indices.map { UInt64($0 + 1) })
            #expect(all.prefix(told.count).map(\.raw) == told.map(\.raw))
            #expect(told.count > 150)
            let raw = Set(all.map(\.raw))
            let read = frames.messages.filter { $0.hasPrefix("{\"type\":\"event\",\"seq\"") }
            #expect(read.allSatisfy { raw.contains($0) })
        }
    }
}
