import Conversation
import OrderEngine
import Trading

/// What a previewed line would do.
struct Preview {
    var lines: [String]
    var basis: PreviewBasis
    var fields: JSONObject = ["allowed": true]
    /// Why it would be refused.
    private(set) var refusal: Refusal?

    init(lines: [String], basis: PreviewBasis, fields: JSONObject = ["allowed": true]) {
        self.lines = lines
        self.basis = basis
        self.fields = fields
    }

    /// It would be refused, and why.
    init(_ refusal: Refusal, of line: String) {
        self.init(
            lines: ["\(line): would be refused (\(refusal.code.name)): \(refusal.message)"] + refusal.details,
            basis: PreviewBasis(),
            fields: [
                "allowed": false,
                "error": ["code": .string(refusal.code.name), "message": .string(refusal.message)],
            ])
        self.refusal = refusal
    }

    /// Says that whoever asks may not do it, whatever it would come to.
    mutating func forbid(_ refusal: Refusal) {
        guard self.refusal == nil else { return }
        fields["allowed"] = false
        fields["error"] = ["code": .string(refusal.code.name), "message": .string(refusal.message)]
    }
}

extension DeskCore {
    /// Orders shown one by one; more are summed up.
    private static let previewedOrders = 10

    /// What orders that are decided and not placed would cost, hold and leave.
    func preview(_ orders: [Order], _ basis: PreviewBasis, notes: [String], _ context: LineContext) -> Preview {
        guard let root = orders.first, let rules = context.seat.engine.rules[root.pair] else {
            return Preview(lines: ["\(context.text): not an order"], basis: basis)
        }
        let working = orders.count > 1 ? Array(orders.dropFirst()) : orders
        // What a sliced order holds it holds for its orders.
        let held = working.reduce(ExactDecimal.zero) { $0 + $1.reserved }
        let priced = working.map { (order: $0, price: price(of: $0, basis)) }
        let value = priced.reduce(ExactDecimal.zero) { $0 + $1.price.times($1.order.quantity) }
        let fee = priced.reduce(ExactDecimal.zero) {
            $0 + rules.fee(side: $1.order.side, price: $1.price, quantity: $1.order.quantity)
        }
        let feeCoin = rules.feeCurrency(for: root.side)
        let funds = context.seat.engine.funds(of: root.account, in: root.spentCoin)
        let asked = OrderWords(root, reader: reader(context)).asked
        var lines = ["\(asked): nothing was done; \(goWords(context))"]
        let verb = root.side == .buy ? "costs" : "brings"
        let about = root.price.limit == nil && root.status != .armed
        lines.append("\(verb) \(about ? "about " : "")\(value.shown) \(root.pair.quote), fee \(fee.shown) \(feeCoin)")
        if about, let touch = basis.touch {
            lines.append("at \(touch) as the market is, and never beyond \(root.price.bound)")
        }
        switch root.status {
        case .armed:
            lines.append("nothing is held until its trigger fires")
        default:
            if basis.wouldTrade { lines.append("it would trade at once") }
            lines.append(
                "holds \(held.shown) \(root.spentCoin): \(funds.free.shown) free now, \((funds.free - held).shown) then"
            )
        }
        if working.count <= DeskCore.previewedOrders, orders.count > 1 {
            lines += working.map { "\($0.side.rawValue) \($0.quantity) at \($0.price.bound)" }
        } else if let first = working.first, let last = working.last, orders.count > 1 {
            lines.append(
                "\(working.count) orders, from \(first.quantity) at \(first.price.bound) to \(last.quantity) at \(last.price.bound)"
            )
        }
        if let then = OrderWords(root, reader: reader(context)).sentThen { lines.append(then) }
        let sharing = LadderWords.sharing(working.map(\.price.bound))
        if !sharing.isEmpty { lines.append(String(sharing.dropFirst(2))) }
        return Preview(
            lines: lines + notes, basis: basis,
            fields: [
                "allowed": true, "exchange": .string(root.exchange.description), "value": value.json,
                "currency": .string(root.pair.quote.description),
                "fee": fee.json, "fee_currency": .string(feeCoin.description), "held": held.json,
                "held_currency": .string(root.spentCoin.description), "free_before": funds.free.json,
                "free_after": (funds.free - held).json, "would_trade": .bool(basis.wouldTrade || basis.touch != nil),
                "orders": .array(
                    working.map { order in
                        [
                            "side": .string(order.side.rawValue), "quantity": order.quantity.json,
                            "price": order.price.limit.json, "held": order.reserved.json,
                        ]
                    }),
            ])
    }

    /// The price that its cost is reckoned at: of a market order that of the market.
    private func price(of order: Order, _ basis: PreviewBasis) -> ExactDecimal {
        order.price.limit ?? basis.touch ?? order.price.bound
    }
}
