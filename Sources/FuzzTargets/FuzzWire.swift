import ChatServer
import CommandGrammar
import Conversation
import Trading

/// What holds for what comes over a socket.
enum FuzzWire {
    private static let limits = LineLimits()
    private static let parser = CommandParser(vocabulary: FuzzGrammar.vocabulary)

    /// A message comes to lines of one line each, none too long, not too many; what is refused is sent as good JSON.
    static func message(_ bytes: [UInt8]) throws(FuzzFinding) {
        let message = String(decoding: bytes, as: UTF8.self)
        for format in WireFormat.allCases {
            let read = MessageReader(limits: limits).read(message, as: format)
            try expect(read.count <= limits.messageLines, "a message of \(read.count) lines was taken")
            for one in read {
                switch one {
                case .refused(let reply): try sent(reply)
                case .line(let line, _): try answered(line)
                }
            }
        }
    }

    private static func answered(_ line: IncomingLine) throws(FuzzFinding) {
        try expect(line.text.utf8.count <= limits.lineBytes, "a line of \(line.text.utf8.count) bytes was taken")
        try expect(!line.text.utf8.contains(0x0A), "a line has a line break")
        let parsed = parser.parse(line.text)
        if let tag = line.tag { try expect(CommandParser.isTag(tag), "the id \(tag.debugDescription) is no tag") }
        guard let refusal = parsed.refusal else { return }
        try sent(
            .refused(
                refusal, verb: parsed.command?.verb, tag: line.tag ?? parsed.tag, text: refusal.text(over: line.text)))
    }

    /// A reply reads as it was written when it comes to the client.
    private static func sent(_ reply: Reply) throws(FuzzFinding) {
        let payload = OutgoingMessage.reply(reply).payload(as: .json) ?? []
        guard case .reply(let received)? = try? ServerMessage(String(decoding: payload, as: UTF8.self)) else {
            throw FuzzFinding("a reply is no message: \(String(decoding: payload, as: UTF8.self))")
        }
        try expect(
            received.text == reply.text && received.tag == reply.tag && received.errorCode == reply.error?.code.name,
            "a reply reads otherwise than it was written: \(reply)")
    }

    /// What is read is written again as what reads the same; what is refused is refused at a place in the text.
    static func json(_ bytes: [UInt8]) throws(FuzzFinding) {
        let text = String(decoding: bytes, as: UTF8.self)
        let value: JSONValue
        do throws(JSONReadError) {
            value = try JSONReader.read(text)
        } catch {
            try expect(
                (1...text.utf8.count + 1).contains(error.offset), "byte \(error.offset) is not in the text")
            return
        }
        let written = value.json
        try expect((try? JSONReader.read(written)) == value, "it reads otherwise when it is written again: \(written)")
        try numbers(value, in: text)
    }

    /// No digit of a number is lost: each stands in the text as it does in the value.
    private static func numbers(_ value: JSONValue, in text: String) throws(FuzzFinding) {
        switch value {
        case .null, .bool, .string: break
        // -0 is the only whole number that is written otherwise.
        case .int(let number): try expect(number == 0 || text.contains("\(number)"), "\(number) is not in the text")
        case .raw(let number): try expect(text.contains(number), "\(number) is not in the text")
        case .array(let values): for value in values { try numbers(value, in: text) }
        case .object(let object): for member in object.members { try numbers(member.value, in: text) }
        }
    }

    /// No digit of a notification's number is lost.
    static func serverMessage(_ bytes: [UInt8]) throws(FuzzFinding) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard case .event(let notification)? = try? ServerMessage(text) else { return }
        for number in [notification.sequence, notification.order].compactMap(\.self) {
            try expect(text.contains("\(number)"), "\(number) is not in the text")
        }
    }

    /// A line for each header, as `Name: value`; and an address of a server in the first.
    static func handshake(_ bytes: [UInt8]) throws(FuzzFinding) {
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var headers: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        let handshake = Handshake(
            host: headers["host"], origin: headers["origin"], protocols: headers["sec-websocket-protocol"],
            key: headers["sec-websocket-key"], version: headers["sec-websocket-version"],
            connection: headers["connection"])
        if case .refused(let status, _) = handshake.judged(allowedOrigins: ["https://desk.example", "null"]) {
            try expect([400, 403, 426].contains(status), "refused with \(status)")
        } else {
            try expect(handshake.host != nil && handshake.version == "13", "it was accepted: \(headers)")
        }
        if let token = bearerToken(authorization: headers["authorization"]) {
            try expect(!token.isEmpty && !token.contains(" "), "the token is \(token.debugDescription)")
        }
        _ = forwardedAddress(headers["x-forwarded-for"], by: "127.0.0.1", isAddress: { $0.count > 3 })
        if let address = WebSocketAddress(String(lines.first ?? "")) {
            try expect(
                WebSocketAddress(address.description) == address, "\(address) reads otherwise than it was written")
        }
    }
}
