import CommandGrammar
import Conversation
import OrderEngine
import Trading

/// An exchange whose orders a cancel of all leaves where they are, since it cannot be traded on just now.
struct ExchangeLeftOut: Hashable {
    let exchange: ExchangeID
    /// A clause: `this account is being compared with yobit`.
    let reason: String

    var words: String { "not on \(exchange): \(reason); panic does not wait" }

    var json: JSONValue { ["exchange": .string(exchange.description), "reason": .string(reason)] }
}

/// What a cancel takes off.
struct CancelReach {
    /// Those that are no other's children; of several exchanges in the order of their numbers.
    var orders: [OrderID]
    var leftOut: [ExchangeLeftOut] = []
}

extension DeskCore {
    /// What a cancel takes off, and where it leaves orders that are meant too. One exchange that cannot be traded on holds up no other;
    /// where nothing else is meant, its refusal is thrown.
    func reach(of target: CancelTarget, _ context: LineContext) throws -> CancelReach {
        switch target {
        case .orders(let located):
            for one in located { _ = try at(one, context) }
            return CancelReach(orders: located.map(\.value))
        case .all(let pair): return try reach(context) { pair == nil || $0.pair == pair?.value }
        case .kind(let kind):
            return try reach(context) { $0.kind == kind || (kind == .stop && $0.trigger != nil) }
        // It has no number here.
        case .foreign: return CancelReach(orders: [])
        }
    }

    private func reach(_ context: LineContext, where isMeant: (Order) -> Bool) throws -> CancelReach {
        let account = try context.account()
        var reach = CancelReach(orders: [])
        var refusal: Refusal?
        for seat in asked(context) {
            let meant = seat.engine.openOrders(of: account).filter {
                $0.parent == nil && !seat.engine.isCancelUnderWay($0) && isMeant($0)
            }
            if !meant.isEmpty, let obstacle = seat.obstacle(of: account) {
                reach.leftOut.append(ExchangeLeftOut(exchange: seat.id, reason: obstacle.message))
                refusal = refusal ?? seat.refusalForNow(of: account)
            } else {
                reach.orders += meant.map(\.id)
            }
        }
        if reach.orders.isEmpty, let refusal { throw refusal }
        reach.orders.sort()
        return reach
    }
}
