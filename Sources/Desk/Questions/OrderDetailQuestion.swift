import CommandGrammar
import Conversation
import Ledger
import OrderEngine
import Trading

/// `order N`.
struct OrderDetailQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine
    let id: Located<OrderID>

    func reply() throws -> Reply {
        let sight = desk.sight(of: try account())
        let order = try sight.existing(id)
        try require(id, isAt: order.exchange)
        let reader = self.reader
        let rowsMax = limits.answerRows
        let shown = try sight.children(of: order, limit: rowsMax)
        // An order may fill ten thousand times: more than a session takes.
        let fills = try sight.fills(of: order, limit: rowsMax + 1)
        let words = OrderWords(order, reader: reader)
        var lines = [
            "= \(order.id) \(words.asked): \(order.closedAt == nil ? sight.standing(of: order) : order.status.words)"
        ]
        lines.append("typed at \(reader.text(of: order.createdAt)): \(try sight.line(of: order))")
        if order.filled.isPositive { lines.append(words.traded) }
        if let price = order.triggerMarketPrice, let at = order.triggeredAt {
            lines.append("triggered at \(price), \(reader.text(of: at))")
        }
        lines += shown.map { child in
            "\(child.id) \(OrderWords(child, reader: reader).asked): \(child.status.words)"
                + (child.filled.isPositive ? ", \(child.filled) filled" : "")
        }
        let childrenLeft = order.children.count - shown.count
        if childrenLeft > 0 { lines.append("and \(childrenLeft) more under it") }
        let fillsShown = fills.prefix(rowsMax)
        lines += fillsShown.map(\.fill).map { fill in
            "fill \(fill.id) \(fill.quantity) at \(fill.price), fee \(fill.fee) \(fill.feeCurrency), \(fill.liquidity.rawValue)"
        }
        if fills.count > fillsShown.count { lines.append("and more fills: trades") }
        let history = try sight.ends(ofHistory: order.id, under: order, each: rowsMax).records.suffix(rowsMax)
        lines += history.compactMap { entry in
            HistoryWords(entry.record).text.map { "\(reader.dateAndTime(of: entry.record.decidedAt)) \($0)" }
        }
        return Reply(
            mark: .answer, text: lines.joined(separator: "\n  "),
            fields: [
                "order": .object(order.json), "children": .array(shown.map { .object($0.json) }),
                "fills": .array(fillsShown.map { .object($0.fill.json) }),
                "history": .array(
                    history.compactMap { entry in
                        HistoryWords(entry.record).text.map {
                            ["at": entry.record.decidedAt.json, "text": .string($0)]
                        }
                    }),
            ])
    }
}
