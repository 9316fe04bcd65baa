import Conversation
import Testing
import Trading

@testable import ChatServer

@Suite struct `Messages` {
    private func text(_ message: OutgoingMessage, _ format: WireFormat) -> String? {
        message.payload(as: format).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `a reply is written as the contract shows`() {
        let reply = Reply(
            tag: "k7", mark: .done, verb: "buy", text: "+ #41 ...",
            fields: ["order": ["id": 41, "status": "open"]])
        #expect(text(.reply(reply), .text) == "[k7] + #41 ...")
        #expect(
            text(.reply(reply), .json)
                == #"{"type":"reply","id":"k7","ok":true,"verb":"buy","text":"+ #41 ...","order":{"id":41,"status":"open"}}"#
        )
    }

    @Test func `a refusal is written as the contract shows`() {
        let refusal = Refusal(
            .unknownPair, "no pair btc_eurr; did you mean btc_eur?", at: Span(column: 9, length: 8),
            suggestion: "btc_eur")
        #expect(
            text(.reply(.refused(refusal, tag: "k7", text: "! ...")), .json)
                == #"{"type":"reply","id":"k7","ok":false,"text":"! ...","error":{"code":"unknown_pair","message":"no pair btc_eurr; did you mean btc_eur?","column":9,"length":8,"suggestion":"btc_eur"}}"#
        )
        let plain = Refusal(.belowMinimum, "too little", details: ["at least 0.01 btc"])
        #expect(text(.reply(.refused(plain)), .text) == "! too little\n  at least 0.01 btc")
    }

    @Test func `an event is written as the contract shows`() {
        let notice = Notice(
            sequence: 1_842, at: Timestamp(seconds: 1_788_112_800), event: "filled", text: "* #41 filled ...",
            fields: ["order": ["id": 41]])
        #expect(text(.notice(notice), .text) == "* #41 filled ...")
        #expect(
            text(.notice(notice), .json)
                == #"{"type":"event","seq":1842,"at":"2026-08-30T18:00:00.000Z","event":"filled","order":{"id":41},"text":"* #41 filled ..."}"#
        )
        var price = notice
        price.sequence = nil
        #expect(text(.notice(price), .json)?.hasPrefix(#"{"type":"event","seq":null,"#) == true)
    }

    @Test func `no reply sends nothing`() {
        #expect(text(.noReply, .text) == nil)
        #expect(text(.noReply, .json) == nil)
    }

    private let reader = MessageReader()

    private func line(_ text: String, tag: String? = nil, isUrgent: Bool = false) -> ReadLine {
        .line(IncomingLine(tag: tag, text: text), isUrgent: isUrgent)
    }

    private func refused(_ code: RefusalCode, _ message: String, tag: String? = nil) -> ReadLine {
        .refused(.refused(Refusal(code, message), tag: tag))
    }

    @Test func `a message is read line by line`() {
        let read = reader.read(" buy 1 \r\n\n \t\n//x\n  // y\n[t] Cancel all\nPANIC\ncancels", as: .text)
        let expected = [
            line(" buy 1 "), line("[t] Cancel all", isUrgent: true), line("PANIC", isUrgent: true), line("cancels"),
        ]
        #expect(read == expected)
    }

    @Test func `a line break of another alphabet is not one`() {
        #expect(reader.read("a\u{2028}b\u{85}c", as: .text) == [line("a\u{2028}b\u{85}c")])
    }

    @Test func `a carriage return and line feed stay one line break`() {
        #expect(reader.read("a\r\nb\r\n", as: .text) == [line("a"), line("b")])
    }

    @Test func `a message of too many lines is refused whole`() {
        let message = String(repeating: "x\n", count: 101)
        #expect(
            reader.read(message, as: .text) == [
                refused(.messageTooLong, "the message has 101 lines; at most 100, none was read")
            ])
        #expect(reader.read(String(repeating: "x\n", count: 100), as: .text).count == 100)
    }

    @Test func `an object is a line with its tag`() {
        #expect(
            reader.read(#"{"id":"k7","line":"cancel 4"}"#, as: .json) == [line("cancel 4", tag: "k7", isUrgent: true)])
        #expect(reader.read(#" {"line":"[a] buy"} "#, as: .json) == [line("[a] buy")])
        #expect(reader.read(#"{"id":null,"line":"x"}"#, as: .json) == [line("x")])
        #expect(reader.read(#"{"line":"  "}"#, as: .json) == [])
        // In text mode an object is a line like any other.
        #expect(reader.read(#"{"line":"x"}"#, as: .text) == [line(#"{"line":"x"}"#)])
        #expect(reader.read("[k7] buy\nsell", as: .json) == [line("[k7] buy"), line("sell")])
    }

    @Test(arguments: [
        (#"{"id":"k7"}"#, #"no line; expected {"id":...,"line":...}"#, "k7"),
        (#"{"id":7,"line":"x"}"#, "the id is a number; expected a string", nil),
        (#"{"id":"a b","line":"x"}"#, "the id is no tag: 1 to 32 of A-Z a-z 0-9 . _ -", nil),
        (#"{"id":"k7","line":["x"]}"#, "the line is an array; expected a string", "k7"),
        (#"{"id":"k7","line":"x","to":1}"#, #"unknown name "to"; expected id and line"#, "k7"),
        (#"{"to":1,"id":"k7","line":"x"}"#, #"unknown name "to"; expected id and line"#, nil),
        (#"{"id":"k7","to":[[[[["#, #"unknown name "to"; expected id and line"#, "k7"),
        (#"{"\u0069d":"k7","Line":"x"}"#, #"unknown name "Line"; expected id and line"#, "k7"),
        (#"{"id":"k7","id":"k8","line":"x"}"#, #"not JSON: the name "id" comes twice at byte 12"#, "k7"),
        (#"{"line":"x", "line":"y"}"#, #"not JSON: the name "line" comes twice at byte 14"#, nil),
        (#"{"line":{"a":1}}"#, "the line is an object; expected a string", nil),
        (#"{"id":true}"#, "the id is true or false; expected a string", nil),
        (#"{"line":}"#, #"not JSON: found "}"; expected a value at byte 9"#, nil),
        (
            "{\"" + String(repeating: "\u{301}", count: 30) + "\":1}",
            "unknown name \"" + String(repeating: "\u{301}", count: 16) + "...\"; expected id and line", nil
        ),
        (#"{"id":"k7","line":"x\ny"}"#, "the line has a line break; expected one line", "k7"),
        (#"{"id":"k7","line":"[k8] x"}"#, "a tag in the line and an id; expected one of them", "k7"),
        (#"{"id":"k7","line":""}"#, "the line is empty", "k7"),
        (
            #"{"line":"x""#, "not JSON: found the end of the message; expected a comma or the object's end at byte 12",
            nil
        ),
    ])
    func `a message that is no line is refused with what was expected`(json: String, message: String, tag: String?) {
        #expect(reader.read(json, as: .json) == [refused(.badMessage, message, tag: tag)])
    }

    @Test func `a line has bytes, not characters`() {
        let limit = String(repeating: "é", count: 512)
        #expect(reader.read(limit, as: .text) == [line(limit)])
        #expect(
            reader.read(limit + "x", as: .text) == [refused(.lineTooLong, "the line has 1025 bytes; at most 1024")])
    }

    @Test(arguments: [
        ("[k7] x", "k7"), ("  [A.b_c-9]x", "A.b_c-9"), ("[] x", nil), ("[a b] x", nil), ("[a", nil), ("x [a]", nil),
        ("[\(String(repeating: "a", count: 32))]", String(repeating: "a", count: 32)),
        ("[\(String(repeating: "a", count: 33))]", nil),
    ])
    func `a tag is read from the beginning of a line`(line: String, tag: String?) {
        #expect(LineTag(leading: line.utf8)?.text == tag)
    }

    @Test func `frames are joined and cut at their ends`() {
        var queue = OutgoingQueue()
        for count in [0, 125, 126, 65_535, 65_536, 10] { queue.append([UInt8](repeating: 7, count: count)) }
        let headerBytes = 2 + 2 + 4 + 4 + 10 + 2
        #expect(queue.byteCount == headerBytes + 131_332)
        var chunks: [[UInt8]] = []
        while let chunk = queue.next() { chunks.append(chunk) }
        // Long frames are handed out in pieces.
        #expect(chunks.map(\.count) == [259, 32_768, 32_768, 3, 32_768, 32_768, 10, 12])
        let heads = chunks.map { Array($0.prefix(11)) }
        #expect(heads[0] == [0x81, 0, 0x81, 125, 7, 7, 7, 7, 7, 7, 7])
        #expect(heads[1] == [0x81, 126, 0xFF, 0xFF, 7, 7, 7, 7, 7, 7, 7])
        #expect(heads[4] == [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0, 7])
        #expect(heads[7] == [0x81, 10, 7, 7, 7, 7, 7, 7, 7, 7, 7])
        #expect(queue.byteCount == 0)
        #expect(queue.isEmpty)
    }

    @Test func `what waits is dropped at the end of a frame`() {
        var queue = OutgoingQueue()
        queue.append([UInt8](repeating: 7, count: 40_000))
        #expect(queue.bytesOfFrameBegun == 0)
        var sent = queue.next() ?? []
        queue.append([UInt8](repeating: 8, count: 10))
        #expect(queue.bytesOfFrameBegun == 40_004 - 32_768)
        queue.removeAll()
        #expect(queue.byteCount == 40_004 - 32_768)
        while let piece = queue.next() { sent += piece }
        #expect(sent.count == 40_004)
        #expect(!sent.contains(8))
        queue.append([UInt8](repeating: 8, count: 10))
        queue.removeAll()
        #expect(queue.isEmpty)
        #expect(queue.byteCount == 0)
    }
}
