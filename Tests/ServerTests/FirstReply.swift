import Foundation

/// What a tagged line was answered with at first, taken out of the answer to the same line sent again: behind it that one says what
/// has become of the orders since (docs/wire.md, "Tags"). Read with Foundation and not with the server's own reader.
enum FirstReply {
    static func text(_ text: String) -> String {
        guard let state = text.range(of: "\n  now #") else { return text }
        return String(text[..<state.lowerBound])
    }

    static func fields(_ json: String) throws -> NSDictionary {
        guard var reply = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] else {
            throw Contradiction("no JSON object: \(json)")
        }
        reply["now"] = nil
        reply["now_more"] = nil
        reply["text"] = (reply["text"] as? String).map(text)
        return reply as NSDictionary
    }
}
