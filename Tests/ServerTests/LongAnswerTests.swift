import Foundation
import Testing

extension `The server` {
    @Suite struct `with a long answer` {
        @Test func `a ladder of 600 is answered once, and all its orders are told in order, to a session that reads`()
            throws
        {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "1000000 usd")
            try desk.start()
            let ann = try desk.logIn("ann")
            let socket = try RawSocket(port: desk.port)
            let token = try desk.token(of: ann)
            try socket.upgrade(["Sec-WebSocket-Protocol: outcry.json.v1", "Authorization: Bearer \(token)"])
            try socket.say(#"{"id":"k1","line":"slice buy 60 btc 195..199 x600"}"#)
            var replies: [ChatMessage] = []
            var events: [UInt64] = []
            while events.count < 600 || replies.isEmpty {
                let message = try ChatMessage(
                    try #require(socket.message(), "\(events.count) events, \(replies.count) replies"), format: .json)
                if message.type == "reply" { replies.append(message) }
                if message.event == "opened", let number = message.seq { events.append(number) }
            }
            #expect(replies.map(\.id) == ["k1"] && replies[0].ok == true, "\(replies[0].raw.prefix(200))")
            #expect(events == events.sorted() && Set(events).count == 600)
            try socket.say(#"{"id":"k2","line":"cancel all"}"#)
            while true {
                let message = try ChatMessage(try #require(socket.message()), format: .json)
                if message.type == "reply" {
                    #expect(message.ok == true)
                    break
                }
            }
        }
    }
}
