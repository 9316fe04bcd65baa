import Exchange
import Trading

/// The rows that orders leave in the list of transactions, as recorded answers of btc-e have them. What of an order rests is
/// debited, what is canceled credited, and each trade is one row: of what is received for an order that rested, and of the quote
/// coin for one that traded on arrival, which names the order of the other side. They move no money: the books have moved it.
extension VenueBooks {
    /// What of an order has come to rest holds its money.
    func noteResting(_ order: VenueOrder, at now: Timestamp) {
        guard writesOrderRows, order.account != nil else { return }
        order.hasDebitRow = true
        note(
            order, .debit, order.coinSpent, order.hold(for: order.left),
            "In payment for a warrant \(name(order.number))", at: now)
    }

    /// What an order still held comes back.
    func noteCanceled(_ order: VenueOrder, rest: Int128, at now: Timestamp) {
        guard order.hasDebitRow, rest > 0 else { return }
        note(order, .credit, order.coinSpent, rest, "Cancel order \(name(order.number))", at: now)
    }

    /// A trade of an order, of so much in the base coin; `fee` is in what is received.
    func noteTrade(_ order: VenueOrder, maker: VenueOrder, _ quantity: Int128, fee: Int128, at now: Timestamp) {
        guard writesOrderRows, order.account != nil else { return }
        let (base, quote, price) = (order.pair.base, order.pair.quote, ExactDecimal(units: maker.price))
        let value = exactProduct(maker.price, quantity)
        let whose = order === maker ? "from your order" : "from order"
        let rate = "(-\(ExactDecimal(units: order.feeRate * 100))%)"
        let amount = ExactDecimal(units: quantity)
        let at = "\(whose) \(name(maker.number)) by price \(price) \(quote.capitals)"
        switch order.side {
        case .buy:
            let text = "Buy \(amount) \(base.capitals) \(rate) \(at)"
            if order === maker {
                note(order, .credit, base, quantity - fee, text, at: now)
            } else {
                note(order, .debit, quote, value, text, at: now)
            }
        case .sell:
            let verb = order === maker ? "Bought" : "Sell"
            let total = "total \(ExactDecimal(units: value)) \(quote.capitals)"
            note(
                order, .credit, quote, value - fee, "\(verb) \(amount) \(base.capitals) \(at) \(total) \(rate)", at: now
            )
        }
    }

    /// An order as clients know it.
    private func name(_ number: UInt64) -> String { ":order:\(orderNumberBase + number):" }

    private func note(
        _ order: VenueOrder, _ reason: BalanceChangeReason, _ coin: Coin, _ units: Int128, _ text: String,
        at now: Timestamp
    ) {
        guard let account = order.account else { return }
        note(
            ExactDecimal(units: reason.isGain ? units : -units), coin, reason, .successful, text, order: order.number,
            of: account, at: now)
    }
}
