import Conversation
import Trading

/// What a trader has been told of an order: the figures that never change, and how far it had come.
struct OrderStatement: Hashable {
    let id: OrderID
    let kind: String
    let pair: String
    let side: String
    let quantity: String
    let price: String?
    let timeInForce: String
    let expireTime: String?
    let parent: OrderID?
    /// Whether the trader has asked to move it: then its price and its amount may be others.
    var mayHaveMoved = false
    /// The most that it was said to have filled.
    private(set) var filled: ExactDecimal
    /// The last of its statuses, by how much had filled and whether it was final.
    private(set) var status: String
    private(set) var isClosed: Bool

    init(_ object: JSONObject) throws(Violation) {
        func text(_ name: String) throws(Violation) -> String {
            guard case .string(let text)? = object[name] else {
                throw Violation(.wellFormed, "an order without \(name): \(JSONValue.object(object).json)")
            }
            return text
        }
        func optional(_ name: String) -> String? {
            if case .string(let text)? = object[name] { text } else { nil }
        }
        guard case .int(let number)? = object["id"], number > 0 else {
            throw Violation(.wellFormed, "an order without id: \(JSONValue.object(object).json)")
        }
        id = OrderID(UInt64(number))
        kind = try text("kind")
        pair = try text("pair")
        side = try text("side")
        quantity = try text("quantity")
        price = optional("price")
        timeInForce = try text("time_in_force")
        expireTime = optional("expire_time")
        if case .int(let number)? = object["parent"] { parent = OrderID(UInt64(number)) } else { parent = nil }
        status = try text("status")
        isClosed = optional("closed_at") != nil
        guard let filled = ExactDecimal(try text("filled")) else {
            throw Violation(.wellFormed, "an order with a fill that is no number: \(JSONValue.object(object).json)")
        }
        self.filled = filled
    }

    /// The same of an order as the desk's tables have it.
    init(_ order: Order) {
        id = order.id
        kind = order.kind.rawValue
        pair = order.pair.description
        side = order.side.rawValue
        quantity = order.quantity.description
        // A whole that is never at the exchange itself has no price of its own.
        price = if order.plan.isSliced { nil } else { order.price.limit?.description }
        timeInForce = order.timeInForce.name
        expireTime = order.timeInForce.expireTime?.description
        parent = order.parent
        filled = order.filled
        status = order.status.rawValue
        isClosed = order.closedAt != nil
    }

    /// Whether this is the same order as that, in what cannot change.
    func isSameOrder(as other: OrderStatement) -> Bool {
        id == other.id && kind == other.kind && pair == other.pair && side == other.side
            && (mayHaveMoved || other.mayHaveMoved || (quantity == other.quantity && price == other.price))
            && timeInForce == other.timeInForce
            && expireTime == other.expireTime
    }

    /// Older words may come after newer ones: what was missed is told later.
    mutating func merge(_ other: OrderStatement) throws(Violation) {
        guard isSameOrder(as: other) else {
            throw Violation(.answeredIsThere, expected: self, found: other, "what is told of \(id)")
        }
        if other.filled > filled || (other.filled == filled && other.isClosed && !isClosed) { status = other.status }
        filled = max(filled, other.filled)
        isClosed = isClosed || other.isClosed
    }

    /// Whether an order that stands at `now` can have been told of like this before.
    func canHaveBecome(_ now: OrderStatement) -> Bool {
        guard isSameOrder(as: now), now.filled >= filled else { return false }
        guard isClosed else { return true }
        guard now.isClosed else { return false }
        // A fill that crossed the cancel, or completes what was off the book, is the only thing that comes after an end.
        return now.status == status || (now.filled > filled && now.status == "filled")
    }
}
