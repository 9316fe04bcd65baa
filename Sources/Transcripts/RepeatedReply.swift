import Conversation

/// What a tagged line was answered with at first, taken out of the answer to the same line sent again: behind the first reply that one
/// says what has become of its orders (docs/wire.md, "Sending a line again").
public enum RepeatedReply {
    /// Of a reply in text, with its tag or without.
    public static func withoutState(text: String) -> String {
        guard let state = text.firstRange(of: "\n  now #") else { return text }
        return String(text[..<state.lowerBound])
    }

    /// Of a reply in JSON, as it is sent.
    public static func withoutState(json: String) -> String {
        guard case .object(var reply)? = try? JSONReader.read(json), reply["now"] != nil else { return json }
        reply["now"] = nil
        reply["now_more"] = nil
        if case .string(let text)? = reply["text"] { reply["text"] = .string(withoutState(text: text)) }
        return JSONValue.object(reply).json
    }
}
