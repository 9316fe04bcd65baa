import OrderEngine
import Trading

extension AccountSight {
    /// Where an open order stands, in a few words.
    func standing(of order: Order) -> String {
        var words = [order.status.words]
        if order.filled.isPositive { words.append("\(order.filled) of \(order.quantity) filled") }
        words += planStanding(order)
        // The time of a paired order is its first leg's: what has filled may wait for its contra as long as it likes.
        if let end = order.timeInForce.expireTime, !order.status.isFinal {
            words.append(DurationText.timeLeft(from: now, until: end))
        }
        return words.joined(separator: ", ")
    }
}
