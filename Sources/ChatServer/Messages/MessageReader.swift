import Trading

/// What a WebSocket message comes to: lines for the desk and refusals of this room, in the order typed.
package enum ReadLine: Hashable, Sendable {
    case line(IncomingLine, isUrgent: Bool)
    case refused(Reply)
}

/// Reads messages into lines. Pure: the budgets, which know the clock, are applied afterwards.
package struct MessageReader: Sendable {
    let limits: ChatLimits

    package init(limits: ChatLimits) { self.limits = limits }

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
        let object: JSONObject
        do throws(JSONReadError) {
            guard case .object(let read) = try JSONReader.read(message) else { return [] }
            object = read
        } catch {
            return [bad("not JSON: \(error.message) at byte \(error.offset)")]
        }
        var tag: String?
        switch object["id"] {
        case nil, .null: break
        case .string(let id) where LineTag.isTag(id.utf8): tag = id
        case .string: return [bad("the id is no tag: 1 to 32 of A-Z a-z 0-9 . _ -")]
        case let other?: return [bad("the id is \(kind(of: other)); expected a string")]
        }
        if let stranger = object.members.first(where: { $0.name != "id" && $0.name != "line" }) {
            return [bad("unknown name \(shortened(stranger.name)); expected id and line", tag: tag)]
        }
        guard let value = object["line"] else { return [bad("no line; expected {\"id\":...,\"line\":...}", tag: tag)] }
        guard case .string(let line) = value else {
            return [bad("the line is \(kind(of: value)); expected a string", tag: tag)]
        }
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
                "the message has \(count) lines; at most \(limits.messageLines), so none of them was read"))
    }
}

/// The refusal of a line that came too soon.
func tooFast(waitNanoseconds: Int64) -> Refusal {
    // Rounded up: a trader who waits as long as told is not refused again.
    let tenths = (waitNanoseconds + 99_999_999) / 100_000_000
    return Refusal(.tooFast, "too fast: try again in \(tenths / 10).\(tenths % 10) s")
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

private func kind(of value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool: "true or false"
    case .int, .raw: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
}

private func shortened(_ name: String) -> String {
    JSONValue.string(name.count > 32 ? name.prefix(32) + "..." : name).json
}
