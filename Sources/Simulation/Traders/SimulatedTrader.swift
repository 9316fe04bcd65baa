import Conversation
import Trading

/// Somebody with an account and some sessions, who types, loses the connection, comes back, and keeps books.
final class SimulatedTrader {
    let name: String
    let password: String
    let account: AccountID
    /// Everybody comes from an address of their own: who guesses passwords makes nobody else wait.
    var address: String { "10.0.0.\(account.rawValue)" }
    var chance: SplitMix64
    var writer: LineWriter
    var books = TraderBooks()
    var connections: [Connection] = []
    var sessionsEver: Set<SessionID> = []
    var missed = Missed()
    /// How many notifications the last `inbox` brought.
    private(set) var inboxCount = 0
    /// Tagged lines that were sent and not answered when the session was lost: to be sent again.
    var toRepeat: [TypedLine] = []
    /// Some tagged lines that have been answered, to be sent once more for no good reason.
    var answered: [TypedLine] = []
    /// How often a line was asked for: once a tag, and each time without one.
    var timesAsked: [String: Int] = [:]
    var tagsAsked: Set<String> = []
    private var nextTag = 1
    /// A token that still logs in.
    var secret: String?
    /// Tags whose replies died with a process before they were sent.
    var repliesLost: Set<String> = []
    /// Whether notifications did.
    var hasLostNotices = false
    /// How many processes have died on the trader, and in which life each tag was first answered.
    var startedProcesses = 0
    private var lifeOfAnswer: [String: Int] = [:]
    /// Which notifications text sessions were not told, with the orders that their replies were about.
    private(set) var passedOver: [PassedOver] = []

    struct PassedOver {
        let number: UInt64
        let mentioned: Set<OrderID>
        /// Whether the session ended before a line of it was answered with what became of it: its reply may have been to say it.
        let wasWaiting: Bool
    }

    init(name: String, password: String, account: AccountID, chance: SplitMix64) {
        self.name = name
        self.password = password
        self.account = account
        self.chance = chance
        writer = LineWriter(chance: self.chance.fork())
    }

    func tag() -> String {
        defer { nextTag += 1 }
        return "\(name)-\(nextTag)"
    }

    var isLoggedIn: Bool { connections.contains(where: \.isLoggedIn) }

    func index(of id: SessionID) -> Int? { connections.firstIndex { $0.id == id } }

    /// The session is over: what it was not answered is to be sent again, where a tag makes that safe.
    func lost(_ id: SessionID) {
        guard let index = index(of: id) else { return }
        let connection = connections.remove(at: index)
        let wasWaiting = !connection.awaiting.isEmpty || connection.hasHeardOfFailure
        passedOver += connection.passedOver.map {
            PassedOver(number: $0, mentioned: connection.mentioned, wasWaiting: wasWaiting)
        }
        toRepeat += connection.awaiting.filter { $0.tag != nil && $0.isRemembered && !toRepeat.contains($0) }
    }

    // MARK: What is sent to the trader

    /// What a message said, for who counts.
    struct Told {
        var refusal: String?
        var event: String?
        var crossings: [Crossing] = []
    }

    /// Takes in a message of a session.
    func receive(_ message: OutgoingMessage, on id: SessionID) throws(Violation) -> Told {
        guard let index = index(of: id) else { return Told() }
        switch message {
        case .noReply:
            throw Violation(.oneReply, "\(name) on \(id): a line without a reply: \(connections[index].awaiting)")
        case .reply, .writtenReply, .notice, .written: break
        }
        guard let payload = message.payload(as: .json), let text = message.payload(as: .text) else { return Told() }
        let json = String(decoding: payload, as: UTF8.self)
        let value: JSONValue
        do {
            value = try JSONReader.read(json)
        } catch {
            throw Violation(.wellFormed, "\(error.message) at \(error.offset): \(json)")
        }
        guard case .object(let object) = value else { throw Violation(.wellFormed, "no object: \(json)") }
        try checkText(String(decoding: text, as: UTF8.self), object)
        switch object["type"] {
        case .string("reply"): return try take(reply: object, json, isFresh: message.isFresh, index)
        case .string("event"):
            try take(event: object, json, index)
            return if case .string(let name)? = object["event"] { Told(event: name) } else { Told() }
        default: throw Violation(.wellFormed, "neither reply nor event: \(json)")
        }
    }

    private func checkText(_ text: String, _ object: JSONObject) throws(Violation) {
        var expected = ""
        if case .string(let tag)? = object["id"] { expected = "[\(tag)] " }
        if case .string(let words)? = object["text"] { expected += words }
        guard text == expected else { throw Violation(.wellFormed, expected: expected, found: text, "text and JSON") }
    }

    private func take(event: JSONObject, _ json: String, _ index: Int) throws(Violation) {
        // A price has no number and is not kept.
        guard case .int(let number)? = event["seq"] else { return }
        guard connections[index].isLoggedIn else {
            throw Violation(.notificationsInOrder, "\(name) was sent \(number) on a session without a login")
        }
        try connections[index].take(UInt64(number))
        try books.tell(UInt64(number), json, event)
    }

