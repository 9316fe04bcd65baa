import ChatServer
import Conversation

/// What holds for bytes on a socket, before they are messages.
enum FuzzSocket {
    // MARK: Frames

    /// Bytes of a message at most: so few that fragments pass it, and as many as a server has.
    private static let messageBytesMax = [200, 65_536]

    /// However the bytes are cut, the same comes out of them; and what came out reads the same from our own writer.
    static func frames(_ bytes: [UInt8]) throws(FuzzFinding) {
        for bytesMax in messageBytesMax {
            let whole = FramesRead(bytes, messageBytesMax: bytesMax) { bytes.count }
            var cuts = Cuts(bytes)
            let pieces = FramesRead(bytes, messageBytesMax: bytesMax) { cuts.next() }
            let crumbs = FramesRead(bytes, messageBytesMax: bytesMax) { 1 }
            for cut in [pieces, crumbs] {
                try expect(
                    cut.found == whole.found && cut.violation == whole.violation && cut.framesRead == whole.framesRead,
                    "cut, it reads \(cut.found) \(cut.violation as Any); whole, \(whole.found) \(whole.violation as Any)"
                )
                // A control frame has at most 125 bytes (RFC 6455 §5.5).
                try expect(cut.heldBytesMost <= bytesMax + 125, "\(cut.heldBytesMost) bytes were held")
            }
            if let violation = whole.violation {
                try expect([1_002, 1_003, 1_007, 1_009].contains(violation.code), "ended with \(violation)")
            }
            for case .message(let text) in whole.found {
                try expect(
                    text.count <= bytesMax && String(validating: text, as: UTF8.self) != nil,
                    "a message of \(text.count) bytes: \(text)")
            }
            let written = whole.found.flatMap { masked(bytesWritten($0), with: Array(bytes.prefix(4))) }
            let again = FramesRead(written, messageBytesMax: bytesMax) { written.count }
            try expect(
                again.found == whole.found && again.violation == nil,
                "\(whole.found) was written, \(again.found) \(again.violation as Any) is read")
        }
    }

    /// One frame as a server sends it.
    private static func bytesWritten(_ found: FrameReader.Found) -> [UInt8] {
        var queue = OutgoingQueue()
        switch found {
        case .message(let payload): queue.append(payload, as: .text)
        case .ping(let payload): queue.append(payload, as: .ping)
        case .pong(let payload): queue.append(payload, as: .pong)
        case .close(let frame): return frame.bytes
        }
        return queue.next() ?? []
    }

    /// A server's frame as a client would have sent it (RFC 6455 §5.3).
    private static func masked(_ frame: [UInt8], with mask: [UInt8]) -> [UInt8] {
        // None, two or eight bytes of length stand behind the first two bytes (§5.2).
        let headerBytes = frame[1] == 127 ? 10 : frame[1] == 126 ? 4 : 2
        let payload = frame[headerBytes...].enumerated().map { $1 ^ mask[$0 % 4] }
        return [frame[0], frame[1] | 0x80] + Array(frame[2..<headerBytes]) + mask + payload
    }

    // MARK: The head of a request

    /// A head is refused, or says what stands in it, byte for byte; written otherwise it means the same.
    static func requestHead(_ bytes: [UInt8]) throws(FuzzFinding) {
        let head: RequestHead
        do throws(RequestHead.Malformed) {
            head = try RequestHead(bytes)
        } catch {
            try expect([400, 505].contains(error.status), "refused with \(error)")
            try expect(error.message.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "the refusal reads: \(error)")
            return
        }
        try expect(
            !head.path.isEmpty && head.path.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "?") },
            "the path is \(head.path.debugDescription)")
        let lines = lines(bytes)
        var values: [String: [String]] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw FuzzFinding("a line has no colon") }
            let value = line[(colon + 1)...].drop(while: isBlank)
            let end = value.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? value.startIndex
            values[String(decoding: line[..<colon], as: UTF8.self).lowercased(), default: []]
                .append(String(decoding: value[..<end], as: UTF8.self))
        }
        for (name, values) in values {
            let said = values.joined(separator: ", ")
            try expect(head[name] ?? "" == said, "\(name) is \(head[name] ?? "not there"); said was \(said)")
        }
        try expect((try? RequestHead(rewritten(lines))) == head, "it means another thing in capitals, with tabs")
        try judged(head)
    }

    /// What becomes a WebSocket has asked for that in every way that RFC 6455 §4.2.1 wants.
    private static func judged(_ head: RequestHead) throws(FuzzFinding) {
        guard case .accepted = Handshake(head).judged(allowedOrigins: ["https://desk.example"]) else { return }
        try expect(
            head.method == "GET" && head.minorVersion == 1 && head["host"] != nil
                && head["sec-websocket-version"] == "13" && head["sec-websocket-key"]?.utf8.count == 24
                && head.list("upgrade", has: "websocket") && head.list("connection", has: "upgrade"),
            "it became a WebSocket: \(head)")
    }

    /// Lines as RFC 9112 §2.2 ends them.
    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while let end = rest.firstRange(of: [0x0D, 0x0A]) {
            lines.append(rest[..<end.lowerBound])
            rest = rest[end.upperBound...]
        }
        return lines + [rest]
    }

    private static func rewritten(_ lines: [ArraySlice<UInt8>]) -> [UInt8] {
        var bytes = Array(lines[0])
        for line in lines.dropFirst() {
            let name = line.prefix { $0 != UInt8(ascii: ":") }
            let isLower = UInt8(ascii: "a")...UInt8(ascii: "z")
            bytes += [0x0D, 0x0A] + name.map { isLower.contains($0) ? $0 - 0x20 : $0 }
            bytes += [UInt8(ascii: ":"), 0x09] + line.dropFirst(name.count + 1) + [0x20, 0x09]
        }
        return bytes
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}

/// What a reader makes of bytes that come in portions.
private struct FramesRead {
    var found: [FrameReader.Found] = []
    var violation: FrameViolation?
    var framesRead = 0
    /// After any of the portions.
    var heldBytesMost = 0

    init(_ bytes: [UInt8], messageBytesMax: Int, portion: () -> Int) {
        var reader = FrameReader(messageBytesMax: messageBytesMax)
        var rest = bytes[...]
        do throws(FrameViolation) {
            while !rest.isEmpty {
                var input = rest.prefix(portion())
                rest = rest.dropFirst(input.count)
                while let next = try reader.next(in: &input) { found.append(next) }
                heldBytesMost = max(heldBytesMost, reader.heldBytes)
            }
        } catch {
            violation = error
        }
        framesRead = reader.framesRead
    }
}

/// Places to cut an input at, from the input itself: the same input is always cut alike.
private struct Cuts {
    private var state: UInt64

    /// FNV-1a.
    init(_ bytes: [UInt8]) {
        state = bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// Bytes of the next piece.
    mutating func next() -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return 1 + Int(state >> 33) % 40
    }
}
