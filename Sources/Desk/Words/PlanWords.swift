import Conversation
import OrderEngine
import Trading

/// What is said of each kind of order, in words and to programs: all that a new kind has to add to what the desk says.
extension Order {
    /// What was asked for beyond its conditions, as it could be typed: `slice sell 0.5 eur_usd 1.08..<1.08258 x5`.
    var planWords: String {
        let what = "\(side.rawValue) \(quantity) \(pair)"
        let price = limitWords
        switch plan {
        case .none: return "\(what) at \(price)"
        case .sliced(let low, let high, let includesHigh, let count):
            return "slice \(what) \(low)..\(includesHigh ? "" : "<")\(high) x\(count)"
        case .paired(let contraPrice): return "pair \(what) at \(price)" + (contraPrice.map { " then \($0)" } ?? "")
        case .stop(let trigger, let then): return "stop \(what) at \(trigger)\(then.words(after: trigger))"
        case .oco(let trigger, let then):
            return "\(what) at \(price) stop \(trigger)\(then.words(after: trigger))"
        case .trail(let trailing): return "trail \(what) by \(trailing.distance.words)"
        }
    }

    /// `230` or `market`.
    var limitWords: String { price.limit.map(\.description) ?? "market" }

    /// The members that only some kinds have.
    func appendPlan(to object: inout JSONObject) {
        switch plan {
        case .none: break
        case .sliced(let low, let high, let includesHigh, let count):
            object["price"] = .null
            object.append("low", low.json)
            object.append("high", high.json)
            object.append("includes_high", .bool(includesHigh))
            object.append("count", .int(Int64(count)))
        case .paired(let contraPrice):
            object.append("contra_price", contraPrice.json)
        case .stop(let trigger, let then), .oco(let trigger, let then):
            object.append("trigger_price", trigger.json)
            object.append("triggered_at", triggeredAt.map { $0.json } ?? .null)
            if case .limit(let limit) = then {
                object.append("stop_price", limit.json)
            } else {
                object.append("stop_price", .null)
            }
        case .trail(let trailing):
            object.append("trail_by", .string(trailing.distance.words))
            object.append("best_price", trailing.best.json)
            object.append("trigger_price", trailing.trigger.json)
            object.append("triggered_at", triggeredAt.map { $0.json } ?? .null)
            object.append("stop_price", .null)
        }
    }
}

extension AccountSight {
    /// Where an open order's own parts stand: its children, its contra, its trigger.
    func planStanding(_ order: Order) -> [String] {
        switch order.plan {
        case .none: return []
        case .sliced:
            let children = order.children.compactMap { self.order($0) }
            let active = children.filter { $0.closedAt == nil }.count
            let executed = children.filter { $0.status == .filled }.count
            let others = order.children.count - active - executed
            return ["\(active) active, \(executed) executed"] + (others > 0 ? ["\(others) canceled"] : [])
        case .paired:
            if let quantity = contraReady(order.id) {
                return ["contra \(order.id.rawValue) at PRICE places \(order.side.opposite.rawValue) \(quantity)"]
            }
            guard let contra = order.children.last.flatMap({ self.order($0) }) else { return [] }
            return ["contra \(contra.id) \(contra.price.limit.map { "at \($0) " } ?? "")\(contra.status.words)"]
        case .stop, .oco:
            return order.children.last.map { ["now \($0)"] } ?? []
        case .trail(let trailing):
            return [order.children.last.map { "now \($0)" } ?? "trigger \(trailing.trigger), best \(trailing.best)"]
        }
    }
}

extension TriggeredPrice {
    /// ` limit 264`, ` market`, or nothing for a limit at the trigger.
    fileprivate func words(after trigger: ExactDecimal) -> String {
        switch self {
        case .market: " market"
        case .limit(let limit): limit == trigger ? "" : " limit \(limit)"
        }
    }
}
