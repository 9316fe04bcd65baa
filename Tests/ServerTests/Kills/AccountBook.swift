import Trading

/// What one account was told, through all lives of the server, and what follows from it: orders, fills, money.
///
/// It knows nothing but what came over the sockets. Notifications go in by their numbers, whichever session brought them.
final class AccountBook {
    let name: String
    /// As they came, in JSON; number 1 first.
    private(set) var notifications: [String] = []
    /// The same in words, with what they were about: for sessions in text, which are not told the numbers.
    private(set) var words: [(text: String, event: String, order: UInt64?, parent: UInt64?)] = []
    /// Told to a session that came later than what other sessions still have on their way.
    private var ahead: [UInt64: String] = [:]
    private(set) var orders: [UInt64: KnownOrder] = [:]
    /// By the number of the whole.
    private var children: [UInt64: Set<UInt64>] = [:]
    /// Each line asks for a quantity of its own, so that the quantity tells which line an order came from.
    private(set) var rootOfQuantity: [ExactDecimal: UInt64] = [:]
    /// Paired orders that wait for their contra.
    private(set) var contraReady: [UInt64] = []
    /// Paired orders whose contra may be placed, by what was told.
    private(set) var awaitingContra: Set<UInt64> = []
    var deposits: [String: ExactDecimal] = [:]
    private var traded: [String: ExactDecimal] = [:]
    private(set) var fillCount = 0

    init(name: String) { self.name = name }

    var nextSequence: UInt64 { UInt64(notifications.count) + 1 }

    /// Takes in a notification. One that was told before has to read exactly as it did then.
    func hear(_ raw: String, number: UInt64) throws {
        if number < nextSequence {
            let first = notifications[Int(number) - 1]
            guard first == raw else { throw Contradiction("notification \(number) was\n  \(first)\nand is\n  \(raw)") }
            return
        }
        if let first = ahead[number], first != raw {
            throw Contradiction("notification \(number) was\n  \(first)\nand is\n  \(raw)")
        }
        ahead[number] = raw
        while let next = ahead.removeValue(forKey: nextSequence) {
            notifications.append(next)
            try take(Fields(next))
        }
    }

    /// Nothing that was told may be beyond what the server says is the last.
    func expectNothingAhead() throws {
        guard let number = ahead.keys.min() else { return }
        throw Contradiction("notification \(number) was told, and now the last is \(notifications.count)")
    }

    private func take(_ event: Fields) throws {
        guard let name = event.text("event"), let text = event.text("text"), let at = event.text("at") else {
            throw Contradiction("an event without name, words or time")
        }
        let object = event.object("order")
        words.append((text, name, object?.number("id"), object?.number("parent")))
        guard let object else {
            guard name == "login" else { throw Contradiction("\(name) is about no order") }
            return
        }
        let id = try learn(object)
        switch name {
        case "opened", "contra_placed":
            guard orders[id]?.isWorking == false, orders[id]?.hasLeft == false else {
                throw Contradiction("#\(id) is \(name) twice")
            }
            orders[id]?.isWorking = true
            if let parent = orders[id]?.parent { awaitingContra.remove(parent) }
        case "partially_filled", "filled":
            guard let fill = event.object("fill") else { throw Contradiction("\(name) without its fill") }
            try take(fill, of: id, object, isLast: name == "filled")
        case "canceled", "rejected", "expired":
            leave(id, name)
            orders[id]?.endedAt = at
        case "triggered":
            let (trigger, market) = (try event.money("trigger_price"), try event.money("market_price"))
            guard orders[id]?.side == "sell" ? market <= trigger : market >= trigger else {
                throw Contradiction("#\(id) is triggered at \(market), its trigger is \(trigger)")
            }
            // Where what is left is too little for a stop, the limit beside it stays, and the event says why.
            if event.object("error") == nil { leave(id, nil) }
        case "contra_ready":
            if !contraReady.contains(id) { contraReady.append(id) }
            awaitingContra.insert(id)
        case "paired_done":
            let benefit = try benefit(of: id)
            guard try event.money("benefit") == benefit else {
                throw Contradiction("#\(id) has the benefit \(benefit) by its fills: \(text)")
            }
            orders[id]?.benefit = benefit
        case "sliced_done": leave(id, "filled")
        default: throw Contradiction("the paper exchange gives no reason for \(text)")
        }
    }

