import Conversation
import Testing
import Trading

@Suite struct `A message of a server, read by a client` {
    @Test func `a reply comes back as it was sent`() throws {
        let reply = Reply(
            tag: "k7", mark: .done, verb: "buy", text: "+ #41 \"x\"\n  y", fields: ["order": ["id": 41], "seq": 9])
        let payload = try #require(OutgoingMessage.reply(reply).payload(as: .json))
        guard case .reply(let read) = try ServerMessage(String(decoding: payload, as: UTF8.self)) else {
            Issue.record("no reply")
            return
        }
        #expect(read.tag == "k7" && read.isOK && read.verb == "buy" && read.errorCode == nil)
        #expect(read.text == "+ #41 \"x\"\n  y" && read.mark == .done)
        #expect(read.fields.unsigned("seq") == 9)
    }

    @Test func `a refusal tells its code`() throws {
        let reply = Reply.refused(Refusal(.unknownPair, "no pair btc_eurr"))
        let payload = try #require(OutgoingMessage.reply(reply).payload(as: .json))
        guard case .reply(let read) = try ServerMessage(String(decoding: payload, as: UTF8.self)) else {
            Issue.record("no reply")
            return
        }
        #expect(!read.isOK && read.errorCode == "unknown_pair" && read.tag == nil && read.mark == .refused)
    }

    @Test(arguments: [(UInt64(1), "1"), (UInt64.max, "the largest"), (nil, "none")] as [(UInt64?, String)])
    func `a notification keeps its number`(_ sequence: UInt64?, _ what: String) throws {
        let notice = Notice(
            sequence: sequence, at: Timestamp(nanoseconds: 0), event: "filled", text: "* #41 filled")
        let payload = try #require(OutgoingMessage.notice(notice).payload(as: .json))
        guard case .event(let read) = try ServerMessage(String(decoding: payload, as: UTF8.self)) else {
            Issue.record("no event")
            return
        }
        #expect(read.sequence == sequence && read.event == "filled" && read.text == "* #41 filled")
    }

    @Test(arguments: ["", "+ text", "[]", "{}", #"{"type":"reply"}"#, #"{"type":"news","text":"x"}"#])
    func `what is neither is an error`(_ text: String) {
        #expect(throws: JSONReadError.self) { try ServerMessage(text) }
    }
}
