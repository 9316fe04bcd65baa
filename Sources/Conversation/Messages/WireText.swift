import Trading

extension OutgoingMessage {
    /// The payload of the one WebSocket message that this is, or nil where nothing is sent.
    public func payload(as format: WireFormat) -> [UInt8]? {
        switch (self, format) {
        case (.noReply, _): return nil
        case (.written(let text, _), .text), (.writtenReply(let text, _), .text): return Array(text.utf8)
        case (.written(_, let json), .json), (.writtenReply(_, let json), .json): return Array(json.utf8)
        case (.notice(let notice), .text): return Array(notice.text.utf8)
        case (.reply(let reply), .text): return reply.textPayload
        case (.reply(let reply), .json): return reply.jsonPayload
        case (.notice(let notice), .json): return notice.jsonPayload
        }
    }
}

extension Reply {
    var textPayload: [UInt8] {
        guard let tag else { return Array(text.utf8) }
        return Array("[\(tag)] \(text)".utf8)
    }

    /// `{"type":"reply","id":"k7","ok":true,"verb":"buy","text":"+ #41 ...","order":{...}}`. The `id` is null without a
    /// tag; `verb` is left out where the line had none, `error` where nothing was refused.
    var jsonPayload: [UInt8] {
        var head: JSONObject = ["type": "reply", "id": tag.map { .string($0) } ?? .null, "ok": .bool(isOK)]
        if let verb { head.append("verb", .string(verb)) }
        head.append("text", .string(text))
        if let error { head.append("error", .object(error.json)) }
        return jsonBytes(head, fields)
    }
}

extension ErrorDetail {
    var json: JSONObject {
        var object: JSONObject = ["code": .string(code.name), "message": .string(message)]
        if let span {
            object.append("column", .int(Int64(span.column)))
            object.append("length", .int(Int64(span.length)))
        }
        if let suggestion { object.append("suggestion", .string(suggestion)) }
        return object
    }
}

extension Notice {
    /// `{"type":"event","seq":1842,"at":"...","event":"filled","order":{...},"text":"* #41 filled ..."}`. The `seq` is
    /// null where the event is not numbered.
    var jsonPayload: [UInt8] {
        let head: JSONObject = [
            "type": "event", "seq": sequence.map { .raw(String($0)) } ?? .null, "at": .string(at.description),
            "event": .string(event),
        ]
        return jsonBytes(head, fields, ["text": .string(text)])
    }
}

/// One object of the members of several.
private func jsonBytes(_ objects: JSONObject...) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    bytes.append(UInt8(ascii: "{"))
    for object in objects {
        object.writeMembers(to: &bytes, isFirst: bytes.count == 1)
    }
    bytes.append(UInt8(ascii: "}"))
    return bytes
}