    private func leave(_ id: UInt64, _ ending: String?) {
        orders[id]?.isWorking = false
        orders[id]?.hasLeft = true
        if let ending { orders[id]?.ending = ending }
    }

    private func take(_ fill: Fields, of id: UInt64, _ object: Fields, isLast: Bool) throws {
        guard let order = orders[id], order.isWorking, let number = fill.number("id") else {
            throw Contradiction("#\(id) fills, and is not on the book")
        }
        let known = KnownOrder.KnownFill(
            id: number, price: try fill.money("price"), quantity: try fill.money("quantity"), fee: try fill.money("fee")
        )
        guard !order.fills.contains(where: { $0.id == number }) else {
            throw Contradiction("#\(id) is told its fill \(number) twice")
        }
        let value = known.quantity.times(known.price)
        guard known.fee == value.times(KnownOrder.feeRate) else { throw Contradiction("#\(id): the fee of \(known)") }
        if let price = order.price, order.side == "buy" ? known.price > price : known.price < price {
            throw Contradiction("#\(id) is limited to \(price) and fills at \(known.price)")
        }
        orders[id]?.fills.append(known)
        fillCount += 1
        let filled = order.filled + known.quantity
        guard filled <= order.quantity, isLast == (filled == order.quantity), try object.money("filled") == filled
        else {
            throw Contradiction("#\(id) of \(order.quantity) has filled \(filled): \(object)")
        }
        if isLast { leave(id, "filled") }
        let sign = order.side == "buy" ? ExactDecimal.one : .zero - .one
        traded["btc", default: .zero] += sign.times(known.quantity)
        traded["usd", default: .zero] -= sign.times(value) + known.fee
    }

    /// What the fills of both legs come to.
    private func benefit(of id: UInt64) throws -> ExactDecimal {
        guard let order = orders[id] else { throw Contradiction("nobody knows #\(id)") }
        return ([order] + children(of: id)).reduce(.zero) { sum, leg in
            sum + (leg.side == "sell" ? leg.value : .zero - leg.value) - leg.fee
        }
    }

    /// Takes in an order as a reply or a notification has it. Returns its number.
    @discardableResult
    func learn(_ object: Fields) throws -> UInt64 {
        let order = try KnownOrder(object)
        if orders[order.id] != nil {
            try orders[order.id]?.agree(with: object)
            return order.id
        }
        orders[order.id] = order
        if let parent = order.parent {
            children[parent, default: []].insert(order.id)
        } else {
            if let other = rootOfQuantity[order.quantity] {
                throw Contradiction("#\(other) and #\(order.id) are of one line: both are of \(order.quantity)")
            }
            rootOfQuantity[order.quantity] = order.id
        }
        return order.id
    }

    func contraIsTyped(_ id: UInt64) { contraReady.removeAll { $0 == id } }

    // MARK: What follows

    func total(_ coin: String) -> ExactDecimal { deposits[coin, default: .zero] + traded[coin, default: .zero] }

    func inOrders(_ coin: String) -> ExactDecimal {
        orders.values.reduce(.zero) { $1.isWorking && $1.held.coin == coin ? $0 + $1.held.amount : $0 }
    }

    private func children(of id: UInt64) -> [KnownOrder] {
        children[id, default: []].compactMap { orders[$0] }
    }

    /// The figures of an order as a list or a report shows it.
    func sums(of id: UInt64) throws -> (filled: ExactDecimal, fee: ExactDecimal) {
        guard let order = orders[id] else { throw Contradiction("nobody knows #\(id)") }
        let parts = order.sumsItsChildren ? [order] + children(of: id) : [order]
        return parts.reduce((.zero, .zero)) { ($0.0 + $1.filled, $0.1 + $1.fee) }
    }

    /// Whether a root is over; nil where its own notifications leave it open, because they are its children's.
    func isOver(_ id: UInt64) -> Bool? {
        guard let order = orders[id] else { return nil }
        if order.closedAt != nil { return true }
        switch order.kind {
        case "stop", "oco": return children(of: id).isEmpty && !order.hasLeft ? false : nil
        case "paired": return order.hasLeft ? nil : false
        default: return order.hasLeft
        }
    }
}
