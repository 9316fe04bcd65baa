import CommandGrammar
import Conversation
import Exchange
import Ledger
import OrderEngine
import Trading

/// `why`: the whole story of an order, from its line to its last fee, out of the records.
struct WhyQuestion: Question {
    let desk: DeskView
    let line: AskedLine
    let id: Located<OrderID>

    func answer() throws -> Answer {
        let sight = desk.sight(of: try account())
        let order = try sight.existing(id)
        try require(id, isAt: order.exchange)
        let typed = try sight.line(of: order)
        // Of a ladder of a thousand the words need no other order than the whole.
        let children = order.plan.isSliced ? [] : try sight.children(of: order)
        let rowsMax = limits.answerRows
        var left = ([order.id] + order.children)[...]
        var story: [NumberedRecord] = []
        var count = 0
        return .inSteps {
            let start = desk.cost
            while let next = left.popFirst() {
                let (records, all) = try sight.ends(ofHistory: next, under: order, each: rowsMax / 2)
                story += records
                count += all
                guard desk.mayGoOn(since: start) else { break }
            }
            guard left.isEmpty else { return nil }
            story.sort { $0.number < $1.number }
            return reply(order, typed, children, story, of: count)
        }
    }

    /// Of more steps than an answer has rows the first and the last are told.
    private func reply(
        _ order: Order, _ typed: String, _ children: [Order], _ story: [NumberedRecord], of count: Int
    ) -> Reply {
        let family = [order] + children
        let words = OrderWords(order, reader: reader)
        var lines = ["= \(order.id) \(words.asked): \(order.status.words)"]
        lines.append("typed at \(reader.text(of: order.createdAt, milliseconds: true)): \(typed)")
        if let parent = order.parent { lines.append("of \(parent): why \(parent.rawValue) has the rest") }
        let half = limits.answerRows / 2
        let shown = count > 2 * half ? Array(story.prefix(half) + story.suffix(half)) : story
        var json: [JSONValue] = []
        for (index, one) in shown.enumerated() {
            if count > shown.count, index == half {
                lines.append("... \(count - shown.count) steps between are left out here")
            }
            guard let text = StoryWords(one.record, of: family, reader: reader).text else { continue }
            let subject = one.record.orderID ?? order.id
            lines.append(
                "\(reader.dateAndTime(of: one.record.decidedAt, milliseconds: true)) \(subject) \(text)")
            json.append([
                "at": one.record.decidedAt.json, "record": .int(one.number.rawValue), "order": subject.json,
                "kind": .string(one.record.kind.name), "text": .string(text),
            ])
        }
        let contradictions = family.compactMap { one in
            desk.seat(one.exchange)?.contradiction(about: one).map { (one.id, $0) }
        }
        for (id, said) in contradictions {
            lines.append("\(id) " + said.sentence(order.exchange.description, reader.zone))
        }
        lines.append(ending(order, words.traded(with: children) ?? "nothing has filled"))
        var fields: JSONObject = [
            "order": .object(order.json), "line": .string(typed), "children": .array(order.children.map(\.json)),
            "story": .array(json),
        ]
        if !contradictions.isEmpty {
            fields["contradictions"] = .array(contradictions.map { ["order": $0.json, "exchange": $1.json] })
        }
        return Reply(mark: .answer, text: lines.joined(separator: "\n  "), fields: fields)
    }

    private func ending(_ order: Order, _ traded: String) -> String {
        guard order.closedAt == nil else { return "in all: \(traded)" }
        let left = order.remaining.isPositive ? "; \(order.remaining) left" : ""
        return "so far: \(traded)\(left)"
    }
}
