import Foundation

/// One connection of an account, from its handshake to the death of the server.
///
/// It holds what comes against the rules of a stream: one reply a line in order, notifications by their numbers without a
/// gap, and none twice.
final class KillSession {
    enum Format: String {
        case text = "outcry.text.v1"
        case json = "outcry.json.v1"
    }

    let player: Player
    let format: Format
    let wire: Wire
    /// Lines without a reply, the oldest first: their tags, or nil for a question.
    private(set) var waiting: [String?] = []
    private(set) var replyCount = 0
    /// What came behind the last reply that was waited for.
    private var unread: [String] = []
    private var lastReply: (raw: String, fields: Fields?) = ("", nil)

    // In JSON: the numbers that came.
    private var newest: UInt64?
    private var resumedLeft = 0
    private var resumedNewest: UInt64 = 0

    /// In text: what was pushed since the number of the last notification was asked for.
    private(set) var pushed: [String] = []
    private(set) var pushedAfter: Int?
    /// The orders that replies in text were about; what replies say is not pushed besides.
    private(set) var mentioned: Set<UInt64> = []

    init(_ player: Player, _ format: Format, port: UInt16, isLoggedIn: Bool = true) throws {
        self.player = player
        self.format = format
        wire = try Wire(port: port, subprotocol: format.rawValue, token: isLoggedIn ? player.token : nil)
    }

    // MARK: Out

    /// Types a line of the account, for the first time or again.
    func type(_ line: TypedLine) throws {
        waiting.append(line.tag)
        switch format {
        case .json:
            let object = try JSONEncoder().encode(["id": line.tag, "line": line.line])
            send(String(decoding: object, as: UTF8.self))
        case .text: send("[\(line.tag)] \(line.line)")
        }
    }

    private func send(_ message: String) {
        player.story.note("\(player.name) \(format)", "> \(message)")
        wire.say(message)
    }

    /// Types a line and reads until it is answered.
    @discardableResult
    func ask(_ line: TypedLine) throws -> Fields? {
        try type(line)
        return try answer(to: line.line)
    }

    @discardableResult
    func ask(_ question: String) throws -> Fields? {
        waiting.append(nil)
        send(question)
        return try answer(to: question)
    }

    /// Takes in what comes until the reply, and nothing after it: the book is then as it was when the reply was given.
    private func answer(to line: String) throws -> Fields? {
        while !waiting.isEmpty {
            guard unread.isEmpty else {
                try take(unread.removeFirst())
                continue
            }
            if wire.isOver { throw Contradiction("the server is gone, and not asked to go: \(line)") }
            guard Wire.wait(for: [wire], milliseconds: patienceSeconds * 1_000) else {
                throw Contradiction("\(line) is not answered within \(patienceSeconds) s")
            }
            unread += wire.messages()
        }
        return lastReply.fields
    }

    // MARK: In

    /// Takes in what has come.
    func read() throws { try takeAll(wire.messages()) }

    /// Takes in the last of what comes after the server was killed.
    func readLast() throws { try takeAll(wire.lastMessages()) }

    private func takeAll(_ more: [String]) throws {
        let messages = unread + more
        unread = []
        try messages.forEach(take)
    }

    private func take(_ raw: String) throws {
        player.story.note("\(player.name) \(format)", "< \(raw)")
        switch format {
        case .json:
            if let number = Fields.sequence(of: raw) {
                try takeNotification(raw, number)
            } else {
                try takeReply(raw, Fields(raw))
            }
        case .text:
            if raw.hasPrefix("* ") {
                pushed.append(raw)
            } else {
                try takeReply(raw, nil)
            }
        }
    }

    private func takeNotification(_ raw: String, _ number: UInt64) throws {
        if resumedLeft > 0 {
            resumedLeft -= 1
            guard number > resumedNewest else { throw Contradiction("resume brings \(number) after \(resumedNewest)") }
            resumedNewest = number
            newest = max(newest ?? 0, number)
        } else {
            if let newest, number != newest + 1 { throw Contradiction("\(number) is pushed after \(newest)") }
            newest = number
        }
        try player.book.hear(raw, number: number)
    }

    private func takeReply(_ raw: String, _ fields: Fields?) throws {
        guard !waiting.isEmpty else { throw Contradiction("a reply to nothing: \(raw)") }
        let tag = waiting.removeFirst()
        replyCount += 1
        lastReply = (raw, fields)
        if let fields, fields.text("verb") == "resume", let count = fields.number("count") {
            (resumedLeft, resumedNewest) = (Int(count), 0)
        }
        guard let tag else { return }
        guard let line = player.lines[tag] else { throw Contradiction("no line has the tag \(tag)") }
        guard let fields else {
            guard raw.hasPrefix("[\(tag)] ") else { throw Contradiction("\(tag) waits, and this comes: \(raw)") }
            for word in raw.split(whereSeparator: { !$0.isNumber && $0 != "#" }) where word.hasPrefix("#") {
                if let id = UInt64(word.dropFirst()) { mentioned.insert(id) }
            }
            return try player.take(line, text: String(raw.dropFirst(tag.count + 3)))
        }
        guard fields.text("id") == tag else { throw Contradiction("\(tag) waits, and this comes: \(raw)") }
        try player.take(line, json: raw, fields)
    }

    // MARK: What was missed

    /// Asks for all that the account was not told yet, however many batches that takes.
    func resume() throws {
        let first = player.book.nextSequence
        var next = first
        while true {
            guard let reply = try ask("resume \(next)"), let more = reply.flag("more")
            else { throw Contradiction("resume \(next) is answered \(lastReply.raw)") }
            // What it brings comes before the next reply.
            try ask("version")
            guard resumedLeft == 0 else {
                throw Contradiction("resume \(next) brings \(resumedLeft) less than it says")
            }
            guard more, let following = reply.number("next") else { break }
            next = following
        }
        try player.book.expectNothingAhead()
        if let newest, newest != player.book.nextSequence - 1 {
            throw Contradiction("the last is \(newest), and \(player.book.nextSequence - 1) were told")
        }
    }

    /// In text: asks for the number of the last notification. From there on all that is pushed can be told apart.
    func takeBearings() throws {
        try ask("inbox 1")
        pushed = []
        // `= the last 1 of 62 notifications`
        let numbers = lastReply.raw.prefix { $0 != "\n" }.split(separator: " ").compactMap { Int($0) }
        pushedAfter = numbers.last ?? 0
    }

    /// In text, once all is known: what was pushed are the account's notifications in their order, but for those that a
    /// reply to this very session has told.
    func expectPushedInOrder() throws {
        guard var index = pushedAfter else { return }
        let words = player.book.words
        for text in pushed {
            while index < words.count, words[index].text != text {
                let skipped = words[index]
                let isCovered =
                    ["opened", "contra_placed", "canceled", "rejected"].contains(skipped.event)
                    && [skipped.order, skipped.parent].contains { $0.map(mentioned.contains) ?? false }
                guard isCovered else {
                    throw Contradiction("in text \(text) is pushed, and \(index + 1) was not: \(skipped.text)")
                }
                index += 1
            }
            guard index < words.count else { throw Contradiction("in text this is pushed out of order: \(text)") }
            index += 1
        }
    }
}
