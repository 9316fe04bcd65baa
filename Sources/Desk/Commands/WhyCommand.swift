import ChatServer
import CommandGrammar
import Ledger
import OrderEngine
import Trading

/// `why`: the whole story of an order, from its line to its last fee, out of the records.
extension DeskCore {
    func runWhy(_ id: Located<OrderID>, _ context: LineContext) throws -> Reply {
        let sight = try sight(context)
        let order = try sight.existing(id)
        let zone = zone(context)
        let children = try sight.children(of: order)
        let line = try sight.line(of: order)
        let family = [order] + children
        var story: [(number: Int64, record: Record)] = []
        for one in family {
            story += try sight.history(of: one).map { ($0.number.rawValue, $0.record) }
        }
        story.sort { $0.number < $1.number }
        let words = OrderWords(order, zone: zone)
        var lines = ["= \(order.id) \(words.asked): \(order.status.words)"]
        lines.append("typed at \(zone.text(of: order.createdAt, milliseconds: true)): \(line)")
        if let parent = order.parent { lines.append("of \(parent): why \(parent.rawValue) has the rest") }
        let rowsMax = configuration.limits.answerRows
        let shown = story.count > rowsMax ? Array(story.prefix(rowsMax / 2) + story.suffix(rowsMax / 2)) : story
        var isGapTold = false
        var json: [JSONValue] = []
        for (index, one) in shown.enumerated() {
            if story.count > shown.count, index == rowsMax / 2, !isGapTold {
                lines.append("... \(story.count - shown.count) steps between are left out here")
                isGapTold = true
            }
            guard let text = StoryWords(one.record, of: family, zone: zone).text else { continue }
            let subject = one.record.orderID ?? order.id
            lines.append(
                "\(zone.dateAndTime(of: one.record.decidedAt, milliseconds: true)) \(subject) \(text)")
            json.append([
                "at": one.record.decidedAt.json, "record": .int(one.number), "order": subject.json,
                "kind": .string(one.record.kind.name), "text": .string(text),
            ])
        }
        lines.append(ending(order, words.traded(with: children) ?? "nothing has filled"))
        return Reply(
            mark: .answer, text: lines.joined(separator: "\n  "),
            fields: [
                "order": .object(order.json), "line": .string(line), "children": .array(children.map(\.id.json)),
                "story": .array(json),
            ])
    }

    private func ending(_ order: Order, _ traded: String) -> String {
        guard order.closedAt == nil else { return "in all: \(traded)" }
        let left = order.remaining.isPositive ? "; \(order.remaining) left" : ""
        return "so far: \(traded)\(left)"
    }
}
