import Trading

/// A line with a tag, and what is known of its reply.
final class TypedLine {
    enum Kind: Hashable {
        /// Asks for an order of this quantity, which no other line of the account asks for.
        case order(ExactDecimal)
        case cancel([UInt64])
        /// Of a paired order.
        case contra(UInt64)
        /// Money for an account, by the admin.
        case deposit(String, ExactDecimal, coin: String)
        /// Moves the market, or is refused.
        case other
    }

    let tag: String
    let line: String
    let kind: Kind
    /// The whole first reply to a session in JSON.
    var json: String?
    /// What a person reads, without the tag.
    var text: String?
    /// The `+` was found to be true after a crash.
    var isChecked = false

    init(tag: String, line: String, kind: Kind) {
        (self.tag, self.line, self.kind) = (tag, line, kind)
    }

    var isAnswered: Bool { text != nil }
    /// Whether the same line is done when it is said again: it only asks, or was refused as there was no price yet, and such a refusal is
    /// not kept (docs/wire.md, "Sending a line again").
    private var isAnsweredAnew: Bool { text?.hasPrefix("=") == true || text?.hasPrefix("! no price of ") == true }
    var isDone: Bool { text?.hasPrefix("+") == true }

    /// Takes a reply in. Every reply to one tag is the same, but for what it says of its orders as they are now and for
    /// lines that are answered anew.
    func take(json raw: String, text said: String) throws {
        if let json, json != raw, !isAnsweredAnew, try FirstReply.fields(json) != FirstReply.fields(raw) {
            throw Contradiction("\(tag) was answered\n  \(json)\nand then\n  \(raw)")
        }
        json = raw
        try take(text: said)
    }

    func take(text said: String) throws {
        let said = FirstReply.text(said)
        if let text, text != said, !isAnsweredAnew {
            throw Contradiction("\(tag) was answered\n  \(text)\nand then\n  \(said)")
        }
        text = said
        for word in ["unknown_answer", "was taken on, and the server stopped", "the ledger"] where said.contains(word) {
            throw Contradiction("\(tag) \(line): \(said)")
        }
    }

    /// The number in `+ #41 ...`.
    var orderID: UInt64? {
        guard let text, text.hasPrefix("+ #") || text.hasPrefix("! #") else { return nil }
        return UInt64(text.dropFirst(3).prefix(while: \.isNumber))
    }
}