    private func take(
        reply: JSONObject, _ json: String, isFresh: Bool, _ index: Int
    ) throws(Violation) -> Told {
        var told = Told(refusal: TraderBooks.code(of: reply))
        if told.refusal == RefusalCode.ledgerFailed.name { connections[index].hasHeardOfFailure = true }
        guard !connections[index].awaiting.isEmpty else {
            throw Violation(.oneReply, "\(name) on \(connections[index].id): a reply to no line: \(json)")
        }
        let line = connections[index].awaiting.removeFirst()
        let tag: String? = if case .string(let tag)? = reply["id"] { tag } else { nil }
        guard tag == line.tag else {
            throw Violation(
                .oneReply, expected: line.tag ?? "no tag", found: json, "\(name): the reply to \(line.text)")
        }
        let isOK = reply["ok"] == true
        let verb: String? = if case .string(let verb)? = reply["verb"] { verb } else { nil }
        if isOK, verb == "login", case .int(let head)? = reply["seq"] {
            connections[index].loggedIn(head: UInt64(head))
        }
        if isOK, verb == "resume", isFresh, case .int(let count)? = reply["count"] {
            var next: UInt64?
            if reply["more"] == true, case .int(let number)? = reply["next"] { next = UInt64(number) }
            connections[index].resuming(Int(count), next: next)
            if hasLostNotices, count > 0 {
                hasLostNotices = false
                told.crossings.append(.noticeLostInCrash)
            }
        }
        if isOK, verb == "logout", isFresh { connections[index].isLoggedIn = false }
        var isNew = true
        // Of who has not logged in nobody knows whose the tag is.
        if let tag, line.isRemembered, connections[index].isLoggedIn, TraderBooks.isKept(reply) {
            isNew = try books.answer(line, tag, json, reply)
            if isNew { lifeOfAnswer[tag] = startedProcesses }
            if !isFresh, !isNew, lifeOfAnswer[tag] != startedProcesses { told.crossings.append(.tagRepeatedOverCrash) }
            if !isFresh, isOK, isNew, repliesLost.contains(tag) { told.crossings.append(.replyLostInCrash) }
            if isNew, chance.permille(150) { answered.append(line) }
        }
        let orders = reply.orderIDs
        connections[index].mentioned.formUnion(orders)
        if connections[index].format == .text { missed.mentionInText(orders) }
        if isOK, verb == "inbox" { try take(inbox: reply) }
        if isFresh, isOK, line.purpose == .order, case .object(let order)? = reply["order"],
            order["status"] == "pending"
        {
            told.crossings.append(.replyTimedOut)
        }
        if isNew { try learn(line, tag, reply, isOK: isOK, isFresh: isFresh) }
        // What a line that is sent again is told of its orders is as true as anything.
        if case .array(let orders)? = reply["now"] {
            for case .object(let order) in orders { try books.learn(order) }
        }
        return told
    }

    private func take(inbox reply: JSONObject) throws(Violation) {
        inboxCount = reply.notifications.count
        for notification in reply.notifications {
            guard let number = notification.sequence else {
                throw Violation(.wellFormed, "a notification without a number: \(JSONValue.object(reply).json)")
            }
            try books.tell(number, JSONValue.object(notification).json, notification)
        }
    }

    private func learn(
        _ line: TypedLine, _ tag: String?, _ reply: JSONObject, isOK: Bool, isFresh: Bool
    ) throws(Violation) {
        if case .object(let order)? = reply["order"] {
            try books.learn(order)
            if isOK, line.purpose == .order, let tag, case .int(let number)? = order["id"] {
                try books.note(order: OrderID(UInt64(number)), of: tag)
            }
        }
        if case .array(let orders)? = reply["orders"] {
            for case .object(let order) in orders { try books.learn(order) }
        }
        switch line.purpose {
        case .setting(let name, let value):
            // Of a line that the failing ledger was to write nobody knows whether it was done.
            guard TraderBooks.code(of: reply) != "ledger_failed" else { break }
            if isOK {
                books.settings[name, default: .init()].acknowledge(value, isFresh: isFresh)
            } else {
                books.settings[name, default: .init()].possible.removeAll { $0 == value }
            }
        case .tokenNew(let name):
            guard isOK else { break }
            books.tokens[name] = .there
            if case .object(let token)? = reply["token"], case .string(let secret)? = token["secret"],
                token["rights"] == "trade", token["expires_at"] == .null
            {
                self.secret = secret
            }
        case .tokenDrop(let name): if isOK { books.tokens[name] = .gone }
        case .login, .password, .resume, .order, .cancel, .move, .logout, .question, .wrong: break
        }
    }
}

extension OutgoingMessage {
    /// Whether it is the answer of now, and not that of the first time the line came.
    fileprivate var isFresh: Bool {
        if case .writtenReply = self { false } else { true }
    }
}

extension TraderBooks {
    /// Whether the desk keeps a reply with its tag. It does not where nothing can be written, where it is about the tag, and where
    /// nothing was done: the answer to a question, or a question back.
    static func isKept(_ reply: JSONObject) -> Bool {
        if case .string(let text)? = reply["text"], text.hasPrefix("?") || text.hasPrefix("=") { return false }
        if case .string(let verb)? = reply["verb"], questions.contains(verb) { return false }
        // `resume SEQ` asks; `resume` alone lifts a panic.
        if reply["from"] != nil || code(of: reply) == "unknown_sequence" { return false }
        return switch code(of: reply) {
        case "ledger_failed", "not_logged_in", "unknown_answer", "not_allowed": false
        // What passes by itself (docs/wire.md, "Sending a line again").
        case "reconciling", "feed_stale", "no_market", "too_fast", "too_many_waiting", "shutting_down", "disk_full",
            "disk_low":
            reply["order"] != nil
        default: true
        }
    }

    /// Commands that only ask, also where they are refused.
    private static let questions: Set<String> = [
        "orders", "order", "why", "report", "preview", "funds", "fund", "summary", "trades", "transactions", "export",
        "price", "depth", "tape", "pairs", "fee", "chart", "watch", "unwatch", "alerts", "settings", "tokens", "inbox",
        "help", "time", "version", "whoami", "logout", "login", "register",
    ]
}
