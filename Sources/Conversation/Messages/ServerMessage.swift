/// A message of a server, as a client of `outcry.json.v1` reads it.
///
/// What it does not know it passes over: a newer server may say more.
public enum ServerMessage: Hashable, Sendable {
    /// The answer to the client's oldest line that is not answered yet.
    case reply(ServerReply)
    /// Pushed; nobody asked for it.
    case event(ServerNotification)

    /// Throws where the text is no JSON, or an object of neither type.
    public init(_ text: some StringProtocol) throws(JSONReadError) {
        guard case .object(let object) = try JSONReader.read(text) else {
            throw JSONReadError(message: "expected an object", offset: 1)
        }
        guard case .string(let type)? = object["type"], case .string(let words)? = object["text"] else {
            throw JSONReadError(message: "expected a type and a text", offset: 1)
        }
        switch type {
        case "reply": self = .reply(ServerReply(object, text: words))
        case "event": self = .event(ServerNotification(object, text: words))
        default: throw JSONReadError(message: "expected a reply or an event", offset: 1)
        }
    }
}

/// The answer to a line.
public struct ServerReply: Hashable, Sendable {
    /// What the line was tagged with.
    public var tag: String?
    public var isOK: Bool
    /// The command's word; nil where the line had none.
    public var verb: String?
    /// All that a person reads, from the mark on, without the tag.
    public var text: String
    /// The name of the refusal's code, `unknown_pair`; nil where nothing was refused.
    public var errorCode: String?
    /// The whole message.
    public var fields: JSONObject

    init(_ object: JSONObject, text: String) {
        tag = object.string("id")
        isOK = object["ok"] == .bool(true)
        verb = object.string("verb")
        self.text = text
        errorCode = if case .object(let error)? = object["error"] { error.string("code") } else { nil }
        fields = object
    }

    /// The first character of the text; nil for one that this client does not know.
    public var mark: ReplyMark? { text.first.flatMap { ReplyMark(rawValue: String($0)) } }
}

/// A notification.
public struct ServerNotification: Hashable, Sendable {
    /// The account's number of it; nil where it is not numbered, like prices.
    public var sequence: UInt64?
    /// `filled`, `expired`, ...
    public var event: String
    /// All that a person reads, beginning with `*`.
    public var text: String
    /// The number of the order that it is about; nil where it is about none.
    public var order: UInt64?
    /// That order's state after it, `filled`; nil where it is about none.
    public var orderStatus: String?

    init(_ object: JSONObject, text: String) {
        if case .object(let order)? = object["order"] {
            self.order = order.unsigned("id")
            orderStatus = order.string("status")
        }
        sequence = object.unsigned("seq")
        event = object.string("event") ?? ""
        self.text = text
    }
}

extension JSONObject {
    /// The text under a name; nil where there is none, or something else.
    public func string(_ name: String) -> String? {
        if case .string(let text)? = self[name] { text } else { nil }
    }

    /// The whole number under a name; nil where there is none, or something else.
    public func unsigned(_ name: String) -> UInt64? {
        switch self[name] {
        case .int(let value)?: UInt64(exactly: value)
        case .raw(let text)?: UInt64(text)
        default: nil
        }
    }

    /// The whole numbers of the array under a name; none where there is no array.
    public func unsignedNumbers(_ name: String) -> [UInt64] {
        guard case .array(let values)? = self[name] else { return [] }
        return values.compactMap { if case .int(let value) = $0 { UInt64(exactly: value) } else { nil } }
    }

    /// The objects of the array under a name; none where there is no array.
    public func objects(_ name: String) -> [JSONObject] {
        guard case .array(let values)? = self[name] else { return [] }
        return values.compactMap { if case .object(let object) = $0 { object } else { nil } }
    }
}
