import OrderEngine
import Trading

/// One record of an order's story, with every figure in it: what was decided, what the exchange said, what it cost.
struct StoryWords {
    let text: String?

    init(_ record: Record, of family: [Order], reader: Reader) {
        switch record {
        case .orderPlaced(let order): text = StoryWords.placed(order, of: family, reader: reader)
        case .orderAccepted(_, let number, _):
            text = "the exchange took it as its \(number)"
        case .orderRejected(_, let code, let reason, _): text = "refused (\(code.name)): \(reason.printable)"
        case .orderFilled(let id, let fill, let reserved, _):
            // The orders of a ladder are of its pair.
            let pair = (family.first { $0.id == id } ?? family.first)?.pair
            let base = pair.map { " \($0.base)" } ?? ""
            let held = reserved.isPositive ? ", \(reserved) still held" : ""
            text =
                "filled \(fill.quantity)\(base) at \(fill.price), fee \(fill.fee) \(fill.feeCurrency), "
                + "\(fill.liquidity.rawValue), the exchange's fill \(fill.id) of "
                + "\(reader.dateAndTime(of: fill.at, milliseconds: true))\(held)"
        case .orderTriggered(_, let price, let child, _):
            text =
                "the market traded at \(price), which fired its trigger"
                + (child.map { ": now \($0)" } ?? "; nothing could be sent for it")
        case .orderReplaced(_, let price, let quantity, let reserved, _):
            text = "off the book; sent again for \(quantity) at \(price), less what has filled, \(reserved) held"
        case .triggerMoved(_, let trigger, let price, let tradedAt, _):
            text =
                "the market traded at \(price) (\(reader.dateAndTime(of: tradedAt, milliseconds: true))): the trigger "
                + "follows to \(trigger)"
        case .orderClosedByExchange(_, let code, let reason, _):
            text = "taken off by the exchange (\(code.name)): \(reason)"
        case .orderClosed: text = "off the book, by the exchange's word or because it never was on it"
        default: text = HistoryWords(record).text
        }
    }

    private static func placed(_ order: Order, of family: [Order], reader: Reader) -> String {
        let asked = OrderWords(order, reader: reader).asked
        let held = order.reserved.isPositive ? ", \(order.reserved) \(order.spentCoin) held" : ""
        guard order.status == .pending else {
            return order.status == .armed
                ? "taken on: \(asked), waits for its trigger, nothing held" : "taken on: \(asked)"
        }
        let bound = order.price.limit == nil ? ", never beyond \(order.price.bound)" : ""
        return "decided: \(asked)\(bound), sent as \(ClientOrderID(order: order.id, attempt: 1))\(held)"
    }
}
