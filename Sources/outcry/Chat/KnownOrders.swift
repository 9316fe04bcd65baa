import Conversation

/// The numbers of an account's orders that this client has heard of, for Tab: what is open, and what was lately.
struct KnownOrders: Equatable {
    /// Orders that are remembered, of each kind. With more the oldest are forgotten.
    static let numbersMax = 1_000

    /// Whose they are; nil before anybody has logged in.
    private(set) var account: String?
    private(set) var open: Set<UInt64> = []
    private(set) var over: Set<UInt64> = []

    private static let endings: Set<String> = ["filled", "canceled", "expired", "rejected"]

    init(account: String? = nil) { self.account = account }

    /// Every order that a reply has in it, with its state.
    mutating func see(_ reply: ServerReply) {
        var orders = reply.fields.objects("orders") + reply.fields.objects("children")
        if case .object(let order)? = reply.fields["order"] { orders.append(order) }
        for order in orders {
            guard let id = order.unsigned("id") else { continue }
            see(id, status: order.string("status"))
        }
    }

    mutating func see(_ event: ServerNotification) {
        if let order = event.order { see(order, status: event.orderStatus) }
    }

    private mutating func see(_ id: UInt64, status: String?) {
        guard let status else { return }
        if KnownOrders.endings.contains(status) {
            open.remove(id)
            over.insert(id)
            if over.count > KnownOrders.numbersMax, let oldest = over.min() { over.remove(oldest) }
        } else {
            open.insert(id)
            if open.count > KnownOrders.numbersMax, let oldest = open.min() { open.remove(oldest) }
        }
    }
}
