import Conversation
import Trading

/// What the desk takes for shown to a trader who may never have seen it.
struct Missed {
    /// Numbers that were sent to a session which was gone, or died with the process.
    private(set) var numbers: Set<UInt64> = []
    /// The orders that replies to sessions in text were about: of those such a session is spared some notifications.
    private(set) var mentionedInText: Set<OrderID> = []
    /// Whether a batch ended so that nobody knows what it would have sent.
    private(set) var isUncertain = false

    /// A message that reached nobody.
    mutating func take(_ message: OutgoingMessage) {
        guard let payload = message.payload(as: .json),
            case .object(let object)? = try? JSONReader.read(String(decoding: payload, as: UTF8.self))
        else { return }
        if let number = object.sequence, object["type"] == "event" { numbers.insert(number) }
        for notification in object.notifications { if let number = notification.sequence { numbers.insert(number) } }
        mentionedInText.formUnion(object.orderIDs)
    }

    mutating func mentionInText(_ orders: some Sequence<OrderID>) { mentionedInText.formUnion(orders) }

    /// The process ended within a batch: what it had written of it may count as sent.
    mutating func loseBatch() { isUncertain = true }

    /// After such an end: all up to the newest number may count as sent.
    mutating func settle(upTo head: UInt64) {
        guard isUncertain else { return }
        isUncertain = false
        if head > 0 { numbers.formUnion(1...head) }
    }
}

extension JSONObject {
    /// The number of a notification.
    var sequence: UInt64? { if case .int(let number)? = self["seq"], number > 0 { UInt64(number) } else { nil } }

    /// The notifications that the reply to `inbox` brings.
    var notifications: [JSONObject] {
        guard case .array(let values)? = self["notifications"] else { return [] }
        return values.compactMap { if case .object(let object) = $0 { object } else { nil } }
    }

    /// The orders that a reply is about.
    var orderIDs: [OrderID] {
        var all: [JSONObject] = []
        if case .object(let order)? = self["order"] { all.append(order) }
        if case .array(let orders)? = self["orders"] { for case .object(let order) in orders { all.append(order) } }
        return all.compactMap { if case .int(let id)? = $0["id"] { OrderID(UInt64(id)) } else { nil } }
    }
}
