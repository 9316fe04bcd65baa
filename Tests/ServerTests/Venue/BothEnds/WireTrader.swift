import Foundation
import Trading

/// Somebody who trades through the desk at an exchange over the wire, through all lives of both: what was typed, and what
/// was told. Belongs to one thread.
final class WireTrader {
    let name: String
    let story = Story()
    private let token: String
    private let exchanges: [String]
    private var typist: WireTypist
    private var sessions: [WireSession] = []
    private(set) var lines: [TypedLine] = []
    private var linesByTag: [String: TypedLine] = [:]
    /// As they came, by their numbers.
    private(set) var notifications: [UInt64: String] = [:]
    /// The first number that is not known; some beyond it may be.
    private var nextSequence: UInt64 = 1
    /// Each line asks for a quantity of its own, so that the quantity tells which line an order came from.
    private(set) var orderOfQuantity: [ExactDecimal: UInt64] = [:]
    private var knownOrders: Set<UInt64> = []
    /// Orders that a line has tried to move: the exchange knows them under several numbers.
    private(set) var movedOrders: Set<UInt64> = []
    private(set) var refused: [String: Int] = [:]
    private(set) var linesSaidAgain = 0
    /// Nothing new is typed before, where the desk says that it does not trade for now.
    private var quietUntil = 0

    /// Each works on one line at a time, and some wait for seconds.
    private static let sessionCount = 4
    /// Lines under way of one session.
    private static let window = 2
    /// More than can be without an answer.
    private static let linesLookedAt = 1_000
    private static let quietMilliseconds = 200
    /// Not kept with a line's tag: the same line is said again.
    private static func isRefusedForNow(_ code: String) -> Bool {
        ["reconciling", "feed_stale", "no_market"].contains(code)
    }

    init(name: String, token: String, exchanges: [String]) {
        (self.name, self.token, self.exchanges) = (name, token, exchanges)
        typist = WireTypist(name: name, exchanges: exchanges)
    }

    /// At which exchange a line trades, where it says so.
    func place(of line: TypedLine) -> String? { exchanges.first { line.line.hasSuffix(" on \($0)") } }

    var wires: [Wire] { sessions.map(\.wire) }
    var isIdle: Bool { sessions.allSatisfy(\.waiting.isEmpty) }
    private var underWay: Set<String> { Set(sessions.flatMap(\.waiting).compactMap { $0?.tag }) }
    private var unanswered: [TypedLine] {
        let underWay = underWay
        return lines.suffix(WireTrader.linesLookedAt).filter { !$0.isAnswered && !underWay.contains($0.tag) }
    }

    // MARK: Lives

    func connect(port: UInt16) throws {
        sessions = try (0..<WireTrader.sessionCount).map { _ in try WireSession(port: port, token: token) }
        // What they push comes in any order between them; what was missed, through one.
        sessions[0].say(question: "resume \(nextSequence)")
    }

    /// The desk was killed. What it had sent is read, or lost with it.
    func disconnect(isRead: Bool) throws {
        for session in sessions where isRead { try take(session.wire.lastMessages(), from: session) }
        sessions = []
    }

    /// Reads all notifications again, from the first one on, over one new session.
    func readAllAgain(port: UInt16) throws {
        sessions = [try WireSession(port: port, token: token)]
        _ = try ask("resume 1")
        // What that brought came before this answer.
        _ = try ask("time")
    }

    // MARK: Out

    func type(_ middle: Int, _ chance: inout SplitMix64) throws {
        guard Moment.milliseconds >= quietUntil else { return }
        for session in sessions where session.waiting.count < WireTrader.window {
            let line: TypedLine
            if let lost = unanswered.first {
                line = lost
                linesSaidAgain += 1
            } else if let old = lines.suffix(50).randomElement(using: &chance),
                Int.random(in: 0..<20, using: &chance) == 0
            {
                // An answered line that is said again is answered the same, and does nothing.
                line = old
                linesSaidAgain += 1
            } else {
                line = typist.next(middle, &chance)
                lines.append(line)
                linesByTag[line.tag] = line
                let words = line.line.split(separator: " ")
                if words.first == "move", let id = UInt64(words[1]) { movedOrders.insert(id) }
            }
            story.note(name, "> \(line.tag) \(line.line)")
            try session.say(line)
        }
    }

    /// Says all again that has no answer yet. True where all lines have theirs.
    func sayUnanswered() throws -> Bool {
        let lost = unanswered
        guard isIdle, let session = sessions.first, Moment.milliseconds >= quietUntil else { return false }
        for line in lost.prefix(WireTrader.window) {
            story.note(name, "> \(line.tag) \(line.line)")
            linesSaidAgain += 1
            try session.say(line)
        }
        return lost.isEmpty
    }

    func ask(_ question: String) throws -> Fields {
        guard let session = sessions.first else { throw Contradiction("\(name) has no session") }
        return try session.ask(question, self)
    }

    // MARK: In

    func read() throws {
        for session in sessions {
            try take(session.wire.messages(), from: session)
            if session.wire.isOver { throw Contradiction("a session of \(name) was closed") }
        }
    }

    func take(_ messages: [String], from session: WireSession) throws {
        for raw in messages {
            story.note(name, "< \(raw)")
            let fields = try Fields(raw)
            if let number = Fields.sequence(of: raw) {
                try hear(raw, fields, number)
            } else if let line = try session.answered(raw, fields) {
                try take(raw, fields, answers: line)
            }
        }
    }

    private func hear(_ raw: String, _ fields: Fields, _ number: UInt64) throws {
        if let first = notifications[number] {
            guard first == raw else { throw Contradiction("notification \(number) was\n  \(first)\nand is\n  \(raw)") }
            return
        }
        notifications[number] = raw
        while notifications[nextSequence] != nil { nextSequence += 1 }
        guard let order = fields.object("order") else { return }
        try learn(order)
        if fields.text("event") == "contra_ready", let id = order.number("id") { typist.isReadyForContra(id) }
    }

    private func take(_ raw: String, _ fields: Fields, answers line: TypedLine) throws {
        guard let text = fields.text("text") else { throw Contradiction("a reply without words: \(raw)") }
        let code = fields.object("error")?.text("code")
        if let code {
            refused[code, default: 0] += 1
            if code == "in_panic" { typist.isInPanic() }
            if WireTrader.isRefusedForNow(code) {
                quietUntil = Moment.milliseconds + WireTrader.quietMilliseconds
                return
            }
        }
        try line.take(json: raw, text: text)
        guard let order = fields.object("order") else { return }
        let id = try learn(order)
        if case .order(let quantity) = line.kind, orderOfQuantity[quantity] != id {
            throw Contradiction("\(line.tag) \(line.line) is answered with another line's order: \(raw)")
        }
    }

    @discardableResult
    private func learn(_ order: Fields) throws -> UInt64 {
        guard let id = order.number("id") else { throw Contradiction("an order without a number: \(order)") }
        guard order.number("parent") == nil, knownOrders.insert(id).inserted else { return id }
        let quantity = try order.money("quantity")
        if let other = orderOfQuantity[quantity] {
            throw Contradiction("#\(other) and #\(id) are of one line: both are of \(quantity)")
        }
        orderOfQuantity[quantity] = id
        typist.isMade(id)
        return id
    }
}
