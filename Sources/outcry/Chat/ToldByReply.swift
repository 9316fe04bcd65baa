import Conversation

/// What a reply has told a person: that `#41` is open need not be said again by the notification that it was opened.
///
/// A server spares its sessions in text what their own replies cover. This client speaks JSON, where every notification
/// comes, and spares the person the same ones.
struct ToldByReply: Hashable, Sendable {
    private var orders: Set<UInt64> = []
    private var events: Set<String> = []

    init() {}

    init(_ reply: ServerReply) {
        var told = reply.fields.objects("orders")
        if case .object(let order)? = reply.fields["order"] { told.append(order) }
        for order in told {
            if let id = order.unsigned("id") { orders.insert(id) }
            orders.formUnion(order.unsignedNumbers("children"))
        }
        if !reply.isOK {
            events = ["opened", "rejected", "canceled"]
        } else if reply.verb == "cancel" {
            events = ["canceled"]
        } else {
            events = ["opened", "contra_placed"]
        }
    }

    func covers(_ notification: ServerNotification) -> Bool {
        notification.order.map(orders.contains) == true && events.contains(notification.event)
    }
}
