import Trading

/// How much one message may hold.
package struct LineLimits: Hashable, Sendable {
    /// Bytes of a line, without its break.
    package var lineBytes: Int
    /// Lines of a message.
    package var messageLines: Int

    package init(lineBytes: Int = 1_024, messageLines: Int = 100) {
        self.lineBytes = lineBytes
        self.messageLines = messageLines
    }
}

/// What a WebSocket message comes to: lines for the desk and refusals of the gateway, in the order typed.
package enum ReadLine: Hashable, Sendable {
    case line(IncomingLine, isUrgent: Bool)
    case refused(Reply)
}

/// Reads messages into lines. Pure: the budgets, which know the clock, are applied afterwards.
package struct MessageReader: Sendable {
    let limits: LineLimits

    package init(limits: LineLimits = LineLimits()) { self.limits = limits }

    /// The lines of a message. Blank lines and lines that are only a comment are left out, as they have no reply.
    package func read(_ message: String, as format: WireFormat) -> [ReadLine] {
        if format == .json, message.utf8.first(where: { !isSpace($0) && $0 != 0x0A }) == UInt8(ascii: "{") {
            return readObject(message)
        }
        var lines: [ReadLine] = []
        for part in message.utf8.split(whereSeparator: { $0 == 0x0A }) {
            let bytes = part.last == 0x0D ? part.dropLast() : part
            guard saysSomething(bytes) else { continue }
            guard lines.count < limits.messageLines else { return [.refused(tooManyLines(message))] }
            lines.append(check(IncomingLine(text: String(Substring(bytes)))))
        }
        return lines
    }

    /// `{"id":"k7","line":"buy 0.5 btc_usd at 230"}`
    private func readObject(_ message: String) -> [ReadLine] {
        let read: LineMessage
        do throws(LineMessage.Fault) { read = try LineMessage(message) } catch {
            return [bad(error.message, tag: error.tag)]
        }
        let tag = read.id
        guard let line = read.line else { return [bad("no line; expected {\"id\":...,\"line\":...}", tag: tag)] }
        guard !line.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D }) else {
            return [bad("the line has a line break; expected one line", tag: tag)]
        }
        guard tag == nil || LineTag(leading: line.utf8) == nil else {
            return [bad("a tag in the line and an id; expected one of them", tag: tag)]
        }
        guard saysSomething(line.utf8[...]) else { return tag == nil ? [] : [bad("the line is empty", tag: tag)] }
        return [check(IncomingLine(tag: tag, text: line))]
    }

    private func check(_ line: IncomingLine) -> ReadLine {
        let count = line.text.utf8.count
        let leading = LineTag(leading: line.text.utf8)
        guard count <= limits.lineBytes else {
            return .refused(
                .refused(
                    Refusal(.lineTooLong, "the line has \(count) bytes; at most \(limits.lineBytes)"),
                    tag: line.tag ?? leading?.text))
        }
        let words = leading.map { line.text.utf8[$0.end...] } ?? line.text.utf8[...]
        return .line(line, isUrgent: leadingWordIsUrgent(words))
    }

    private func bad(_ message: String, tag: String? = nil) -> ReadLine {
        .refused(.refused(Refusal(.badMessage, message), tag: tag))
    }

    private func tooManyLines(_ message: String) -> Reply {
        let count = message.utf8.split(whereSeparator: { $0 == 0x0A }).count
        return .refused(
            Refusal(
                .messageTooLong,
                "the message has \(count) lines; at most \(limits.messageLines), none was read"))
    }
}

private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

/// False for a blank line and for one that is only a comment.
private func saysSomething(_ bytes: Substring.UTF8View) -> Bool {
    guard let start = bytes.firstIndex(where: { !isSpace($0) }) else { return false }
    return !bytes[start...].starts(with: "//".utf8)
}

/// Whether the first word is `cancel` or `panic`, in any case.
func leadingWordIsUrgent(_ bytes: Substring.UTF8View) -> Bool {
    let word = bytes.drop(while: isSpace).prefix { !isSpace($0) }
    guard word.count == 5 || word.count == 6 else { return false }
    let lowered = word.map { $0 | 0x20 }
    return lowered.elementsEqual("cancel".utf8) || lowered.elementsEqual("panic".utf8)
}
