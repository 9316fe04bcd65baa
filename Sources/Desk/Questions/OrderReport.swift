import Conversation
import Ledger
import OrderEngine
import Trading

/// A finished order with what its kind is judged by.
struct OrderReport {
    let lines: [String]
    let json: JSONObject
    /// The orders whose fills it is made of: itself, and of a paired one also the contra orders.
    let legs: [Order]
    /// Orders under it that have figures of their own here.
    let childrenTold: Int
    /// What a paired one came to.
    private(set) var result: PairedResult?

    /// Of at most `childrenMax` orders under it there are figures of their own.
    init(_ order: Order, in sight: AccountSight, reader: Reader, childrenMax: Int) throws {
        let children =
            order.plan.isSliced
            ? try sight.children(of: order, limit: childrenMax) : try sight.children(of: order)
        let told = children.prefix(childrenMax)
        childrenTold = told.count
        legs = order.plan.isRoundTrip ? [order] + children : [order]
        let words = OrderWords(order, reader: reader)
        let closed = order.closedAt.map { reader.text(of: $0) } ?? ""
        var object = order.json
        var lines: [String] = []
        let traded = words.traded(with: children) ?? "nothing was filled"
        if order.plan.isRoundTrip {
            let family = OrderFamily(order: order, parent: nil, children: children)
            if let result = try OrderReport.pairedResult(order, in: sight) {
                let left = EventWords.leftWords(result, order)
                lines.append(
                    "\(order.id)\(reader.place(of: order)) \(EventWords.legs(family)); "
                        + "\(EventWords.benefit(result, order))\(left), \(closed)")
                result.append(to: &object, order, feesName: "paired_fees")
                self.result = result
            } else {
                let isContraTraded = children.contains { $0.filled.isPositive }
                let ending = isContraTraded ? "ended before its contra had filled" : "ended without its contra"
                lines.append("\(order.id) \(words.asked): \(ending), \(traded), \(closed)")
                object.append("benefit", .null)
            }
        } else {
            let ending = order.kind == .timed ? "ended \(order.status.words)" : order.status.words
            let triggered = order.trigger.map { OrderReport.slippage(order, from: $0, children, &object) } ?? ""
            lines.append("\(order.id) \(words.asked): \(ending), \(traded)\(triggered), \(closed)")
        }
        if order.plan.isSliced {
            lines += told.map { child in
                let price = child.averagePriceText ?? child.price.bound.description
                return "  \(child.id) \(child.side.rawValue) \(child.quantity) at \(price): \(child.status.words)"
            }
            let left = order.children.count - told.count
            if left > 0 { lines.append("  and \(left) more under it") }
        }
        if order.plan != .none { object.append("child_orders", .array(told.map { .object($0.json) })) }
        self.lines = lines
        json = object
    }

    /// What the two legs came to, as it was recorded when the second had filled.
    private static func pairedResult(_ order: Order, in sight: AccountSight) throws -> PairedResult? {
        for entry in try sight.ends(ofHistory: order.id, under: order, each: 10).records {
            if case .pairedDone(_, let result, _) = entry.record { return result }
        }
        return nil
    }

    /// How much worse than its trigger a stop came off; negative where it was better. In the quote coin, a unit. What a
    /// one-cancels-the-other had filled at its limit before is not the stop's.
    private static func slippage(
        _ order: Order, from trigger: ExactDecimal, _ children: [Order], _ object: inout JSONObject
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
