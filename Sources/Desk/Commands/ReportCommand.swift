import ChatServer
import CommandGrammar
import Ledger
import OrderEngine
import Trading

/// `report`: what has finished, and how.
extension DeskCore {
    /// How many of each kind are reported where no number is given: as the platform of 2015 did.
    private static let reportedOfEachKind = 5

    func runReport(_ query: ReportQuery, _ context: LineContext) throws -> Reply {
        let account = try context.account()
        try flushTables()
        let zone = zone(context)
        let transaction = try ledgerTransaction()
        let since = try query.since.map { try zone.moment(of: $0.value, before: now, at: $0.span).at }
        let until = try query.until.map { try zone.moment(of: $0.value, before: now, at: $0.span).at }
        let limit = min(query.last ?? DeskCore.reportedOfEachKind, configuration.limits.answerRows)
        var lines: [String] = []
        var json: [JSONValue] = []
        for kind in query.kind.map({ [$0] }) ?? OrderKind.allCases {
            let orders = try transaction.finishedRoots(
                account, kind: kind, pair: query.pair?.value, since: since, until: until, limit: limit)
            for order in orders {
                let report = try OrderReport(order, in: transaction, zone: zone)
                lines += report.lines
                json.append(.object(report.json))
            }
        }
        let what = query.kind.map { "\($0.rawValue) orders" } ?? "orders"
        let title =
            switch json.count {
            case 0: "= no finished \(what) yet"
            case 1: "= the last finished \(what.dropLast())"
            default: "= the last \(json.count) finished \(what)"
            }
        return Reply(
            mark: .answer, text: ([title] + lines).joined(separator: "\n  "), fields: ["report": .array(json)])
    }
}

/// A finished order with what its kind is judged by.
struct OrderReport {
    let lines: [String]
    let json: JSONObject

    init(_ order: Order, in transaction: LedgerTransaction, zone: TimeZoneRules) throws {
        let children = try transaction.children(of: order.id)
        let words = OrderWords(order, zone: zone)
        let closed = order.closedAt.map { zone.text(of: $0) } ?? ""
        var object = order.json
        var lines: [String] = []
        let traded = order.filled.isZero ? "nothing was filled" : words.traded
        switch order.plan {
        case .none:
            let ending = order.timeInForce.expireTime == nil ? order.status.words : "ended \(order.status.words)"
            lines.append("\(order.id) \(words.asked): \(ending), \(traded), \(closed)")
        case .sliced:
            lines.append("\(order.id) \(words.asked): \(order.status.words), \(traded), \(closed)")
            lines += children.map { child in
                let price = child.averagePriceText ?? child.price.bound.description
                return "  \(child.id) \(child.side.rawValue) \(child.quantity) at \(price): \(child.status.words)"
            }
            object.append("child_orders", .array(children.map { .object($0.json) }))
        case .paired:
            let family = OrderFamily(order: order, parent: nil, children: children)
            if let result = try OrderReport.pairedResult(order.id, in: transaction) {
                lines.append("\(order.id) \(EventWords.legs(family)); \(EventWords.benefit(result)), \(closed)")
                result.append(to: &object)
            } else {
                lines.append("\(order.id) \(words.asked): ended without its contra, \(traded), \(closed)")
                object.append("benefit", .null)
            }
            object.append("child_orders", .array(children.map { .object($0.json) }))
        case .stop(let trigger, _), .oco(let trigger, _):
            lines.append(
                "\(order.id) \(words.asked): \(order.status.words), \(traded)\(OrderReport.slippage(order, children, trigger, &object)), \(closed)"
            )
            object.append("child_orders", .array(children.map { .object($0.json) }))
        case .trail(let trailing):
            lines.append(
                "\(order.id) \(words.asked): \(order.status.words), \(traded)\(OrderReport.slippage(order, children, trailing.trigger, &object)), \(closed)"
            )
            object.append("child_orders", .array(children.map { .object($0.json) }))
        }
        self.lines = lines
        json = object
    }

    /// What the two legs came to, as it was recorded when the second had filled.
    private static func pairedResult(_ id: OrderID, in transaction: LedgerTransaction) throws -> PairedResult? {
        for entry in try transaction.history(of: id) {
            if case .pairedDone(_, let result, _) = entry.record { return result }
        }
        return nil
    }

    /// How much worse than its trigger a stop came off; negative where it was better. In the quote coin, a unit. What a
    /// one-cancels-the-other had filled at its limit before is not the stop's.
    private static func slippage(
        _ order: Order, _ children: [Order], _ trigger: ExactDecimal, _ object: inout JSONObject
    ) -> String {
        guard let market = order.triggerMarketPrice else { return ", never triggered" }
        object.append("market_price", market.json)
        guard let average = children.last?.averagePriceText.flatMap({ ExactDecimal($0) }) else {
            return ", triggered at \(market) (trigger \(trigger))"
        }
        let slippage = order.side == .sell ? trigger - average : average - trigger
        object.append("slippage", slippage.json)
        return ", triggered at \(market) (trigger \(trigger)), slippage \(slippage) \(order.pair.quote)"
    }
}
