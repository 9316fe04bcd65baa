import Conversation
import OrderEngine
import Trading

/// What a trader is told of an event, in words and in fields.
struct EventWords {
    let text: String
    let fields: JSONObject

    init(_ event: OrderEvent, reader: Reader, family: OrderFamily) {
        text = "* " + EventWords.sentence(event, OrderWords(event.order, reader: reader), family)
        fields = EventWords.fields(event)
    }

    private static func sentence(_ event: OrderEvent, _ words: OrderWords, _ family: OrderFamily) -> String {
        let order = event.order
        let base = order.pair.base
        let place = words.reader.place(of: order)
        switch event.kind {
        case .opened:
            return "\(order.id) opened: \(words.asked)"
        case .partiallyFilled(let fill):
            return "\(order.id)\(place) filled \(fill.quantity) \(base) at \(fill.price); \(order.remaining) left"
        case .filled:
            return "\(order.id)\(place) filled: \(words.traded)"
        case .canceled:
            let why = event.why.map { "; \($0.message)" } ?? ""
            if order.plan.isRoundTrip, family.children.contains(where: \.filled.isPositive) {
                return "\(order.id) canceled: \(words.asked); \(legs(family))\(why)"
            }
            return "\(order.id) canceled: \(words.asked); \(filledWords(order))\(why)"
        case .expired:
            return "\(order.id) expired: \(words.asked); \(filledWords(order))"
        case .rejected(_, let reason):
            return "\(order.id) rejected: \(words.asked): \(reason.printable)"
        case .triggered(let marketPrice, let trigger, let then, let child):
            let price = if case .limit(let limit) = then { "limit \(limit)" } else { "market" }
            let what = "\(order.side.rawValue) \(order.remaining) \(order.pair) \(price)"
            if let why = event.why {
                return
                    "\(order.id)\(place) triggered at \(marketPrice) (trigger \(trigger)), and its stop cannot be sent: \(why.message); "
                    + "its limit stays on the book at \(words.price)"
            }
            return "\(order.id)\(place) triggered at \(marketPrice) (trigger \(trigger)): \(what)"
                + (child.map { ", now \($0)" } ?? "")
        case .unknown:
            return "\(order.id) unknown: no answer from the exchange to \(words.asked); checking"
        case .reconciled:
            return "\(order.id) reconciled: the exchange has said what became of \(words.asked)"
        case .contraReady(let quantity):
            let failed = event.why.map { "; its contra could not be placed as asked: \($0.message)" } ?? ""
            return """
                \(order.id)\(place) contra ready: \(tradedShort(order)); contra \(order.id.rawValue) at PRICE \
                \(order.side == .buy ? "sells" : "buys") \(quantity) \(base)\(failed)
                """
        case .contraPlaced:
            let parent = order.parent.map(\.description) ?? "?"
            return "\(parent) contra placed: \(words.asked), now \(order.id)"
        case .pairedDone(let result):
            return
                "\(order.id)\(place) paired done: \(legs(family)); \(benefit(result, order))\(leftWords(result, order, event.why))"
        case .slicedDone:
            return "\(order.id)\(place) sliced done: \(words.traded)"
        case .cancelFailed(let reason):
            return "\(order.id) cancel failed: \(words.asked): \(reason.printable)"
        case .moved:
            let filled = order.filled.isZero ? "" : "; \(order.filled) was filled before"
            return "\(order.id) moved: \(words.asked)\(filled)"
        }
    }

    private static func filledWords(_ order: Order) -> String {
        order.filled.isZero ? "nothing was filled" : "\(order.filled) was filled"
    }

    /// `bought 0.05 btc at 224.65`.
    private static func tradedShort(_ order: Order) -> String {
        "\(order.side == .buy ? "bought" : "sold") \(order.filled) \(order.pair.base) at \(order.averagePriceText ?? "none")"
    }

    /// `bought 0.05 at 224.65, sold at 227.68`.
    static func legs(_ family: OrderFamily) -> String {
        let entry = family.order
        let contras = family.children.filter { $0.filled.isPositive }
        let verbs = entry.side == .buy ? ("bought", "sold") : ("sold", "bought")
        let exits = contras.map { contra in
            contras.count == 1
                ? "\(contra.averagePriceText ?? "none")" : "\(contra.filled) at \(contra.averagePriceText ?? "none")"
        }
        guard !contras.isEmpty else {
            return "\(verbs.0) \(entry.filled) at \(entry.averagePriceText ?? "none"), \(verbs.1) nothing"
        }
        let isWhole = contras.count == 1 && contras[0].filled == entry.received
        let exit =
            isWhole
            ? "at \(exits[0])"
            : contras.count == 1 ? "\(contras[0].filled) at \(exits[0])" : exits.joined(separator: ", ")
        return "\(verbs.0) \(entry.filled) at \(entry.averagePriceText ?? "none"), \(verbs.1) \(exit)"
    }

    /// `benefit 0.106267 usd after 0.045233 fees`, or `... after 0.046 usd of fees (0.0001 btc among them)`.
    static func benefit(_ result: PairedResult, _ order: Order) -> String {
        let benefit = "benefit \(result.benefit.shown) \(result.currency)"
        guard result.baseFees.isPositive else { return "\(benefit) after \(result.fees.shown) fees" }
        return
            "\(benefit) after \(result.fees.shown) \(result.currency) of fees (\(result.baseFees.shown) \(order.pair.base) among them)"
    }

    /// What a round trip has not traded back, and why.
    static func leftWords(_ result: PairedResult, _ order: Order, _ why: EngineRefusal? = nil) -> String {
        guard result.left.isPositive else { return "" }
        let what = order.side == .buy ? "is left" : "is not bought back"
        return "; \(result.left) \(order.pair.base) \(what)" + (why.map { ": \($0.message)" } ?? "")
    }

    private static func fields(_ event: OrderEvent) -> JSONObject {
        var object: JSONObject = ["order": .object(event.order.json)]
        switch event.kind {
        case .partiallyFilled(let fill), .filled(let fill):
            object.append("fill", .object(fill.json))
        case .rejected(let code, let reason):
            object.append("error", ["code": .string(code.name), "message": .string(reason)])
        case .triggered(let marketPrice, let trigger, _, let child):
            object.append("trigger_price", trigger.json)
            object.append("market_price", marketPrice.json)
            object.append("child", child.map { $0.json } ?? .null)
            if let why = event.why {
                object.append("error", ["code": .string(why.code.name), "message": .string(why.message)])
            }
        case .contraReady(let quantity):
            object.append("quantity", quantity.json)
            if let why = event.why {
                object.append("error", ["code": .string(why.code.name), "message": .string(why.message)])
            }
        case .pairedDone(let result):
            result.append(to: &object, event.order)
        case .cancelFailed(let reason):
            object.append("reason", .string(reason))
        case .canceled:
            if let why = event.why {
                object.append("error", ["code": .string(why.code.name), "message": .string(why.message)])
            }
        case .opened, .expired, .unknown, .reconciled, .contraPlaced, .slicedDone, .moved:
            break
        }
        return object
    }
}
