import Exchange
import OrderEngine
import Trading

/// What an exchange would say of orders that are only previewed.
extension Seat {
    /// Refuses what the exchange would refuse now: a post-only order that would trade, a fill-or-kill that cannot be filled whole,
    /// one that would trade with the account's own. The paper exchange is asked itself; of another what the desk knows decides.
    func requireExchangeTakes(_ orders: [Order]) throws(Refusal) {
        for order in orders where order.status == .pending {
            guard let (code, reason) = objection(to: order) else { continue }
            throw Refusal(code, "the exchange would refuse it: \(reason)")
        }
    }

    private func objection(to order: Order) -> (code: RefusalCode, reason: String)? {
        if let paper { return paper.objection(to: NewOrder(order)) }
        let ticker = engine.market[order.pair]
        let touch = order.side == .buy ? ticker?.ask : ticker?.bid
        let bound = order.price.bound
        let reaches = touch.map { order.side == .buy ? $0 <= bound : $0 >= bound }
        if order.isPostOnly, reaches == true { return (.wouldTrade, "it would trade at once") }
        if order.timeInForce == .fillOrKill, reaches == false {
            return (.cannotFill, "nothing to trade with at this price")
        }
        guard let own = engine.ownOrder(inTheWayOf: order.side, at: bound, of: order.account, order.pair) else {
            return nil
        }
        let isFirst = touch.map { order.side == .buy ? own.price.bound <= $0 : own.price.bound >= $0 } ?? true
        return isFirst ? (.selfTrade, "it would trade with \(own.id) of this account") : nil
    }
}
