import OrderEngine
import Trading

extension AccountSight {
    /// Where an open order stands, in a few words.
    func standing(of order: Order) -> String {
        var words = [order.status.words]
        if order.filled.isPositive { words.append("\(order.filled) of \(order.quantity) filled") }
        switch order.plan {
        case .sliced:
            let children = order.children.compactMap { self.order($0) }
            let active = children.filter { $0.closedAt == nil }.count
            let executed = children.filter { $0.status == .filled }.count
            words.append("\(active) active, \(executed) executed")
            let others = order.children.count - active - executed
            if others > 0 { words.append("\(others) canceled") }
        case .paired:
            if let quantity = contraReady(order.id) {
                words.append("contra \(order.id.rawValue) at PRICE places \(order.side.opposite.rawValue) \(quantity)")
            } else if let contra = order.children.last.flatMap({ self.order($0) }) {
                words.append(
                    "contra \(contra.id) \(contra.price.limit.map { "at \($0) " } ?? "")\(contra.status.words)")
            }
        case .stop, .oco:
            if let child = order.children.last { words.append("now \(child)") }
        case .trail(let trailing):
            let child = order.children.last.map { "now \($0)" }
            words.append(child ?? "trigger \(trailing.trigger), best \(trailing.best)")
        case .none: break
        }
        // The time of a paired order is its first leg's: what has filled may wait for its contra as long as it likes.
        if let end = order.timeInForce.expireTime, !order.status.isFinal {
            words.append(DurationText.timeLeft(from: now, until: end))
        }
        return words.joined(separator: ", ")
    }
}
