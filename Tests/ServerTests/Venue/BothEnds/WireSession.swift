import Foundation

/// One connection of a trader to a desk whose exchange is over the wire, from its handshake to the death of either.
///
/// Each line is answered once, in the order in which they were sent; the session works on one at a time.
final class WireSession {
    let wire: Wire
    /// Lines without a reply, the oldest first; nil for a question.
    private(set) var waiting: [TypedLine?] = []
    /// The reply to the last question.
    private(set) var answer: Fields?

    init(port: UInt16, token: String) throws {
        wire = try Wire(port: port, subprotocol: KillSession.Format.json.rawValue, token: token)
    }

    func say(_ line: TypedLine) throws {
        waiting.append(line)
        wire.say(String(decoding: try JSONEncoder().encode(["id": line.tag, "line": line.line]), as: UTF8.self))
    }

    func say(question: String) {
        waiting.append(nil)
        wire.say(question)
    }

    /// Asks, and waits for the answer.
    func ask(_ question: String, _ trader: WireTrader) throws -> Fields {
        say(question: question)
        let giveUp = Moment.milliseconds + patienceSeconds * 1_000
        while !waiting.isEmpty {
            guard Moment.milliseconds < giveUp, Wire.wait(for: [wire], milliseconds: patienceSeconds * 1_000) else {
                throw Contradiction("\(trader.name): \(question) is not answered within \(patienceSeconds) s")
            }
            try trader.take(wire.messages(), from: self)
            if wire.isOver, !waiting.isEmpty { throw Contradiction("\(trader.name): the desk is gone: \(question)") }
        }
        guard let answer else { throw Contradiction("\(trader.name): \(question) is not answered") }
        return answer
    }

    /// Takes off the line that is answered now. Brings what is left of the notifications, where a `resume` has more.
    func answered(_ raw: String, _ fields: Fields) throws -> TypedLine? {
        guard !waiting.isEmpty else { throw Contradiction("a reply to nothing: \(raw)") }
        let line = waiting.removeFirst()
        guard let line else {
            answer = fields
            if fields.flag("more") == true, let next = fields.number("next") { say(question: "resume \(next)") }
            return nil
        }
        guard fields.text("id") == line.tag else { throw Contradiction("\(line.tag) waits, and this comes: \(raw)") }
        return line
    }
}
