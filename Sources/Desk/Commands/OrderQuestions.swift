import CommandGrammar
import Conversation
import Ledger
import OrderEngine
import Trading

/// `orders` and `order`.
extension DeskCore {
    func runOrders(_ kind: OrderKind?, _ pair: Pair?, _ context: LineContext) throws -> Reply {
        let sight = try sight(context)
        let open = sight.openOrders.filter { order in
            order.parent == nil && (kind == nil || order.kind == kind) && (pair == nil || order.pair == pair)
                && (context.namedExchange == nil || order.exchange == context.namedExchange)
        }
        let what = [kind?.rawValue, "orders", pair.map { "of \($0)" }, context.namedExchange.map { "on \($0)" }]
            .compactMap(\.self).joined(separator: " ")
        let foreign = kind == nil ? try foreignOrders(pair, context) : []
        var fields: JSONObject = ["orders": []]
        let rowsMax = configuration.limits.answerRows
        // Where no order could have been made elsewhere there is nothing to say of any.
        if seats.contains(where: { $0.wire != nil }) {
            fields.append("foreign", .array(foreign.prefix(rowsMax).map { .object($0.order.json($0.seat.name)) }))
        }
        let besides = foreign.isEmpty ? "" : ", \(foreign.count) foreign"
        let ages = asked(context).compactMap { $0.ageWords(.openOrders, of: sight.account, zone(context)) }
        func lines(_ own: [String]) -> String {
            let shown = foreign.prefix(rowsMax).map {
                "\(words($0.order, at: $0.seat, sight.account)): \($0.order.standing)"
            }
            let more = foreign.count > shown.count ? ["and \(foreign.count - shown.count) more foreign ones"] : []
            return (own + shown + more + ages).joined(separator: "\n  ")
        }
        guard !open.isEmpty else {
            return Reply(mark: .answer, text: lines(["= no open \(what)\(besides)"]), fields: fields)
        }
        let shown = open.prefix(rowsMax)
        let reader = reader(context)
        let title = open.count == 1 ? String(what.replacing("orders", with: "order")) : what
        var own = ["= \(open.count) open \(title)\(besides)"]
        own += shown.map { "\($0.id) \(OrderWords($0, reader: reader).asked): \(standing($0, sight))" }
        if open.count > shown.count { own.append("and \(open.count - shown.count) more") }
        fields["orders"] = .array(shown.map { .object($0.json) })
        return Reply(mark: .answer, text: lines(own), fields: fields)
    }

    /// Where an open order stands, in a few words.
    func standing(_ order: Order, _ sight: AccountSight) -> String {
        var words = [order.status.words]
        if order.filled.isPositive { words.append("\(order.filled) of \(order.quantity) filled") }
        words += sight.planStanding(order)
        // The time of a paired order is its first leg's: what has filled may wait for its contra as long as it likes.
        if let end = order.timeInForce.expireTime, !order.status.isFinal {
            words.append(DurationText.timeLeft(from: now, until: end))
        }
        return words.joined(separator: ", ")
    }

    func runOrderDetail(_ id: Located<OrderID>, _ context: LineContext) throws -> Reply {
        let sight = try sight(context)
        let order = try sight.existing(id)
        try require(id, of: order.exchange, isWhereSaid: context)
        let reader = reader(context)
        let rowsMax = configuration.limits.answerRows
        let shown = try sight.children(of: order, limit: rowsMax)
        // An order may fill ten thousand times: more than a session takes.
        let fills = try sight.fills(of: order, limit: rowsMax + 1)
        let words = OrderWords(order, reader: reader)
        var lines = [
            "= \(order.id) \(words.asked): \(order.closedAt == nil ? standing(order, sight) : order.status.words)"
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
