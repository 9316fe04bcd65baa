import Conversation
import Ledger
import OrderEngine
import Trading

/// What has become of a tagged line that is sent again: its first reply, and behind it its orders as they are now. Whoever sends a
/// line again, after a restart for one, need not wait for events that have been told already.
extension DeskCore {
    /// Of more orders text says only how many there are.
    private static let statesShown = 10

    /// The reply with the present state of the orders that it is about: in text a line for each, in JSON the orders and those under
    /// them as `now`. The reply as it is where it is about none.
    func withState(_ reply: RememberedReply, of account: AccountID) throws -> RememberedReply {
        guard case .object(var object)? = try? JSONReader.read(reply.json) else { return reply }
        let roots = DeskCore.ordersTold(in: object)
        guard !roots.isEmpty else { return reply }
        let sight = sight(of: account)
        let reader = try reader(of: account)
        var lines: [String] = []
        var told: [JSONValue] = []
        var left = 0
        for (index, id) in roots.enumerated() {
            // One that is not kept any more is passed over.
            guard let order = try sight.orderEver(id) else { continue }
            let room = max(0, configuration.limits.answerRows - told.count - 1)
            let children = try sight.children(of: order, limit: room)
            if told.count < configuration.limits.answerRows {
                told.append(.object(order.json))
                told += children.map { .object($0.json) }
            } else {
                left += 1
            }
            left += order.children.count - children.count
            guard index < DeskCore.statesShown else { continue }
            lines.append(
                "now \(order.id) \(OrderWords(order, reader: reader).asked): \(state(of: order, children, sight, reader))"
            )
        }
        if roots.count > DeskCore.statesShown {
            lines.append("and \(roots.count - DeskCore.statesShown) more: orders, report")
        }
        let words = lines.map { "\n  \($0)" }.joined()
        if let text = object.string("text") { object["text"] = .string(text + words) }
        object.append("now", .array(told))
        if left > 0 { object.append("now_more", .int(Int64(left))) }
        return RememberedReply(text: reply.text + words, json: JSONValue.object(object).json)
    }

    private func state(of order: Order, _ children: [Order], _ sight: AccountSight, _ reader: Reader) -> String {
        guard order.closedAt != nil else { return sight.standing(of: order) }
        // The figures of a ladder have those of its orders in them.
        let told = order.plan.isSliced ? [] : children
        let traded = OrderWords(order, reader: reader).traded(with: told) ?? "nothing was filled"
        return "\(order.status.words), \(traded)"
    }

    /// The orders that a reply has as objects, each once.
    private static func ordersTold(in reply: JSONObject) -> [OrderID] {
        var objects = reply.objects("orders")
        if case .object(let order)? = reply["order"] { objects.insert(order, at: 0) }
        var ids: [OrderID] = []
        for case let number? in objects.map({ $0.unsigned("id") }) where !ids.contains(OrderID(number)) {
            ids.append(OrderID(number))
        }
        return ids
    }
}

extension RememberedReply {
    /// A reply as it is sent.
    init(_ message: OutgoingMessage) {
        self.init(
            text: String(decoding: message.payload(as: .text) ?? [], as: UTF8.self),
            json: String(decoding: message.payload(as: .json) ?? [], as: UTF8.self))
    }
}
